/* importers/bods.c: statements of the Beneficial Ownership Data Standard 0.4, as one JSON array or
 * a statement a line; gzip and zstd are read through.
 *
 * A statement is one record. A person or an entity becomes a party with its names, identifiers and
 * political exposure; an interest of a relationship becomes a holding, a relationship without
 * interests a link. Who is not specified is a party of its own for each statement.
 *
 * A register says the same record again when it changes. Each statement about a relationship holds
 * from where it took effect (its interests' start when that is later than the start before, else
 * the day of the statement) until the next about the same record takes effect, and no longer than
 * any later one says it did; the first reaches back to its interests' own start. So the
 * shares of every day are those that the register gave for it, and none is counted twice.
 *
 * A statementId is used once: a repeat with the same bytes adds nothing, one with other bytes is
 * refused. For both the file is read twice; the first reading keeps 32 bytes for each statement and
 * 48 for each relationship. */
#include <stdlib.h>
#include <string.h>

#include "importers/bods.h"
#include "importers/json_items.h"
#include "engine/importer.h"

enum { SURE = 95, NOTES_BYTES_MAX = 1 << 30 };

/* What one statement says of the lifetime of its relationship. */
typedef struct note {
    uint64_t record[2]; /* a hash of recordId */
    int64_t stated_us;
    int64_t since_us; /* first reading: the start of its interests; then the window's */
    int64_t until_us; /* first reading: their end; then the window's */
    uint64_t place;   /* among the statements that passed the check */
} note;

/* A statement as far as its repeats are told by it. */
typedef struct identity {
    uint64_t id[2]; /* a hash of statementId */
    uint64_t bytes; /* a hash of the statement as written */
    uint64_t place;
} identity;

typedef enum verdict { FIRST, REPEAT, CONFLICT } verdict;

typedef struct reading {
    const at_sink *sink;
    at_text notes;      /* of note, in the order of the file */
    at_text identities; /* of identity */
    at_text verdicts;   /* a byte for each statement that passed the check */
    size_t note_count;
    uint64_t place; /* of the statement in hand, among those that passed the check */
    size_t note_at; /* second reading: the next note */
    at_bods statement;
} reading;

/* Two independent sums: that two texts of one file agree in both does not happen by chance. */
static void hash_bytes(uint64_t out[2], const char *data, size_t bytes) {
    uint64_t a = UINT64_C(0xCBF29CE484222325), b = UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = 0; i < bytes; i++) {
        a = (a ^ (unsigned char)data[i]) * UINT64_C(0x100000001B3);
        b = (b + (unsigned char)data[i]) * UINT64_C(0xBF58476D1CE4E5B9);
        b ^= b >> 29;
    }
    out[0] = a;
    out[1] = b;
}

/* What the first reading keeps has an end, and then the import has: half of it bounds nothing. */
static at_status remember(at_text *kept, const void *data, size_t bytes, at_error *err) {
    const at_status status = at_text_add_bytes(kept, data, bytes, err);
    if (status == AT_LIMIT)
        return at_fail(err, AT_LIMIT, "E-MEMORY", "the file has more statements than are followed");
    return status;
}

/* --- Statements that come twice --------------------------------------------------------------- */

static at_status add_identity(reading *r, at_span text, at_error *err) {
    uint64_t bytes[2];
    identity one = {.place = r->place};
    hash_bytes(one.id, r->statement.id, strlen(r->statement.id));
    hash_bytes(bytes, text.data, text.bytes);
    one.bytes = bytes[0] ^ bytes[1];
    const char first = (char)FIRST;
    AT_TRY(remember(&r->verdicts, &first, 1, err));
    return remember(&r->identities, &one, sizeof one, err);
}

static int by_id(const void *a, const void *b) {
    const identity *left = a, *right = b;
    const int order = memcmp(left->id, right->id, sizeof left->id);
    return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

static void find_repeats(reading *r) {
    identity *all = (identity *)(void *)r->identities.data;
    const size_t count = r->identities.bytes / sizeof *all;
    if (count == 0)
        return;
    qsort(all, count, sizeof *all, by_id);
    for (size_t i = 1, first = 0; i < count; i++) {
        if (memcmp(all[first].id, all[i].id, sizeof all[i].id) != 0)
            first = i;
        else
            r->verdicts.data[all[i].place] =
                (char)(all[first].bytes == all[i].bytes ? REPEAT : CONFLICT);
    }
}

/* --- Windows ---------------------------------------------------------------------------------- */

static at_status add_note(reading *r, at_error *err) {
    const at_bods *statement = &r->statement;
    at_period span;
    note n = {.stated_us = statement->stated_us, .place = r->place};
    AT_TRY(at_bods_span(&span, statement, err));
    hash_bytes(n.record, statement->record, strlen(statement->record));
    n.since_us = span.since_us;
    n.until_us = span.until_us;
    return remember(&r->notes, &n, sizeof n, err);
}

static int compare_records(const note *a, const note *b) {
    return memcmp(a->record, b->record, sizeof a->record);
}

static int by_record(const void *a, const void *b) {
    const note *left = a, *right = b;
    const int order = compare_records(left, right);
    if (order != 0)
        return order;
    if (left->stated_us != right->stated_us)
        return left->stated_us < right->stated_us ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

static int by_place(const void *a, const void *b) {
    const note *left = a, *right = b;
    return (left->place > right->place) - (left->place < right->place);
}

/* The statements about one record, oldest first. From the last to the first: `ends` is the earliest
 * end that a later statement gives, `next` when the one after takes effect. */
static void make_windows(note *notes, size_t count) {
    int64_t next = AT_TIME_NONE, ends = AT_TIME_NONE;
    for (size_t i = count; i-- > 0;) {
        note *n = &notes[i];
        int64_t begins = AT_TIME_NONE, until = next;
        if (i > 0)
            begins = n->since_us > notes[i - 1].since_us ? n->since_us : n->stated_us;
        if (ends != AT_TIME_NONE && (until == AT_TIME_NONE || ends < until))
            until = ends;
        if (n->until_us != AT_TIME_NONE && (ends == AT_TIME_NONE || n->until_us < ends))
            ends = n->until_us;
        n->since_us = begins;
        n->until_us = until;
        next = begins;
    }
}

static void find_windows(reading *r) {
    note *notes = (note *)(void *)r->notes.data;
    for (size_t i = 0; i < r->notes.bytes / sizeof *notes; i++)
        if (r->verdicts.data[notes[i].place] == (char)FIRST)
            notes[r->note_count++] = notes[i];
    const size_t count = r->note_count;
    if (count == 0)
        return;
    qsort(notes, count, sizeof *notes, by_record);
    for (size_t first = 0, after = 0; first < count; first = after) {
        while (after < count && compare_records(&notes[first], &notes[after]) == 0)
            after++;
        make_windows(notes + first, after - first);
    }
    qsort(notes, count, sizeof *notes, by_place);
}

/* The notes stand in the order of the file, so the next one is ours or none is. */
static void use_window(reading *r) {
    const note *notes = (const note *)(const void *)r->notes.data;
    while (r->note_at < r->note_count && notes[r->note_at].place < r->place)
        r->note_at++;
    if (r->note_at < r->note_count && notes[r->note_at].place == r->place)
        r->statement.window =
            (at_bods_window){notes[r->note_at].since_us, notes[r->note_at].until_us};
}

/* --- Statements ------------------------------------------------------------------------------- */

static bool is_about_the_record(const at_error *reason) {
    return reason->status == AT_BAD_INPUT ||
           (reason->status == AT_LIMIT && strcmp(reason->code, "E-MEMORY") != 0);
}

/* A relationship is read in full both times, so that one that is refused bounds no other. */
static at_status read_first(reading *r, at_span text, at_error *err) {
    AT_TRY(add_identity(r, text, err));
    if (r->statement.type != AT_BODS_RELATIONSHIP)
        return AT_OK;
    AT_TRY(at_bods_relation(&r->statement, err));
    return add_note(r, err);
}

static at_status read_facts(reading *r, at_error *err) {
    at_bods *statement = &r->statement;
    const verdict found = (verdict)r->verdicts.data[r->place];
    if (found == CONFLICT)
        return at_bods_fail(
            statement, err, at_json_get(statement->root, "statementId"), "E-IMPORT-DUPID",
            "statement id \"%s\" was used before with other content", statement->id);
    if (statement->type != AT_BODS_RELATIONSHIP)
        return at_bods_party(statement, err);
    if (found == REPEAT) /* its holdings would count twice */
        return AT_OK;
    use_window(r);
    return at_bods_relation(statement, err);
}

static at_status load(const reading *r, at_error *err) {
    const at_bods *statement = &r->statement;
    const at_sink *sink = r->sink;
    AT_TRY(sink->put(sink->self, &statement->origin, statement->facts, statement->fact_count, err));
    for (size_t i = 0; i < statement->warning_count; i++)
        AT_TRY(sink->warn(sink->self, &statement->origin, &statement->warnings[i], err));
    return AT_OK;
}

/* One statement of the first reading (a note) or of the second (facts). */
static at_status read_statement(reading *r, const at_json_item *item, bool first, at_error *err) {
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    at_bods *statement = &r->statement;
    const char *name = NULL;
    at_error reason = {.status = AT_OK};
    at_status status = AT_OK;
    AT_TRY(at_arena_print(&name, statement->arena, err, "the statement at line %llu of \"%s\"",
                          (unsigned long long)item->origin.line, statement->file));
    status = at_json_parse(&json, item->text.data, item->text.bytes, name, &reason);
    if (status == AT_OK) {
        statement->root = at_json_root(json);
        status = at_bods_check(statement, &reason);
    }
    if (status == AT_OK) {
        status = first ? read_first(r, item->text, &reason) : read_facts(r, &reason);
        r->place++;
    }
    if (status == AT_OK)
        return first ? AT_OK : load(r, err);
    if (!is_about_the_record(&reason)) {
        if (err != NULL)
            *err = reason;
        return status;
    }
    at_place(&reason, "%s", name);
    return first ? AT_OK : r->sink->reject(r->sink->self, &statement->origin, &reason, err);
}

static at_status read_items(reading *r, at_input *in, bool first, at_arena *scratch,
                            at_error *err) {
    at_json_items items = at_json_items_new(in);
    r->place = 0;
    for (;;) {
        at_json_item item;
        bool ended = false;
        AT_TRY(at_json_items_next(&item, &ended, &items, err));
        if (ended)
            return AT_OK;
        at_arena_reset(scratch);
        r->statement = (at_bods){.file = at_input_name(in),
                                 .origin = item.origin,
                                 .arena = scratch,
                                 .window = {AT_TIME_NONE, AT_TIME_NONE}};
        if (item.defect == NULL)
            AT_TRY(read_statement(r, &item, first, err));
        else if (!first)
            AT_TRY(r->sink->reject(r->sink->self, &item.origin, item.defect, err));
    }
}

static void clear_reading(reading *r) {
    at_text_clear(&r->notes);
    at_text_clear(&r->identities);
    at_text_clear(&r->verdicts);
}

static at_status read_file(at_input *in, const at_import_options *options, const at_sink *sink,
                           at_arena *scratch, at_error *err) {
    (void)options;
    AT_CLEANUP(clear_reading)
    reading r = {.sink = sink,
                 .notes = {.limit_bytes = NOTES_BYTES_MAX},
                 .identities = {.limit_bytes = NOTES_BYTES_MAX},
                 .verdicts = {.limit_bytes = NOTES_BYTES_MAX}};
    AT_TRY(read_items(&r, in, true, scratch, err));
    find_repeats(&r);
    find_windows(&r);
    AT_TRY(at_input_rewind(in, err));
    return read_items(&r, in, false, scratch, err);
}

static bool holds(at_span head, const char *word) {
    return memmem(head.data, head.bytes, word, strlen(word)) != NULL;
}

static int sniff(at_span head) {
    size_t i = head.bytes >= 3 && memcmp(head.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (i < head.bytes && strchr(" \t\r\n", head.data[i]) != NULL && head.data[i] != '\0')
        i++;
    if (i == head.bytes || (head.data[i] != '[' && head.data[i] != '{'))
        return 0;
    const bool today = holds(head, "\"statementId\"") &&
                       (holds(head, "\"recordId\"") || holds(head, "\"recordType\"") ||
                        holds(head, "\"declarationSubject\""));
    /* Older versions are told from other files so that the refusal can say what they are. */
    const bool old = holds(head, "\"statementID\"") && holds(head, "\"statementType\"");
    return today || old ? SURE : 0;
}

const at_importer importer_bods = {
    .name = "bods",
    .summary = "beneficial ownership statements of BODS 0.4, JSON or JSON Lines",
    .version = 1,
    .sniff = sniff,
    .read = read_file,
};
