#include "engine/network/tenure.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/network/stake.h"

const char *at_tenure_text(at_tenure_state state) {
    static const char *const words[] = {"held", "gap", "overlap", "unclear", "part"};
    assert((size_t)state < AT_COUNT(words));
    return words[state];
}

/* A title and its place in the caller's list. */
typedef struct placed_title {
    at_title title;
    uint32_t place;
} placed_title;

typedef struct tenure_search {
    const placed_title *titles; /* by owner, source, place */
    uint32_t count;
    bool adds_up;
    uint32_t *active; /* indices into titles */
    uint32_t active_count;
    at_tenure *items;
    size_t item_count, capacity;
    at_arena *arena;
} tenure_search;

static int compare_titles(const void *left, const void *right) {
    const placed_title *a = left, *b = right;
    if (a->title.owner != b->title.owner)
        return a->title.owner < b->title.owner ? -1 : 1;
    if (a->title.source != b->title.source)
        return a->title.source < b->title.source ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static int compare_times(const void *left, const void *right) {
    const int64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static int compare_numbers(const void *left, const void *right) {
    const uint32_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* An open beginning is the lowest number there is, so it comes first by itself. */
static bool holds_at(const at_period *period, int64_t time_us) {
    return period->since_us <= time_us &&
           (period->until_us == AT_TIME_NONE || time_us < period->until_us);
}

/* The larger of two statements about one share. */
static at_share larger(at_share a, at_share b) {
    const int low = at_ratio_compare(a.lo, b.lo), high = at_ratio_compare(a.hi, b.hi);
    at_share out = {.known = a.known || b.known};
    out.lo = low >= 0 ? a.lo : b.lo;
    out.lo_open = low == 0 ? a.lo_open || b.lo_open : low > 0 ? a.lo_open : b.lo_open;
    out.hi = high >= 0 ? a.hi : b.hi;
    out.hi_open = high == 0 ? a.hi_open && b.hi_open : high > 0 ? a.hi_open : b.hi_open;
    return out;
}

/* A share nobody states bounds nothing, so beside a stated one it says nothing. */
static at_share join_statements(at_share a, at_share b, bool add) {
    if (!a.known || !b.known)
        return a.known ? a : b;
    return add ? at_share_add(a, b) : larger(a, b);
}

/* What the owner of active[*next] holds in all; moves *next behind that owner. */
static at_share owner_share(const tenure_search *search, uint32_t *next) {
    const placed_title *titles = search->titles;
    const uint32_t owner = titles[search->active[*next]].title.owner;
    at_share whole = at_share_unknown();
    while (*next < search->active_count && titles[search->active[*next]].title.owner == owner) {
        const uint32_t source = titles[search->active[*next]].title.source;
        at_share stated = at_share_unknown();
        for (; *next < search->active_count; ++*next) {
            const at_title *title = &titles[search->active[*next]].title;
            if (title->owner != owner || title->source != source)
                break;
            stated = join_statements(stated, title->share, search->adds_up);
        }
        whole = join_statements(whole, stated, false);
    }
    return whole;
}

static at_tenure_state judge(const tenure_search *search, at_share *sum) {
    static const at_ratio one = {1, 1};
    uint32_t owners = 0, unknown = 0;
    *sum = at_share_exact((at_ratio){0, 1});
    for (uint32_t next = 0; next < search->active_count; owners++) {
        const at_share share = owner_share(search, &next);
        unknown += !share.known;
        *sum = at_share_add(*sum, share);
    }
    const int low = at_ratio_compare(sum->lo, one), high = at_ratio_compare(sum->hi, one);
    if (owners == 0)
        return AT_TENURE_GAP;
    if (low > 0 || (low == 0 && sum->lo_open))
        return AT_TENURE_OVERLAP;
    if (owners > 1 && unknown > 0)
        return AT_TENURE_UNCLEAR;
    return high < 0 || (high == 0 && sum->hi_open) ? AT_TENURE_PART : AT_TENURE_HELD;
}

/* The titles in force in a piece; of a gap those on either side of it. */
static at_status list_titles(at_tenure *out, const tenure_search *search, at_error *err) {
    uint32_t *places, count = 0;
    AT_TRY(AT_NEW(&places, search->arena, search->count, err));
    for (uint32_t i = 0; i < search->active_count; i++)
        places[count++] = search->titles[search->active[i]].place;
    for (uint32_t i = 0; i < search->count && out->state == AT_TENURE_GAP; i++) {
        const at_period *period = &search->titles[i].title.period;
        if (period->until_us == out->period.since_us ||
            (out->period.until_us != AT_TIME_NONE && period->since_us == out->period.until_us))
            places[count++] = search->titles[i].place;
    }
    if (count > 1)
        qsort(places, count, sizeof *places, compare_numbers);
    out->titles = places;
    out->title_count = count;
    return AT_OK;
}

static bool goes_on(const at_tenure *before, const at_tenure *after) {
    return before->state == after->state && before->period.until_us == after->period.since_us &&
           before->title_count == after->title_count &&
           (before->title_count == 0 || memcmp(before->titles, after->titles,
                                               before->title_count * sizeof *before->titles) == 0);
}

static at_status add_piece(tenure_search *search, int64_t since_us, int64_t until_us,
                           at_error *err) {
    at_tenure piece = {.period = {since_us, until_us}};
    search->active_count = 0;
    for (uint32_t i = 0; i < search->count; i++)
        if (holds_at(&search->titles[i].title.period, since_us))
            search->active[search->active_count++] = i;
    piece.state = judge(search, &piece.sum);
    if (piece.state == AT_TENURE_HELD)
        return AT_OK;
    AT_TRY(list_titles(&piece, search, err));
    if (search->item_count > 0 && goes_on(&search->items[search->item_count - 1], &piece)) {
        search->items[search->item_count - 1].period.until_us = until_us;
        return AT_OK;
    }
    AT_TRY(AT_GROW(&search->items, &search->capacity, search->item_count, search->arena, err));
    search->items[search->item_count++] = piece;
    return AT_OK;
}

/* The moments at which something changes, each once; the first is when the earliest title begins
 * (AT_TIME_NONE when one has no stated beginning). */
static at_status cut_time(int64_t **out, size_t *count_out, const at_title *titles, uint32_t count,
                          at_arena *arena, at_error *err) {
    int64_t *times;
    size_t all = 0, kept = 0;
    AT_TRY(AT_NEW(&times, arena, 2 * (size_t)count, err));
    for (uint32_t i = 0; i < count; i++) {
        times[all++] = titles[i].period.since_us;
        if (titles[i].period.until_us != AT_TIME_NONE)
            times[all++] = titles[i].period.until_us;
    }
    if (all > 1)
        qsort(times, all, sizeof *times, compare_times);
    for (size_t i = 0; i < all; i++)
        if (i == 0 || times[i] != times[kept - 1])
            times[kept++] = times[i];
    *out = times;
    *count_out = kept;
    return AT_OK;
}

at_status at_tenures_find(at_tenures *out, const at_title *titles, uint32_t count, bool adds_up,
                          at_arena *arena, at_error *err) {
    tenure_search search = {.count = count, .adds_up = adds_up, .arena = arena};
    placed_title *placed;
    int64_t *times;
    size_t time_count;
    AT_TRY(AT_NEW(&placed, arena, count, err));
    AT_TRY(AT_NEW(&search.active, arena, count, err));
    for (uint32_t i = 0; i < count; i++)
        placed[i] = (placed_title){titles[i], i};
    if (count > 1)
        qsort(placed, count, sizeof *placed, compare_titles);
    search.titles = placed;
    AT_TRY(cut_time(&times, &time_count, titles, count, arena, err));
    for (size_t i = 0; i < time_count; i++)
        AT_TRY(add_piece(&search, times[i], i + 1 < time_count ? times[i + 1] : AT_TIME_NONE, err));
    *out = (at_tenures){search.items, search.item_count};
    return AT_OK;
}
