dnl SPDX-License-Identifier: BSD-2-Clause
dnl Warnings, hardening and sanitizers, each probed.
AC_DEFUN([WARRANT_TRY_CFLAG], [
  AC_MSG_CHECKING([whether $CC takes $1])
  warrant_saved=$CFLAGS
  CFLAGS="$CFLAGS -Werror $1"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); $2="${$2} $1"], [AC_MSG_RESULT([no])])
  CFLAGS=$warrant_saved
])
AC_DEFUN([WARRANT_TRY_LDFLAG], [
  AC_MSG_CHECKING([whether the linker takes $1])
  warrant_saved=$LDFLAGS
  LDFLAGS="$LDFLAGS $1"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); $2="${$2} $1"], [AC_MSG_RESULT([no])])
  LDFLAGS=$warrant_saved
])
AC_DEFUN([WARRANT_FLAGS], [
  WARN_CFLAGS=
  for f in -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wformat=2 -Wvla -Wundef; do
    WARRANT_TRY_CFLAG([$f], [WARN_CFLAGS])
  done
  HARDEN_CFLAGS=
  HARDEN_LDFLAGS=
  AS_IF([test "$enable_sanitizers" = yes], [
    HARDEN_CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"
    HARDEN_LDFLAGS="-fsanitize=address,undefined"
    AS_IF([test "$enable_fuzzers" = yes], [
      HARDEN_CFLAGS="$HARDEN_CFLAGS -fsanitize=fuzzer-no-link"
      FUZZ_LIBS="-fsanitize=fuzzer"
    ])
  ], [
    for f in -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fno-strict-overflow -ftrivial-auto-var-init=zero; do
      WARRANT_TRY_CFLAG([$f], [HARDEN_CFLAGS])
    done
    HARDEN_CFLAGS="$HARDEN_CFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3"
    for f in -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed; do
      WARRANT_TRY_LDFLAG([$f], [HARDEN_LDFLAGS])
    done
    WARRANT_TRY_CFLAG([-fPIE], [PIE_CFLAGS])
    WARRANT_TRY_LDFLAG([-pie], [PIE_LDFLAGS])
  ])
  AS_IF([test "$enable_werror" = yes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
  AC_SUBST([WARN_CFLAGS])
  AC_SUBST([HARDEN_CFLAGS])
  AC_SUBST([HARDEN_LDFLAGS])
  AC_SUBST([PIE_CFLAGS])
  AC_SUBST([PIE_LDFLAGS])
  AC_SUBST([FUZZ_LIBS])
])
