/**
 * publish.h - how anything becomes a revision.
 *
 * Inside an open transaction, with the writer's lock: announce in the custody log, write the
 * revision with the announcement's hash, commit, confirm in the log. What fails before the commit
 * is rolled back and logged so; what fails after it is confirmed at the next start (recover.h).
 */
#ifndef ASSETTRACE_STORE_PUBLISH_H
#define ASSETTRACE_STORE_PUBLISH_H

#include "engine/store/handle.h"

typedef struct at_publication {
    int64_t revision;
    const char *kind;   /* "import", "replace", "withdraw", "setting", "judge" */
    int64_t source;     /* 0 = about none */
    const char *object; /* hash or word, for the log */
    const char *detail; /* one line for people */
    const char *result; /* of an import: its tree (leaves.h); may be NULL */
} at_publication;

AT_CHECKED at_status at_publish(at_store *store, const at_publication *publication, at_error *err);

#endif
