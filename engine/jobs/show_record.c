/* show_record.c: what one record is: its bytes as text, its place, what was read from it. */
#include <inttypes.h>
#include <string.h>

#include "engine/base/json.h"
#include "engine/jobs/look.h"
#include "engine/jobs/show_fact.h"
#include "engine/names/encoding.h"

void at_shown_record_clear(at_shown_record *shown) {
    at_text_clear(&shown->bytes);
    at_text_clear(&shown->text);
}

/* What a byte order mark at the start of the content says; else what the mapping says; else
 * UTF-8. */
static at_status find_encoding(at_encoding *out, at_reader *reader, const at_address *address,
                               const at_record_place *place, at_error *err) {
    enum { MARK_BYTES_MAX = 3 };
    AT_CLEANUP(at_text_clear) at_text head = {0};
    AT_CLEANUP(at_json_close) at_json *mapping = NULL;
    at_address start = *address;
    size_t mark_bytes;
    *out = AT_UTF_8;
    start.offset = 0;
    start.bytes = address->offset + address->bytes;
    if (start.bytes > MARK_BYTES_MAX)
        start.bytes = MARK_BYTES_MAX;
    AT_TRY(at_reader_address_bytes(&head, reader, &start, err));
    if (at_encoding_mark(out, &mark_bytes, (at_span){head.data, head.bytes}) || place == NULL ||
        place->mapping == NULL ||
        at_json_parse(&mapping, place->mapping, place->mapping_bytes, "mapping", NULL) != AT_OK)
        return AT_OK;
    const char *name = at_json_text(at_json_get(at_json_root(mapping), "encoding"));
    if (name == NULL || at_encoding_parse(out, name, NULL) != AT_OK)
        *out = AT_UTF_8;
    return AT_OK;
}

static at_status decode(at_shown_record *shown, at_encoding encoding, at_error *err) {
    const at_span bytes = {at_text_string(&shown->bytes), shown->bytes.bytes};
    at_error why = {0};
    const at_status status = at_encoding_decode(&shown->text, encoding, bytes, NULL, &why);
    if (status == AT_OK)
        shown->encoding = at_encodings[encoding];
    if (status == AT_OK || status == AT_BAD_INPUT)
        return AT_OK;
    if (err != NULL)
        *err = why;
    return status;
}

static at_status say_number(at_fact_show *state, const char *field, uint64_t number,
                            at_error *err) {
    const char *text;
    AT_TRY(at_arena_print(&text, state->arena, err, "%" PRIu64, number));
    return at_show_field(state, field, text, err);
}

/* Where it stands; without a record there is only the address. */
static at_status show_place(at_fact_show *state, const at_address *address,
                            const at_record_place *place, const at_shown_record *shown,
                            at_error *err) {
    const char *content;
    AT_TRY(at_arena_text(&content, state->arena, address->content, err));
    state->what = "record";
    if (place != NULL) {
        AT_TRY(at_show_field(state, "source", place->source_name, err));
        AT_TRY(at_show_field(state, "namespace", place->name_space, err));
        AT_TRY(at_show_field(state, "importer", place->importer, err));
        if (place->line != 0)
            AT_TRY(say_number(state, "line", place->line, err));
        AT_TRY(at_show_field(state, "element", place->element, err));
    }
    AT_TRY(say_number(state, "offset", address->offset, err));
    AT_TRY(say_number(state, "bytes", address->bytes, err));
    AT_TRY(at_show_field(state, "content", content, err));
    AT_TRY(at_show_field(state, "encoding", shown->encoding ? shown->encoding : "not text", err));
    if (place != NULL && place->repeated)
        AT_TRY(at_show_field(state, "repeated", "another record that counts says the same", err));
    if (shown->encoding == NULL)
        return AT_OK;
    const char *text;
    AT_TRY(at_arena_text(&text, state->arena, at_text_string(&shown->text), err));
    return at_show_field(state, "text", text, err);
}

/* Every fact of the record, in the order of kinds. */
static at_status show_facts(at_fact_show *state, at_record_id record, at_error *err) {
    at_fact_list list = {0};
    AT_TRY(state->facts->of_record(state->facts->self, &list, record, err));
    for (size_t i = 0; i < list.count; i++)
        AT_TRY(at_show_fact(state, &list.facts[i], err));
    return AT_OK;
}

at_status at_show_record(at_table *out, at_shown_record *shown, at_reader *reader,
                         const at_address *address, at_arena *arena, at_error *err) {
    const at_record_place *places = NULL;
    size_t count = 0;
    at_encoding encoding;
    at_table table;
    at_table_init(&table, "show", 1, at_show_columns, arena);
    at_fact_show state = {.table = &table, .facts = at_reader_facts(reader), .arena = arena};
    AT_TRY(at_reader_address_bytes(&shown->bytes, reader, address, err));
    AT_TRY(at_reader_records_at(&places, &count, reader, address, err));
    AT_TRY(find_encoding(&encoding, reader, address, count ? &places[0] : NULL, err));
    AT_TRY(decode(shown, encoding, err));
    if (count == 0)
        AT_TRY(show_place(&state, address, NULL, shown, err));
    for (size_t i = 0; i < count; i++) {
        state.record = places[i].record;
        AT_TRY(show_place(&state, address, &places[i], shown, err));
        AT_TRY(show_facts(&state, places[i].record, err));
    }
    if (count == 0)
        AT_TRY(at_table_note(&table, err, "NO_RECORD",
                             "no record that counts begins and ends there: these are bytes of a "
                             "source, as asked"));
    if (count > 0) {
        shown->line = places[0].line;
        shown->source_name = places[0].source_name;
        shown->name_space = places[0].name_space;
    }
    *out = table;
    return AT_OK;
}
