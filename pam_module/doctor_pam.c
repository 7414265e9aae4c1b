/* SPDX-License-Identifier: BSD-2-Clause
 * A PAM stack, line by line. */
#include "pam_module/doctor.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/err.h"

#define NONE ((size_t)-1)

/* ---- lines ------------------------------------------------------------ */

/* The next word of *p, or [a group of them]; 0 bytes at the end. */
static size_t
word(const char **p, const char **ret)
{
	const char *s = *p + strspn(*p, " \t\r\n");
	size_t n = strcspn(s, " \t\r\n");

	if (*s == '[') {
		const char *end = strchr(s, ']');

		n = end == NULL ? strlen(s) : (size_t)(end - s) + 1;
	}
	*ret = s;
	*p = s + n;
	return n;
}

static int
take(const char **p, char *ret, size_t size, struct err *e)
{
	const char *w;
	size_t n = word(p, &w);

	if (n == 0 || n >= size)
		return err_set(e, ERR_INPUT, n == 0 ? "a word is missing" :
		    "a word is too long");
	(void)memcpy(ret, w, n);
	ret[n] = '\0';
	return 0;
}

static bool
is_type(const char *s)
{
	return strcmp(s, "auth") == 0 || strcmp(s, "account") == 0 ||
	    strcmp(s, "session") == 0 || strcmp(s, "password") == 0;
}

int
doctor_pam_line(const char *line, struct pam_entry *ret, struct err *e)
{
	const char *p = line + strspn(line, " \t\r\n");
	size_t n;

	(void)memset(ret->type, 0, sizeof(ret->type));
	ret->control[0] = ret->module[0] = ret->args[0] = '\0';
	if (*p == '\0' || *p == '#')
		return PAM_LINE_NONE;
	if (strncmp(p, "@include", 8) == 0) {
		p += 8;
		return take(&p, ret->module, sizeof(ret->module), e) < 0 ?
		    -1 : PAM_LINE_INCLUDE;
	}
	p += *p == '-';
	if (take(&p, ret->type, sizeof(ret->type), e) < 0)
		return -1;
	for (char *c = ret->type; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	if (!is_type(ret->type))
		return err_set(e, ERR_INPUT, "no type: %s", ret->type);
	if (take(&p, ret->control, sizeof(ret->control), e) < 0 ||
	    take(&p, ret->module, sizeof(ret->module), e) < 0)
		return -1;
	if (strcmp(ret->control, "include") == 0 ||
	    strcmp(ret->control, "substack") == 0)
		return PAM_LINE_INCLUDE;
	p += strspn(p, " \t");
	n = strcspn(p, "\n");
	if (n >= sizeof(ret->args))
		return err_set(e, ERR_INPUT, "arguments too long");
	(void)memcpy(ret->args, p, n);
	ret->args[n] = '\0';
	return PAM_LINE_ENTRY;
}

/* ---- what a line does ------------------------------------------------- */

bool
doctor_is_module(const struct pam_entry *p, const char *name)
{
	const char *base = strrchr(p->module, '/');
	size_t n = strlen(name);

	base = base == NULL ? p->module : base + 1;
	return strncmp(base, name, n) == 0 &&
	    (base[n] == '\0' || strcmp(base + n, ".so") == 0);
}

static bool
has_arg(const struct pam_entry *p, const char *arg)
{
	const char *at = p->args, *w;
	size_t n;

	while ((n = word(&at, &w)) > 0)
		if (n == strlen(arg) && strncmp(w, arg, n) == 0)
			return true;
	return false;
}

/* Its success alone decides. */
static bool
ends_on_success(const struct pam_entry *p)
{
	return strcmp(p->control, "sufficient") == 0 ||
	    strstr(p->control, "success=done") != NULL;
}

/* Its failure cannot be made good by others. */
static bool
is_strong(const struct pam_entry *p)
{
	return strcmp(p->control, "required") == 0 ||
	    strcmp(p->control, "requisite") == 0 ||
	    strstr(p->control, "default=die") != NULL ||
	    strstr(p->control, "default=bad") != NULL;
}

static bool
is_jump(const struct pam_entry *p)
{
	const char *s = strstr(p->control, "success=");

	return s != NULL && isdigit((unsigned char)s[8]);
}

/* First entry from i on of this type and module (NULL: any); NONE. */
static size_t
find(const struct pam_stack *s, size_t i, const char *type,
    const char *module)
{
	for (; i < s->n; i++)
		if (strcmp(s->e[i].type, type) == 0 && (module == NULL ||
		    doctor_is_module(&s->e[i], module)))
			return i;
	return NONE;
}

const struct pam_entry *
doctor_breakglass(const struct pam_stack *s)
{
	size_t own = find(s, 0, "auth", "pam_warrant");

	for (size_t i = 0; own != NONE && i < own; i++)
		if (strcmp(s->e[i].type, "auth") == 0 && is_jump(&s->e[i]))
			return &s->e[i];
	return NULL;
}

/* ---- the stacks ------------------------------------------------------- */

/* auth and account: there, first to decide, and final. */
static void
check_decides(const struct pam_stack *s, const char *type, const char *fix,
    struct findings *to)
{
	size_t own = find(s, 0, type, "pam_warrant");

	if (own == NONE) {
		doctor_add(to, DOCTOR_ERROR, s->n > 0 ? s->e[0].where : "PAM",
		    fix, "no %s line of pam_warrant.so: %s", type,
		    strcmp(type, "auth") == 0 ? "nobody is asked to sign in" :
		    "nobody's grant is looked at");
		return;
	}
	if (!is_strong(&s->e[own]))
		doctor_add(to, DOCTOR_ERROR, s->e[own].where, fix,
		    "pam_warrant.so is %.60s: its refusal does not count",
		    s->e[own].control);
	for (size_t i = 0; i < own; i++)
		if (strcmp(s->e[i].type, type) == 0 &&
		    ends_on_success(&s->e[i]))
			doctor_add(to, DOCTOR_ERROR, s->e[i].where, fix,
			    "%.60s stands before pam_warrant.so and lets in "
			    "by itself: move it behind", s->e[i].module);
}

static void
check_breakglass(const struct pam_stack *s, struct findings *to)
{
	static const char fix[] = "auth [success=1 default=ignore] "
	    "pam_listfile.so item=group sense=allow onerr=fail "
	    "file=/etc/security/warrant-breakglass";
	const struct pam_entry *p = doctor_breakglass(s);

	if (p == NULL) {
		doctor_add(to, DOCTOR_WARNING, s->n > 0 ? s->e[0].where :
		    "PAM", fix, "no break-glass: when warrantd or the "
		    "provider is down nobody gets in");
		return;
	}
	if (!doctor_is_module(p, "pam_listfile"))
		doctor_add(to, DOCTOR_WARNING, p->where, fix, "break-glass "
		    "by %.60s: its setcred may refuse just when "
		    "pam_warrant.so is missing", p->module);
}

static void
check_session_line(const struct pam_stack *s, size_t own,
    struct findings *to)
{
	static const char fix[] = "session required pam_warrant.so";

	if (own == NONE) {
		doctor_add(to, DOCTOR_ERROR, s->n > 0 ? s->e[0].where : "PAM",
		    fix, "no session line of pam_warrant.so: nothing is "
		    "recorded, and warrant-shell refuses");
		return;
	}
	if (!is_strong(&s->e[own]))
		doctor_add(to, DOCTOR_ERROR, s->e[own].where, fix,
		    "pam_warrant.so is %.60s: a session without a gate goes "
		    "on", s->e[own].control);
	for (size_t i = own + 1; i < s->n; i++)
		if (strcmp(s->e[i].type, "session") == 0 &&
		    !doctor_is_module(&s->e[i], "pam_warrant") &&
		    doctor_is_module(&s->e[i], "pam_env"))
			doctor_add(to, DOCTOR_WARNING, s->e[i].where, fix,
			    "pam_env.so stands behind pam_warrant.so: what "
			    "was taken out of the environment comes back");
}

static void
check_session(const struct pam_stack *s, struct findings *to)
{
	size_t own = NONE, uid = find(s, 0, "session", "pam_loginuid");
	bool breakglass = false;

	for (size_t i = 0; (i = find(s, i, "session", "pam_warrant")) != NONE;
	    i++) {
		if (has_arg(&s->e[i], "breakglass"))
			breakglass = true;
		else if (own == NONE)
			own = i;
	}
	check_session_line(s, own, to);
	if (own != NONE && (uid == NONE || uid > own))
		doctor_add(to, DOCTOR_WARNING, s->e[own].where,
		    "session required pam_loginuid.so", "no pam_loginuid.so "
		    "before pam_warrant.so: a process that left its session "
		    "is not found again");
	if (!breakglass && doctor_breakglass(s) != NULL)
		doctor_add(to, DOCTOR_WARNING, doctor_breakglass(s)->where,
		    "-session optional pam_warrant.so breakglass",
		    "break-glass logins leave no record");
	for (size_t i = 0; i < s->n; i++)
		if (doctor_is_module(&s->e[i], "pam_env") &&
		    has_arg(&s->e[i], "user_readenv=1"))
			doctor_add(to, DOCTOR_ERROR, s->e[i].where,
			    "session required pam_env.so", "user_readenv=1: "
			    "~/.pam_environment may set LD_PRELOAD");
}

void
doctor_pam(const struct pam_stack *s, struct findings *to)
{
	check_decides(s, "auth", "auth [success=done default=die] "
	    "pam_warrant.so", to);
	check_decides(s, "account", "account required pam_warrant.so", to);
	check_breakglass(s, to);
	check_session(s, to);
}
