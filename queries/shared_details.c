/* shared_details.c: which parties share an identifier, an address, a phone, a director? */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/names/fold.h"
#include "engine/query.h"

typedef enum detail_kind {
    DETAIL_IDENTIFIER,
    DETAIL_PHONE,
    DETAIL_EMAIL,
    DETAIL_ADDRESS,
    DETAIL_DIRECTOR,
    DETAIL_SIGNATORY,
    DETAIL_DEVICE,
} detail_kind;

static const char *const detail_words[] = {"identifier", "phone",     "email",  "address",
                                           "director",   "signatory", "device", NULL};

/* Numbers that only mean something beside the country that gave them. */
static const char *const national_types[] = {"national_id",  "passport", "tax",
                                             "registration", "plate",    NULL};
/* Identifiers that several parties use by right. */
static const char *const open_types[] = {"bic", "url", "handle", "isin", "other", NULL};

/* One party's use of one detail. */
typedef struct detail_use {
    detail_kind kind;
    const char *type;  /* of the identifier, or the word of the kind */
    const char *key;   /* what is compared; for directors their id */
    const char *apart; /* countries that keep equal numbers apart, "" = not stated */
    const char *text;  /* as written, or the director's name */
    const char *country;
    at_thing party;
    const char *party_id, *title;
    at_period period;
    at_record_id record;
} detail_use;

typedef struct detail_search {
    at_table *table;
    const at_question *question;
    detail_use *uses;
    size_t count, capacity;
    unsigned kinds;
    int64_t since_us, until_us;
    const bool *wanted; /* by thing; NULL = every party */
    size_t max_parties, wide_count;
} detail_search;

static bool touches(const detail_search *search, const at_period *period) {
    return (search->until_us == AT_TIME_NONE || period->since_us <= search->until_us) &&
           (search->since_us == AT_TIME_NONE || period->until_us == AT_TIME_NONE ||
            period->until_us > search->since_us);
}

static at_status add_use(detail_search *search, detail_use use, const at_ref *party,
                         at_error *err) {
    const at_facts *facts = search->question->facts;
    at_thing_view view;
    if (!(search->kinds >> use.kind & 1) || party->thing == 0 || use.key == NULL ||
        use.key[0] == '\0' || !touches(search, &use.period))
        return AT_OK;
    AT_TRY(facts->view(facts->self, &view, party->thing, err));
    if (view.kind != AT_PARTY)
        return AT_OK;
    use.party = party->thing;
    use.party_id = view.shown;
    use.title = view.title;
    AT_TRY(AT_GROW(&search->uses, &search->capacity, search->count, search->question->arena, err));
    search->uses[search->count++] = use;
    return AT_OK;
}

static at_status list_all(at_fact_list *out, const detail_search *search, at_kind kind,
                          at_error *err) {
    const at_facts *facts = search->question->facts;
    return facts->list(facts->self, out, kind, 0, err);
}

/* --- Where details are stated ----------------------------------------------------------------- */

static at_status add_identifiers(detail_search *search, at_error *err) {
    at_fact_list list;
    AT_TRY(list_all(&list, search, AT_IDENTIFIER, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_identifier *identifier = &list.facts[i].identifier;
        const bool national = at_word_find(national_types, identifier->type) >= 0;
        detail_use use = {.kind = at_text_equal(identifier->type, "phone")   ? DETAIL_PHONE
                                  : at_text_equal(identifier->type, "email") ? DETAIL_EMAIL
                                                                             : DETAIL_IDENTIFIER,
                          .type = identifier->type,
                          .key = identifier->key ? identifier->key : identifier->text,
                          .apart = national && identifier->country ? identifier->country : "",
                          .text = identifier->text,
                          .country = identifier->country,
                          .period = identifier->period,
                          .record = list.facts[i].record};
        if (at_word_find(open_types, identifier->type) < 0)
            AT_TRY(add_use(search, use, &identifier->of, err));
    }
    return AT_OK;
}

static at_status add_addresses(detail_search *search, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text key = {0};
    at_fact_list list;
    AT_TRY(list_all(&list, search, AT_PARTY, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_party *party = &list.facts[i].party;
        detail_use use = {.kind = DETAIL_ADDRESS,
                          .type = "address",
                          .apart = "",
                          .text = party->address,
                          .period = {AT_TIME_NONE, AT_TIME_NONE},
                          .record = list.facts[i].record};
        if (party->address == NULL || !(search->kinds >> DETAIL_ADDRESS & 1))
            continue;
        at_text_reset(&key);
        AT_TRY(at_fold_key(&key, party->address, err));
        AT_TRY(at_arena_text(&use.key, search->question->arena, at_text_string(&key), err));
        AT_TRY(add_use(search, use, &party->self, err));
    }
    return AT_OK;
}

/* A company shares who directs it or signs for it. */
static at_status add_office(detail_search *search, detail_kind kind, const at_ref *officer,
                            const at_ref *company, const at_period *period, at_record_id record,
                            at_error *err) {
    const at_facts *facts = search->question->facts;
    at_thing_view view = {.shown = officer->id};
    if (officer->thing != 0)
        AT_TRY(facts->view(facts->self, &view, officer->thing, err));
    const detail_use use = {.kind = kind,
                            .type = detail_words[kind],
                            .key = view.shown,
                            .apart = "",
                            .text = view.title,
                            .period = *period,
                            .record = record};
    return add_use(search, use, company, err);
}

static at_status add_offices(detail_search *search, at_error *err) {
    at_fact_list list;
    AT_TRY(list_all(&list, search, AT_HOLDING, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_holding *holding = &list.facts[i].holding;
        if (holding->interest == AT_DIRECTOR || holding->interest == AT_SIGNATORY)
            AT_TRY(add_office(
                search, holding->interest == AT_DIRECTOR ? DETAIL_DIRECTOR : DETAIL_SIGNATORY,
                &holding->owner, &holding->owned, &holding->period, list.facts[i].record, err));
    }
    return AT_OK;
}

/* "a shares_phone b" names no phone: the pair itself is the detail. */
static at_status add_pair(detail_search *search, detail_kind kind, const at_link *link,
                          at_record_id record, at_error *err) {
    const at_facts *facts = search->question->facts;
    at_thing_view a, b;
    detail_use use = {.kind = kind,
                      .type = detail_words[kind],
                      .apart = "",
                      .text = link->suspected ? "suspected to be shared" : "stated to be shared",
                      .period = link->period,
                      .record = record};
    if (link->a.thing == 0 || link->b.thing == 0)
        return AT_OK;
    AT_TRY(facts->view(facts->self, &a, link->a.thing, err));
    AT_TRY(facts->view(facts->self, &b, link->b.thing, err));
    const bool in_order = at_text_compare(a.shown, b.shown) <= 0;
    AT_TRY(at_arena_print(&use.key, search->question->arena, err, "%s,%s",
                          in_order ? a.shown : b.shown, in_order ? b.shown : a.shown));
    AT_TRY(add_use(search, use, &link->a, err));
    return add_use(search, use, &link->b, err);
}

static at_status add_links(detail_search *search, at_error *err) {
    static const struct {
        const char *link;
        detail_kind kind;
    } rows[] = {{"shares_address", DETAIL_ADDRESS},
                {"shares_phone", DETAIL_PHONE},
                {"shares_device", DETAIL_DEVICE}};
    at_fact_list list;
    AT_TRY(list_all(&list, search, AT_LINK, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_link *link = &list.facts[i].link;
        if (at_text_equal(link->kind, "directs") || at_text_equal(link->kind, "signs_for"))
            AT_TRY(add_office(search, link->kind[0] == 'd' ? DETAIL_DIRECTOR : DETAIL_SIGNATORY,
                              &link->a, &link->b, &link->period, list.facts[i].record, err));
        for (size_t k = 0; k < AT_COUNT(rows); k++)
            if (at_text_equal(link->kind, rows[k].link))
                AT_TRY(add_pair(search, rows[k].kind, link, list.facts[i].record, err));
    }
    return AT_OK;
}

/* --- Groups ----------------------------------------------------------------------------------- */

static int compare_details(const detail_use *a, const detail_use *b) {
    const int order = at_text_compare(a->type, b->type);
    return order ? order : at_text_compare(a->key, b->key);
}

static int compare_uses(const void *left, const void *right) {
    const detail_use *a = left, *b = right;
    int order = compare_details(a, b);
    order = order ? order : at_text_compare(a->party_id, b->party_id);
    order = order ? order : at_text_compare(a->text, b->text);
    order = order ? order : at_text_compare(a->country, b->country);
    if (order == 0 && a->period.since_us != b->period.since_us)
        order = a->period.since_us < b->period.since_us ? -1 : 1;
    if (order == 0 && a->period.until_us != b->period.until_us)
        order = a->period.until_us < b->period.until_us ? -1 : 1;
    return order ? order : (a->record > b->record) - (a->record < b->record);
}

/* Is this use part of the group of one country? One without a country is part of each. */
static bool is_in(const detail_use *use, const char *country) {
    return country == NULL || use->apart[0] == '\0' || strcmp(use->apart, country) == 0;
}

/* Does the printed row of a use say what the row of the one before says? */
static bool repeats(const detail_use *use, const detail_use *before) {
    return before != NULL && use->party == before->party &&
           at_text_equal(use->text, before->text) && at_text_equal(use->country, before->country) &&
           use->period.since_us == before->period.since_us &&
           use->period.until_us == before->period.until_us;
}

/* A stated day has no hour. */
static void set_time(at_cell *cell, int64_t us) {
    at_cell_time(cell, us, us != AT_TIME_NONE && us % AT_US_PER_DAY == 0 ? AT_DAY : AT_MICROSECOND);
}

static at_status put_use(at_row **row, at_table *table, const detail_use *use, size_t parties,
                         at_error *err) {
    enum { DETAIL, SHARED, PARTIES, PARTY, TITLE, TEXT, COUNTRY, SINCE, UNTIL };
    AT_TRY(at_table_row(row, table, err));
    at_cell_text(&(*row)->cells[DETAIL], use->type);
    at_cell_text(&(*row)->cells[SHARED], use->key);
    at_cell_integer(&(*row)->cells[PARTIES], (int64_t)parties);
    at_cell_text(&(*row)->cells[PARTY], use->party_id);
    at_cell_text(&(*row)->cells[TITLE], use->title);
    at_cell_text(&(*row)->cells[TEXT], use->text);
    at_cell_text(&(*row)->cells[COUNTRY], use->country);
    set_time(&(*row)->cells[SINCE], use->period.since_us);
    set_time(&(*row)->cells[UNTIL], use->period.until_us);
    return AT_OK;
}

/* One group, of the uses of one country where that matters. */
static at_status put_group(detail_search *search, const detail_use *uses, size_t count,
                           const char *country, at_error *err) {
    const detail_use *before = NULL;
    at_thing last = 0;
    size_t parties = 0;
    bool wanted = search->wanted == NULL;
    at_row *row = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!is_in(&uses[i], country))
            continue;
        parties += uses[i].party != last;
        last = uses[i].party;
        wanted = wanted || search->wanted[last];
    }
    if (parties < 2 || !wanted)
        return AT_OK;
    if (search->max_parties > 0 && parties > search->max_parties) {
        search->wide_count++;
        return AT_OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_in(&uses[i], country))
            continue;
        if (!repeats(&uses[i], before))
            AT_TRY(put_use(&row, search->table, &uses[i], parties, err));
        AT_TRY(at_row_cite(row, search->table, uses[i].record, err));
        before = &uses[i];
    }
    return AT_OK;
}

/* Equal national numbers of two countries are two details; each country once, in their order. */
static at_status put_groups(detail_search *search, const detail_use *uses, size_t count,
                            at_error *err) {
    const char *country = NULL, *next = NULL;
    do {
        next = NULL;
        for (size_t i = 0; i < count; i++)
            if (uses[i].apart[0] != '\0' &&
                (country == NULL || strcmp(uses[i].apart, country) > 0) &&
                (next == NULL || strcmp(uses[i].apart, next) < 0))
                next = uses[i].apart;
        if (next != NULL || country == NULL)
            AT_TRY(put_group(search, uses, count, next, err));
        country = next;
    } while (country != NULL);
    return AT_OK;
}

static at_status read_wanted(detail_search *search, at_error *err) {
    bool *wanted;
    if (at_question_get(search->question, "of") == NULL)
        return AT_OK;
    AT_TRY(AT_NEW(&wanted, search->question->arena, search->question->facts->thing_limit, err));
    for (const at_argument *item = at_question_get(search->question, "of"); item != NULL;
         item = at_question_next(search->question, item))
        wanted[item->thing] = true;
    search->wanted = wanted;
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    detail_search search = {.table = out,
                            .question = question,
                            .since_us = at_question_time(question, "since"),
                            .until_us = at_question_time(question, "until"),
                            .max_parties = (size_t)at_question_number(question, "max_parties")};
    for (const at_argument *item = at_question_get(question, "detail"); item != NULL;
         item = at_question_next(question, item))
        search.kinds |= 1u << item->number;
    if (search.kinds == 0)
        search.kinds = (1u << (DETAIL_DEVICE + 1)) - 1;
    AT_TRY(read_wanted(&search, err));
    AT_TRY(add_identifiers(&search, err));
    AT_TRY(add_addresses(&search, err));
    AT_TRY(add_offices(&search, err));
    AT_TRY(add_links(&search, err));
    if (search.count > 1)
        qsort(search.uses, search.count, sizeof *search.uses, compare_uses);
    for (size_t start = 0, end = 0; start < search.count; start = end) {
        for (end = start + 1;
             end < search.count && compare_details(&search.uses[start], &search.uses[end]) == 0;)
            end++;
        AT_TRY(put_groups(&search, &search.uses[start], end - start, err));
    }
    if (search.wide_count == 0)
        return AT_OK;
    return at_table_note(out, err, "SHARED_WIDELY",
                         "details that more than %zu parties share are left out: %zu",
                         search.max_parties, search.wide_count);
}

const at_query query_shared_details = {
    .name = "shared_details",
    .summary = "identifiers, addresses, phones, directors that several parties share",
    .version = 1,
    .needs = AT_NEEDS_FACTS,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_THING,
             .summary = "only what these parties share with others; without it, all",
             .repeat = true,
             .kinds = AT_KIND_BIT(AT_PARTY)},
            {.name = "detail",
             .type = AT_ARG_CHOICE,
             .summary = "only details of this kind; all unless said",
             .repeat = true,
             .choices = detail_words},
            {.name = "max_parties",
             .type = AT_ARG_COUNT,
             .fallback = "50",
             .summary = "leave out what more parties share than this; 0 = nothing"},
            {.name = "since", .type = AT_ARG_START, .summary = "only what held after this time"},
            {.name = "until", .type = AT_ARG_END, .summary = "only what held before this time"},
            {0},
        },
    .columns =
        (const at_column[]){
            {"detail", AT_COLUMN_TEXT,
             "type of identifier, or address, phone, email, director, signatory, device"},
            {"shared", AT_COLUMN_TEXT,
             "its form for comparison; the id of a director or signatory"},
            {"parties", AT_COLUMN_COUNT, "how many share it; their rows follow"},
            {"party", AT_COLUMN_ID, "who has it"},
            {"title", AT_COLUMN_TEXT, "the party's name"},
            {"text", AT_COLUMN_TEXT, "as written for this party; the director's name"},
            {"country", AT_COLUMN_TEXT, "of the identifier; national numbers are kept apart by it"},
            {"since", AT_COLUMN_TIME, "first day, where stated"},
            {"until", AT_COLUMN_TIME, "first day it no longer holds, where stated"},
            {0},
        },
    .run = run,
    .limits = "Sharing a detail is no proof of acting together. Addresses are compared as written "
              "but for case, marks and punctuation.",
};
