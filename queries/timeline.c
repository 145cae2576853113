/* timeline.c: what happened around these subjects, in the order of time, in two calendars? */
#include "queries/timeline_moment.h"
#include "engine/names/calendar.h"

/* The Solar Hijri date of a moment's day; moments of one day follow each other. */
typedef struct jalali_day {
    int32_t day;
    const char *text;
} jalali_day;

static at_status write_jalali(jalali_day *known, const at_moment *moment, at_arena *arena,
                              at_error *err) {
    enum { YEAR_BYTES = 4, MONTH_BYTES = 7 };
    const int32_t day = at_day_of_time(moment->time_us);
    char text[AT_TIME_TEXT_BYTES];
    if (known->text != NULL && known->day == day && moment->precision <= AT_DAY)
        return AT_OK;
    known->day = day;
    known->text = NULL;
    /* A month or year of one calendar is none of the other; neither is a day before year 1. */
    const at_status status =
        moment->precision > AT_DAY ? AT_BAD_INPUT : at_calendar_format(text, AT_JALALI, day, err);
    if (status != AT_OK)
        return status == AT_BAD_INPUT ? AT_OK : status;
    return at_arena_text(&known->text, arena, text, err);
}

static at_status add_moment(at_table *table, const at_moment *moment, jalali_day *day,
                            at_error *err) {
    enum { TIME, JALALI, KIND, WHAT, THING, COUNTERPARTY, AMOUNT, CURRENCY, TITLE, ID, TEXT };
    at_row *row;
    AT_TRY(write_jalali(day, moment, table->arena, err));
    AT_TRY(at_table_row(&row, table, err));
    at_cell_time(&row->cells[TIME], moment->time_us, moment->precision);
    at_cell_text(&row->cells[JALALI], day->text);
    at_cell_text(&row->cells[KIND], at_moment_kinds[moment->kind]);
    at_cell_text(&row->cells[WHAT], moment->what);
    at_cell_text(&row->cells[THING], moment->thing);
    at_cell_text(&row->cells[COUNTERPARTY], moment->counterparty);
    at_cell_integer(&row->cells[AMOUNT], moment->amount);
    at_cell_text(&row->cells[CURRENCY], moment->currency);
    at_cell_text(&row->cells[TITLE], moment->title);
    at_cell_text(&row->cells[ID], moment->id);
    at_cell_text(&row->cells[TEXT], moment->text);
    row->grade = moment->grade;
    AT_TRY(at_row_cite(row, table, moment->records[0], err));
    return at_row_cite(row, table, moment->records[1], err);
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    at_held held;
    at_moments moments = {.question = question,
                          .held = &held,
                          .since_us = at_question_time(question, "since"),
                          .until_us = at_question_time(question, "until"),
                          .min_amount = at_question_number(question, "min_amount")};
    jalali_day day = {0};
    AT_TRY(at_held_load(&held, question, "of", err));
    for (const at_argument *item = at_question_get(question, "kind"); item != NULL;
         item = at_question_next(question, item))
        moments.kinds |= 1u << item->number;
    if (moments.kinds == 0)
        moments.kinds = (1u << AT_MOMENT_KIND_COUNT) - 1;
    AT_TRY(at_moments_collect(&moments, err));
    for (size_t i = 0; i < moments.count; i++)
        AT_TRY(add_moment(out, &moments.items[i], &day, err));
    if (moments.undated == 0)
        return AT_OK;
    return at_table_note(
        out, err, "UNDATED",
        "holdings, links and listings that state neither beginning nor end are left "
        "out: %zu",
        moments.undated);
}

const at_query query_timeline = {
    .name = "timeline",
    .summary = "events, transfers, holdings of subjects in the order of time, in two calendars",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_THING,
             .summary = "the subjects; a party with its accounts and the assets it holds directly",
             .required = true,
             .repeat = true},
            {.name = "kind",
             .type = AT_ARG_CHOICE,
             .summary = "only moments of this kind; all unless said",
             .repeat = true,
             .choices = at_moment_kinds},
            {.name = "since", .type = AT_ARG_START, .summary = "only from this time on"},
            {.name = "until", .type = AT_ARG_END, .summary = "only up to this time"},
            {.name = "min_amount",
             .type = AT_ARG_AMOUNT,
             .fallback = "0",
             .summary = "leave out smaller transfers (minor units of their currency)"},
            {0},
        },
    .columns =
        (const at_column[]){
            {"time", AT_COLUMN_TIME, "UTC; a date where no hour is recorded"},
            {"jalali", AT_COLUMN_TEXT, "the same day (UTC) in the Solar Hijri calendar"},
            {"kind", AT_COLUMN_TEXT,
             "party, event, listing, link, account, holding, asset or transfer"},
            {"what", AT_COLUMN_TEXT,
             "what happened: out, in, within, opened, capital begins, seizure, ..."},
            {"thing", AT_COLUMN_ID, "the subject, or what it has, that this happened to"},
            {"counterparty", AT_COLUMN_ID, "the other side, or the others with commas"},
            {"amount", AT_COLUMN_AMOUNT, "as debited from or credited to the thing; stated value"},
            {"currency", AT_COLUMN_TEXT, "of the amount"},
            {"title", AT_COLUMN_TEXT,
             "name of the counterparty, or of who holds it; without one, of the thing"},
            {"id", AT_COLUMN_ID, "of the transfer or event"},
            {"text", AT_COLUMN_TEXT, "share, place, list, date as written, words of the record"},
            {0},
        },
    .run = run,
    .limits =
        "Days are those of UTC: late in the evening the local day is the next one. A holding "
        "ends on the first day on which it no longer holds. What no record dates is not here.",
};
