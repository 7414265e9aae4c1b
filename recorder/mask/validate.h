/* SPDX-License-Identifier: BSD-2-Clause
 * validate.h - is this value what its form says?
 * in: the value of a match; out: yes or no
 *
 * Every check is a pure function of the value's text.  Separators (space,
 * dash, dot, slash) are skipped where the number's standard writes them. */
#ifndef WARRANT_RECORDER_MASK_VALIDATE_H
#define WARRANT_RECORDER_MASK_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>

struct err;

#define CHECK_ARG_MAX 96

/* One check of a rule, as written in the rule file. */
struct check {
	int kind;		/* index into the table of checks */
	double number;		/* name>=NUMBER */
	char arg[CHECK_ARG_MAX];	/* name(WORD,WORD), lower case */
};

/* Parse "luhn", "entropy>=3", "notlike(a,b)".  -1 with *e. */
int check_parse(const char *text, size_t n, struct check *ret,
    struct err *e);

/* Does v (n symbols, 1 <= n <= 96, see sym.h) pass? */
bool check_value(const struct check *c, const char *v, size_t n);

/* i-th check's name, NULL behind the last: for the manual and its test. */
const char *check_name(size_t i);

/* The checks themselves; v is n symbols. */
bool valid_luhn(const char *v, size_t n);
bool valid_card(const char *v, size_t n);	/* IIN, length, Luhn */
bool valid_iban(const char *v, size_t n);	/* length table, mod 97 */
bool valid_entropy(const char *v, size_t n, double min);
bool valid_classes(const char *v, size_t n, double min);
bool valid_notlike(const char *v, size_t n, const char *words);
bool valid_secret(const char *v, size_t n);	/* no placeholder, no path */
bool valid_jose(const char *v, size_t n);	/* RFC 7515 header */

/* Numbers of states and registers, ids.c */
bool valid_ssn(const char *v, size_t n);
bool valid_itin(const char *v, size_t n);
bool valid_aba(const char *v, size_t n);
bool valid_npi(const char *v, size_t n);
bool valid_nino(const char *v, size_t n);
bool valid_nhs(const char *v, size_t n);
bool valid_tfn(const char *v, size_t n);
bool valid_medicare(const char *v, size_t n);
bool valid_abn(const char *v, size_t n);
bool valid_verhoeff(const char *v, size_t n);
bool valid_inpan(const char *v, size_t n);
bool valid_nif(const char *v, size_t n);
bool valid_codicefiscale(const char *v, size_t n);
bool valid_pesel(const char *v, size_t n);
bool valid_hetu(const char *v, size_t n);
bool valid_personnummer(const char *v, size_t n);
bool valid_rrn(const char *v, size_t n);
bool valid_fin(const char *v, size_t n);
bool valid_cpf(const char *v, size_t n);
bool valid_cnpj(const char *v, size_t n);
bool valid_steuerid(const char *v, size_t n);
bool valid_rvnr(const char *v, size_t n);
bool valid_tckn(const char *v, size_t n);
bool valid_thai(const char *v, size_t n);
bool valid_zaid(const char *v, size_t n);
bool valid_bsn(const char *v, size_t n);

/* euroids.c */
bool valid_nir(const char *v, size_t n);
bool valid_nrn(const char *v, size_t n);
bool valid_cpr(const char *v, size_t n);
bool valid_fnr(const char *v, size_t n);
bool valid_rodnecislo(const char *v, size_t n);
bool valid_ahv(const char *v, size_t n);
bool valid_atsvnr(const char *v, size_t n);
bool valid_pps(const char *v, size_t n);
bool valid_ptnif(const char *v, size_t n);
bool valid_cnp(const char *v, size_t n);
bool valid_egn(const char *v, size_t n);
bool valid_amka(const char *v, size_t n);
bool valid_afm(const char *v, size_t n);
bool valid_oib(const char *v, size_t n);
bool valid_baltic(const char *v, size_t n);
bool valid_pk(const char *v, size_t n);
bool valid_kennitala(const char *v, size_t n);
bool valid_jmbg(const char *v, size_t n);
bool valid_taj(const char *v, size_t n);
bool valid_nip(const char *v, size_t n);
bool valid_esnss(const char *v, size_t n);
bool valid_cif(const char *v, size_t n);
bool valid_inn(const char *v, size_t n);
bool valid_snils(const char *v, size_t n);
bool valid_ukdl(const char *v, size_t n);

/* worldids.c */
bool valid_cnid(const char *v, size_t n);
bool valid_twid(const char *v, size_t n);
bool valid_hkid(const char *v, size_t n);
bool valid_mynumber(const char *v, size_t n);
bool valid_curp(const char *v, size_t n);
bool valid_rfc(const char *v, size_t n);
bool valid_cuit(const char *v, size_t n);
bool valid_rut(const char *v, size_t n);
bool valid_conit(const char *v, size_t n);
bool valid_ymd(const char *v, size_t n);
bool valid_nik(const char *v, size_t n);
bool valid_gstin(const char *v, size_t n);
bool valid_dea(const char *v, size_t n);
bool valid_vin(const char *v, size_t n);
bool valid_iin(const char *v, size_t n);
bool valid_ird(const char *v, size_t n);
bool valid_acn(const char *v, size_t n);

/* coin.c */
bool valid_base58(const char *v, size_t n);
bool valid_bech32(const char *v, size_t n);

#endif
