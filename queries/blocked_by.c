/* blocked_by.c: which companies fall under the 50 % rules because of designated persons? */
#include "queries/ownership_support.h"

enum { COMPANY, ROUND, SUM, VERDICT, TITLE, PERSONS, BASIS, HOLDERS, EDITION };
enum { OFAC, UK, EU };
enum { LATEST, EARLIER };

static const char *const rules[] = {"ofac", "uk", "eu", NULL};
static const char *const editions[] = {"latest", "earlier", NULL};

/* The day since which the EU counts half, not only more: Council best practices of 3 July 2024. */
enum { EU_HALF_YEAR = 2024, EU_HALF_MONTH = 7, EU_HALF_DAY = 3 };

typedef struct block_rule {
    at_rule reach;
    bool together; /* several persons count as one */
    const char *edition;
} block_rule;

/* One company and the best reason for it. */
typedef struct block_finding {
    const at_reached *reached;
    uint32_t *persons; /* seeds that reach it, places in the list */
    size_t person_count;
} block_finding;

static bool is_earlier(const at_question *question) {
    const at_argument *edition = at_question_get(question, "edition");
    int64_t as_of_us = at_question_time(question, "as_of");
    if (edition != NULL)
        return edition->number == EARLIER;
    return as_of_us != AT_TIME_NONE &&
           as_of_us <
               (int64_t)at_day_from_date(EU_HALF_YEAR, EU_HALF_MONTH, EU_HALF_DAY) * AT_US_PER_DAY;
}

static at_status read_rule(block_rule *out, const at_ownership *all, const at_question *question,
                           at_error *err) {
    int64_t name = at_question_number(question, "rule");
    const at_argument *edition = at_question_get(question, "edition");
    const bool earlier = name == EU && is_earlier(question);
    const at_bar half = {&all->capital, {1, 2}, AT_AT_LEAST};
    const at_bar more = {&all->capital, {1, 2}, AT_MORE_THAN};
    const at_bar votes = {&all->voting, {1, 2}, AT_MORE_THAN};
    if (name != EU && edition != NULL && edition->number == EARLIER) {
        at_fail(err, AT_BAD_INPUT, "E-BLOCKED-EDITION", "no earlier edition of \"%s\" is known",
                rules[name]);
        at_hint(err, "leave edition out");
        return AT_BAD_INPUT;
    }
    switch (name) {
    case OFAC:
        *out = (block_rule){{{half}, 1}, true, "ofac: 50 % or more, together"};
        break;
    case UK:
        *out = (block_rule){
            {{more, votes}, 2}, false, "uk: more than 50 % of shares or votes, each person alone"};
        break;
    default:
        *out = (block_rule){
            {{earlier ? more : half, votes}, 2},
            true,
            earlier ? "eu until 2024-07-02: more than 50 % of shares or votes, together"
                    : "eu since 2024-07-03: 50 % of shares or more, or most votes, together"};
    }
    return AT_OK;
}

/* Certain before possible, then by round, then by sum. */
static bool better(const at_reached *a, const at_reached *b) {
    if (a->verdict != b->verdict)
        return a->verdict > b->verdict;
    if (a->round != b->round)
        return a->round < b->round;
    return a->sum > b->sum;
}

static at_status add_row(at_table *table, const block_finding *finding, const block_rule *rule,
                         const at_ownership *all, const uint32_t *seeds,
                         const at_question *question, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text persons = {0};
    const at_reached *reached = finding->reached;
    const at_body *body = &all->bodies[reached->body];
    const at_matrix *matrix = rule->reach.bars[reached->bar].matrix;
    const char *kept;
    at_row *row;
    AT_TRY(at_table_row(&row, table, err));
    at_cell_text(&row->cells[COMPANY], body->id);
    at_cell_integer(&row->cells[ROUND], reached->round);
    at_cell_real(&row->cells[SUM], reached->sum);
    at_cell_text(&row->cells[VERDICT],
                 reached->verdict == AT_VERDICT_DEFINITE ? "definite" : "possible");
    AT_TRY(at_cell_title(&row->cells[TITLE], question->facts, body, err));
    for (size_t i = 0; i < finding->person_count; i++)
        AT_TRY(at_text_print(&persons, err, "%s%s", i > 0 ? ", " : "",
                             all->bodies[seeds[finding->persons[i]]].id));
    AT_TRY(at_arena_text(&kept, table->arena, at_text_string(&persons), err));
    at_cell_text(&row->cells[PERSONS], kept);
    at_cell_text(&row->cells[BASIS], matrix == &all->voting ? "votes" : "shares");
    AT_TRY(at_cell_holders(row, HOLDERS, table, all, matrix, reached, err));
    at_cell_text(&row->cells[EDITION], rule->edition);
    return at_row_cite(row, table, body->record, err);
}

/* What each person reaches alone, or all of them together; each company once. */
static at_status find_blocked(block_finding *findings, bool *concerned, const block_rule *rule,
                              const uint32_t *seeds, size_t seed_count, uint32_t body_count,
                              at_arena *arena, at_error *err) {
    const size_t runs = rule->together ? 1 : seed_count;
    for (size_t run = 0; run < runs; run++) {
        at_reached_list list;
        AT_TRY(at_reached_find(&list, &rule->reach, &seeds[run], rule->together ? seed_count : 1,
                               arena, err));
        for (uint32_t body = 0; body < body_count; body++)
            concerned[body] |= list.concerned[body];
        for (size_t i = 0; i < list.count; i++) {
            block_finding *finding = &findings[list.items[i].body];
            if (finding->reached == NULL || better(&list.items[i], finding->reached))
                finding->reached = &list.items[i];
            if (finding->persons == NULL)
                AT_TRY(AT_NEW(&finding->persons, arena, seed_count, err));
            for (size_t k = 0; k < (rule->together ? seed_count : 1); k++)
                finding->persons[finding->person_count++] = (uint32_t)(run + k);
        }
    }
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    at_ownership all;
    block_rule rule;
    block_finding *findings;
    bool *concerned;
    uint32_t *seeds;
    size_t seed_count;
    AT_TRY(at_ownership_ask(&all, question, err));
    AT_TRY(read_rule(&rule, &all, question, err));
    AT_TRY(at_table_note(out, err, "EDITION", "%s", rule.edition));
    AT_TRY(at_ownership_seeds(&seeds, &seed_count, out, &all, question, err));
    if (seed_count == 0)
        return AT_OK;
    AT_TRY(AT_NEW(&findings, question->arena, all.body_count, err));
    AT_TRY(AT_NEW(&concerned, question->arena, all.body_count, err));
    AT_TRY(find_blocked(findings, concerned, &rule, seeds, seed_count, all.body_count,
                        question->arena, err));
    for (uint32_t body = 0; body < all.body_count; body++)
        if (findings[body].reached != NULL && all.bodies[body].kind == AT_PARTY)
            AT_TRY(add_row(out, &findings[body], &rule, &all, seeds, question, err));
    AT_TRY(at_ownership_notes(out, &all, concerned, question, err));
    return at_table_sort(out, err);
}

const at_query query_blocked_by = {
    .name = "blocked_by",
    .summary = "companies that the 50 % rules of sanctions reach through designated persons",
    .version = 1,
    .needs = AT_NEEDS_FACTS,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_THING,
             .summary = "the designated persons",
             .required = true,
             .repeat = true,
             .kinds = AT_KIND_BIT(AT_PARTY)},
            {.name = "rule",
             .type = AT_ARG_CHOICE,
             .summary = "ofac: half or more, together; uk: more than half, each alone; eu: half or "
                        "more, together",
             .required = true,
             .choices = rules},
            {.name = "edition",
             .type = AT_ARG_CHOICE,
             .summary = "of the rule: earlier is eu before 2024-07-03, more than half; without it, "
                        "the one in force at as_of",
             .choices = editions},
            AT_OWNERSHIP_ARGS,
            {0},
        },
    .columns =
        (const at_column[]){
            {"company", AT_COLUMN_ID, "the company reached"},
            {"round", AT_COLUMN_COUNT, "1 = held by the persons, 2 = with what 1 holds, ..."},
            {"sum", AT_COLUMN_SHARE, "what the persons and the companies of earlier rounds hold"},
            {"verdict", AT_COLUMN_TEXT, "definite, or possible within the stated ranges"},
            {"title", AT_COLUMN_TEXT, "name"},
            {"persons", AT_COLUMN_TEXT, "through whom; under uk each of them alone"},
            {"basis", AT_COLUMN_TEXT, "shares or votes"},
            {"holders", AT_COLUMN_TEXT, "who holds that sum"},
            {"edition", AT_COLUMN_TEXT, "the rule applied"},
            {0},
        },
    .run = run,
    .limits = "A finding about recorded shares and votes, not a listing and not a legal "
              "determination: control by other means is not computed.",
};
