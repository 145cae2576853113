/**
 * backup.h - the whole store in one file, and back.
 *
 * A tar archive that any tar reads, encrypted with age (crypto/age.h) unless told otherwise:
 * store.sqlite, custody/log.jsonl, secret (only encrypted), sources/<sha256>, and last backup.json
 * with the SHA-256 of every file. Made while others import and ask: database and log are those of
 * one moment, as if a writer at work had been killed then; restoring settles that.
 *
 * The file appears under its name whole, after it was read back from the disk, or not at all.
 * Restoring checks every file, then the store as `check --read-data` does.
 *
 * Errors: AT_REFUSED "E-BACKUP-EXISTS"; AT_BAD_INPUT "E-BACKUP-FORMAT", "E-STORE-EXISTS";
 *         AT_TAMPERED "E-BACKUP-CHANGED"; AT_KEY "E-AGE-KEY"; AT_IO.
 */
#ifndef ASSETTRACE_STORE_BACKUP_H
#define ASSETTRACE_STORE_BACKUP_H

#include "engine/crypto/age.h"
#include "engine/store/store.h"

#define AT_BACKUP_MANIFEST "backup.json"
#define AT_BACKUP_SCHEMA "assettrace/backup/1"

typedef struct at_backup_request {
    const char *path;
    const at_age_recipient *recipients;
    size_t recipient_count; /* 0: not encrypted */
    bool replace;
} at_backup_request;

typedef struct at_backup {
    char sha256[65]; /* of the file */
    uint64_t bytes, files;
    int64_t revision;
    bool new_secret; /* a plain backup was restored: salts will not come out as they were */
} at_backup;

AT_CHECKED at_status at_backup_write(at_backup *out, at_store *store,
                                     const at_backup_request *request, at_error *err);
/** @param identity  NULL: the backup is not encrypted */
AT_CHECKED at_status at_backup_restore(at_backup *out, const char *path, const char *folder,
                                       const at_secret *identity, const at_store_options *options,
                                       at_error *err);

#endif
