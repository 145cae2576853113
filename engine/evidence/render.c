#include "engine/evidence/request.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/evidence/document.h"
#include "engine/evidence/phrase.h"

enum { REQUEST_TEXT_BYTES = 256 << 20 };

typedef struct page {
    at_text *out;
    int language;
    const at_json_value *currencies;
    const char **sources; /* numbered from 1 in the order met */
    size_t source_count, source_capacity;
    size_t *slots; /* hash table of numbers, 0 = free; a power of two of them, at most half full */
    size_t slot_count;
    at_arena *arena;
} page;

static const char *words(const page *to, const char *key) {
    const char *text = at_phrase(key, to->language);
    return text != NULL ? text : key; /* a field of a later version keeps its name */
}

/* Characters that could make a value look like another line, or turn the text around. */
static bool disguises(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static bool right_to_left(const char *value) {
    const size_t bytes = strlen(value);
    for (size_t at = 0; at < bytes;) {
        const uint32_t c = at_utf8_next(value, bytes, &at);
        if ((c >= 0x0590 && c <= 0x08ff) || (c >= 0xfb1d && c <= 0xfdff) ||
            (c >= 0xfe70 && c <= 0xfefc))
            return true;
    }
    return false;
}

/* A value as it stands, isolated (U+2068, U+2069) where scripts of both directions meet. */
static at_status put_value(const page *to, const char *value, at_error *err) {
    const size_t bytes = strlen(value);
    const bool isolate = at_phrase_right_to_left(to->language) || right_to_left(value);
    if (isolate)
        AT_TRY(at_utf8_add(to->out, 0x2068, err));
    for (size_t at = 0; at < bytes;) {
        const uint32_t c = at_utf8_next(value, bytes, &at);
        if (disguises(c))
            AT_TRY(at_text_print(to->out, err, "\\u%04X", (unsigned)c));
        else
            AT_TRY(at_utf8_add(to->out, c, err));
    }
    return isolate ? at_utf8_add(to->out, 0x2069, err) : AT_OK;
}

static int scale_of(const page *to, const char *currency) {
    for (const at_json_value *row = at_json_first(to->currencies); row; row = at_json_next(row)) {
        const char *code = at_json_text(at_json_get(row, "code"));
        int64_t scale = -1;
        if (code != NULL && strcmp(code, currency) == 0 &&
            at_json_int(&scale, at_json_get(row, "scale")) && scale >= 0 && scale <= AT_SCALE_MAX)
            return (int)scale;
    }
    return -1;
}

static at_status put_amount(const page *to, const char *value, const char *currency,
                            at_error *err) {
    char amount[AT_AMOUNT_TEXT_BYTES], text[AT_AMOUNT_TEXT_BYTES + 64];
    const int scale = scale_of(to, currency);
    int64_t minor = 0;
    if (scale < 0 || !at_int_parse(&minor, value)) {
        AT_TRY(put_value(to, value, err));
        AT_TRY(at_text_add_char(to->out, ' ', err));
        return put_value(to, currency, err);
    }
    at_money_format(amount, minor, scale);
    snprintf(text, sizeof text, "%s %.40s", amount, currency);
    return put_value(to, text, err);
}

/* Where a source stands in the table of slots, or where it would: linear probing. */
static size_t *find_slot(const page *to, const char *source) {
    size_t place = 5381;
    for (const char *c = source; *c != '\0'; c++)
        place = place * 33 + (unsigned char)*c;
    for (place &= to->slot_count - 1; to->slots[place] != 0;
         place = (place + 1) & (to->slot_count - 1))
        if (strcmp(to->sources[to->slots[place] - 1], source) == 0)
            break;
    return &to->slots[place];
}

static at_status grow_slots(page *to, at_error *err) {
    to->slot_count = to->slot_count > 0 ? 2 * to->slot_count : 64;
    AT_TRY(AT_NEW(&to->slots, to->arena, to->slot_count, err));
    for (size_t i = 0; i < to->source_count; i++)
        *find_slot(to, to->sources[i]) = i + 1;
    return AT_OK;
}

static at_status number_source(size_t *out, page *to, const char *source, at_error *err) {
    if (2 * to->source_count >= to->slot_count)
        AT_TRY(grow_slots(to, err));
    size_t *slot = find_slot(to, source);
    if (*slot == 0) {
        AT_TRY(AT_GROW(&to->sources, &to->source_capacity, to->source_count, to->arena, err));
        to->sources[to->source_count++] = source;
        *slot = to->source_count;
    }
    *out = *slot;
    return AT_OK;
}

static at_status put_entry(page *to, const at_json_value *entry, const char *indent,
                           at_error *err) {
    const char *field = NULL, *value = NULL, *currency = NULL;
    const at_json_value *sources = NULL;
    AT_TRY(at_document_text(&field, entry, "field", false, err));
    AT_TRY(at_document_text(&value, entry, "value", false, err));
    AT_TRY(at_document_text(&currency, entry, "currency", true, err));
    AT_TRY(at_document_list(&sources, entry, "sources", err));
    AT_TRY(at_text_print(to->out, err, "%s%s: ", indent, words(to, field)));
    AT_TRY(currency != NULL ? put_amount(to, value, currency, err) : put_value(to, value, err));
    for (const at_json_value *item = at_json_first(sources); item; item = at_json_next(item)) {
        size_t number = 0;
        if (at_json_text(item) == NULL)
            return at_json_fail(err, item, "E-BUNDLE-JSON", "a source is no text");
        AT_TRY(number_source(&number, to, at_json_text(item), err));
        AT_TRY(at_text_print(to->out, err, " [%zu]", number));
    }
    return at_text_add_char(to->out, '\n', err);
}

static at_status put_entries(page *to, const at_json_value *holder, const char *indent,
                             at_error *err) {
    const at_json_value *entries = NULL;
    AT_TRY(at_document_list(&entries, holder, "entries", err));
    for (const at_json_value *item = at_json_first(entries); item; item = at_json_next(item))
        AT_TRY(put_entry(to, item, indent, err));
    return AT_OK;
}

static at_status put_group(page *to, const at_json_value *group, at_error *err) {
    const char *id = NULL, *kind = NULL;
    char key[64];
    AT_TRY(at_document_text(&id, group, "id", false, err));
    AT_TRY(at_document_text(&kind, group, "kind", false, err));
    snprintf(key, sizeof key, "kind.%.40s", kind);
    AT_TRY(at_text_print(to->out, err, "  %s ", words(to, key)));
    AT_TRY(put_value(to, id, err));
    AT_TRY(at_text_add_char(to->out, '\n', err));
    return put_entries(to, group, "    ", err);
}

static at_status put_open(const page *to, const at_json_value *open, at_error *err) {
    const char *field = NULL, *by = NULL;
    char key[64];
    AT_TRY(at_document_text(&field, open, "field", false, err));
    AT_TRY(at_document_text(&by, open, "by", false, err));
    snprintf(key, sizeof key, "text.by.%.40s", by);
    return at_text_print(to->out, err, "  [ ] %s: %s (%s)\n", words(to, "text.open"),
                         words(to, field), words(to, key));
}

static at_status put_section(page *to, const at_json_value *section, at_error *err) {
    const char *id = NULL;
    const at_json_value *groups = NULL, *open = NULL;
    char key[64];
    AT_TRY(at_document_text(&id, section, "section", false, err));
    AT_TRY(at_document_list(&groups, section, "groups", err));
    AT_TRY(at_document_list(&open, section, "open", err));
    snprintf(key, sizeof key, "section.%.40s", id);
    if (strlen(id) == 1)
        AT_TRY(at_text_print(to->out, err, "\n%s. %s\n", id, words(to, key)));
    else
        AT_TRY(at_text_print(to->out, err, "\n%s\n", words(to, key)));
    AT_TRY(put_entries(to, section, "  ", err));
    for (const at_json_value *item = at_json_first(groups); item; item = at_json_next(item))
        AT_TRY(put_group(to, item, err));
    for (const at_json_value *item = at_json_first(open); item; item = at_json_next(item))
        AT_TRY(put_open(to, item, err));
    return AT_OK;
}

at_status at_request_render(at_text *out, const at_json_value *request, int language,
                            at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = REQUEST_TEXT_BYTES};
    page to = {.out = out, .language = language, .arena = &arena};
    const at_json_value *sections = NULL;
    AT_TRY(at_document_list(&to.currencies, request, "currencies", err));
    AT_TRY(at_document_list(&sections, request, "sections", err));
    AT_TRY(at_text_print(out, err, "%s\n%s\n", words(&to, "text.heading"),
                         words(&to, "text.authentic")));
    for (const at_json_value *item = at_json_first(sections); item; item = at_json_next(item))
        AT_TRY(put_section(&to, item, err));
    AT_TRY(at_text_print(out, err, "\n%s\n", words(&to, "text.records")));
    for (size_t i = 0; i < to.source_count; i++) {
        AT_TRY(at_text_print(out, err, "  [%zu] ", i + 1));
        AT_TRY(put_value(&to, to.sources[i], err));
        AT_TRY(at_text_add_char(out, '\n', err));
    }
    return AT_OK;
}
