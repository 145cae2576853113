/**
 * identity.h - which names mean the same thing, at one revision.
 *
 * Things are united when a visible record says so: a link same_as_stated between two of one kind; a
 * reference written `namespace/id` where that namespace has the thing; an account of which only an
 * asset with the same id is known (money can move through an asset). Each class of united things
 * gets one at_thing, 1..N. Read at the question and never written, so that a withdrawn source takes
 * its unions along.
 *
 * A class is named by the bytewise smallest (id, namespace) of its members, described ones before
 * merely mentioned ones, and those before reference spellings.
 *
 * Of a large store not everything is read when it is opened: what an index has (index.h) is read
 * when it is needed, and whoever asks about one thing says so first (at_identity_need...,
 * identity_part.c). What was not asked for is not there.
 *
 * Ownership: everything lives in the arena given at load; of one that is read in part the arrays
 *            live until at_identity_end, the texts in the arena.
 */
#ifndef ASSETTRACE_STORE_IDENTITY_H
#define ASSETTRACE_STORE_IDENTITY_H

#include "engine/model/facts.h"
#include "engine/store/db.h"

typedef struct at_identity_thing {
    const char *id;
    at_thing number; /* thing.number of the store */
    at_thing class;  /* 1.. */
    uint32_t name_space;
    uint8_t kind, declared; /* at_kind; AT_DECLARED | AT_DECLARED_ACCOUNT */
    bool spelling;          /* `namespace/id` of something known by itself */
    bool alone;             /* nothing else has its id */
} at_identity_thing;

typedef struct at_identity {
    at_arena *arena;
    at_identity_thing *things; /* visible ones, by number */
    size_t count;
    uint32_t *place_of; /* by number: place in things + 1, or 0 */
    size_t number_limit;
    at_thing local_first; /* numbers from here on are things that only chunks name, made here */
    struct {
        const at_thing *numbers; /* by local number of the source (chunk.h) */
        size_t count;
    } * locals; /* by source */
    size_t source_limit;
    const char **name_spaces; /* by number, NULL where none */
    size_t name_space_limit;
    uint32_t *by_id;    /* places, by (id, kind, namespace number) */
    size_t class_count; /* classes are 1..class_count */
    /* class_count + 2: members of class c are members[start[c]..start[c + 1]) */
    uint32_t *member_start;
    uint32_t *members;  /* places, ascending */
    uint32_t *best;     /* by class: the place that names it */
    const char **shown; /* by class, filled as needed */
    /* Read in part: */
    struct at_index_file *file; /* what is not here yet; NULL = all is here */
    sqlite3 *db;                /* for when it fails */
    const char **titles;        /* by class, for facts.c */
    bool *here;                 /* by class */
    size_t here_count;
    uint64_t *local_start; /* by source, in the file; NULL until asked */
    void *pages;           /* the arrays */
    size_t page_bytes;
} at_identity;

/** temp.visible must be there. */
AT_CHECKED at_status at_identity_load(at_identity *out, sqlite3 *db, at_arena *arena,
                                      at_error *err);

/* For one that comes out of an index (index.h): its namespaces, and place_of from things. */
AT_CHECKED at_status at_identity_begin(at_identity *out, sqlite3 *db, at_arena *arena,
                                       at_error *err);
AT_CHECKED at_status at_identity_place_numbers(at_identity *out, at_error *err);

/* identity_part.c: what the functions below look at must be here. Errors: those of reading the
 * store; where the index fails, everything is read from the store instead. */

/** Begin with nothing here: `file` is borrowed, and closed when it fails. */
AT_CHECKED at_status at_identity_part(at_identity *out, struct at_index_file *file, sqlite3 *db,
                                      at_arena *arena, at_error *err);
/** Everything. */
AT_CHECKED at_status at_identity_need_all(at_identity *identity, at_error *err);
/** A class with its members. */
AT_CHECKED at_status at_identity_need(at_identity *identity, at_thing class, at_error *err);
/** As at_identity_class, and that class. */
AT_CHECKED at_status at_identity_need_number(at_thing *class_out, at_identity *identity,
                                             at_thing number, at_error *err);
/** As at_identity_local, and that class. */
AT_CHECKED at_status at_identity_need_local(at_thing *class_out, at_identity *identity,
                                            int64_t source, int64_t local, at_error *err);
/** The things with that id, by_id[*first .. *end), and their classes. */
AT_CHECKED at_status at_identity_need_id(size_t *first, size_t *end, at_identity *identity,
                                         const char *id, at_error *err);
/** After reading a part oneself: everything, where that failed in a way to be passed over. */
AT_CHECKED at_status at_identity_settle(at_identity *identity, at_status status, at_error *err);
void at_identity_end(at_identity *identity);

/**
 * identity_search.c: every class with an id whose key form (names/fold.h), blanks left out, has
 * `key` in it, and perhaps others. Rising.
 */
AT_CHECKED at_status at_identity_search(const at_thing **out, size_t *count_out,
                                        at_identity *identity, const char *key, at_error *err);

/** The class of a thing of the store; 0 for 0. Things not visible have none: 0. */
at_thing at_identity_class(const at_identity *identity, at_thing number);
/** The class of an account of a chunk; 0 when the chunk names none. */
at_thing at_identity_local(const at_identity *identity, int64_t source, int64_t local);
at_kind at_identity_kind(const at_identity *identity, at_thing class);
/** A reference as it goes out: class, kind, id and namespace that name it. */
at_ref at_identity_ref(const at_identity *identity, at_thing class);
bool at_identity_declared(const at_identity *identity, at_thing class);
/** First place in by_id whose id is not below `id`. */
size_t at_identity_find(const at_identity *identity, const char *id);

/* naming.c */

/** The shortest of id, kind:id, namespace/id, kind:namespace/id that means this class alone. */
AT_CHECKED at_status at_identity_shown(const char **out, at_identity *identity, at_thing class,
                                       at_error *err);
/** See at_facts.resolve. */
AT_CHECKED at_status at_identity_resolve(at_thing *out, at_identity *identity, unsigned kinds,
                                         const char *text, at_error *err);
/** Classes of a kind by their shown ids. */
AT_CHECKED at_status at_identity_list(const at_thing **out, size_t *count_out,
                                      at_identity *identity, at_kind kind, at_error *err);

#endif
