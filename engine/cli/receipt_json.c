/* receipt_json.c: a receipt as one canonical JSON object. */
#include "engine/cli/receipt.h"

#include <string.h>

static void put_text(at_json_writer *json, const char *key, const char *text) {
    at_json_put_key(json, key);
    at_json_put_text(json, text);
}

static void put_count(at_json_writer *json, const char *key, uint64_t count) {
    at_json_put_key(json, key);
    at_json_put_int(json, (int64_t)count);
}

static void put_amount(at_json_writer *json, const char *key, int64_t amount) {
    at_json_put_key(json, key);
    at_json_put_amount(json, amount);
}

static void put_balance(at_json_writer *json, const char *key, int64_t amount) {
    at_json_put_key(json, key);
    if (amount == AT_AMOUNT_NONE)
        at_json_put_text(json, NULL);
    else
        at_json_put_amount(json, amount);
}

static void put_line(at_json_writer *json, const at_receipt_line *line) {
    char address[AT_ADDRESS_TEXT_BYTES];
    at_json_object(json);
    put_count(json, "bytes", line->origin.bytes);
    put_text(json, "code", line->code);
    put_text(json, "element", line->origin.element);
    if (line->first.content[0])
        at_address_format(address, &line->first);
    put_text(json, "first", line->first.content[0] ? address : NULL);
    put_text(json, "hint", line->hint);
    put_count(json, "line", line->origin.line);
    put_text(json, "message", line->message);
    put_count(json, "offset", line->origin.offset);
    at_json_object_end(json);
}

static at_status put_lines(at_json_writer *json, const char *key, const at_receipt *receipt,
                           at_receipt_kind kind, const at_receipt_print *how, bool whole,
                           at_error *err) {
    const at_receipt_line *lines = kind == AT_RECEIPT_REJECT      ? receipt->rejects
                                   : kind == AT_RECEIPT_DUPLICATE ? receipt->duplicate_lines
                                                                  : receipt->warning_lines;
    size_t count = kind == AT_RECEIPT_REJECT      ? receipt->reject_count
                   : kind == AT_RECEIPT_DUPLICATE ? receipt->duplicate_count
                                                  : receipt->warning_count;
    if (whole && !receipt->already)
        AT_TRY(at_receipt_lines(&lines, &count, how->store, receipt->source, kind, 0, INT32_MAX,
                                how->arena, err));
    at_json_put_key(json, key);
    at_json_array(json);
    for (size_t i = 0; i < count; i++)
        put_line(json, &lines[i]);
    at_json_array_end(json);
    return AT_OK;
}

static void put_failure(at_json_writer *json, const at_error *failure) {
    at_json_put_key(json, "error");
    if (!failure) {
        at_json_put_text(json, NULL);
        return;
    }
    at_json_object(json);
    put_text(json, "code", failure->code);
    put_text(json, "hint", failure->hint);
    put_text(json, "message", failure->message);
    put_text(json, "place", failure->place);
    at_json_object_end(json);
}

static int compare_kinds(int a, int b) {
    return strcmp(at_kind_text((at_kind)a), at_kind_text((at_kind)b));
}

static void put_facts(at_json_writer *json, const at_receipt *receipt) {
    int kinds[AT_KIND_COUNT];
    size_t count = 0;
    for (int kind = AT_KIND_NONE + 1; kind < AT_KIND_COUNT; kind++) {
        size_t at = count++;
        for (; at > 0 && compare_kinds(kinds[at - 1], kind) > 0; at--)
            kinds[at] = kinds[at - 1];
        kinds[at] = kind;
    }
    at_json_put_key(json, "facts");
    at_json_object(json);
    for (size_t i = 0; i < count; i++)
        if (receipt->facts[kinds[i]])
            put_count(json, at_kind_text((at_kind)kinds[i]), receipt->facts[kinds[i]]);
    at_json_object_end(json);
}

static void put_totals(at_json_writer *json, const at_receipt *receipt) {
    at_json_put_key(json, "totals");
    at_json_array(json);
    for (size_t i = 0; i < receipt->total_count; i++) {
        const at_receipt_total *total = &receipt->totals[i];
        at_json_object(json);
        put_text(json, "account", total->account);
        put_count(json, "count", total->count);
        put_text(json, "currency", total->currency.code);
        put_amount(json, "in", total->in);
        put_text(json, "namespace", total->name_space);
        put_amount(json, "out", total->out);
        at_json_object_end(json);
    }
    at_json_array_end(json);
}

static void put_wide(at_json_writer *json, const char *key, at_wide amount) {
    char number[AT_WIDE_BYTES];
    at_wide_format(number, amount);
    put_text(json, key, number);
}

static void put_statements(at_json_writer *json, const at_receipt *receipt) {
    at_json_put_key(json, "statements");
    at_json_array(json);
    for (size_t i = 0; i < receipt->statement_lines; i++) {
        const at_receipt_statement *one = &receipt->statements[i];
        at_json_object(json);
        put_text(json, "account", one->account);
        put_count(json, "breaks", one->breaks);
        put_balance(json, "closing", one->closing);
        put_text(json, "currency", one->currency.code);
        if (one->compared)
            put_wide(json, "difference", one->difference);
        else
            put_text(json, "difference", NULL);
        put_wide(json, "fees", one->fees);
        put_wide(json, "in", one->in);
        put_text(json, "namespace", one->name_space);
        put_balance(json, "opening", one->opening);
        put_wide(json, "out", one->out);
        put_count(json, "rows", one->rows);
        at_json_object_end(json);
    }
    at_json_array_end(json);
}

at_status at_receipt_print_json(at_json_writer *json, const at_receipt *receipt,
                                const at_error *failure, const at_receipt_print *how,
                                at_error *err) {
    at_json_object(json);
    at_json_put_key(json, "already");
    at_json_put_bool(json, receipt->already);
    put_count(json, "bytes", receipt->bytes);
    put_text(json, "content", receipt->content[0] ? receipt->content : NULL);
    AT_TRY(put_lines(json, "duplicate_lines", receipt, AT_RECEIPT_DUPLICATE, how, how->duplicates,
                     err));
    put_count(json, "duplicates", receipt->duplicates);
    put_failure(json, failure);
    put_facts(json, receipt);
    put_text(json, "importer", receipt->importer);
    put_count(json, "importer_version", (uint64_t)receipt->importer_version);
    if (receipt->kept_to)
        put_count(json, "kept_to", receipt->kept_to);
    put_count(json, "legs_ambiguous", receipt->legs_ambiguous);
    put_count(json, "loaded", receipt->loaded);
    put_text(json, "name", receipt->name);
    put_text(json, "namespace", receipt->name_space);
    put_count(json, "pairs_ended", receipt->pairs_ended);
    put_count(json, "pairs_made", receipt->pairs_made);
    if (receipt->resumed_at)
        put_count(json, "read_again", receipt->read_again);
    put_text(json, "received", receipt->received[0] ? receipt->received : NULL);
    AT_TRY(put_lines(json, "reject_lines", receipt, AT_RECEIPT_REJECT, how, how->rejects, err));
    put_count(json, "rejected", receipt->rejected);
    if (how->written && how->written->list) {
        put_text(json, "rejects_list", how->written->list);
        put_text(json, "rejects_rows", how->written->rows);
    }
    if (receipt->resumed_at)
        put_count(json, "resumed_at", receipt->resumed_at);
    put_count(json, "revision", (uint64_t)receipt->revision);
    put_count(json, "rows", receipt->rows);
    put_count(json, "source", (uint64_t)receipt->source);
    put_text(json, "state", at_source_state_text(receipt->state));
    put_count(json, "statement_count", receipt->statement_count);
    put_statements(json, receipt);
    put_count(json, "statements_compared", receipt->statements_compared);
    put_count(json, "statements_off", receipt->statements_off);
    put_totals(json, receipt);
    if (receipt->totals_left_out)
        put_count(json, "totals_left_out", receipt->totals_left_out);
    AT_TRY(put_lines(json, "warning_lines", receipt, AT_RECEIPT_WARNING, how, how->warnings, err));
    put_count(json, "warnings", receipt->warnings);
    at_json_object_end(json);
    return AT_OK;
}
