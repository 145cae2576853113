#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/owning.h"

static uint64_t state;

static int roll(int sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)sides);
}

/* A share that may be left of a column; every third is at a threshold or 10^-9 beside one. */
static void fill_share(own_row *row, int64_t *left) {
    static const int64_t bases[] = {100, 1000, 7, 1000000000};
    static const int64_t limits[] = {250000000, 500000000, 333333333, 1000000000};
    row->den = bases[roll(4)];
    row->lo = 1 + roll((int)row->den);
    if (roll(3) == 0) {
        row->den = 1000000000;
        row->lo = limits[roll(4)] + roll(3) - 1;
    }
    int64_t most = *left / (1000000000 / row->den > 0 ? 1000000000 / row->den : 1);
    if (row->den == 7)
        most = *left * 7 / 1000000000;
    if (roll(14) != 0 && (row->lo > most || roll(3) == 0))
        row->lo = most; /* what is left, so that whole and closed columns come up */
    if (row->lo < 1 || row->lo > row->den)
        row->lo = row->lo < 1 ? 0 : row->den;
    row->hi = row->lo;
    *left -= row->lo * (1000000000 / row->den);
    if (*left < 0)
        *left = 0;
}

static void fill_range(own_row *row) {
    switch (roll(12)) {
    case 0:
        row->lo = -1;
        break;
    case 1:
        row->lo = row->lo * roll(10) / 10;
        break;
    case 2:
        row->hi = row->den;
        break;
    case 3:
        row->lo = 0;
        break;
    default:
        break;
    }
}

static void fill_rest(own_world *world, own_row *row) {
    if (roll(10) == 0)
        row->principal = roll(3) ? roll(world->body_count) : OWN_HIDDEN;
    if (roll(8) == 0)
        row->since = roll(18);
    if (roll(10) == 0)
        row->until = (row->since < 0 ? 0 : row->since) + 1 + roll(8);
}

void own_make(own_world *world, uint64_t seed) {
    state = seed * UINT64_C(2654435761) + 99;
    for (int i = 0; i < 8; i++)
        roll(2);
    *world = (own_world){.body_count = 3 + roll(OWN_BODIES_MAX - 2),
                         .source_count = 1 + roll(2) * roll(2),
                         .as_of = roll(3) ? -1 : roll(25),
                         .legal = roll(5) == 0};
    const bool ranged = roll(3) == 0, tight = roll(3) == 0;
    for (int owned = 0; owned < world->body_count; owned++) {
        const int rights = roll(4) == 0 ? 2 : 1;
        for (int right = 0; right < rights && roll(6) != 0; right++) {
            int64_t left = 1000000000;
            for (int owners = 1 + roll(4); owners > 0; owners--) {
                own_row row = {.source = 1 + roll(world->source_count),
                               .owner =
                                   roll(tight && world->body_count > 2 ? 3 : world->body_count),
                               .owned = owned,
                               .votes = right == 1,
                               .principal = OWN_NOBODY,
                               .since = -1,
                               .until = -1};
                if (row.owner == owned && roll(3) != 0)
                    continue;
                fill_share(&row, &left);
                if (ranged)
                    fill_range(&row);
                fill_rest(world, &row);
                if (world->row_count < OWN_ROWS_MAX)
                    world->rows[world->row_count++] = row;
            }
        }
    }
}

const char *own_name(const own_world *world, int body) {
    static char name[32];
    if (body < world->body_count)
        snprintf(name, sizeof name, "b%d", body);
    else
        snprintf(name, sizeof name, "@undisclosed:b%d", body - world->body_count);
    return name;
}

void own_share_text(char *out, size_t bytes, const own_row *row) {
    if (row->lo < 0)
        snprintf(out, bytes, "?");
    else if (row->lo == row->hi)
        snprintf(out, bytes, "%lld/%lld", (long long)row->lo, (long long)row->den);
    else
        snprintf(out, bytes, "%lld/%lld..%lld/%lld", (long long)row->lo, (long long)row->den,
                 (long long)row->hi, (long long)row->den);
}

void own_read(own_answer *out, const char *text, const char *mark, const char *columns) {
    out->count = 0;
    for (const char *line = text; line != NULL && *line != '\0';) {
        const char *next = strchr(line, '\n'), *field = line;
        char whole[4096], key[80] = "";
        double real[3] = {0};
        int figures = 0;
        snprintf(whole, sizeof whole, "%.*s", next != NULL ? (int)(next - line) : 4000, line);
        line = next != NULL ? next + 1 : NULL;
        if (strstr(whole, mark) == NULL)
            continue;
        field = whole;
        for (const char *column = columns; *column != '\0'; column++) {
            const char *end = strstr(field, mark);
            int length = end != NULL ? (int)(end - field) : (int)strlen(field);
            if (*column == 't')
                snprintf(key + strlen(key), sizeof key - strlen(key), "%s%.*s",
                         key[0] != '\0' ? " " : "", length, field);
            else
                real[figures++] = strtod(field, NULL);
            field = end != NULL ? end + strlen(mark) : "";
        }
        if (out->count == OWN_LINES_MAX)
            abort();
        snprintf(out->key[out->count], sizeof out->key[0], "%s", key);
        memcpy(out->real[out->count++], real, sizeof real);
    }
}

bool own_equal(const own_answer *ours, own_answer *theirs) {
    bool found[OWN_LINES_MAX] = {false}, equal = ours->count == theirs->count;
    for (int i = 0; i < ours->count; i++) {
        int same = 0;
        while (same < theirs->count && strcmp(theirs->key[same], ours->key[i]) != 0)
            same++;
        for (int k = 0; k < 3 && same < theirs->count; k++)
            if (!(fabs(ours->real[i][k] - theirs->real[same][k]) <= 1.5e-12))
                same = OWN_LINES_MAX;
        if (same < theirs->count && !found[same]) {
            found[same] = true;
            continue;
        }
        equal = false;
        printf("  < %s %.12f %.12f %.12f\n", ours->key[i], ours->real[i][0], ours->real[i][1],
               ours->real[i][2]);
    }
    for (int i = 0; i < theirs->count; i++)
        if (!found[i])
            printf("  > %s %.12f %.12f %.12f\n", theirs->key[i], theirs->real[i][0],
                   theirs->real[i][1], theirs->real[i][2]);
    return equal;
}
