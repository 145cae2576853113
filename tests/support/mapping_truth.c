#include "tests/support/mapping_truth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/file.h"

typedef struct comparing {
    const char *name;
    const at_guess *guess;
    truth_result result;
} comparing;

int truth_sure(const at_guess *guess, const char *field) {
    int sure = -1;
    for (size_t i = 0; i < guess->point_count; i++)
        if (strcmp(guess->points[i].field, field) == 0 &&
            (sure < 0 || guess->points[i].sure < sure))
            sure = guess->points[i].sure;
    return sure;
}

bool truth_unsure(const at_guess *guess, const char *field) {
    const int sure = truth_sure(guess, field);
    return sure >= 0 && sure < AT_GUESS_SURE;
}

static void differ(comparing *c, const char *field, const char *guessed, const char *truth) {
    const bool unsure = truth_unsure(c->guess, field);
    print_message("  %s: %s is guessed %s, and is %s%s\n", c->name, field, guessed, truth,
                  unsure ? " (said to be unsure)" : "");
    c->result.wrong++;
    c->result.unsaid += !unsure;
}

/* A scalar, an array or an object as one text; `fallback` when it is not there. */
static void print_value(char *out, size_t bytes, const at_json_value *value, const char *fallback) {
    switch (at_json_type_of(value)) {
    case AT_JSON_STRING:
        snprintf(out, bytes, "%s", at_json_text(value));
        break;
    case AT_JSON_NUMBER:
        snprintf(out, bytes, "%s", at_json_number(value));
        break;
    case AT_JSON_TRUE:
        snprintf(out, bytes, "true");
        break;
    case AT_JSON_FALSE:
        snprintf(out, bytes, "false");
        break;
    default:
        snprintf(out, bytes, "%s", fallback);
    }
}

/* A field of a record: "column A", "columns A + B", "constant C". */
static void print_field(char *out, size_t bytes, const at_json_value *value) {
    char part[200];
    const at_json_value *columns = at_json_get(value, "columns");
    if (value == NULL) {
        snprintf(out, bytes, "not there");
    } else if (at_json_get(value, "constant") != NULL) {
        print_value(part, sizeof part, at_json_get(value, "constant"), "");
        snprintf(out, bytes, "constant %s", part);
    } else if (columns != NULL) {
        snprintf(out, bytes, "columns");
        for (const at_json_value *one = at_json_first(columns); one != NULL;
             one = at_json_next(one)) {
            print_value(part, sizeof part, one, "");
            const size_t length = strlen(out);
            snprintf(out + length, bytes - length, " + %s", part);
        }
    } else {
        const bool object = at_json_type_of(value) == AT_JSON_OBJECT;
        print_value(part, sizeof part, object ? at_json_get(value, "column") : value, "");
        const char *plain = at_json_text(object ? at_json_get(value, "unsigned") : NULL);
        snprintf(out, bytes, "column %s%s%s", part, plain != NULL ? ", unsigned " : "",
                 plain != NULL ? plain : "");
    }
}

/* Words that both translate are translated alike. */
static void compare_words(comparing *c, const char *field, const at_json_value *guessed,
                          const at_json_value *truth) {
    const at_json_value *words = at_json_get(guessed, "words");
    for (const at_json_value *word = at_json_first(words); word != NULL;
         word = at_json_next(word)) {
        const char *right =
            at_json_text(at_json_get(at_json_get(truth, "words"), at_json_key(word)));
        if (right == NULL || strcmp(right, at_json_text(word)) != 0)
            differ(c, field, at_json_text(word), right != NULL ? right : "no such word");
    }
}

static void compare_fields(comparing *c, const at_json_value *guessed, const at_json_value *truth) {
    char a[500], b[500];
    const at_json_value *ours = at_json_get(guessed, "fields"),
                        *right = at_json_get(truth, "fields");
    for (const at_json_value *field = at_json_first(right); field != NULL;
         field = at_json_next(field)) {
        const at_json_value *mine = at_json_get(ours, at_json_key(field));
        print_field(a, sizeof a, mine);
        print_field(b, sizeof b, field);
        if (strcmp(a, b) != 0)
            differ(c, at_json_key(field), a, b);
        else
            compare_words(c, at_json_key(field), mine, field);
    }
    for (const at_json_value *field = at_json_first(ours); field != NULL;
         field = at_json_next(field))
        if (at_json_get(right, at_json_key(field)) == NULL) {
            print_field(a, sizeof a, field);
            differ(c, at_json_key(field), a, "not there");
        }
}

/* Conditions are compared as they stand. */
static void compare_where(comparing *c, const at_json_value *guessed, const at_json_value *truth) {
    AT_CLEANUP(at_text_clear) at_text a = {0}, b = {0};
    at_json_writer mine = {.out = &a}, right = {.out = &b};
    if (guessed != NULL)
        at_json_put_value(&mine, guessed);
    if (truth != NULL)
        at_json_put_value(&right, truth);
    if (strcmp(at_text_string(&a), at_text_string(&b)) != 0)
        differ(c, "where", at_text_string(&a), at_text_string(&b));
}

static void compare(comparing *c, const at_json_value *guessed, const at_json_value *truth) {
    static const struct {
        const char *key, *fallback;
    } keys[] = {
        {"delimiter", ","}, {"quote", "\""},     {"encoding", "utf-8"},
        {"header", "true"}, {"skip_lines", "0"}, {"trailer_lines", "0"},
        {"decimal", "."},   {"grouping", ""},    {"date", "iso"},
        {"zone", ""},       {"multiply", "1"},   {"calendar", "gregorian"},
    };
    char a[200], b[200];
    for (size_t i = 0; i < AT_COUNT(keys); i++) {
        print_value(a, sizeof a, at_json_get(guessed, keys[i].key), keys[i].fallback);
        print_value(b, sizeof b, at_json_get(truth, keys[i].key), keys[i].fallback);
        if (strcmp(a, b) != 0)
            differ(c, keys[i].key, a, b);
    }
    compare_where(c, at_json_get(guessed, "where"), at_json_get(truth, "where"));
    const at_json_value *mine = at_json_first(at_json_get(guessed, "records"));
    const at_json_value *right = at_json_first(at_json_get(truth, "records"));
    print_value(a, sizeof a, at_json_get(mine, "kind"), "");
    print_value(b, sizeof b, at_json_get(right, "kind"), "");
    if (strcmp(a, b) != 0)
        differ(c, "records", a, b);
    print_value(a, sizeof a, at_json_get(at_json_get(mine, "statement"), "order"), "oldest_first");
    print_value(b, sizeof b, at_json_get(at_json_get(right, "statement"), "order"), "oldest_first");
    if (strcmp(a, b) != 0)
        differ(c, "order", a, b);
    compare_fields(c, mine, right);
}

truth_result truth_compare(const char *name, const at_guess *guess, const char *truth_path) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    AT_CLEANUP(at_json_close) at_json *guessed = NULL, *truth = NULL;
    at_error err = {.status = AT_OK};
    comparing c = {.name = name, .guess = guess};
    assert_int_equal(at_file_read(&text, truth_path, 1 << 20, &err), AT_OK);
    assert_int_equal(at_json_parse(&truth, at_text_string(&text), text.bytes, name, &err), AT_OK);
    assert_int_equal(at_json_parse(&guessed, guess->mapping, strlen(guess->mapping), name, &err),
                     AT_OK);
    compare(&c, at_json_root(guessed), at_json_root(truth));
    return c.result;
}
