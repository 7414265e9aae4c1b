# SPDX-License-Identifier: BSD-2-Clause
"""One generator for every rule that is shipped: what stands before a value,
the value, what must stand behind it.  Groups: self (checksum, strong form,
key=value), context (a word must stand beside it), token (vendors' forms,
command lines)."""
import base64
import re

from numbers_of import (  # noqa: F401
    ALNUM, DIGITS, LOWER, R, UPPER, aba, ahv, atsvnr, baltic, base58, bech32,
    br, by_check, card, cif, cnid, cnp, cnpj, codice, conit, cpf, cuit, curp,
    cut, dea, dmy, fin, fnr, gstin, hetu, hkid, iban, iin, inn, iso11_10,
    itin, jmbg, kennitala, luhn, lvpk, mbi, mod11, mynumber, nhs, nif, nip,
    nir, nrn, number, pnr, pps, random_bytes, rc, rrn, rut, rvnr, snils,
    some, ssn, steuerid, tckn, track, twid, ukdl, until, verhoeff, vin, ymd)

SETS = {"w": ALNUM, "h": DIGITS + "abcdef", "d": DIGITS,
        "u": DIGITS + UPPER, "b": ALNUM + "-_", "l": DIGITS + LOWER,
        "a": LOWER + UPPER, "B": UPPER + "234567"}


def text(form):
    """A vendor's form: {w36} is 36 letters and digits, and so on."""
    def fill(m):
        return until(lambda: some(int(m[2]), SETS[m[1]]), lambda s:
                     s[-1] not in "-_" and (int(m[2]) < 12 or
                                            re.search("[0-9]", s) or
                                            m[1] == "a"))
    return re.sub(r"\{(\w)(\d+)\}", fill, form)


def token(*forms):
    def make():
        before, value = R.choice(forms).split("|")
        return text(before), text(value)
    return make


def word(words, make):
    """A context as people write it, and the value."""
    def both():
        w = R.choice(words.split(","))
        w = R.choice([w, w.upper(), w.capitalize(), w.replace(" ", "_")])
        return w + R.choice([": ", " ", "=", " = ", ":", " no. ", ' "']), \
            make()
    return both


def password():
    return until(lambda: some(R.randint(8, 16)), lambda s: re.search(
        "[0-9]", s) and re.search("[a-z]", s)) + R.choice(["", "!", "#7"])


def jwt():
    part = [base64.urlsafe_b64encode(b).rstrip(b"=").decode() for b in
            (R.choice([b'{"alg":"HS256","typ":"JWT"}',
                       b'{"typ":"JWT","alg":"RS256","kid":"a1"}']),
             b'{"sub":"%d"}' % R.randint(1, 10**9))]
    return ".".join(part + [some(43)])


def assignment():
    key = R.choice(["password", "DB_PASSWORD", "api_key", "client_secret",
                    "SECRET_KEY", "auth_token", "apikey", "passwd",
                    "access-token", "JWT_SECRET", "smtp.password",
                    "ENCRYPTION_KEY", "MYSQL_PWD", "redis_pass"])
    return key + R.choice(["=", ": ", " = ", ":", " => "]), password()


def nhs_form(by):
    return lambda: cut(nhs(), 3, 3, 4, by=by)


def esnss():
    d = "28" + number(8)
    return d + "%02d" % (int(d) % 97)


def phone():
    return R.choice([
        lambda: "+1 %d%s-%d%s-%s" % (R.randint(2, 9), some(2, DIGITS),
                                     R.randint(2, 9), some(2, DIGITS),
                                     some(4, DIGITS)),
        lambda: "+49 30 " + number(4) + " " + number(4),
        lambda: "+44" + number(10),
        lambda: "(%d15) %d55-%s" % (R.randint(2, 9), R.randint(2, 9),
                                    some(4, DIGITS))])()


def afm():
    d = number(8)
    return d + str(sum(int(c) << (8 - i) for i, c in enumerate(d)) % 11 % 10)


def egn():
    d = ymd() + some(3, DIGITS)
    w = [2, 4, 8, 5, 10, 9, 7, 3, 6]
    return d + str(sum(int(c) * x for c, x in zip(d, w)) % 11 % 10)


def ptnif():
    d = "2" + number(7)
    return d + mod11(d, range(9, 1, -1), "0")


def ird():
    return until(lambda: "%d" % R.randint(10000000, 99999999), lambda d:
                 mod11("0" + d[:7], [3, 2, 7, 6, 5, 4, 3, 2]) == d[7])


def acn():
    d = number(8)
    return d + str(-sum(int(c) * w for c, w in zip(d, range(8, 0, -1))) % 10)


def abn():
    w = [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]
    return until(lambda: number(11), lambda d: (sum(
        int(c) * x for c, x in zip(d, w)) - 10) % 89 == 0)


def medicare():
    d = R.choice("23456") + some(7, DIGITS)
    return d + str(sum(int(c) * w for c, w in zip(
        d, [1, 3, 7, 9, 1, 3, 7, 9])) % 10) + "1"


def thai():
    d = number(12)
    d = "1" + d[1:]
    return d + str((11 - sum(int(c) * w for c, w in zip(
        d, range(13, 1, -1))) % 11) % 10)


def mailchimp():
    return some(32, SETS["h"]) + "-us%d" % R.randint(1, 21)



SELF = {
    "card.pan": card, "card.track": track, "iban": iban,
    "us.ssn": lambda: cut(ssn(), 3, 2, 4, by=R.choice("- ")),
    "us.itin": itin, "us.mbi": mbi,
    "uk.nino": lambda: some(1, "ABCEGHJKLMNPRSTWXYZ") + some(
        1, "ACEHJLMPRSWXY") + some(6, DIGITS) + R.choice("ABCD"),
    "uk.nhs": nhs_form(" "), "uk.dl": ukdl,
    "ca.sin": lambda: cut(luhn("1" + number(7)), 3, 3, 3),
    "in.aadhaar": lambda: cut(verhoeff("2" + number(10)), 4, 4, 4,
                              by=R.choice(" -")),
    "in.pan": lambda: some(3, UPPER) + R.choice("ABCFGHJLPT") + some(
        1, UPPER) + number(4) + some(1, UPPER),
    "in.gstin": gstin, "es.nif": nif, "it.cf": codice, "fi.hetu": hetu,
    "se.pnr": pnr, "kr.rrn": rrn, "sg.fin": fin, "br.cpf": cpf,
    "br.cnpj": cnpj, "fr.nir": nir,
    "be.nrn": lambda: re.sub(r"(..)(..)(..)(...)(..)", r"\1.\2.\3-\4.\5",
                             nrn()),
    "no.fnr": fnr, "cz.rc": lambda: cut(rc(), 6, 4, by="/"),
    "ch.ahv": lambda: cut(ahv(), 3, 4, 4, 2, by="."), "cn.id": cnid,
    "hk.id": hkid, "mx.curp": curp,
    "ar.cuit": lambda: cut(cuit(), 2, 8, 1, by="-"), "cl.rut": rut,
    "ae.eid": lambda: cut(luhn("784" + ymd(4)[:4] + number(7)), 3, 4, 7, 1,
                          by="-"),
    "pk.cnic": lambda: cut("3" + number(12), 5, 7, 1, by="-"),
    "my.nric": lambda: ymd() + "-1%d-" % R.randint(0, 4) + number(4),
    "ru.snils": snils, "vin": vin,
    "email": lambda: some(1, LOWER) + some(7, LOWER + DIGITS) +
    "@mail%d.example.com" % R.randint(1, 99),
    "phone": phone,
    "crypto.btc": lambda: base58(0, random_bytes(20)),
    "crypto.bech32": bech32,
    "crypto.wif": lambda: base58(128, random_bytes(32),
                                 R.choice([b"", b"\1"])),
    "crypto.xprv": lambda: ("xprv", some(107, "23456789ABCDEFGHJKLMNPQRST")),
    "key.jwt": jwt, "kv.secret": assignment,
    "kv.quoted": lambda: (R.choice(['"password": "', "'api_key': '",
                                    'secret="', '"token":"']),
                          password(), R.choice(['"'])),
    "kv.pass": lambda: (R.choice(["pass: ", "pass=", "pw=", "passcode: "]),
                        password()),
    "kv.query": lambda: ("https://x.example/a?id=7&" + R.choice(
        ["token=", "api_key=", "key=", "password="]), password()[:12] + "7",
        "&n=1"),
    "kv.xml": lambda: R.choice([("<password>", password(), "</password>"),
                                ("<ApiKey>", password(), "</ApiKey>")]),
    "kv.attribute": lambda: ('<add key="DbPassword" value="', password(),
                             '"/>'),
    "sql.password": lambda: ("ALTER USER a IDENTIFIED BY '", password(),
                             "';"),
    "netrc.password": lambda: ("machine db login bob password ",
                               password()),
    "pgpass.password": lambda: ("db.example.com:5432:app:bob:", password()),
    "url.password": lambda: (R.choice(["amqp://app:", "postgres://u:",
                                       "https://bob:", "redis://:"]),
                             password(), "@mq/"),
    "http.auth": lambda: (R.choice(["Authorization: Bearer ",
                                    "authorization: Basic ",
                                    "Proxy-Authorization: Basic "]),
                          some(32)),
    "http.bearer": lambda: ("bearer ", some(32)),
    "http.apikey": lambda: (R.choice(["X-Api-Key: ", "x-auth-token: ",
                                      "X-Vault-Token: "]), some(32)),
    "hash.crypt": lambda: (R.choice(["$6$", "$y$", "$1$"]),
                           some(8) + "$" + some(43, ALNUM + "./")),
    "docker.auth": lambda: ('"auth": "', base64.b64encode(
        random_bytes(24)).decode(), '"'),
}

CONTEXT = {
    "card.cvv": lambda: (R.choice(["cvv: ", "CVC=", "cvv2 "]), number(3)),
    "card.expiry": lambda: (R.choice(["expiry: ", "exp_date=",
                                      "valid thru "]),
                            "%02d/%d" % (R.randint(1, 12),
                                         R.randint(24, 39))),
    "us.ssn9": word("ssn,social security", ssn),
    "us.aba": word("routing,aba,routing number", aba),
    "us.npi": word("npi,provider", lambda: luhn("80840" + "1" +
                                                number(8))[5:]),
    "us.dea": word("dea", dea),
    "us.ein": word("ein,fein", lambda: cut(number(9), 2, 7, by="-")),
    "uk.nhsdash": word("nhs,patient", nhs_form("-")),
    "uk.nhs10": word("nhs,nhs number", nhs),
    "uk.utr": word("utr", lambda: number(10)),
    "ca.sin9": word("sin,social insurance", lambda: luhn("1" + number(7))),
    "au.tfn": word("tfn,tax file", lambda: by_check(
        9, [1, 4, 3, 7, 5, 8, 6, 9, 10])),
    "au.medicare": word("medicare", medicare), "au.abn": word("abn", abn),
    "au.acn": word("acn", acn),
    "in.aadhaar12": word("aadhaar,uidai", lambda: verhoeff(
        "2" + number(10))),
    "in.voter": word("voter id,epic", lambda: some(3, UPPER) + number(7)),
    "in.ifsc": word("ifsc", lambda: some(4, UPPER) + "0" + number(6)),
    "pl.pesel": word("pesel", lambda: (lambda d: d + str(-sum(
        int(c) * w for c, w in zip(d, [1, 3, 7, 9] * 3)) % 10))(
            ymd() + some(4, DIGITS))),
    "pl.nip": word("nip", lambda: cut(nip(), 3, 3, 2, 2, by=R.choice(
        ["", "-"]))),
    "br.cpf11": word("cpf", lambda: br(number(9), 11)),
    "br.cnpj14": word("cnpj", lambda: br(number(8) + "0001", 9)),
    "de.taxid": word("steuer id,idnr,steuerid", steuerid),
    "de.rvnr": word("rvnr,versicherungsnummer", rvnr),
    "nl.bsn": word("bsn,burgerservicenummer", lambda: by_check(
        9, [9, 8, 7, 6, 5, 4, 3, 2, 10])),
    "tr.tckn": word("tckn,kimlik", tckn),
    "th.tnin": word("citizen,thai", thai),
    "za.id": word("id number,identity", lambda: luhn(
        ymd() + some(4, DIGITS) + "08")),
    "fr.siren": word("siren", lambda: luhn(number(8))),
    "be.nrn11": word("insz,niss,rijksregisternummer", nrn),
    "dk.cpr": word("cpr,cpr nummer", lambda: dmy() + R.choice(
        ["", "-"]) + number(4)),
    "cz.rc10": word("rodne cislo,birth number", rc),
    "at.svnr": word("svnr,sv nummer", lambda: cut(atsvnr(), 4, 6,
                                                  by=R.choice(["", " "]))),
    "ie.pps": word("pps,ppsn", pps), "pt.nif": word("nif,contribuinte",
                                                    ptnif),
    "ro.cnp": word("cnp", cnp), "bg.egn": word("egn", egn),
    "gr.amka": word("amka", lambda: luhn(dmy() + some(4, DIGITS))),
    "gr.afm": word("afm", afm), "hr.oib": word("oib", lambda: iso11_10(
        number(10))),
    "ee.ik": word("isikukood", baltic), "lt.ak": word("asmens kodas",
                                                      baltic),
    "lv.pk": word("personas kods", lvpk),
    "is.kt": word("kennitala", kennitala), "yu.jmbg": word("jmbg,emso", jmbg),
    "hu.taj": word("taj", lambda: until(lambda: number(9), lambda d: sum(
        int(c) * w for c, w in zip(d, [3, 7] * 4)) % 10 == int(d[8]))),
    "it.piva": word("partita iva,piva", lambda: luhn(number(10))),
    "es.nss": word("nss", esnss), "es.cif": word("cif", cif),
    "ru.inn": word("inn", inn), "tw.id": word("taiwan id", twid),
    "hk.id8": word("hkid", lambda: hkid(False)),
    "jp.mynumber": word("my number", mynumber),
    "mx.rfc": word("rfc", lambda: some(4, UPPER) + ymd() + some(
        3, SETS["u"])),
    "ar.cuit11": word("cuit,cuil", cuit),
    "cl.rut8": word("rut", lambda: rut(False)),
    "co.nit": word("nit", lambda: cut(conit(), 9, 1, by="-")),
    "il.id": word("teudat zehut", lambda: luhn(number(8))),
    "sa.id": word("iqama", lambda: luhn("2" + number(8))),
    "id.nik": word("nik,ktp", lambda: "317101" + dmy() + number(4)),
    "kz.iin": word("iin", iin), "nz.ird": word("ird", ird),
    "bank.account": word("account number,bank account", lambda: number(11)),
    "uk.sortcode": word("sort code", lambda: cut(number(6), 2, 2, 2,
                                                 by="-")),
    "bank.bic": word("bic,swift", lambda: some(4, UPPER) + "DEFF" +
                     some(3, DIGITS)),
    "passport": word("passport,passport number", lambda: "C" + number(8)),
    "licence": word("driver license", lambda: "D" + number(7)),
    "dob": word("dob,birthdate", lambda: "19%02d-%02d-%02d" % (
        R.randint(40, 99), R.randint(1, 12), R.randint(1, 28))),
    "imei": word("imei", lambda: luhn("35" + number(12))),
    "imsi": word("imsi", lambda: "310150" + number(9)),
    "health.id": word("mrn,patient id", lambda: number(8)),
    "phone.word": word("phone,mobile,tel", lambda: "0" + number(10)),
    "crypto.eth": word("wallet,ethereum", lambda: "0x" + some(
        40, SETS["h"])),
    "aws.secret": lambda: (R.choice(["aws secret: ", "AWS key "]),
                           some(38, ALNUM) + "/7"),
}

TOKEN = {
    "aws.akid": token("|AKIA{B16}", "|ASIA{B16}"),
    "github.token": token("ghp_|{w36}", "gho_|{w36}", "ghs_|{w36}"),
    "github.pat": token("github_pat_|{w22}_{w59}"),
    "gitlab.token": token("glpat-|{b20}", "gldt-|{b20}", "glrt-|{b20}"),
    "slack.token": token("xoxb-|{d12}-{d12}-{w24}",
                         "xoxp-|{d12}-{d12}-{d12}-{h32}"),
    "slack.app": token("xapp-1-|A{u10}-{d13}-{h64}"),
    "slack.hook": token("https://hooks.slack.com/services/|T{u8}/B{u8}/"
                        "{w24}"),
    "stripe.key": token("sk_live_|{w24}", "rk_live_|{w24}",
                        "sk_test_|{w99}"),
    "google.apikey": token("AIza|{b35}"),
    "google.oauth": token("ya29.|a0{b60}", "GOCSPX-|{b28}"),
    "sendgrid.key": token("SG.|{b22}.{b43}"),
    "twilio.key": token("SK|{h32}"),
    "pypi.token": token("pypi-AgE|IcHlwaS5vcmc{b70}"),
    "npm.token": token("npm_|{w36}"),
    "vault.token": token("hvs.|{b90}", "hvb.|{b90}"),
    "digitalocean.token": token("dop_v1_|{h64}"),
    "shopify.token": token("shpat_|{h32}", "shpss_|{h32}"),
    "databricks.token": token("dapi|{h32}"),
    "huggingface.token": token("hf_|{a34}"),
    "telegram.token": token("|1{d9}:AA{b33}"),
    "openai.key": token("sk-proj-|{b48}"),
    "openai.legacy": token("sk-|{w20}T3BlbkFJ{w20}"),
    "anthropic.key": token("sk-ant-|api03-{b93}"),
    "docker.pat": token("dckr_pat_|{b27}"),
    "atlassian.token": token("ATATT3|xFfGF0{b170}=1A2B3C4D"),
    "grafana.token": token("glsa_|{w32}_{h8}"),
    "newrelic.key": token("NRAK-|{u27}"),
    "postman.key": token("PMAK-|{h24}-{h34}"),
    "linear.key": token("lin_api_|{w40}"),
    "doppler.token": token("dp.pt.|{w43}"),
    "tailscale.key": token("tskey-auth-|k{w11}CNTRL-{w32}"),
    "fly.token": token("fo1_|{b43}"),
    "notion.token": token("ntn_|{w46}", "secret_|{w43}"),
    "square.token": token("sq0atp-|{b22}", "EAAAEA|{b58}"),
    "mailgun.key": token("key-|{h32}"), "mailchimp.key": mailchimp,
    "terraform.token": token("|{w14}.atlasv1.{b67}"),
    "sentry.token": token("sntryu_|{h64}"),
    "discord.hook": token("https://discord.com/api/webhooks/|{d18}/{b68}"),
    "azure.key": lambda: ("AccountKey=", base64.b64encode(
        random_bytes(64)).decode()),
    "azure.secret": token("|{w3}8Q~{b34}"),
    "key.age": token("AGE-SECRET-KEY-1|{u58}"),
    "adobe.token": token("p8e-|{w32}"),
    "airtable.pat": token("pat|{w14}.{h64}"),
    "alibaba.akid": token("LTAI|{w20}"),
    "artifactory.key": token("|AKCp{w69}", "|cmVmdGtuOj{w54}"),
    "buildkite.token": token("bkua_|{h40}"),
    "circleci.token": token("CCIPAT_|{w22}_{h40}"),
    "clojars.token": token("CLOJARS_|{l60}"),
    "cloudflare.ca": token("v1.0-|{h24}-{h146}"),
    "discord.bot": token("|MT{w22}.{b6}.{b27}"),
    "dropbox.token": token("sl.|{b135}"),
    "duffel.token": token("duffel_live_|{b43}"),
    "dynatrace.token": token("dt0c01.|{u24}.{u64}"),
    "easypost.key": token("EZAK|{w54}"),
    "facebook.token": token("EAACE|dEose0cBA{w90}"),
    "figma.token": token("figd_|{b40}"),
    "flutterwave.key": token("FLWSECK_TEST-|{h32}-X"),
    "frameio.token": token("fio-u-|{b64}"),
    "groq.key": token("gsk_|{w52}"),
    "harness.token": token("pat.|{b22}.{w24}.{w20}"),
    "heroku.key": token("HRKU-|{h8}-{h4}-{h4}-{h4}-{h12}"),
    "hubspot.token": token("pat-na1-|{h8}-{h4}-{h4}-{h4}-{h12}"),
    "infracost.key": token("ico-|{w32}"),
    "langsmith.key": token("lsv2_pt_|{h32}_{h10}"),
    "launchdarkly.key": token("sdk-|{h8}-{h4}-4{h3}-a{h3}-{h12}"),
    "lob.key": token("live_|{h35}"),
    "mapbox.token": token("sk.|eyJ1{w60}.{b22}"),
    "vendor.key": token("DD_API_KEY=|{h32}", "okta_token: |{b42}",
                        "snyk_key=|{h8}-{h4}-{h4}-{h4}-{h12}"),
    "netlify.token": token("nfp_|{w36}"),
    "octopus.key": token("API-|{u26}"),
    "onepassword.token": token("ops_eyJ|{w250}"),
    "openshift.token": token("sha256~|{b43}"),
    "perplexity.key": token("pplx-|{w48}"),
    "planetscale.token": token("pscale_tkn_|{b43}"),
    "prefect.key": token("pnu_|{w36}"),
    "pulumi.token": token("pul-|{h40}"),
    "readme.key": token("rdme_|{l70}"),
    "replicate.token": token("r8_|{w37}"),
    "rubygems.key": token("rubygems_|{h48}"),
    "sendinblue.key": token("xkeysib-|{h64}-{w16}"),
    "shippo.token": token("shippo_live_|{h40}"),
    "sonar.token": token("squ_|{h40}", "sqp_|{h40}"),
    "sourcegraph.token": token("sgp_|{h40}"),
    "supabase.key": token("sbp_|{h40}"),
    "twitter.bearer": token("A" * 20 + "|{w30}%2B{w50}"),
    "typeform.token": token("tfp_|{w44}_{w14}"),
    "vercel.token": token("vcp_|{w40}"),
    "xai.key": token("xai-|{w80}"), "yandex.key": token("AQVN|{b36}"),
    "cli.secret": lambda: (R.choice(
        ["mysql -u app -p", "sshpass -p ", "curl -u bob:", "redis-cli -a ",
         "deploy --password ", "deploy --token=", "mysqldump -h db -p",
         "wget --http-password="]), password()),
    "cli.login": lambda: ("docker login -u ci -p ", password()),
    "cli.password": lambda: (R.choice(
        ["ldapsearch -x -w ", "ipmitool -H h -P ", "zip -P ",
         "smbclient -U bob%", "kubectl create secret generic a "
         "--from-literal=pw=", "htpasswd -bc f bob "]), password()),
}

KINDS = {**{k: ("self", v) for k, v in SELF.items()},
         **{k: ("context", v) for k, v in CONTEXT.items()},
         **{k: ("token", v) for k, v in TOKEN.items()}}

# These go on to the next blank or quote: what may stand behind them in a
# line is theirs.
OPEN = {"aws.secret", "kv.secret", "kv.pass", "http.auth", "http.apikey", "http.bearer",
        "netrc.password", "pgpass.password", "cli.secret",
        "cli.login", "cli.password", "google.oauth", "key.jwt",
        "hash.crypt", "vault.token", "gitlab.token", "doppler.token",
        "fly.token", "vendor.key", "grafana.token", "discord.hook",
        "slack.hook", "mapbox.token", "planetscale.token", "azure.key",
        "azure.secret", "typeform.token"}

# No generator: a block of lines (tests/unit/test_mask.c), a rule that only
# logs.
WITHOUT = {"key.pem", "http.cookie"}


def make(kind):
    """before, value, after."""
    got = KINDS[kind][1]()
    if isinstance(got, str):
        return "", got, ""
    before, value, after = got if len(got) == 3 else got + ("",)
    return before, value, after
