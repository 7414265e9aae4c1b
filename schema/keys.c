/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/keys.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/io.h"

/* One slot: magic, epoch (8 bytes, big endian), 32 bytes of key. */
#define MAGIC "wrtkey1\n"
#define SLOT 64
#define SECRET 32

static off_t
slot_of(uint64_t epoch)
{
	return (off_t)(epoch % 2) * SLOT;
}

static int
write_slot(struct keys *k, uint64_t which, const unsigned char slot[SLOT],
    struct err *e)
{
	if (pwrite(k->fd, slot, SLOT, slot_of(which)) != SLOT ||
	    fdatasync(k->fd) < 0)
		return err_sys(e, "signing key file");
	return 0;
}

int
keys_open(struct keys *k, const char *path, struct err *e)
{
	const unsigned char none[2 * SLOT] = { 0 };
	struct stat st;

	k->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (k->fd < 0)
		return err_sys(e, "%s", path);
	if (flock(k->fd, LOCK_EX | LOCK_NB) < 0) {
		(void)err_set(e, ERR_CONFLICT,
		    "%s is in use: is another warrantd running?", path);
		goto fail;
	}
	if (fstat(k->fd, &st) < 0) {
		(void)err_sys(e, "%s", path);
		goto fail;
	}
	if ((st.st_mode & 077) != 0 || st.st_uid != geteuid()) {
		(void)err_set(e, ERR_CONFIG,
		    "%s: must be ours alone, mode 0600", path);
		goto fail;
	}
	if (st.st_size == 0 &&
	    io_write_all(k->fd, none, sizeof(none), e) < 0)
		goto fail;
	return 0;
fail:
	io_close(&k->fd);
	return -1;
}

int
keys_make(struct keys *k, uint64_t epoch, struct keys *fresh, struct err *e)
{
	unsigned char slot[SLOT] = MAGIC;
	struct keys out = KEYS_INIT;
	size_t n = SECRET, pub = sizeof(out.pub);
	int rc = -1;

	out.epoch = epoch;
	out.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	for (int i = 0; i < 8; i++)
		slot[8 + i] = (unsigned char)(epoch >> (56 - 8 * i));
	if (out.key == NULL ||
	    EVP_PKEY_get_raw_private_key(out.key, slot + 16, &n) != 1 ||
	    EVP_PKEY_get_raw_public_key(out.key, out.pub, &pub) != 1) {
		(void)err_set(e, ERR_CRYPTO, "cannot make a signing key");
	} else {
		rc = write_slot(k, epoch, slot, e);
	}
	OPENSSL_cleanse(slot, sizeof(slot));
	if (rc < 0)
		keys_close(&out);
	else
		*fresh = out;
	return rc;
}

static int
wipe_slot(struct keys *k, uint64_t which, struct err *e)
{
	const unsigned char none[SLOT] = { 0 };

	return write_slot(k, which, none, e);
}

int
keys_take(struct keys *k, struct keys *fresh, struct err *e)
{
	EVP_PKEY_free(k->key);
	k->key = fresh->key;
	k->epoch = fresh->epoch;
	memcpy(k->pub, fresh->pub, sizeof(k->pub));
	*fresh = (struct keys)KEYS_INIT;
	return wipe_slot(k, k->epoch + 1, e);
}

int
keys_load(struct keys *k, uint64_t epoch, struct err *e)
{
	unsigned char slot[SLOT];
	size_t pub = sizeof(k->pub);
	uint64_t found = 0;
	int rc = -1;

	if (pread(k->fd, slot, SLOT, slot_of(epoch)) != SLOT)
		return err_sys(e, "signing key file");
	for (int i = 0; i < 8; i++)
		found = found << 8 | slot[8 + i];
	if (memcmp(slot, MAGIC, 8) != 0 || found != epoch) {
		(void)err_set(e, ERR_CRYPTO, "the signing key of epoch %"
		    PRIu64 " is lost: the store cannot be continued", epoch);
		goto out;
	}
	k->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
	    slot + 16, SECRET);
	if (k->key == NULL ||
	    EVP_PKEY_get_raw_public_key(k->key, k->pub, &pub) != 1) {
		(void)err_set(e, ERR_CRYPTO, "unusable signing key");
		goto out;
	}
	k->epoch = epoch;
	rc = wipe_slot(k, epoch + 1, e);
out:
	OPENSSL_cleanse(slot, sizeof(slot));
	return rc;
}

int
keys_sign(const struct keys *k, const void *p, size_t n,
    unsigned char sig[64], struct err *e)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t len = 64;
	int ok = c != NULL &&
	    EVP_DigestSignInit(c, NULL, NULL, NULL, k->key) == 1 &&
	    EVP_DigestSign(c, sig, &len, p, n) == 1 && len == 64;

	EVP_MD_CTX_free(c);
	return ok ? 0 : err_set(e, ERR_CRYPTO, "cannot sign");
}

int
keys_statement(const char *origin, uint64_t epoch,
    const unsigned char pub[32], uint64_t first_seq, int64_t start_us,
    struct buf *b, struct err *e)
{
	if (buf_printf(b, e, "warrant-key/v1\n%s\n%" PRIu64 "\n", origin,
	    epoch) < 0 || b64_encode(pub, 32, b, e) < 0)
		return -1;
	return buf_printf(b, e, "\n%" PRIu64 "\n%" PRId64 "\n", first_seq,
	    start_us);
}

void
keys_close(struct keys *k)
{
	EVP_PKEY_free(k->key);
	io_close(&k->fd);
	*k = (struct keys)KEYS_INIT;
}
