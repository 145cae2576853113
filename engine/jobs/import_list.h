/**
 * import_list.h - how a file is to be read, as import.json and inbox.json say it.
 *
 * Members: "as", "source", "map", "options", "scale" (engine/model/schema/import.json). A path
 * leads nowhere out of the folder. Texts are copied into the arena: the document may be closed.
 *
 * Errors: AT_BAD_INPUT "E-IMPORT-LIST" with the place in the document.
 */
#ifndef ASSETTRACE_JOBS_IMPORT_LIST_H
#define ASSETTRACE_JOBS_IMPORT_LIST_H

#include "engine/base/json.h"
#include "engine/jobs/import.h"

/** `folder`/value in the arena; refused when the value is no path below it. */
AT_CHECKED at_status at_import_inside(const char **out, const char *folder,
                                      const at_json_value *value, at_arena *arena, at_error *err);
/** Overwrite in `out` what the object says; the rest stays. */
AT_CHECKED at_status at_import_how(at_import_request *out, const char *folder,
                                   const at_json_value *object, at_arena *arena, at_error *err);

#endif
