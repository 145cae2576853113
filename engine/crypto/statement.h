/**
 * statement.h - signed statements: text that a judge reads, minisign signs and sha256sum checks.
 *
 *   assettrace/seal/v1                                  the type: no statement passes for another
 *   case: 2026-014                                      `key: value`, keys in the type's fixed
 * order bundle: 5f1c... one empty line 5f1c...  bundle/tagmanifest-sha256.txt sha256sum lines,
 * sorted by path
 *
 * Every line ends with LF; nothing follows the last. Keys are [a-z][a-z0-9-]*; values are UTF-8
 * without control or direction-override characters, not empty, not framed by spaces. Paths obey
 * at_plain_path_ok, so that neither `\` escapes nor BSD lines (`SHA256 (x) = ...`), both of which
 * sha256sum would obey, can occur.
 *
 * Ownership: a parsed statement lives in the arena.
 * Errors:    AT_TAMPERED "E-STATEMENT-FORMAT" from parse, AT_BAD_INPUT "E-STATEMENT-VALUE" from
 * format.
 */
#ifndef ASSETTRACE_CRYPTO_STATEMENT_H
#define ASSETTRACE_CRYPTO_STATEMENT_H

#include "engine/base/arena.h"
#include "engine/base/text.h"
#include "engine/crypto/hash.h"

enum {
    AT_STATEMENT_FIELDS_MAX = 32,
    AT_STATEMENT_HASHES_MAX = 1000,
    AT_PLAIN_PATH_BYTES_MAX = 120
};

typedef struct at_statement_field {
    const char *key, *value;
} at_statement_field;

typedef struct at_statement_hash {
    char sha256[AT_SHA256_TEXT_BYTES];
    const char *path;
} at_statement_hash;

typedef struct at_signed_statement {
    const char *type;
    const at_statement_field *fields;
    size_t field_count;
    const at_statement_hash *hashes;
    size_t hash_count;
} at_signed_statement;

/**
 * 1 to 120 bytes of [a-z0-9._/-] in parts divided by single slashes; no part begins with a dot or a
 * dash (an option, or standard input to sha256sum), ends with a dot, or is a name Windows keeps for
 * devices. Below a folder, therefore, on every system.
 */
bool at_plain_path_ok(const char *path);

AT_CHECKED at_status at_signed_statement_format(at_text *out, const at_signed_statement *statement,
                                                at_error *err);
/** Demands this type and exactly these keys (NULL-terminated) in this order, and at least one hash
 * line. */
AT_CHECKED at_status at_signed_statement_parse(at_signed_statement *out, const char *text,
                                               size_t bytes, const char *type,
                                               const char *const *keys, at_arena *arena,
                                               at_error *err);
/** The value of a key, or NULL. */
const char *at_signed_statement_get(const at_signed_statement *statement, const char *key);

#endif
