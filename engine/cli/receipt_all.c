#include "engine/cli/receipt_all.h"

#include "engine/cli/grid.h"
#include "engine/cli/lang.h"
#include "engine/cli/width.h"

#include <string.h>

static at_status add_sum(at_receipt_all *all, const at_receipt_sum *sum, at_error *err) {
    size_t at = 0;
    while (at < all->sum_count && strcmp(all->sums[at].currency.code, sum->currency.code) < 0)
        at++;
    if (at == all->sum_count || strcmp(all->sums[at].currency.code, sum->currency.code) != 0) {
        AT_TRY(AT_GROW(&all->sums, &all->sum_capacity, all->sum_count, all->arena, err));
        for (size_t k = all->sum_count++; k > at; k--)
            all->sums[k] = all->sums[k - 1];
        all->sums[at] = (at_receipt_sum){.currency = sum->currency};
    }
    all->sums[at].in += sum->in;
    all->sums[at].out += sum->out;
    all->sums[at].count += sum->count;
    return AT_OK;
}

at_status at_receipt_all_add(at_receipt_all *all, const at_receipt *receipt, at_error *err) {
    at_receipt_row row = {.state = at_source_state_text(receipt->state),
                          .already = receipt->already,
                          .source = (uint64_t)receipt->source,
                          .rows = receipt->rows,
                          .loaded = receipt->loaded,
                          .duplicates = receipt->duplicates,
                          .rejected = receipt->rejected,
                          .warnings = receipt->warnings};
    AT_TRY(at_arena_text(&row.name, all->arena, receipt->name, err));
    AT_TRY(AT_GROW(&all->rows, &all->capacity, all->count, all->arena, err));
    all->rows[all->count++] = row;
    for (size_t i = 0; !receipt->already && i < receipt->sum_count; i++)
        AT_TRY(add_sum(all, &receipt->sums[i], err));
    return AT_OK;
}

static at_status add_number(at_grid *grid, at_wide value, at_error *err) {
    char number[AT_WIDE_BYTES];
    at_wide_format(number, value);
    return at_grid_add(grid, number, err);
}

static at_status print_files(at_output *out, const at_receipt_all *all, at_error *err) {
    static const char *const names[] = {"file",   "state",      "source",   "rows",
                                        "loaded", "duplicates", "rejected", "warnings"};
    at_grid_column columns[AT_COUNT(names)];
    at_receipt_row sum = {.rows = 0};
    at_grid grid;
    for (size_t i = 0; i < AT_COUNT(names); i++)
        columns[i] = (at_grid_column){
            .head = at_word_of("column", names[i]), .right = i > 1, .flexible = i == 0};
    AT_TRY(at_text_add_char(&out->text, '\n', err));
    AT_TRY(at_grid_init(&grid, out, columns, AT_COUNT(columns), all->arena, err));
    for (size_t i = 0; i <= all->count; i++) {
        const bool last = i == all->count;
        const at_receipt_row *row = last ? &sum : &all->rows[i];
        const uint64_t counts[] = {row->rows, row->loaded, row->duplicates, row->rejected,
                                   row->warnings};
        AT_TRY(at_grid_add(&grid, last ? at_word("receipt.all") : row->name, err));
        AT_TRY(at_grid_add(&grid,
                           last           ? ""
                           : row->already ? at_word("receipt.already")
                                          : at_word_of("receipt", row->state),
                           err));
        if (row->source)
            AT_TRY(add_number(&grid, row->source, err));
        else
            AT_TRY(at_grid_add(&grid, "", err));
        for (size_t k = 0; k < AT_COUNT(counts); k++)
            AT_TRY(add_number(&grid, counts[k], err));
        if (last || row->already)
            continue;
        sum.rows += row->rows;
        sum.loaded += row->loaded;
        sum.duplicates += row->duplicates;
        sum.rejected += row->rejected;
        sum.warnings += row->warnings;
    }
    return at_grid_print(out, &grid, err);
}

static at_status print_sums(at_output *out, const at_receipt_all *all, at_error *err) {
    const at_grid_column columns[] = {
        {.head = at_word_of("column", "currency")},
        {.head = at_word_of("receipt", "in"), .right = true},
        {.head = at_word_of("receipt", "out"), .right = true},
        {.head = at_word_of("receipt", "movements"), .right = true},
    };
    at_grid grid;
    if (all->sum_count == 0)
        return AT_OK;
    AT_TRY(at_text_add_char(&out->text, '\n', err));
    AT_TRY(at_visible_add(&out->text, NULL, at_word("receipt.lead"), out->terminal, err));
    AT_TRY(at_text_add_char(&out->text, '\n', err));
    AT_TRY(at_grid_init(&grid, out, columns, AT_COUNT(columns), all->arena, err));
    for (size_t i = 0; i < all->sum_count; i++) {
        AT_TRY(at_grid_add(&grid, all->sums[i].currency.code, err));
        AT_TRY(add_number(&grid, all->sums[i].in, err));
        AT_TRY(add_number(&grid, all->sums[i].out, err));
        AT_TRY(add_number(&grid, all->sums[i].count, err));
    }
    return at_grid_print(out, &grid, err);
}

at_status at_receipt_all_print(at_output *out, const at_receipt_all *all, at_error *err) {
    if (all->count < 2)
        return AT_OK;
    AT_TRY(print_files(out, all, err));
    return print_sums(out, all, err);
}

static void put_text(at_json_writer *json, const char *key, const char *text) {
    at_json_put_key(json, key);
    at_json_put_text(json, text);
}

void at_receipt_all_json(at_json_writer *json, const at_receipt_all *all) {
    char number[AT_WIDE_BYTES];
    at_json_put_key(json, "sums");
    at_json_array(json);
    for (size_t i = 0; i < all->sum_count; i++) {
        at_json_object(json);
        at_json_put_key(json, "count");
        at_json_put_int(json, (int64_t)all->sums[i].count);
        put_text(json, "currency", all->sums[i].currency.code);
        at_wide_format(number, all->sums[i].in);
        put_text(json, "in", number);
        at_wide_format(number, all->sums[i].out);
        put_text(json, "out", number);
        at_json_object_end(json);
    }
    at_json_array_end(json);
}
