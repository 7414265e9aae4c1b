/* SPDX-License-Identifier: BSD-2-Clause
 * hex.h - bytes as lower-case hexadecimal digits, RFC 4648 section 8. */
#ifndef WARRANT_LIB_HEX_H
#define WARRANT_LIB_HEX_H

#include <stddef.h>

/* n bytes to 2n digits and a NUL. */
void hex_of(const unsigned char *p, size_t n, char *ret);

#endif
