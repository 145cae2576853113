/* Goal: from ownership_csv files to answers the program says of ownership what the fractions of
 * tests/support/owning.h say: nothing is lost or moved on the way through importer and store.
 * Method: random worlds written one file a source, imported in order and asked by the program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "tests/support/owning.h"

enum { WORLDS = 5, PATH_BYTES = 256, COMMAND_BYTES = 2048, ANSWER_BYTES = 65536 };

static const char *program;
static char folder[PATH_BYTES];
static own_world world;
static own_answer ours, theirs;

static void write_day(FILE *file, int day) {
    fprintf(file, ",");
    if (day >= 0)
        fprintf(file, "1970-01-%02d", day + 1);
}

/* Ten decimal places say a share whose denominator allows it; else it is a fraction. */
static void write_share(FILE *file, const own_row *row, int64_t part) {
    if (row->den == 100)
        fprintf(file, ",%lld%%", (long long)part);
    else if (row->den == 1000000000)
        fprintf(file, ",%lld.%09lld", (long long)(part / row->den), (long long)(part % row->den));
    else
        fprintf(file, ",%lld/%lld", (long long)part, (long long)row->den);
}

static void write_source(int source) {
    char path[2 * PATH_BYTES];
    snprintf(path, sizeof path, "%s/source%d.csv", folder, source);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "owner,owned,share,share_max,kind,since,until,nominee_for\n");
    for (int i = 0; i < world.row_count; i++) {
        const own_row *row = &world.rows[i];
        if (row->source != source)
            continue;
        fprintf(file, "b%d,b%d", row->owner, row->owned);
        if (row->lo < 0) {
            fprintf(file, ",,");
        } else {
            write_share(file, row, row->lo);
            if (row->hi > row->lo)
                write_share(file, row, row->hi);
            else
                fprintf(file, ",");
        }
        fprintf(file, ",%s", row->votes ? "votes" : "capital");
        write_day(file, row->since);
        write_day(file, row->until);
        if (row->principal == OWN_HIDDEN)
            fprintf(file, ",?\n");
        else if (row->principal == OWN_NOBODY)
            fprintf(file, ",\n");
        else
            fprintf(file, ",b%d\n", row->principal);
    }
    fclose(file);
}

static void run_program(const char *arguments) {
    char command[COMMAND_BYTES];
    snprintf(command, sizeof command, "'%s' -s '%s/t.at' %s >'%s/out' 2>'%s/err'", program, folder,
             arguments, folder, folder);
    const int status = system(command);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        char path[2 * PATH_BYTES], text[COMMAND_BYTES] = {0};
        snprintf(path, sizeof path, "%s/err", folder);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        (void)fread(text, 1, sizeof text - 1, file);
        fclose(file);
        fail_msg("%s\n%s", command, text);
    }
}

/* The rows of an answer; the heads are none. */
static void ask(const char *query, const char *pairs, const char *columns) {
    static char text[ANSWER_BYTES];
    char arguments[COMMAND_BYTES], path[2 * PATH_BYTES];
    char day[32] = "";
    if (world.as_of >= 0)
        snprintf(day, sizeof day, "as_of=1970-01-%02d", world.as_of + 1);
    snprintf(arguments, sizeof arguments, "ask %s graph=%s %s %s", query,
             world.legal ? "legal" : "economic", day, pairs);
    run_program(arguments);
    snprintf(path, sizeof path, "%s/out", folder);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t bytes = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[bytes] = '\0';
    const char *rows = strchr(text, '\n');
    assert_non_null(rows);
    own_read(&ours, rows + 1, "\t", columns);
}

static void expect_equal(uint64_t seed, const char *query, const char *pairs) {
    if (!own_equal(&ours, &theirs))
        fail_msg("seed %llu: %s %s: the program (<) and the fractions (>) differ",
                 (unsigned long long)seed, query, pairs);
}

static void check_world(uint64_t seed, int first, int second) {
    static const char *const rules[] = {"ofac", "uk", "eu edition=latest", "eu edition=earlier"};
    const int of[] = {first, second}, rule = (int)(seed % 4);
    char pairs[80];
    snprintf(pairs, sizeof pairs, "of=b%d", first);
    ask("owners_of", pairs, "trrrt");
    own_owners(&theirs, &world, first, 1, 4, false);
    expect_equal(seed, "owners_of", pairs);
    ask("assets_of", pairs, "ttrr");
    own_assets(&theirs, &world, first, 0, 1);
    expect_equal(seed, "assets_of", pairs);
    snprintf(pairs, sizeof pairs, "of=b%d,b%d", first, second);
    ask("controls", pairs, "ttrt");
    own_controls(&theirs, &world, of, 2);
    expect_equal(seed, "controls", pairs);
    snprintf(pairs, sizeof pairs, "of=b%d,b%d rule=%s", first, second, rules[rule]);
    ask("blocked_by", pairs, "ttrt");
    own_blocked(&theirs, &world, of, 2, (own_rule)rule);
    expect_equal(seed, "blocked_by", pairs);
    ask("circular_ownership", "", "ttrt");
    own_circles(&theirs, &world);
    expect_equal(seed, "circular_ownership", "");
}

static bool has_source(int source) {
    bool found = false;
    for (int i = 0; i < world.row_count; i++)
        found = found || world.rows[i].source == source;
    return found;
}

static void test_files(void **state) {
    (void)state;
    for (uint64_t seed = 1, done = 0; done < WORLDS; seed++) {
        char command[2 * PATH_BYTES], arguments[2 * PATH_BYTES];
        own_make(&world, seed * 7919);
        if (world.row_count < 6)
            continue;
        done++;
        print_message("  seed %llu\n", (unsigned long long)seed);
        snprintf(command, sizeof command, "rm -rf '%s/t.at'", folder);
        assert_int_equal(system(command), 0);
        run_program("init");
        for (int source = 1; source <= world.source_count; source++) {
            if (!has_source(source))
                continue;
            write_source(source);
            snprintf(arguments, sizeof arguments, "import '%s/source%d.csv'", folder, source);
            run_program(arguments);
        }
        int first = world.rows[0].owner, second = first;
        for (int i = 0; i < world.row_count; i++)
            if (world.rows[i].owned != first)
                second = world.rows[i].owned;
        assert_int_not_equal(first, second);
        check_world(seed, first, second);
    }
}

static int make_folder(void **state) {
    (void)state;
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/assettrace-XXXXXX", parent != NULL ? parent : "/tmp");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state) {
    char command[2 * PATH_BYTES];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_files)};
    program = getenv("ASSETTRACE_BIN");
    if (program == NULL || access(program, X_OK) != 0) {
        printf("skipped: ASSETTRACE_BIN names no program\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
