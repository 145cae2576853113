#include "engine/cli/receipt.h"

#include "engine/base/file.h"
#include "engine/cli/grid.h"
#include "engine/cli/lang.h"
#include "engine/cli/width.h"

#include <string.h>

enum { LINES_SHOWN = 20 };

/* The lines of one kind: the first of them from the receipt, or all from the store. */
typedef struct line_list {
    const at_receipt_line *lines;
    size_t count;
    uint64_t all;
    const char *noun;
} line_list;

static at_status get_lines(line_list *list, const at_receipt *receipt, at_receipt_kind kind,
                           const at_receipt_print *how, bool whole, at_error *err) {
    if (whole)
        return at_receipt_lines(&list->lines, &list->count, how->store, receipt->source, kind, 0,
                                INT32_MAX, how->arena, err);
    if (list->count > LINES_SHOWN)
        list->count = LINES_SHOWN;
    return AT_OK;
}

static at_status get_all_lines(line_list lists[3], const at_receipt *receipt,
                               const at_receipt_print *how, at_error *err) {
    lists[0] = (line_list){receipt->rejects, receipt->reject_count, receipt->rejected, "rejected"};
    lists[1] =
        (line_list){receipt->warning_lines, receipt->warning_count, receipt->warnings, "warning"};
    lists[2] = (line_list){receipt->duplicate_lines, receipt->duplicate_count, receipt->duplicates,
                           "duplicate"};
    AT_TRY(get_lines(&lists[0], receipt, AT_RECEIPT_REJECT, how, how->rejects, err));
    AT_TRY(get_lines(&lists[1], receipt, AT_RECEIPT_WARNING, how, how->warnings, err));
    return get_lines(&lists[2], receipt, AT_RECEIPT_DUPLICATE, how, how->duplicates, err);
}

static at_status add_place(at_text *out, const at_origin *origin, at_error *err) {
    if (origin->element)
        AT_TRY(at_text_print(out, err, "%s, ", origin->element));
    if (origin->line)
        return at_text_print(out, err, "line %llu", (unsigned long long)origin->line);
    if (origin->bytes)
        return at_text_print(out, err, "byte %llu", (unsigned long long)origin->offset);
    return at_text_add(out, "the file", err);
}

static at_status print_line(at_text *out, const at_receipt_line *line, const char *noun,
                            at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    AT_TRY(add_place(&text, &line->origin, err));
    if (line->message)
        AT_TRY(at_text_print(&text, err, ": %s", line->message));
    if (line->first.content[0]) {
        char address[AT_ADDRESS_TEXT_BYTES];
        at_address_format(address, &line->first);
        AT_TRY(at_text_print(&text, err, "; first at %s", address));
    }
    if (line->code)
        AT_TRY(at_text_print(&text, err, "  [%s]", line->code));
    AT_TRY(at_text_print(out, err, "  %-11s ", noun));
    AT_TRY(at_visible_add(out, NULL, at_text_string(&text), false, err));
    return at_text_add_char(out, '\n', err);
}

static at_status print_lines(at_text *out, const at_receipt *receipt, const at_receipt_print *how,
                             at_error *err) {
    line_list lists[3];
    AT_TRY(get_all_lines(lists, receipt, how, err));
    for (size_t k = 0; k < AT_COUNT(lists); k++) {
        /* Duplicates are in order; they are listed for whoever asks. */
        if (k == 2 && !how->duplicates)
            continue;
        for (size_t i = 0; i < lists[k].count; i++)
            AT_TRY(print_line(out, &lists[k].lines[i], lists[k].noun, err));
        if (lists[k].all > lists[k].count)
            AT_TRY(at_text_print(out, err, "  ... and %llu more: sources show %lld --%s\n",
                                 (unsigned long long)(lists[k].all - lists[k].count),
                                 (long long)receipt->source, k == 0 ? "rejects" : "warnings"));
    }
    return AT_OK;
}

/* "  importer    ", as wide in every language. */
static at_status add_label(at_text *out, const at_receipt_print *how, const char *label,
                           at_error *err) {
    enum { LABEL_COLUMNS = 12 };
    if (!how->people)
        return at_text_print(out, err, "  %-12s", label);
    size_t width = 0;
    AT_TRY(at_text_add(out, "  ", err));
    AT_TRY(at_visible_add(out, &width, at_word_of("receipt", label), how->people->terminal, err));
    for (; width < LABEL_COLUMNS; width++)
        AT_TRY(at_text_add_char(out, ' ', err));
    return AT_OK;
}

/* One line of sums: an account, or NULL for the whole file. */
static at_status add_sum(at_grid *grid, const char *account, const char *currency, at_wide in,
                         at_wide out, uint64_t count, at_error *err) {
    char number[AT_WIDE_BYTES];
    if (account)
        AT_TRY(at_grid_add(grid, account, err));
    AT_TRY(at_grid_add(grid, currency, err));
    at_wide_format(number, in);
    AT_TRY(at_grid_add(grid, number, err));
    at_wide_format(number, out);
    AT_TRY(at_grid_add(grid, number, err));
    at_wide_format(number, (at_wide)count);
    return at_grid_add(grid, number, err);
}

/* Sums by currency, and with `accounts` by account, in columns. */
static at_status print_sum_tables(const at_receipt *receipt, const at_receipt_print *how,
                                  at_error *err) {
    const at_grid_column columns[] = {
        {.head = at_word_of("column", "account"), .flexible = true},
        {.head = at_word_of("column", "currency")},
        {.head = at_word_of("receipt", "in"), .right = true},
        {.head = at_word_of("receipt", "out"), .right = true},
        {.head = at_word_of("receipt", "movements"), .right = true},
    };
    at_grid grid;
    if (receipt->sum_count == 0)
        return AT_OK;
    at_text *out = &how->people->text;
    AT_TRY(at_text_add_char(out, '\n', err));
    AT_TRY(at_visible_add(out, NULL, at_word("receipt.lead"), how->people->terminal, err));
    AT_TRY(at_text_add_char(out, '\n', err));
    AT_TRY(at_grid_init(&grid, how->people, columns + 1, AT_COUNT(columns) - 1, how->arena, err));
    for (size_t i = 0; i < receipt->sum_count; i++) {
        const at_receipt_sum *sum = &receipt->sums[i];
        AT_TRY(add_sum(&grid, NULL, sum->currency.code, sum->in, sum->out, sum->count, err));
    }
    AT_TRY(at_grid_print(how->people, &grid, err));
    if (!how->accounts || receipt->total_count == 0)
        return AT_OK;
    AT_TRY(at_text_add_char(out, '\n', err));
    AT_TRY(at_grid_init(&grid, how->people, columns, AT_COUNT(columns), how->arena, err));
    for (size_t i = 0; i < receipt->total_count; i++) {
        const at_receipt_total *total = &receipt->totals[i];
        AT_TRY(add_sum(&grid, total->account, total->currency.code, total->in, total->out,
                       total->count, err));
    }
    return at_grid_print(how->people, &grid, err);
}

static at_status print_sums(at_text *out, const at_receipt *receipt, const at_receipt_print *how,
                            at_error *err) {
    char in[AT_WIDE_BYTES], spent[AT_WIDE_BYTES];
    if (how->people)
        AT_TRY(print_sum_tables(receipt, how, err));
    for (size_t i = 0; !how->people && i < receipt->sum_count; i++) {
        const at_receipt_sum *sum = &receipt->sums[i];
        at_wide_format(in, sum->in);
        at_wide_format(spent, sum->out);
        AT_TRY(at_text_print(out, err, "  %-11s in %s, out %s minor units, %llu movements\n",
                             sum->currency.code, in, spent, (unsigned long long)sum->count));
    }
    if (how->accounts && receipt->totals_left_out)
        AT_TRY(at_text_print(out, err, "  accounts    too many to list: %llu\n",
                             (unsigned long long)receipt->totals_left_out));
    for (size_t i = 0; !how->people && how->accounts && i < receipt->total_count; i++) {
        const at_receipt_total *total = &receipt->totals[i];
        AT_TRY(at_text_add(out, "  account     ", err));
        AT_TRY(at_visible_add(out, NULL, total->account, false, err));
        AT_TRY(at_text_print(out, err, ": in %lld, out %lld minor units of %s, %llu movements\n",
                             (long long)total->in, (long long)total->out, total->currency.code,
                             (unsigned long long)total->count));
    }
    return AT_OK;
}

static at_status print_facts(at_text *out, const at_receipt *receipt, const at_receipt_print *how,
                             at_error *err) {
    bool any = false;
    for (int kind = AT_KIND_NONE + 1; kind < AT_KIND_COUNT; kind++) {
        if (!receipt->facts[kind])
            continue;
        if (any)
            AT_TRY(at_text_add(out, ", ", err));
        else
            AT_TRY(add_label(out, how, "facts", err));
        AT_TRY(at_text_print(out, err, "%llu %s", (unsigned long long)receipt->facts[kind],
                             at_kind_text((at_kind)kind)));
        any = true;
    }
    return any ? at_text_add_char(out, '\n', err) : AT_OK;
}

static at_status print_statement(at_text *out, const at_receipt_statement *one, at_error *err) {
    char in[AT_WIDE_BYTES], spent[AT_WIDE_BYTES], fees[AT_WIDE_BYTES], off[AT_WIDE_BYTES];
    at_wide_format(in, one->in);
    at_wide_format(spent, one->out);
    at_wide_format(fees, one->fees);
    at_wide_format(off, one->difference);
    AT_TRY(at_text_add(out, "  statement   ", err));
    AT_TRY(at_visible_add(out, NULL, one->account, false, err));
    AT_TRY(at_text_add(out, ": ", err));
    if (one->opening != AT_AMOUNT_NONE)
        AT_TRY(at_text_print(out, err, "opening %lld, ", (long long)one->opening));
    AT_TRY(at_text_print(out, err, "in %s, out %s, fees %s, ", in, spent, fees));
    if (one->closing != AT_AMOUNT_NONE)
        AT_TRY(at_text_print(out, err, "closing %lld ", (long long)one->closing));
    return at_text_print(out, err, "minor units of %s%s%s\n", one->currency.code,
                         !one->compared         ? ": no balances to compare"
                         : one->difference != 0 ? "; closing differs by "
                                                : ": adds up",
                         one->difference != 0 ? off : "");
}

/* What the file's own balances say; one that does not add up is always shown. */
static at_status print_statements(at_text *out, const at_receipt *receipt,
                                  const at_receipt_print *how, at_error *err) {
    if (receipt->statement_count == 0)
        return AT_OK;
    AT_TRY(add_label(out, how, "statements", err));
    AT_TRY(at_text_print(
        out, err, "%llu = %llu add up + %llu do not + %llu without balances\n",
        (unsigned long long)receipt->statement_count,
        (unsigned long long)(receipt->statements_compared - receipt->statements_off),
        (unsigned long long)receipt->statements_off,
        (unsigned long long)(receipt->statement_count - receipt->statements_compared)));
    size_t shown = 0;
    for (size_t i = 0; i < receipt->statement_lines; i++) {
        const at_receipt_statement *one = &receipt->statements[i];
        if ((!how->accounts && one->difference == 0) || (!how->accounts && shown == LINES_SHOWN))
            break;
        AT_TRY(print_statement(out, one, err));
        shown++;
    }
    const uint64_t all = how->accounts ? receipt->statement_count : receipt->statements_off;
    if (all > shown)
        AT_TRY(at_text_print(out, err, "  ... and %llu more\n", (unsigned long long)(all - shown)));
    return AT_OK;
}

static at_status print_written(at_text *out, const at_receipt_print *how, at_error *err) {
    const at_rejects *written = how->written;
    if (!written || !written->list)
        return AT_OK;
    AT_TRY(add_label(out, how, "rejects", err));
    AT_TRY(at_visible_add(out, NULL, written->list, false, err));
    if (written->rows) {
        AT_TRY(at_text_add(out, ", ", err));
        AT_TRY(at_visible_add(out, NULL, written->rows, false, err));
    }
    return at_text_add_char(out, '\n', err);
}

static at_status print_resumed(at_text *out, const at_receipt *receipt, const at_receipt_print *how,
                               at_error *err) {
    if (!receipt->resumed_at)
        return AT_OK;
    AT_TRY(add_label(out, how, "resumed", err));
    return at_text_print(out, err, "at byte %llu; %llu bytes before it were read again\n",
                         (unsigned long long)receipt->resumed_at,
                         (unsigned long long)receipt->read_again);
}

at_status at_rejects_folder(at_confined *list, const char *option, at_cli *cli, at_error *err) {
    const char *folder = at_cli_value(cli, option);
    if (!folder)
        return AT_OK;
    AT_TRY(at_folder_make(folder, AT_REJECTS_MODE, err));
    return at_confined_add(list, folder, AT_CONFINE_WRITE, cli, err);
}

at_status at_receipt_print_text(at_text *out, const at_receipt *receipt,
                                const at_receipt_print *how, at_error *err) {
    AT_TRY(at_visible_add(out, NULL, receipt->name, false, err));
    if (receipt->already)
        return at_text_print(out, err,
                             ": already imported as revision %lld, source %lld; nothing was done\n",
                             (long long)receipt->revision, (long long)receipt->source);
    AT_TRY(at_text_print(out, err, ": %s", at_source_state_text(receipt->state)));
    if (receipt->revision)
        AT_TRY(at_text_print(out, err, ", revision %lld, source %lld", (long long)receipt->revision,
                             (long long)receipt->source));
    AT_TRY(at_text_add_char(out, '\n', err));
    AT_TRY(add_label(out, how, "importer", err));
    AT_TRY(at_text_print(out, err, "%s %d, namespace ", receipt->importer ? receipt->importer : "?",
                         receipt->importer_version));
    AT_TRY(at_visible_add(out, NULL, receipt->name_space ? receipt->name_space : "?", false, err));
    AT_TRY(at_text_add_char(out, '\n', err));
    AT_TRY(add_label(out, how, "content", err));
    AT_TRY(at_text_print(out, err, "%s\n", receipt->content));
    AT_TRY(print_resumed(out, receipt, how, err));
    if (receipt->state == AT_SOURCE_FAILED && receipt->kept_to)
        return at_text_print(out, err,
                             "  nothing of it was published; the same import goes on at byte"
                             " %llu\n",
                             (unsigned long long)receipt->kept_to);
    if (receipt->state == AT_SOURCE_FAILED)
        return at_text_add(out, "  nothing of it was published; the bytes are kept\n", err);
    AT_TRY(add_label(out, how, "records", err));
    AT_TRY(at_text_print(
        out, err, "%llu = %llu loaded + %llu duplicate + %llu rejected; %llu warnings\n",
        (unsigned long long)receipt->rows, (unsigned long long)receipt->loaded,
        (unsigned long long)receipt->duplicates, (unsigned long long)receipt->rejected,
        (unsigned long long)receipt->warnings));
    AT_TRY(print_facts(out, receipt, how, err));
    const bool paired = receipt->pairs_made || receipt->pairs_ended || receipt->legs_ambiguous;
    if (paired)
        AT_TRY(add_label(out, how, "legs", err));
    if (paired)
        AT_TRY(at_text_print(out, err, "%llu pairs made, %llu ended, %llu ambiguous\n",
                             (unsigned long long)receipt->pairs_made,
                             (unsigned long long)receipt->pairs_ended,
                             (unsigned long long)receipt->legs_ambiguous));
    AT_TRY(print_statements(out, receipt, how, err));
    AT_TRY(print_written(out, how, err));
    AT_TRY(print_sums(out, receipt, how, err));
    return print_lines(out, receipt, how, err);
}
