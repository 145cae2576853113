#include "engine/evidence/entry.h"

#include <inttypes.h>
#include <string.h>

#include "engine/evidence/document.h"
#include "engine/model/facts.h"

at_status at_entry_add(at_entry_list *list, const char *field, const char *value,
                       const char *currency, const char *source, at_error *err) {
    at_entry *entry = NULL;
    if (value == NULL || *value == '\0')
        return AT_OK;
    for (size_t i = 0; i < list->count && entry == NULL; i++)
        if (strcmp(list->items[i].field, field) == 0 && strcmp(list->items[i].value, value) == 0 &&
            at_text_equal(list->items[i].currency, currency))
            entry = &list->items[i];
    if (entry == NULL) {
        AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, list->arena, err));
        entry = &list->items[list->count++];
        *entry = (at_entry){.field = field, .value = value, .currency = currency};
    }
    if (source == NULL)
        return AT_OK;
    for (size_t i = 0; i < entry->source_count; i++)
        if (strcmp(entry->sources[i], source) == 0)
            return AT_OK;
    AT_TRY(
        AT_GROW(&entry->sources, &entry->source_capacity, entry->source_count, list->arena, err));
    entry->sources[entry->source_count++] = source;
    return AT_OK;
}

static at_status add_time(at_entry_list *list, const char *field, int64_t us, const char *source,
                          at_error *err) {
    char text[AT_TIME_TEXT_BYTES];
    const char *copy = NULL;
    if (us == AT_TIME_NONE)
        return AT_OK;
    at_time_format(text, us, us % AT_US_PER_DAY == 0 ? AT_DAY : AT_MICROSECOND);
    AT_TRY(at_arena_text(&copy, list->arena, text, err));
    return at_entry_add(list, field, copy, NULL, source, err);
}

static at_status add_amount(at_entry_list *list, const char *field, int64_t amount,
                            const char *currency, const char *source, at_error *err) {
    const char *copy = NULL;
    if (amount == AT_AMOUNT_NONE || currency == NULL)
        return AT_OK;
    AT_TRY(at_arena_print(&copy, list->arena, err, "%" PRId64, amount));
    return at_entry_add(list, field, copy, currency, source, err);
}

/* "1968-04-02", "1968-01-01/1968-12-31", with the words as written when they differ. */
static at_status add_date(at_entry_list *list, const char *field, const at_date_range *range,
                          const char *source, at_error *err) {
    char first[AT_TIME_TEXT_BYTES] = "", last[AT_TIME_TEXT_BYTES] = "";
    const char *text = NULL, *shown = NULL;
    if (range->earliest == AT_DAY_NONE || range->latest == AT_DAY_NONE)
        return at_entry_add(list, field, range->text, NULL, source, err);
    at_day_format(first, range->earliest);
    at_day_format(last, range->latest);
    const bool exact = range->earliest == range->latest;
    AT_TRY(at_arena_print(&text, list->arena, err, "%s%s%s", first, exact ? "" : "/",
                          exact ? "" : last));
    if (range->text == NULL || strcmp(range->text, text) == 0)
        return at_entry_add(list, field, text, NULL, source, err);
    AT_TRY(at_arena_print(&shown, list->arena, err, "%s (%s)", text, range->text));
    return at_entry_add(list, field, shown, NULL, source, err);
}

/* Texts that need no more than their label. */
typedef struct labelled {
    const char *field, *value;
} labelled;

static at_status add_texts(at_entry_list *list, const labelled *texts, size_t count,
                           const char *source, at_error *err) {
    for (size_t i = 0; i < count; i++)
        AT_TRY(at_entry_add(list, texts[i].field, texts[i].value, NULL, source, err));
    return AT_OK;
}

static at_status add_party(at_entry_list *list, const at_party *party, const char *source,
                           at_error *err) {
    static const char *const name_fields[] = {"name", "alias", "former_name", "maiden_name",
                                              "transliteration"};
    const labelled texts[] = {
        {"birth_place", party->birth_place},   {"father", party->father},
        {"grandfather", party->grandfather},   {"sex", party->sex},
        {"nationality", party->nationality},   {"residence", party->residence},
        {"registration", party->registration}, {"address", party->address},
        {"legal_form", party->legal_form},     {"status", party->status},
    };
    for (size_t i = 0; i < party->name_count; i++)
        AT_TRY(at_entry_add(list, name_fields[party->names[i].kind], party->names[i].text, NULL,
                            source, err));
    if (party->type != AT_PARTY_UNKNOWN)
        AT_TRY(at_entry_add(list, "type", at_party_types[party->type], NULL, source, err));
    AT_TRY(add_date(list, "birth_date", &party->birth, source, err));
    AT_TRY(add_date(list, "death_date", &party->death, source, err));
    AT_TRY(add_texts(list, texts, AT_COUNT(texts), source, err));
    AT_TRY(add_time(list, "founded", party->founded_us, source, err));
    return add_time(list, "dissolved", party->dissolved_us, source, err);
}

static at_status add_account(at_entry_list *list, const at_account *account, const char *source,
                             at_error *err) {
    const labelled texts[] = {
        {"type", at_account_kinds[account->kind]},
        {"currency", account->currency},
        {"institution", account->institution},
        {"bic", account->bic},
        {"branch", account->branch},
        {"country", account->country},
        {"holder", account->holder.id},
    };
    AT_TRY(add_texts(list, texts, AT_COUNT(texts), source, err));
    AT_TRY(add_time(list, "opened", account->period.since_us, source, err));
    AT_TRY(add_time(list, "closed", account->period.until_us, source, err));
    return add_amount(list, "opening_balance", account->opening, account->currency, source, err);
}

static at_status add_asset(at_entry_list *list, const at_asset *asset, const char *source,
                           at_error *err) {
    const labelled texts[] = {
        {"type", asset->type},   {"description", asset->description}, {"country", asset->country},
        {"place", asset->place}, {"encumbrance", asset->encumbrance},
    };
    AT_TRY(add_texts(list, texts, AT_COUNT(texts), source, err));
    AT_TRY(add_amount(list, "stated_value", asset->value, asset->currency, source, err));
    AT_TRY(add_time(list, "valued_on", asset->valued_on_us, source, err));
    return at_entry_add(list, "basis", asset->basis, NULL, source, err);
}

static at_status add_joined(at_entry_list *list, const char *field, const char *const *parts,
                            size_t count, const char *source, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = 1 << 20};
    const char *copy = NULL;
    for (size_t i = 0; i < count; i++)
        if (parts[i] != NULL && *parts[i] != '\0')
            AT_TRY(at_text_print(&text, err, "%s%s", text.bytes > 0 ? ", " : "", parts[i]));
    AT_TRY(at_arena_copy(&copy, list->arena, at_text_string(&text), text.bytes, err));
    return at_entry_add(list, field, copy, NULL, source, err);
}

at_status at_entry_add_fact(at_entry_list *list, const at_fact *fact, at_error *err) {
    const char *source = NULL;
    const unsigned shown = AT_KIND_BIT(AT_PARTY) | AT_KIND_BIT(AT_ACCOUNT) | AT_KIND_BIT(AT_ASSET) |
                           AT_KIND_BIT(AT_IDENTIFIER) | AT_KIND_BIT(AT_LISTING);
    if (!(shown & AT_KIND_BIT(fact->kind)))
        return AT_OK;
    AT_TRY(at_cites_use(&source, list->cites, fact->record, err));
    switch (fact->kind) {
    case AT_PARTY:
        return add_party(list, &fact->party, source, err);
    case AT_ACCOUNT:
        return add_account(list, &fact->account, source, err);
    case AT_ASSET:
        return add_asset(list, &fact->asset, source, err);
    case AT_IDENTIFIER: {
        const char *const parts[] = {fact->identifier.type, fact->identifier.text,
                                     fact->identifier.country, fact->identifier.issuer};
        return add_joined(list, "identifier", parts, AT_COUNT(parts), source, err);
    }
    case AT_LISTING: {
        const char *const parts[] = {fact->listing.kind, fact->listing.list,
                                     fact->listing.programme, fact->listing.authority,
                                     fact->listing.number};
        return add_joined(list, "listing", parts, AT_COUNT(parts), source, err);
    }
    default:
        return AT_OK;
    }
}

void at_entry_write(at_json_writer *writer, const at_entry_list *list) {
    at_json_array(writer);
    for (size_t i = 0; i < list->count; i++) {
        const at_entry *entry = &list->items[i];
        at_json_object(writer);
        at_document_put(writer, "currency", entry->currency);
        at_document_put(writer, "field", entry->field);
        at_json_put_key(writer, "sources");
        at_json_array(writer);
        for (size_t k = 0; k < entry->source_count; k++)
            at_json_put_text(writer, entry->sources[k]);
        at_json_array_end(writer);
        at_document_put(writer, "value", entry->value);
        at_json_object_end(writer);
    }
    at_json_array_end(writer);
}
