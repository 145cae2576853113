/* asset_history.c: who held an asset, an account or a company when, and do the records fit? */
#include <stdlib.h>
#include <string.h>

#include "queries/held_support.h"
#include "engine/network/tenure.h"

enum {
    THING,
    STATE,
    SINCE,
    UNTIL,
    OWNER,
    INTEREST,
    SHARE,
    SHARE_HI,
    NOMINEE_FOR,
    STATED_BY,
    TITLE
};
enum { HOLDER = AT_DIRECTOR + 1, CLAIMS_MAX = 4000 };

/* In the order of at_interest, then the holder that an account's own record names. */
static const char *const interest_words[] = {
    "capital",           "votes",    "control", "trustee", "beneficiary", "signatory",
    "registered_keeper", "director", "holder",  NULL};

/* One statement that somebody held the thing. */
typedef struct claim {
    at_thing owner;
    const char *owner_id, *title; /* how it is shown */
    int interest;
    at_share share;
    at_period period;
    const char *nominee_for, *stated_by;
    at_record_id record;
} claim;

typedef struct history {
    at_table *table;
    const at_question *question;
    at_thing_view thing;
    claim *claims;
    size_t count, capacity;
    unsigned interests; /* bits */
    int64_t since_us, until_us;
} history;

static at_status add_claim(history *past, claim *item, const at_ref *owner, at_error *err) {
    const at_facts *facts = past->question->facts;
    at_thing_view view = {.shown = owner->id};
    if (!(past->interests >> item->interest & 1) || owner->id == NULL)
        return AT_OK;
    if (owner->thing != 0)
        AT_TRY(facts->view(facts->self, &view, owner->thing, err));
    item->owner = owner->thing;
    item->owner_id = view.shown;
    item->title = view.title;
    AT_TRY(AT_GROW(&past->claims, &past->capacity, past->count, past->question->arena, err));
    past->claims[past->count++] = *item;
    return AT_OK;
}

static at_status name_principal(const char **out, const history *past, const at_ref *principal,
                                at_error *err) {
    const at_facts *facts = past->question->facts;
    at_thing_view view;
    *out = NULL;
    if (principal->id == NULL)
        return AT_OK;
    *out = principal->id[0] != '\0' ? principal->id : "?"; /* of somebody not named */
    if (principal->thing == 0)
        return AT_OK;
    AT_TRY(facts->view(facts->self, &view, principal->thing, err));
    *out = view.shown;
    return AT_OK;
}

static at_status collect(history *past, at_thing thing, at_error *err) {
    const at_facts *facts = past->question->facts;
    at_fact_list list;
    past->count = 0;
    AT_TRY(facts->list(facts->self, &list, AT_HOLDING, thing, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_holding *holding = &list.facts[i].holding;
        claim item = {.interest = holding->interest,
                      .share = holding->share,
                      .period = holding->period,
                      .stated_by = holding->stated_by,
                      .record = list.facts[i].record};
        if (holding->owned.thing != thing)
            continue;
        AT_TRY(name_principal(&item.nominee_for, past, &holding->nominee_for, err));
        AT_TRY(add_claim(past, &item, &holding->owner, err));
    }
    AT_TRY(facts->list(facts->self, &list, AT_ACCOUNT, thing, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_account *account = &list.facts[i].account;
        claim item = {.interest = HOLDER,
                      .share = at_share_unknown(),
                      .period = account->period,
                      .record = list.facts[i].record};
        if (account->self.thing == thing)
            AT_TRY(add_claim(past, &item, &account->holder, err));
    }
    return AT_OK;
}

/* --- Rows ------------------------------------------------------------------------------------- */

/* An open beginning comes first, an open end last. */
static int compare_periods(const at_period *a, const at_period *b) {
    if (a->since_us != b->since_us)
        return a->since_us < b->since_us ? -1 : 1;
    if (a->until_us == b->until_us)
        return 0;
    if (a->until_us == AT_TIME_NONE || b->until_us == AT_TIME_NONE)
        return a->until_us == AT_TIME_NONE ? 1 : -1;
    return a->until_us < b->until_us ? -1 : 1;
}

static int compare_shares(const at_share *a, const at_share *b) {
    int order = at_ratio_compare(a->lo, b->lo);
    order = order ? order : at_ratio_compare(a->hi, b->hi);
    return order ? order : a->known - b->known;
}

/* Everything that is printed; equal claims are one row. */
static int compare_stated(const claim *a, const claim *b) {
    int order = compare_periods(&a->period, &b->period);
    order = order ? order : at_text_compare(a->owner_id, b->owner_id);
    order = order ? order : (a->interest > b->interest) - (a->interest < b->interest);
    order = order ? order : compare_shares(&a->share, &b->share);
    order = order ? order : at_text_compare(a->nominee_for, b->nominee_for);
    return order ? order : at_text_compare(a->stated_by, b->stated_by);
}

static int compare_claims(const void *left, const void *right) {
    const claim *a = left, *b = right;
    const int order = compare_stated(a, b);
    return order ? order : (a->record > b->record) - (a->record < b->record);
}

static bool is_asked(const history *past, const at_period *period) {
    return (past->until_us == AT_TIME_NONE || period->since_us <= past->until_us) &&
           (past->since_us == AT_TIME_NONE || period->until_us == AT_TIME_NONE ||
            period->until_us > past->since_us);
}

static void set_time(at_cell *cell, int64_t us) {
    at_cell_time(cell, us, us != AT_TIME_NONE && us % AT_US_PER_DAY == 0 ? AT_DAY : AT_MICROSECOND);
}

static at_status begin_row(at_row **out, const history *past, at_tenure_state state,
                           const at_period *period, at_error *err) {
    AT_TRY(at_table_row(out, past->table, err));
    at_cell_text(&(*out)->cells[THING], past->thing.shown);
    at_cell_text(&(*out)->cells[STATE], at_tenure_text(state));
    set_time(&(*out)->cells[SINCE], period->since_us);
    set_time(&(*out)->cells[UNTIL], period->until_us);
    return AT_OK;
}

static void set_share(at_row *row, const at_share *share) {
    at_cell_ratio(&row->cells[SHARE], share->lo);
    at_cell_ratio(&row->cells[SHARE_HI], share->hi);
}

static at_status put_claims(const history *past, size_t first, size_t end, at_error *err) {
    const claim *item = &past->claims[first];
    at_row *row;
    if (!is_asked(past, &item->period))
        return AT_OK;
    AT_TRY(begin_row(&row, past, AT_TENURE_HELD, &item->period, err));
    at_cell_text(&row->cells[OWNER], item->owner_id);
    at_cell_text(&row->cells[INTEREST], interest_words[item->interest]);
    if (item->share.known)
        set_share(row, &item->share);
    at_cell_text(&row->cells[NOMINEE_FOR], item->nominee_for);
    at_cell_text(&row->cells[STATED_BY], item->stated_by);
    at_cell_text(&row->cells[TITLE], item->title);
    for (size_t i = first; i < end; i++)
        AT_TRY(at_row_cite(row, past->table, past->claims[i].record, err));
    return AT_OK;
}

/* --- Gaps and overlaps ------------------------------------------------------------------------ */

/* Sources by number: the same bytes of the same namespace are one. */
typedef struct source_list {
    at_address *items;
    size_t count, capacity;
} source_list;

static at_status number_source(uint32_t *out, source_list *sources, const history *past,
                               at_record_id record, at_error *err) {
    const at_facts *facts = past->question->facts;
    at_address address;
    AT_TRY(facts->address(facts->self, &address, record, err));
    for (*out = 0; *out < sources->count; ++*out)
        if (strcmp(sources->items[*out].content, address.content) == 0 &&
            at_text_equal(sources->items[*out].name_space, address.name_space))
            return AT_OK;
    AT_TRY(
        AT_GROW(&sources->items, &sources->capacity, sources->count, past->question->arena, err));
    sources->items[sources->count++] = address;
    return AT_OK;
}

static at_status put_tenure(const history *past, const at_tenure *tenure, const size_t *claim_of,
                            at_error *err) {
    AT_CLEANUP(at_text_clear) at_text owners = {0};
    const char *names;
    at_row *row;
    if (!is_asked(past, &tenure->period))
        return AT_OK;
    AT_TRY(begin_row(&row, past, tenure->state, &tenure->period, err));
    for (uint32_t i = 0; i < tenure->title_count; i++) {
        const claim *item = &past->claims[claim_of[tenure->titles[i]]];
        bool named = tenure->state == AT_TENURE_GAP;
        for (uint32_t k = 0; k < i && !named; k++)
            named =
                at_text_equal(past->claims[claim_of[tenure->titles[k]]].owner_id, item->owner_id);
        if (!named)
            AT_TRY(at_text_print(&owners, err, "%s%s", owners.bytes ? "," : "", item->owner_id));
        AT_TRY(at_row_cite(row, past->table, item->record, err));
    }
    AT_TRY(at_arena_text(&names, past->table->arena, at_text_string(&owners), err));
    at_cell_text(&row->cells[OWNER], owners.bytes ? names : NULL);
    at_cell_text(&row->cells[INTEREST], interest_words[AT_CAPITAL]);
    if (tenure->state != AT_TENURE_GAP)
        set_share(row, &tenure->sum);
    return AT_OK;
}

static at_status find_tenures(at_tenures *out, size_t **claim_of_out, const history *past,
                              at_error *err) {
    at_arena *arena = past->question->arena;
    source_list sources = {0};
    at_title *titles;
    size_t *claim_of;
    uint32_t count = 0;
    AT_TRY(AT_NEW(&titles, arena, past->count, err));
    AT_TRY(AT_NEW(&claim_of, arena, past->count, err));
    for (size_t i = 0; i < past->count; i++) {
        const claim *item = &past->claims[i];
        uint32_t owner = 0;
        if (item->interest != AT_CAPITAL && item->interest != HOLDER)
            continue;
        while (!at_text_equal(past->claims[owner].owner_id, item->owner_id))
            owner++;
        titles[count] = (at_title){.owner = owner, .period = item->period, .share = item->share};
        AT_TRY(number_source(&titles[count].source, &sources, past, item->record, err));
        claim_of[count++] = i;
    }
    *claim_of_out = claim_of;
    return at_tenures_find(out, titles, count, past->thing.kind == AT_PARTY, arena, err);
}

/* Claims and findings in one order of time. */
static at_status put_thing(history *past, at_error *err) {
    at_tenures tenures = {0};
    size_t *claim_of = NULL, next = 0;
    if (past->count > 1)
        qsort(past->claims, past->count, sizeof *past->claims, compare_claims);
    if (past->count <= CLAIMS_MAX)
        AT_TRY(find_tenures(&tenures, &claim_of, past, err));
    else
        AT_TRY(at_table_note(past->table, err, "TENURE_LIMIT",
                             "\"%s\" has %zu recorded holders: gaps and overlaps are sought among "
                             "%d at most",
                             past->thing.shown, past->count, CLAIMS_MAX));
    for (size_t start = 0, end = 0; start < past->count; start = end) {
        for (; next < tenures.count &&
               compare_periods(&tenures.items[next].period, &past->claims[start].period) < 0;
             next++)
            AT_TRY(put_tenure(past, &tenures.items[next], claim_of, err));
        for (end = start + 1;
             end < past->count && compare_stated(&past->claims[start], &past->claims[end]) == 0;)
            end++;
        AT_TRY(put_claims(past, start, end, err));
    }
    for (; next < tenures.count; next++)
        AT_TRY(put_tenure(past, &tenures.items[next], claim_of, err));
    if (past->count > 0)
        return AT_OK;
    return at_table_note(past->table, err, "NO_HOLDER", "no record says who held \"%s\"",
                         past->thing.shown);
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    const at_facts *facts = question->facts;
    history past = {.table = out,
                    .question = question,
                    .since_us = at_question_time(question, "since"),
                    .until_us = at_question_time(question, "until")};
    for (const at_argument *item = at_question_get(question, "interest"); item != NULL;
         item = at_question_next(question, item))
        past.interests |= 1u << item->number;
    if (past.interests == 0)
        past.interests = (1u << (HOLDER + 1)) - 1;
    for (const at_argument *item = at_question_get(question, "of"); item != NULL;
         item = at_question_next(question, item)) {
        AT_TRY(facts->view(facts->self, &past.thing, item->thing, err));
        AT_TRY(collect(&past, item->thing, err));
        AT_TRY(put_thing(&past, err));
    }
    return AT_OK;
}

const at_query query_asset_history = {
    .name = "asset_history",
    .summary = "who held an asset, account or company when, with gaps and overlaps",
    .version = 1,
    .needs = AT_NEEDS_FACTS,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_THING,
             .summary = "an asset, an account or a company",
             .required = true,
             .repeat = true,
             .kinds = AT_KIND_BIT(AT_PARTY) | AT_KIND_BIT(AT_ACCOUNT) | AT_KIND_BIT(AT_ASSET)},
            {.name = "interest",
             .type = AT_ARG_CHOICE,
             .summary = "only this kind of holding; all unless said",
             .repeat = true,
             .choices = interest_words},
            {.name = "since", .type = AT_ARG_START, .summary = "only what held after this time"},
            {.name = "until", .type = AT_ARG_END, .summary = "only what held before this time"},
            {0},
        },
    .columns =
        (const at_column[]){
            {"thing", AT_COLUMN_ID, "what was held"},
            {"state", AT_COLUMN_TEXT,
             "held: as recorded; gap: by nobody recorded; overlap: more than the whole; unclear: "
             "several owners, not all shares stated; part: less than the whole"},
            {"since", AT_COLUMN_TIME, "first day; empty where not stated"},
            {"until", AT_COLUMN_TIME, "first day it no longer holds; empty where not stated"},
            {"owner", AT_COLUMN_ID, "who; the owners with commas where they overlap"},
            {"interest", AT_COLUMN_TEXT,
             "capital, votes, control, ..., or holder as an account's record names it; gaps and "
             "overlaps are of capital and holders"},
            {"share", AT_COLUMN_RATIO, "stated; the sum where they overlap; empty = not stated"},
            {"share_hi", AT_COLUMN_RATIO, "upper end of a stated range"},
            {"nominee_for", AT_COLUMN_ID, "in whose interest; ? = somebody not named"},
            {"stated_by", AT_COLUMN_TEXT, "who says so, where the record tells"},
            {"title", AT_COLUMN_TEXT, "the owner's name"},
            {0},
        },
    .run = run,
    .limits = "Recorded titles, not possession. A holding without an end may have ended unseen, "
              "and one without a beginning is taken to have been always.",
};
