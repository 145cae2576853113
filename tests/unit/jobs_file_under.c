/* Goal: an account id that is an IBAN is filed once, whoever writes it; nothing else is touched.
 * Method: a table of references put through the sink; what arrives behind it is compared. */
#include "engine/jobs/file_under.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *story;
    at_kind kind;
    const char *id, *filed, *name_space;
} rows[] = {
    {"blanks and small letters vanish", AT_ACCOUNT, "gb29 nwbk 6016 1331 9268 19",
     "GB29NWBK60161331926819", "iban"},
    {"an IBAN as it is", AT_ACCOUNT, "AZ21NABZ00000000137010001944", "AZ21NABZ00000000137010001944",
     "iban"},
    {"a wrong check digit is an id like any other", AT_ACCOUNT, "GB28NWBK60161331926819",
     "GB28NWBK60161331926819", NULL},
    {"a short id", AT_ACCOUNT, "A1", "A1", NULL},
    {"a party may be called like an IBAN", AT_PARTY, "GB29NWBK60161331926819",
     "GB29NWBK60161331926819", NULL},
    {"nothing is stated", AT_ACCOUNT, NULL, NULL, NULL},
};

typedef struct seen {
    at_fact facts[8];
    size_t count, rejects, warnings;
} seen;

static at_status keep(void *self, const at_origin *origin, const at_fact *facts, size_t count,
                      at_error *err) {
    seen *all = self;
    (void)origin;
    (void)err;
    memcpy(all->facts, facts, count * sizeof *facts);
    all->count = count;
    return AT_OK;
}

static at_status keep_reject(void *self, const at_origin *origin, const at_error *why,
                             at_error *err) {
    (void)origin;
    (void)why;
    (void)err;
    ((seen *)self)->rejects++;
    return AT_OK;
}

static at_status keep_warning(void *self, const at_origin *origin, const at_error *why,
                              at_error *err) {
    (void)origin;
    (void)why;
    (void)err;
    ((seen *)self)->warnings++;
    return AT_OK;
}

static void expect_ref(const at_ref *ref, size_t row) {
    if (!rows[row].filed) {
        assert_null(ref->id);
        return;
    }
    assert_string_equal(ref->id, rows[row].filed);
    if (rows[row].name_space)
        assert_string_equal(ref->name_space, rows[row].name_space);
    else
        assert_null(ref->name_space);
}

static void test_refs(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        seen all = {0};
        const at_sink inner = {
            .self = &all, .put = keep, .reject = keep_reject, .warn = keep_warning};
        at_iban_sink self = {.inner = &inner};
        at_sink sink = at_iban_sink_of(&self);
        print_message("  %s\n", rows[i].story);
        at_ref ref = {.id = rows[i].id, .kind = rows[i].kind};
        at_fact facts[] = {at_fact_new(AT_TRANSFER), at_fact_new(AT_LEG), at_fact_new(AT_LINK),
                           at_fact_new(AT_EVENT), at_fact_new(AT_IDENTIFIER)};
        facts[0].transfer.from = facts[0].transfer.to = ref;
        facts[1].leg.account = facts[1].leg.counterparty = ref;
        facts[2].link.a = facts[2].link.b = ref;
        facts[3].event.things = &ref;
        facts[3].event.thing_count = 1;
        facts[4].identifier.of = ref;
        const at_origin origin = {.bytes = 1};
        assert_int_equal(sink.put(sink.self, &origin, facts, AT_COUNT(facts), NULL), AT_OK);
        assert_int_equal(all.count, AT_COUNT(facts));
        expect_ref(&all.facts[0].transfer.from, i);
        expect_ref(&all.facts[0].transfer.to, i);
        expect_ref(&all.facts[1].leg.account, i);
        expect_ref(&all.facts[1].leg.counterparty, i);
        expect_ref(&all.facts[2].link.a, i);
        expect_ref(&all.facts[2].link.b, i);
        expect_ref(&all.facts[3].event.things[0], i);
        expect_ref(&all.facts[4].identifier.of, i);
        if (rows[i].id)
            assert_string_equal(facts[0].transfer.from.id, rows[i].id);
        at_arena_clear(&self.arena);
    }
}

static void test_rest(void **state) {
    (void)state;
    seen all = {0};
    const at_sink inner = {.self = &all, .put = keep, .reject = keep_reject, .warn = keep_warning};
    at_iban_sink self = {.inner = &inner};
    at_sink sink = at_iban_sink_of(&self);
    at_error why = {0};
    assert_int_equal(sink.reject(sink.self, NULL, &why, NULL), AT_OK);
    assert_int_equal(sink.warn(sink.self, NULL, &why, NULL), AT_OK);
    assert_int_equal(all.rejects, 1);
    assert_int_equal(all.warnings, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refs), cmocka_unit_test(test_rest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
