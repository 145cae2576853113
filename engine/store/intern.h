/**
 * intern.h - names of things become numbers while a source is read.
 *
 * One hash table an import, over the store's table `thing`; it also collects which things the
 * source mentions or describes, to be written once at the end.
 *
 * Ownership: everything lives in the import's arena.
 * Errors:    AT_LIMIT past 2^32 things; what db.h says.
 */
#ifndef ASSETTRACE_STORE_INTERN_H
#define ASSETTRACE_STORE_INTERN_H

#include "engine/model/record.h"
#include "engine/store/db.h"

enum { AT_DECLARED = 1, AT_DECLARED_ACCOUNT = 2 };

typedef struct at_intern_thing {
    const char *id;
    uint64_t hash;
    int64_t name_space;
    at_kind kind;
    at_thing number;
    bool mentioned;
    bool changed; /* since at_intern_save */
    unsigned declared;
} at_intern_thing;

typedef struct at_intern {
    sqlite3 *db;
    at_arena *arena;
    at_intern_thing **slots; /* a power of two, half empty at least */
    size_t slot_count, thing_count;
    struct {
        const char *name;
        int64_t number;
    } name_spaces[64]; /* the ones met last; more are looked up in the store */
    size_t name_space_count;
    at_thing next_thing;
    sqlite3_stmt *find, *insert;
} at_intern;

AT_CHECKED at_status at_intern_begin(at_intern *intern, sqlite3 *db, at_arena *arena,
                                     at_error *err);
void at_intern_end(at_intern *intern); /* finishes its statements */

AT_CHECKED at_status at_intern_name_space(int64_t *out, at_intern *intern, const char *name,
                                          at_error *err);
/** Was it met not long ago, so that its number is known without the store? */
bool at_intern_knows(const at_intern *intern, const char *name_space);
/** The thing a reference names; `name_space` is used where the reference says none. */
AT_CHECKED at_status at_intern_ref(at_intern_thing **out, at_intern *intern, const at_ref *ref,
                                   int64_t name_space, at_error *err);
/** What is known of the things that changed since it was saved last, and the same read back: saved
 * parts in their order make the table again. "E-STORE-DAMAGED" for what was not saved so. */
AT_CHECKED at_status at_intern_save(at_text *out, at_intern *intern, at_error *err);
AT_CHECKED at_status at_intern_load(at_intern *intern, at_span saved, at_error *err);
/** Write the mentions of `source`. */
AT_CHECKED at_status at_intern_write(at_intern *intern, int64_t source, at_error *err);

#endif
