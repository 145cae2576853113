/**
 * verify_state.h - what the parts of the verifier share.
 *
 * A part returns AT_OK when it could look, whatever it saw; what it saw goes through at_verify_bad.
 * Only failures of the machine (I/O, memory, our bugs) end a verification early.
 */
#ifndef ASSETTRACE_EVIDENCE_VERIFY_STATE_H
#define ASSETTRACE_EVIDENCE_VERIFY_STATE_H

#include "engine/base/file.h"
#include "engine/evidence/layout.h"
#include "engine/evidence/manifest.h"
#include "engine/evidence/verify.h"

enum { AT_VERIFY_FILE_BYTES_MAX = 1 << 30, AT_TAG_FILES = 5 };

typedef struct at_verify_state {
    const at_verify_request *request;
    at_verification *out;
    at_arena *arena;
    const char *bundle;     /* path of the bag */
    at_status worst;        /* AT_OK, AT_BAD_INPUT or AT_TAMPERED */
    at_error first;         /* the first finding of that status */
    at_file_entry *entries; /* of the bag */
    size_t entry_count;
    at_manifest tags, sha256, sha512;
} at_verify_state;

/** Something is wrong: `subject` is a path below the dossier. */
void at_verify_bad(at_verify_state *state, at_status status, const char *subject, const char *code,
                   const char *format, ...) AT_PRINTF(5, 6);
void at_verify_say(const at_verify_state *state, at_finding finding, const char *subject,
                   const char *format, ...) AT_PRINTF(4, 5);
/**
 * What a lower layer answered about `subject`: AT_OK and failures of the machine are passed on, the
 * latter copied to `err`; anything else becomes a finding of status `as`, and *bad is set.
 */
AT_CHECKED at_status at_verify_judge(at_verify_state *state, bool *bad, at_status status,
                                     at_status as, const char *subject, const at_error *lower,
                                     at_error *err);
/** "bundle/" and a path of the bag. */
AT_CHECKED at_status at_verify_subject(const char **out, at_verify_state *state, const char *path,
                                       at_error *err);
/** A file of the dossier, whole. */
AT_CHECKED at_status at_verify_read(at_text *out, at_verify_state *state, const char *path,
                                    at_error *err);

/* The levels, each in its own file. */
AT_CHECKED at_status at_verify_shape(at_verify_state *state, at_error *err);
AT_CHECKED at_status at_verify_seal(at_verify_state *state, at_error *err);
AT_CHECKED at_status at_verify_tags(at_verify_state *state, at_error *err);
AT_CHECKED at_status at_verify_payload(at_verify_state *state, at_error *err);
AT_CHECKED at_status at_verify_content(at_verify_state *state, at_error *err);

#endif
