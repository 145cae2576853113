/* progress_line.c: one line of progress as text. */
#include "engine/cli/progress.h"
#include "engine/cli/width.h"

enum { SECOND_US = 1000000, BAR = 20, NAME_COLUMNS = 24 };

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

at_status at_progress_line(at_text *out, const char *what, uint64_t done, uint64_t total,
                           int64_t elapsed_us, size_t columns, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text line = {0}, name = {0};
    const uint64_t rate = done / (uint64_t)elapsed_us * SECOND_US +
                          done % (uint64_t)elapsed_us * SECOND_US / (uint64_t)elapsed_us;
    size_t next = 0;
    AT_TRY(at_visible_add(&name, NULL, what, false, err));
    const size_t shown = at_visible_cut(&next, at_text_string(&name), NAME_COLUMNS);
    AT_TRY(at_text_add_bytes(&line, at_text_string(&name), shown, err));
    if (done > total)
        total = 0; /* it is read a second time, or grows: nothing is known */
    if (total) {
        AT_TRY(at_text_add(&line, "  [", err));
        for (unsigned i = 0; i < BAR; i++)
            AT_TRY(at_text_add_char(&line, i * total / BAR < done ? '#' : '.', err));
        AT_TRY(at_text_print(&line, err, "]  %u%%", (unsigned)(done * 100 / total)));
    }
    AT_TRY(add_rate(&line, rate, err));
    if (total && rate) {
        AT_TRY(at_text_add(&line, "  ", err));
        AT_TRY(add_clock(&line, (total - done + rate - 1) / rate, err));
    }
    const size_t bytes =
        columns ? at_visible_cut(&next, at_text_string(&line), columns - 1) : line.bytes;
    return at_text_add_bytes(out, at_text_string(&line), bytes, err);
}
