/* importers/guess_date.c: how dates are written, by the days that exist and the order of rows. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "importers/fields.h"
#include "importers/guess_part.h"

enum { PARTS_MAX = 10, PLAIN_BYTES = 64, PATTERN_BYTES = 64, ROWS_MAX = 3000, YEAR_DIGITS = 4 };
enum { DEFINITE = 97, BY_ORDER = 88, WEAK = 65, OPEN = 50, NAMED = 90 };

/* A run of digits or letters, and what stands before it. */
typedef struct part {
    bool letters;
    const char *text, *before;
    size_t bytes, before_bytes;
} part;

typedef struct shape {
    char plain[PLAIN_BYTES];
    part parts[PARTS_MAX];
    size_t count;
    const char *after; /* what follows the last part */
} shape;

static bool is_letter(char c) {
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool read_shape(shape *out, const char *text) {
    out->count = 0;
    if (!at_guess_plain(out->plain, sizeof out->plain, text))
        return false;
    const char *c = out->plain, *before = c;
    while (*c != '\0') {
        const char *from = c;
        const bool letters = is_letter(*c);
        if (!letters && !isdigit((unsigned char)*c)) {
            c++;
            continue;
        }
        while (*c != '\0' && (letters ? is_letter(*c) : isdigit((unsigned char)*c) != 0))
            c++;
        const size_t bytes = (size_t)(c - from);
        if (letters && bytes == 1 && (*from == 'T' || *from == 'Z'))
            continue; /* of ISO 8601: a separator */
        if (out->count == PARTS_MAX)
            return false;
        out->parts[out->count++] = (part){letters, from, before, bytes, (size_t)(from - before)};
        before = c;
    }
    out->after = before;
    return out->count > 0;
}

static bool is_short(const part *p) {
    return !p->letters && p->bytes <= 2;
}

static bool is_year(const part *p) {
    return !p->letters && (p->bytes == 2 || p->bytes == YEAR_DIGITS);
}

static bool is_shape_of_date(const shape *s) {
    if (s->count < 3 || s->parts[0].before_bytes > 0)
        return false;
    const part *a = &s->parts[0], *b = &s->parts[1], *c = &s->parts[2];
    if (!b->letters && !a->letters && !c->letters)
        return b->before_bytes == 1 && c->before_bytes == 1 && *b->before == *c->before &&
               strchr("-/. ", *b->before) != NULL && is_short(b) &&
               ((a->bytes == YEAR_DIGITS && is_short(c)) || (is_short(a) && is_year(c)));
    if (b->letters)
        return b->bytes >= 3 &&
               ((is_short(a) && is_year(c)) || (a->bytes == YEAR_DIGITS && is_short(c)));
    return a->letters && a->bytes >= 3 && is_short(b) && is_year(c);
}

bool at_guess_looks_date(const char *text) {
    shape s;
    return read_shape(&s, text) && is_shape_of_date(&s);
}

/* --- Patterns --------------------------------------------------------------------------------- */

/* What all cells of a column have in common. */
typedef struct sample {
    const at_guesser *g;
    size_t column;
    shape longest;
    bool single[PARTS_MAX]; /* a part of one digit was seen */
    size_t filled;
} sample;

static bool add(char out[PATTERN_BYTES], const char *text, size_t bytes) {
    const size_t length = strlen(out);
    if (length + bytes >= PATTERN_BYTES)
        return false;
    memcpy(out + length, text, bytes);
    out[length + bytes] = '\0';
    return true;
}

/* What stands between parts; letters of the pattern language cannot. */
static bool add_literal(char out[PATTERN_BYTES], const char *text, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        if (strchr("YMDhmsfa", text[i]) != NULL)
            return false;
    return add(out, text, bytes);
}

static bool add_date_part(char out[PATTERN_BYTES], const part *p, char what, bool single) {
    if (what == 'Y')
        return add(out, "YYYY", p->bytes == YEAR_DIGITS ? YEAR_DIGITS : 2);
    if (what == 'M' && p->letters)
        return add(out, "MMM", 3);
    const char twice[] = {what, what};
    return !p->letters && add(out, twice, single ? 1 : 2);
}

/* Hour, minute, second, fraction, half of the day. */
static bool add_clock(char out[PATTERN_BYTES], const sample *s, size_t from) {
    static const char *const names[] = {"hh", "mm", "ss", "f"};
    size_t next = 0;
    for (size_t i = from; i < s->longest.count; i++) {
        const part *p = &s->longest.parts[i];
        if (!add_literal(out, p->before, p->before_bytes))
            return false;
        if (p->letters && next > 0) {
            if (!add(out, "a", 1))
                return false;
            continue;
        }
        if (p->letters || next == AT_COUNT(names) || (next < 3 && p->bytes > 2))
            return false;
        const size_t bytes = next == 0 && s->single[i] ? 1 : strlen(names[next]);
        if (!add(out, names[next++], bytes))
            return false;
    }
    return (next == 0 || next >= 2) && add_literal(out, s->longest.after, strlen(s->longest.after));
}

static bool make_pattern(char out[PATTERN_BYTES], const sample *s, const char *order) {
    out[0] = '\0';
    for (size_t i = 0; i < 3; i++) {
        const part *p = &s->longest.parts[i];
        if ((order[i] == 'Y' && !is_year(p)) || (order[i] != 'M' && p->letters))
            return false;
        if (!add_literal(out, p->before, p->before_bytes) ||
            !add_date_part(out, p, order[i], s->single[i]))
            return false;
    }
    return add_clock(out, s, 3);
}

/* --- Trying them ------------------------------------------------------------------------------ */

typedef struct attempt {
    at_date_style style;
    char pattern[PATTERN_BYTES];
    size_t fails, odd, breaks; /* cells that are no such date; unlikely years; rows out of order */
    int64_t span;
} attempt;

static at_status try_style(attempt *out, const sample *s, const char *pattern, at_calendar calendar,
                           at_error *err) {
    const int64_t early = at_day_from_date(1990, 1, 1) * AT_US_PER_DAY;
    const int64_t late = at_day_from_date(2041, 1, 1) * AT_US_PER_DAY;
    const at_guess_table *t = &s->g->table;
    int64_t before = AT_TIME_NONE, least = INT64_MAX, most = INT64_MIN;
    size_t rises = 0, falls = 0;
    *out = (attempt){.style = {.calendar = calendar, .zone_minutes = AT_ZONE_UNKNOWN}};
    memcpy(out->pattern, pattern, strlen(pattern) + 1);
    at_date_style style = out->style;
    style.pattern = pattern;
    if (at_date_style_check(&style, NULL) != AT_OK) {
        out->fails = SIZE_MAX;
        return AT_OK;
    }
    for (size_t i = 0; i < t->row_count; i += 1 + t->row_count / ROWS_MAX) {
        at_time time;
        if (t->cells[i][s->column] == NULL)
            continue;
        at_error reason = {.status = AT_OK};
        const at_status status = at_date_read(&time, t->cells[i][s->column], &style, &reason);
        if (status != AT_OK && status != AT_BAD_INPUT) {
            if (err != NULL)
                *err = reason;
            return status;
        }
        if (status != AT_OK) {
            out->fails++;
            continue;
        }
        out->odd += time.us < early || time.us >= late;
        rises += before != AT_TIME_NONE && time.us > before;
        falls += before != AT_TIME_NONE && time.us < before;
        before = time.us;
        least = time.us < least ? time.us : least;
        most = time.us > most ? time.us : most;
    }
    out->breaks = rises < falls ? rises : falls;
    out->span = most >= least ? most - least : 0;
    return AT_OK;
}

/* Below zero: `a` is the better one. *level_out says by what: 0 days, 1 order, 2 span, 3 not. */
static int compare(const attempt *a, const attempt *b, int *level_out) {
    enum { MUCH_LONGER = 3, FAR_LONGER = 30, FEW_BREAKS = 5 };
    *level_out = 0;
    if (a->fails + a->odd != b->fails + b->odd)
        return a->fails + a->odd < b->fails + b->odd ? -1 : 1;
    if (a->fails != b->fails)
        return a->fails < b->fails ? -1 : 1;
    *level_out = 1;
    const size_t few = a->breaks < b->breaks ? a->breaks : b->breaks;
    const size_t many = a->breaks < b->breaks ? b->breaks : a->breaks;
    if (many > FEW_BREAKS * few + 1)
        return a->breaks < b->breaks ? -1 : 1;
    if (a->span / FAR_LONGER > b->span || b->span / FAR_LONGER > a->span)
        return a->span < b->span ? -1 : 1;
    *level_out = 2;
    if (a->span / MUCH_LONGER > b->span || b->span / MUCH_LONGER > a->span)
        return a->span < b->span ? -1 : 1;
    *level_out = 3;
    return 0;
}

/* The best so far, and how it beat the next. */
typedef struct contest {
    attempt best;
    bool any;
    int level; /* the weakest reason by which it won; 0 when nothing else could be */
} contest;

static at_status enter(contest *c, const sample *s, const char *pattern, at_calendar calendar,
                       at_error *err) {
    attempt now;
    int level = 0;
    AT_TRY(try_style(&now, s, pattern, calendar, err));
    if (now.fails >= s->filled) /* SIZE_MAX where the pattern is none */
        return AT_OK;
    const int which = c->any ? compare(&now, &c->best, &level) : -1;
    if (which < 0) {
        c->level = c->any ? level : 0;
        c->best = now;
    } else if (level > c->level) {
        c->level = level;
    }
    c->any = true;
    return AT_OK;
}

static at_status try_orders(contest *c, const sample *s, at_error *err) {
    static const char *const orders[] = {"DMY", "MDY", "YMD"};
    for (size_t i = 0; i < AT_COUNT(orders); i++) {
        char pattern[PATTERN_BYTES];
        if (!make_pattern(pattern, s, orders[i]))
            continue;
        if (s->g->persian) /* of equal readings the first wins */
            AT_TRY(enter(c, s, pattern, AT_JALALI, err));
        AT_TRY(enter(c, s, pattern, AT_GREGORIAN, err));
        if (strstr(pattern, "YYYY") == NULL && !s->g->arabic)
            continue; /* two digits are of another calendar only where its letters are */
        if (!s->g->persian && !s->g->arabic)
            AT_TRY(enter(c, s, pattern, AT_JALALI, err));
        AT_TRY(enter(c, s, pattern, AT_HIJRI, err));
        AT_TRY(enter(c, s, pattern, AT_HIJRI_CIVIL, err));
        if (!s->g->persian && s->g->arabic)
            AT_TRY(enter(c, s, pattern, AT_JALALI, err));
    }
    return AT_OK;
}

/* "20240301", "240301", with or without a time of day behind. */
static at_status try_compact(contest *c, const sample *s, at_error *err) {
    static const char *const patterns[] = {"YYYYMMDD",     "DDMMYYYY",  "MMDDYYYY",
                                           "YYMMDD",       "DDMMYY",    "YYYYMMDDhhmmss",
                                           "YYYYMMDDhhmm", "YYMMDDhhmm"};
    const part *first = &s->longest.parts[0];
    if (first->letters || first->before_bytes > 0)
        return AT_OK;
    for (size_t i = 0; i < AT_COUNT(patterns); i++) {
        char pattern[PATTERN_BYTES] = "";
        if (strlen(patterns[i]) != first->bytes || !add(pattern, patterns[i], first->bytes) ||
            !add_clock(pattern, s, 1))
            continue;
        AT_TRY(enter(c, s, pattern, AT_GREGORIAN, err));
        if (first->bytes % 4 == 0 || s->g->arabic)
            AT_TRY(
                enter(c, s, pattern, s->g->arabic && !s->g->persian ? AT_HIJRI : AT_JALALI, err));
    }
    return AT_OK;
}

/* --- Columns ---------------------------------------------------------------------------------- */

static void take_sample(sample *out, const at_guesser *g, size_t column) {
    const at_guess_table *t = &g->table;
    *out = (sample){.g = g, .column = column};
    for (size_t i = 0; i < t->row_count; i += 1 + t->row_count / ROWS_MAX) {
        shape now;
        if (t->cells[i][column] == NULL)
            continue;
        out->filled++;
        if (!read_shape(&now, t->cells[i][column]))
            continue;
        for (size_t k = 0; k < now.count; k++)
            out->single[k] = out->single[k] || (!now.parts[k].letters && now.parts[k].bytes == 1);
        if (now.count > out->longest.count) {
            out->longest = now;
            read_shape(&out->longest, t->cells[i][column]); /* its parts point into itself */
        }
    }
}

/* Texts of ISO 8601 with a T or a zone, or seconds since 1970. */
static bool try_forms(at_guess_column *column, const sample *s) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const at_guess_table *t = &s->g->table;
    size_t iso = 0, seconds = 0, millis = 0;
    for (size_t i = 0; i < t->row_count; i += 1 + t->row_count / ROWS_MAX) {
        const char *cell = t->cells[i][s->column];
        at_time time;
        int64_t number = 0;
        if (cell == NULL)
            continue;
        if (strchr(cell, 'T') != NULL && at_field_time(&time, cell, &scratch, NULL) == AT_OK)
            iso++;
        const bool integer = at_int_parse(&number, cell);
        seconds += integer && number > INT64_C(631152000) && number < INT64_C(2208988800);
        millis += integer && number > INT64_C(631152000000) && number < INT64_C(2208988800000);
        at_arena_reset(&scratch);
    }
    const bool named = column->words[AT_ROLE_TIME] > 0 || column->words[AT_ROLE_VALUE_DATE] > 0;
    if (iso > 0 && 10 * iso >= 9 * s->filled) {
        column->date.form = AT_DATE_ISO;
        column->date_sure = DEFINITE;
        column->date_why = "dates of ISO 8601";
    } else if (named && s->filled > 0 && (seconds == s->filled || millis == s->filled)) {
        column->date.form = seconds > 0 ? AT_DATE_UNIX_S : AT_DATE_UNIX_MS;
        column->date_sure = NAMED;
        column->date_why = "numbers that are seconds of our time, under a name for times";
    } else {
        return false;
    }
    column->is_date = column->has_clock = true;
    return true;
}

static const char *why_of(const contest *c) {
    if (c->best.fails > 0)
        return "most cells are such days; those that are not would be rejected";
    switch (c->level) {
    case 0:
        return "every cell is such a day, read otherwise some are not or lie far off";
    case 1:
        return "read so the rows are in order or close together, otherwise not";
    case 2:
        return "read so the days lie close together; other readings are possible";
    default:
        return "other readings fit as well";
    }
}

static at_status keep_style(at_guesser *g, at_guess_column *column, const contest *c,
                            at_error *err) {
    static const int sures[] = {DEFINITE, BY_ORDER, WEAK, OPEN};
    column->is_date = true;
    column->date.form = AT_DATE_PATTERN;
    column->date.style = c->best.style;
    column->has_clock = strstr(c->best.pattern, "mm") != NULL;
    column->date_sure = c->best.fails > 0 && sures[c->level] > WEAK ? WEAK : sures[c->level];
    column->date_why = why_of(c);
    return at_arena_text(&column->date.style.pattern, g->arena, c->best.pattern, err);
}

static at_status guess_column(at_guesser *g, size_t k, at_error *err) {
    at_guess_column *column = &g->table.columns[k];
    contest c = {.any = false};
    sample s;
    column->date = (at_map_date){.century = -1};
    take_sample(&s, g, k);
    if (s.filled == 0)
        return AT_OK;
    if (try_forms(column, &s) || s.longest.count == 0)
        return AT_OK;
    const bool named = column->words[AT_ROLE_TIME] > 0 || column->words[AT_ROLE_VALUE_DATE] > 0;
    if (is_shape_of_date(&s.longest))
        AT_TRY(try_orders(&c, &s, err));
    else
        AT_TRY(try_compact(&c, &s, err));
    const bool compact = !is_shape_of_date(&s.longest);
    const bool plain = column->name[0] == '\0' && s.filled >= 3 && s.longest.parts[0].bytes >= 8;
    if (!c.any || 3 * c.best.fails > s.filled ||
        (compact && (c.best.fails > 0 || c.best.odd > 0 || !(named || plain))))
        return AT_OK;
    return keep_style(g, column, &c, err);
}

at_status at_guess_dates(at_guesser *g, at_error *err) {
    for (size_t k = 0; k < g->table.column_count; k++)
        AT_TRY(guess_column(g, k, err));
    return AT_OK;
}
