/* progress_line.c: one line of progress as text. */
#include "engine/cli/progress.h"
#include "engine/cli/width.h"

#include <inttypes.h>

enum { SECOND_US = 1000000, BAR = 20, NAME_COLUMNS = 24, LEFT_S_MAX = 1000 * 3600 };

/* "1:05:09" or "0:05" */
static at_status add_clock(at_text *out, uint64_t left_s, at_error *err) {
    const unsigned hours = (unsigned)(left_s / 3600), minutes = (unsigned)(left_s / 60 % 60);
    if (hours)
        AT_TRY(at_text_print(out, err, "%u:%02u", hours, minutes));
    else
        AT_TRY(at_text_print(out, err, "%u", minutes));
    return at_text_print(out, err, ":%02u left", (unsigned)(left_s % 60));
}

/* "12.0 MiB/s" */
static at_status add_rate(at_text *out, uint64_t bytes_per_s, at_error *err) {
    static const char *const units[] = {"B/s", "KiB/s", "MiB/s", "GiB/s"};
    size_t unit = 0;
    uint64_t tenths = bytes_per_s * 10;
    while (tenths >= 10240 && unit + 1 < AT_COUNT(units)) {
        tenths /= 1024;
        unit++;
    }
    return at_text_print(out, err, "  %llu.%llu %s", (unsigned long long)(tenths / 10),
                         (unsigned long long)(tenths % 10), units[unit]);
}

/* "100 of 200  12.5/s" */
static at_status add_count(at_text *out, const at_progress *bar, double per_s, at_error *err) {
    AT_TRY(at_text_print(out, err, "  %" PRIu64, bar->done));
    if (bar->total)
        AT_TRY(at_text_print(out, err, " of %" PRIu64, bar->total));
    const uint64_t tenths = (uint64_t)(per_s * 10);
    return at_text_print(out, err, "  %" PRIu64 ".%" PRIu64 "/s", tenths / 10, tenths % 10);
}

uint64_t at_progress_part(const at_progress *innermost) {
    double part = 0;
    for (const at_progress *bar = innermost; bar && bar->outer; bar = bar->outer)
        part = bar->total && bar->done < bar->total
                   ? ((double)bar->done + part) / (double)bar->total
                   : 0;
    return (uint64_t)(part * AT_PROGRESS_WHOLE);
}

at_status at_progress_line(at_text *out, const at_progress *bar, uint64_t part, int64_t elapsed_us,
                           size_t columns, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text line = {0}, name = {0};
    const double through = (double)bar->done + (double)part / AT_PROGRESS_WHOLE;
    const double per_s = through * SECOND_US / (double)elapsed_us;
    /* Past its total: it is read a second time, or grows, and nothing is known. */
    const at_progress told = {.done = bar->done, .total = bar->done > bar->total ? 0 : bar->total};
    size_t next = 0;
    AT_TRY(at_visible_add(&name, NULL, bar->what, false, err));
    const size_t shown = at_visible_cut(&next, at_text_string(&name), NAME_COLUMNS);
    AT_TRY(at_text_add_bytes(&line, at_text_string(&name), shown, err));
    if (told.total) {
        AT_TRY(at_text_add(&line, "  [", err));
        for (unsigned i = 0; i < BAR; i++)
            AT_TRY(
                at_text_add_char(&line, i * (double)told.total / BAR < through ? '#' : '.', err));
        AT_TRY(
            at_text_print(&line, err, "]  %u%%", (unsigned)(through * 100 / (double)told.total)));
    }
    if (bar->unit == AT_PROGRESS_BYTES)
        AT_TRY(add_rate(&line, (uint64_t)per_s, err));
    else
        AT_TRY(add_count(&line, &told, per_s, err));
    const double left_s = per_s > 0 ? ((double)told.total - through) / per_s : 0;
    if (told.total && per_s > 0 && left_s < LEFT_S_MAX) {
        AT_TRY(at_text_add(&line, "  ", err));
        AT_TRY(add_clock(&line, (uint64_t)(left_s + 0.5), err));
    }
    const size_t bytes =
        columns ? at_visible_cut(&next, at_text_string(&line), columns - 1) : line.bytes;
    return at_text_add_bytes(out, at_text_string(&line), bytes, err);
}
