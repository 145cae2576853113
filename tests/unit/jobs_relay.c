/* Goal: whatever is put into a relay comes out of it as it went in, in order, and what went wrong
 *       is told in the same words whichever thread was ahead.
 * Method: records of every kind in memory that is written over after each call, as importers do; a
 *         sink behind that writes down what it gets and fails where it is told to. Few records stay
 *         on one thread, many go through two. */
#include "engine/jobs/relay.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/arena.h"
#include "engine/base/text.h"

enum { TEXTS = 8, TEXT_BYTES = 24, MANY = 12345 };

/* The memory of a reader that reuses it for every record. */
typedef struct pen {
    char texts[TEXTS][TEXT_BYTES];
    at_name names[2];
    at_ref things[2];
    at_fact facts[2];
    size_t fact_count;
    at_origin origin;
    at_error error;
} pen;

static const char *text_of(pen *p, int index, uint64_t number) {
    snprintf(p->texts[index], TEXT_BYTES, "t%d-%" PRIu64, index, number);
    return p->texts[index];
}

static at_ref ref_of(pen *p, int index, uint64_t number) {
    return (at_ref){.kind = AT_ACCOUNT,
                    .id = text_of(p, index, number),
                    .name_space = number % 3 ? text_of(p, index + 1, number) : NULL};
}

static void write_fact(pen *p, at_fact *fact, at_kind kind, uint64_t number) {
    *fact = at_fact_new(kind);
    switch (kind) {
    case AT_TRANSFER:
        fact->transfer.id = text_of(p, 0, number);
        fact->transfer.from = ref_of(p, 1, number);
        fact->transfer.to = ref_of(p, 3, number);
        fact->transfer.currency = text_of(p, 5, number);
        fact->transfer.currency_in = number % 2 ? text_of(p, 6, number) : NULL;
        fact->transfer.reverses = text_of(p, 7, number);
        fact->transfer.amount = (int64_t)number;
        fact->transfer.amount_in = number % 2 ? -(int64_t)number : AT_AMOUNT_NONE;
        fact->transfer.amount_in_scale = (int8_t)(number % 4) - 1;
        fact->transfer.fee = (int64_t)number << 40;
        fact->transfer.seq = -(int64_t)number;
        fact->transfer.time = (at_time){.us = (int64_t)number - 5000,
                                        .precision = number % 2 ? AT_SECOND : AT_YEAR,
                                        .zone_assumed = number % 3 == 0};
        fact->transfer.type = number % 2 ? AT_REPAYMENT : AT_TRANSFER_PLAIN;
        fact->transfer.from.kind = number % 5 ? AT_ACCOUNT : AT_ASSET;
        fact->transfer.to.kind = number % 3 ? AT_ACCOUNT : AT_EVENT;
        break;
    case AT_PARTY:
        fact->party.self = ref_of(p, 0, number);
        p->names[0] = (at_name){.text = text_of(p, 2, number), .lang = text_of(p, 3, number)};
        p->names[1] = (at_name){.text = text_of(p, 4, number)};
        fact->party.names = p->names;
        fact->party.name_count = 2;
        fact->party.birth.text = text_of(p, 5, number);
        break;
    case AT_EVENT:
        fact->event.self = ref_of(p, 0, number);
        p->things[0] = ref_of(p, 2, number);
        p->things[1] = ref_of(p, 4, number);
        fact->event.things = p->things;
        fact->event.thing_count = 2;
        fact->event.kind = text_of(p, 6, number);
        break;
    default:
        fact->leg.account = ref_of(p, 0, number);
        fact->leg.counterparty = ref_of(p, 2, number);
        fact->leg.reference = text_of(p, 4, number);
        break;
    }
}

/* Record `number`: every seventh is rejected, every eleventh warned of. */
static at_status put_record(pen *p, const at_sink *sink, uint64_t number, at_error *err) {
    static const at_kind kinds[] = {AT_TRANSFER, AT_PARTY, AT_EVENT, AT_LEG};
    memset(p, 'x', sizeof *p);
    p->origin = (at_origin){.offset = number, .bytes = 1, .line = number};
    p->origin.element = number % 5 ? NULL : text_of(p, 0, number);
    p->error = (at_error){.status = AT_BAD_INPUT};
    snprintf(p->error.message, sizeof p->error.message, "said of %" PRIu64, number);
    if (number % 7 == 0)
        return sink->reject(sink->self, &p->origin, &p->error, err);
    if (number % 11 == 0)
        return sink->warn(sink->self, number % 2 ? &p->origin : NULL, &p->error, err);
    p->fact_count = number % 13 ? 1 : 0;
    if (p->fact_count)
        write_fact(p, &p->facts[0], kinds[number % AT_COUNT(kinds)], number);
    return sink->put(sink->self, &p->origin, p->facts, p->fact_count, err);
}

/* What arrives, as text; it fails at record `fail_at`. */
typedef struct diary {
    at_text text;
    uint64_t calls, fail_at;
} diary;

static void note(diary *d, const char *text) {
    assert_int_equal(at_text_print(&d->text, NULL, "%s|", text ? text : "-"), AT_OK);
}

static void note_ref(diary *d, const at_ref *ref) {
    note(d, ref->id);
    note(d, ref->name_space);
}

static void note_numbers(diary *d, const at_fact *fact) {
    const at_transfer *t = &fact->transfer;
    const int64_t numbers[] = {fact->record, t->from.kind, t->from.thing,      t->to.kind,
                               t->to.thing,  t->time.us,   t->time.precision,  t->time.zone_assumed,
                               t->seq,       t->amount_in, t->amount_in_scale, t->fee,
                               t->type};
    for (size_t i = 0; i < AT_COUNT(numbers); i++)
        assert_int_equal(at_text_print(&d->text, NULL, "%" PRId64 "|", numbers[i]), AT_OK);
}

static at_status note_call(diary *d, const char *what, const at_origin *origin, at_error *err) {
    if (++d->calls == d->fail_at)
        return at_fail(err, AT_IO, "E-IO", "the disk is full at %" PRIu64, d->calls);
    assert_int_equal(
        at_text_print(&d->text, NULL, "\n%s %" PRIu64 " ", what, origin ? origin->offset : 0),
        AT_OK);
    note(d, origin ? origin->element : NULL);
    return AT_OK;
}

static at_status on_put(void *self, const at_origin *origin, const at_fact *facts, size_t count,
                        at_error *err) {
    diary *d = self;
    AT_TRY(note_call(d, "put", origin, err));
    for (size_t i = 0; i < count; i++) {
        const at_fact *fact = &facts[i];
        note(d, at_kind_text(fact->kind));
        if (fact->kind == AT_TRANSFER) {
            note(d, fact->transfer.id);
            note_ref(d, &fact->transfer.from);
            note_ref(d, &fact->transfer.to);
            note(d, fact->transfer.currency);
            note(d, fact->transfer.currency_in);
            note(d, fact->transfer.reverses);
            assert_int_equal(fact->transfer.amount, origin->offset);
            note_numbers(d, fact);
        } else if (fact->kind == AT_PARTY) {
            note_ref(d, &fact->party.self);
            for (size_t k = 0; k < fact->party.name_count; k++) {
                note(d, fact->party.names[k].text);
                note(d, fact->party.names[k].lang);
            }
            note(d, fact->party.birth.text);
        } else if (fact->kind == AT_EVENT) {
            note_ref(d, &fact->event.self);
            for (size_t k = 0; k < fact->event.thing_count; k++)
                note_ref(d, &fact->event.things[k]);
            note(d, fact->event.kind);
        } else {
            note_ref(d, &fact->leg.account);
            note_ref(d, &fact->leg.counterparty);
            note(d, fact->leg.reference);
        }
    }
    return AT_OK;
}

static at_status on_reject(void *self, const at_origin *origin, const at_error *why,
                           at_error *err) {
    AT_TRY(note_call(self, "reject", origin, err));
    note(self, why->message);
    return AT_OK;
}

static at_status on_warn(void *self, const at_origin *origin, const at_error *what, at_error *err) {
    AT_TRY(note_call(self, "warn", origin, err));
    note(self, what->message);
    return AT_OK;
}

/* Records 1 to `count`, and then the reader answers `read`; through a relay, or without one. */
static at_status run(diary *d, uint64_t count, uint64_t fail_at, at_status read, bool relayed,
                     at_error *err) {
    AT_CLEANUP(at_relay_close) at_relay *relay = NULL;
    pen p;
    *d = (diary){.text = {.limit_bytes = (size_t)64 << 20}, .fail_at = fail_at};
    at_sink sink = {.self = d, .put = on_put, .reject = on_reject, .warn = on_warn};
    const at_sink inner = sink;
    if (relayed) {
        AT_TRY(at_relay_open(&relay, &inner, err));
        sink = at_relay_sink(relay);
    }
    at_status status = AT_OK;
    for (uint64_t i = 1; i <= count && status == AT_OK; i++)
        status = put_record(&p, &sink, i, err);
    if (status == AT_OK && read != AT_OK)
        status = at_fail(err, read, "E-CSV-QUOTE", "the file is broken");
    return relayed ? at_relay_finish(relay, status, err) : status;
}

static const struct {
    const char *story;
    uint64_t count, fail_at;
    at_status read;
} rows[] = {
    {"nothing at all", 0, 0, AT_OK},
    {"a small file, on one thread", 100, 0, AT_OK},
    {"as many as a batch holds", 1024, 0, AT_OK},
    {"a large file, on two", MANY, 0, AT_OK},
    {"the store fails in a small file", 100, 57, AT_OK},
    {"the store fails in a large file", MANY, 1500, AT_OK},
    {"the store fails at the last record", MANY, MANY, AT_OK},
    {"the reader fails in a small file", 100, 0, AT_BAD_INPUT},
    {"the reader fails in a large file: what came before is stored", MANY, 0, AT_BAD_INPUT},
    {"both fail: the store did at an earlier record", MANY, MANY - 3, AT_BAD_INPUT},
};

static void test_same(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_error straight = {.status = AT_OK}, relayed = {.status = AT_OK};
        diary one, two;
        print_message("  %s\n", rows[i].story);
        const at_status status =
            run(&one, rows[i].count, rows[i].fail_at, rows[i].read, false, &straight);
        assert_int_equal(run(&two, rows[i].count, rows[i].fail_at, rows[i].read, true, &relayed),
                         status);
        assert_string_equal(relayed.message, straight.message);
        assert_string_equal(at_text_string(&two.text), at_text_string(&one.text));
        assert_int_equal(two.calls, one.calls);
        at_text_clear(&one.text);
        at_text_clear(&two.text);
    }
}

/* One record with more facts than a batch has room for, between others. */
static void test_large(void **state) {
    enum { FACTS = 20000 };
    AT_CLEANUP(at_relay_close) at_relay *relay = NULL;
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    diary d = {.text = {.limit_bytes = (size_t)64 << 20}};
    const at_sink inner = {.self = &d, .put = on_put, .reject = on_reject, .warn = on_warn};
    const at_origin origin = {.offset = 7, .bytes = 1};
    at_fact *facts = NULL;
    pen p;
    (void)state;
    assert_int_equal(AT_NEW(&facts, &arena, FACTS, NULL), AT_OK);
    for (size_t i = 0; i < FACTS; i++)
        write_fact(&p, &facts[i], AT_LEG, 9);
    assert_int_equal(at_relay_open(&relay, &inner, NULL), AT_OK);
    const at_sink sink = at_relay_sink(relay);
    assert_int_equal(put_record(&p, &sink, 1, NULL), AT_OK);
    assert_int_equal(sink.put(sink.self, &origin, facts, FACTS, NULL), AT_OK);
    assert_int_equal(put_record(&p, &sink, 2, NULL), AT_OK);
    assert_int_equal(at_relay_finish(relay, AT_OK, NULL), AT_OK);
    assert_int_equal(d.calls, 3);
    assert_true(d.text.bytes > FACTS * strlen("leg|t0-9|"));
    at_text_clear(&d.text);
}

/* The n-th allocation fails, for all n: said, and nothing is lost or left. */
static void test_memory(void **state) {
    (void)state;
    for (uint64_t n = 1;; n++) {
        at_error err = {.status = AT_OK};
        AT_CLEANUP(at_relay_close) at_relay *relay = NULL;
        const at_sink inner = {.self = NULL};
        pen p;
        at_memory_fail_after(n);
        at_status status = at_relay_open(&relay, &inner, &err);
        if (status == AT_OK) {
            const at_sink sink = at_relay_sink(relay);
            status = put_record(&p, &sink, 1, &err);
        }
        if (at_memory_fail_after(0) > 0) {
            assert_int_equal(status, AT_OK);
            assert_true(n > 2);
            return;
        }
        assert_int_equal(status, AT_NO_MEMORY);
        assert_string_equal(err.code, "E-MEMORY");
    }
}

/* A reader that stops without at_relay_finish leaves nothing behind. */
static void test_dropped(void **state) {
    (void)state;
    diary d = {.text = {.limit_bytes = (size_t)64 << 20}};
    const at_sink inner = {.self = &d, .put = on_put, .reject = on_reject, .warn = on_warn};
    at_relay *relay = NULL;
    pen p;
    assert_int_equal(at_relay_open(&relay, &inner, NULL), AT_OK);
    const at_sink sink = at_relay_sink(relay);
    for (uint64_t i = 1; i <= MANY; i++)
        assert_int_equal(put_record(&p, &sink, i, NULL), AT_OK);
    at_relay_close(&relay);
    assert_null(relay);
    assert_true(d.calls < MANY);
    at_relay_close(&relay);
    at_text_clear(&d.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same), cmocka_unit_test(test_large),
                                       cmocka_unit_test(test_memory),
                                       cmocka_unit_test(test_dropped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
