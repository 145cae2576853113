/**
 * document.h - one canonical JSON document a file or line, ended by LF.
 *
 * Errors: AT_BAD_INPUT "E-BUNDLE-JSON" with the file (and line) as place.
 */
#ifndef ASSETTRACE_EVIDENCE_DOCUMENT_H
#define ASSETTRACE_EVIDENCE_DOCUMENT_H

#include "engine/base/json.h"

/** `bytes` includes the LF. `name` is what messages call it. */
AT_CHECKED at_status at_document_open(at_json **out, const char *data, size_t bytes,
                                      const char *name, at_error *err);
/** An object with exactly these members (NULL-terminated), no more and no fewer. */
AT_CHECKED at_status at_document_members(const at_json_value *object, const char *const *keys,
                                         at_error *err);
/** A text member; NULL in `out` where it is null and `optional`. */
AT_CHECKED at_status at_document_text(const char **out, const at_json_value *object,
                                      const char *key, bool optional, at_error *err);
/** A whole number member >= 0. */
AT_CHECKED at_status at_document_count(int64_t *out, const at_json_value *object, const char *key,
                                       at_error *err);
/** An array member. */
AT_CHECKED at_status at_document_list(const at_json_value **out, const at_json_value *object,
                                      const char *key, at_error *err);
/** End a document that was written: balance, LF. */
AT_CHECKED at_status at_document_finish(at_json_writer *writer, at_error *err);
/** "key": text. */
void at_document_put(at_json_writer *writer, const char *key, const char *text);

#endif
