/* Goal: from CSV files to answers the program traces as the coins do: nothing is lost or moved on
 * the way through importers, store and ledger.
 * Method: random worlds of tests/support/world.c written as ledger_csv and accounts_csv, imported
 * and asked by the program itself, against the coin-by-coin implementation; and labels=declared
 * against the rows of declared labels among all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "tests/support/world.h"

enum {
    WORLDS = 50,
    DECLARED_WORLDS = 20,
    PATH_BYTES = 256,
    COMMAND_BYTES = 2048,
    ROW_BYTES = 16384,
    FIELDS_MAX = 16
};

static const char *program;
static char folder[PATH_BYTES];

static FILE *open_file(const char *name, const char *mode) {
    char path[2 * PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    return file;
}

static bool is_used(const coin_world *world, int node) {
    bool used = false;
    for (int i = 0; i < world->row_count; i++)
        used = used || world->rows[i].from == node || world->rows[i].to == node;
    return used;
}

/* What no file declares is an account with an unknown opening (T1). */
static void write_accounts(const coin_world *world, uint64_t *random) {
    FILE *file = open_file("accounts.csv", "w");
    fprintf(file, "id,kind,opening_minor,currency\n");
    for (int i = 0; i < world->node_count; i++) {
        const coin_node *node = &world->nodes[i];
        if (node->held && !node->asset && !node->known && is_used(world, i) &&
            world_random(random) % 2 == 0)
            continue;
        fprintf(file, "%s,%s,", node->id,
                node->asset  ? "asset"
                : node->held ? "account"
                             : "external");
        if (node->known)
            fprintf(file, "%d", node->opening);
        fprintf(file, ",%s\n", node->currency);
    }
    fclose(file);
}

static void write_ledger(const coin_world *world) {
    FILE *file = open_file("ledger.csv", "w");
    fprintf(file, "id,time,seq,from,to,amount_minor,currency,amount_in_minor,currency_in,"
                  "fee_minor,reverses\n");
    for (int i = 0; i < world->row_count; i++) {
        const coin_row *row = &world->rows[i];
        fprintf(file, "%s,%d,%d,%s,%s,%d,%s,%d,%s,", row->id, row->time, row->seq,
                world->nodes[row->from].id, world->nodes[row->to].id, row->amount,
                world->nodes[row->from].currency, row->amount_in, world->nodes[row->to].currency);
        if (row->fee > 0)
            fprintf(file, "%d", row->fee);
        fprintf(file, ",%s\n", row->reverses);
    }
    fclose(file);
}

static void run_program(const char *arguments) {
    char command[COMMAND_BYTES];
    snprintf(command, sizeof command, "'%s' -s '%s/t.at' %s >'%s/out' 2>'%s/err'", program, folder,
             arguments, folder, folder);
    const int status = system(command);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        FILE *file = open_file("err", "r");
        char text[COMMAND_BYTES] = {0};
        (void)fread(text, 1, sizeof text - 1, file);
        fclose(file);
        fail_msg("%s\n%s", command, text);
    }
}

/* What neither file names cannot be asked about. */
static bool is_named(const coin_world *world, int node) {
    return is_used(world, node) || world->nodes[node].known || !world->nodes[node].held;
}

static void ask(const coin_world *world, const char *query, const char *more) {
    char arguments[COMMAND_BYTES];
    size_t used = (size_t)snprintf(
        arguments, sizeof arguments, "ask %s %s method=%s tie=%s reversals=%s as_of=%d sale=%s",
        query, more, coin_methods[world->method], world->credit_first ? "credit_first" : "record",
        world->as_new ? "as_new" : "cancel", world->as_of, world->lien ? "lien" : "share");
    for (int i = 0; i < world->node_count; i++) {
        const coin_node *node = &world->nodes[i];
        if (node->preserved && is_named(world, i))
            used += (size_t)snprintf(arguments + used, sizeof arguments - used, " preserve=%s",
                                     node->id);
        if (world->method == COIN_PARIPASSU && node->fund && is_named(world, i))
            used +=
                (size_t)snprintf(arguments + used, sizeof arguments - used, " fund=%s", node->id);
    }
    if (world->window >= 0)
        used += (size_t)snprintf(arguments + used, sizeof arguments - used, " backward_window=%d",
                                 world->window);
    for (int i = 0; i < world->source_count; i++) {
        const coin_source *source = &world->sources[i];
        used += (size_t)snprintf(arguments + used, sizeof arguments - used,
                                 " source=%s=", source->label);
        used += (size_t)(source->transfer[0] != '\0'
                             ? snprintf(arguments + used, sizeof arguments - used, "transfer:%s",
                                        source->transfer)
                             : snprintf(arguments + used, sizeof arguments - used, "account:%s@%d",
                                        world->nodes[source->node].id, source->time));
        if (source->amount >= 0)
            used +=
                (size_t)snprintf(arguments + used, sizeof arguments - used, ",%d", source->amount);
    }
    run_program(arguments);
}

/* The fields of one line, in place. */
static size_t split(char **fields, char *line) {
    size_t count = 0;
    line[strcspn(line, "\n")] = '\0';
    for (char *at = line; at != NULL && count < FIELDS_MAX;) {
        char *tab = strchr(at, '\t');
        fields[count++] = at;
        if (tab != NULL)
            *tab++ = '\0';
        at = tab;
    }
    return count;
}

static const char *or_dash(const char *field) {
    return field[0] != '\0' ? field : "-";
}

/* The rows of the last answer as lines of coin.h. */
static void read_answer(test_lines *out, const char *query) {
    static char line[ROW_BYTES];
    FILE *file = open_file("out", "r");
    assert_non_null(fgets(line, sizeof line, file)); /* the heads */
    while (fgets(line, sizeof line, file) != NULL) {
        char *field[FIELDS_MAX];
        const size_t count = split(field, line);
        assert_true(count >= 6);
        if (strcmp(field[0], "paripassu") == 0)
            test_line(out, "part %s %s", field[1], field[4]);
        else if (strcmp(query, "trace") == 0)
            test_line(out, "holding %s %s %s", field[1], field[2], field[4]);
        else if (strcmp(query, "trace_transfers") == 0)
            test_line(out, "move %s %s %s", field[1], field[2], field[3]);
        else if (strcmp(field[1], "ORDER_SENSITIVE") != 0)
            test_line(out, "note %s %s %s %s %s", field[1], or_dash(field[2]), or_dash(field[3]),
                      or_dash(field[6]), or_dash(field[4]));
    }
    fclose(file);
}

static void drop_injected(test_lines *lines) {
    size_t kept = 0;
    for (size_t i = 0; i < lines->count; i++)
        if (strncmp(lines->text[i], "injected ", 9) != 0 &&
            strncmp(lines->text[i], "roundings ", 10) != 0)
            memmove(lines->text[kept++], lines->text[i], LINE_BYTES);
    lines->count = kept;
}

/* A world as a store of its own. */
static void import_world(const coin_world *world, uint64_t seed) {
    char command[2 * PATH_BYTES], arguments[3 * PATH_BYTES];
    uint64_t random = seed;
    print_message("  seed %llu\n", (unsigned long long)seed);
    write_accounts(world, &random);
    write_ledger(world);
    snprintf(command, sizeof command, "rm -rf '%s/t.at'", folder);
    assert_int_equal(system(command), 0);
    run_program("init");
    snprintf(arguments, sizeof arguments, "import '%s/accounts.csv' '%s/ledger.csv'", folder,
             folder);
    run_program(arguments);
}

static void test_files(void **state) {
    static const char *const queries[] = {"trace", "trace_transfers", "trace_notes"};
    static coin_world world;
    static test_lines ours, theirs;
    (void)state;
    for (uint64_t seed = 1, done = 0; done < WORLDS; seed++) {
        world_make(&world, seed * 7919);
        if (world.source_count == 0 || (world.method == COIN_PARIPASSU && !is_named(&world, 0)))
            continue; /* no question without a source, no division without a fund */
        done++;
        import_world(&world, seed);
        ours.count = 0;
        for (size_t i = 0; i < AT_COUNT(queries); i++) {
            ask(&world, queries[i], "envelope=none");
            read_answer(&ours, queries[i]);
        }
        test_lines_sort(&ours);
        coin_run(&theirs, &world);
        drop_injected(&theirs);
        if (!test_lines_equal(&ours, &theirs))
            fail_msg("seed %llu: the program (<) and the coins (>) differ",
                     (unsigned long long)seed);
    }
}

/* Rows of a declared label as they are, up to the column `end`. */
static void read_declared(test_lines *out, size_t end) {
    static char line[ROW_BYTES];
    FILE *file = open_file("out", "r");
    out->count = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) != NULL) {
        char *field[FIELDS_MAX], text[LINE_BYTES] = "";
        assert_true(split(field, line) > end);
        for (size_t i = 0, used = 0; i < end; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s ", or_dash(field[i]));
        if (field[1][0] != '@')
            test_line(out, "%s", text);
    }
    fclose(file);
    test_lines_sort(out);
}

/* What the note of the last answer says was read of the ledger: rows, and of how many. */
static void read_extent(size_t *rows, size_t *total) {
    static char line[ROW_BYTES];
    FILE *file = open_file("err", "r");
    bool said = false;
    *rows = *total = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        const char *at = strstr(line, "LEDGER_READ");
        if (at == NULL)
            continue;
        said = true;
        if (strstr(at, " of the ledger were read, ") != NULL &&
            sscanf(at, "LEDGER_READ: %zu of %zu", rows, total) != 2)
            *rows = *total = 1; /* all of them */
    }
    fclose(file);
    assert_true(said);
}

/* A note that speaks of no declared label and of no account that one came to may be left out. */
static bool may_be_left_out(const char *line, const coin_world *world, const test_lines *moves) {
    static const char *const codes[] = {"IMPUTED_OPENING", "SELF_TRANSFER", "REVERSAL_CANCELLED",
                                        "UNMATCHED",       "MISMATCH",      "SPENT"};
    char method[LINE_BYTES], code[LINE_BYTES], node[LINE_BYTES], transfer[LINE_BYTES];
    const char *touched[2] = {node, node};
    bool may = false;
    assert_int_equal(sscanf(line, "%s %s %s %s", method, code, node, transfer), 4);
    for (size_t i = 0; i < AT_COUNT(codes); i++)
        may = may || strcmp(code, codes[i]) == 0;
    for (int i = 0; i < world->row_count; i++)
        if (strcmp(node, "-") == 0 && strcmp(world->rows[i].id, transfer) == 0) {
            touched[0] = world->nodes[world->rows[i].from].id;
            touched[1] = world->nodes[world->rows[i].to].id;
        }
    for (size_t i = 0; i < moves->count && may; i++) {
        char to[LINE_BYTES];
        assert_int_equal(sscanf(moves->text[i], "%*s %*s %*s %*s %*s %*s %s", to), 1);
        for (int j = 0; j < world->node_count; j++)
            if (world->nodes[j].held && strcmp(world->nodes[j].id, to) == 0)
                may = may && strcmp(touched[0], to) != 0 && strcmp(touched[1], to) != 0;
    }
    return may;
}

static void compare_notes(test_lines *all, const test_lines *declared, const coin_world *world,
                          const test_lines *moves) {
    size_t kept = 0, next = 0;
    for (size_t i = 0; i < all->count; i++) {
        const bool there =
            next < declared->count && strcmp(all->text[i], declared->text[next]) == 0;
        next += there;
        if (there || !may_be_left_out(all->text[i], world, moves))
            memmove(all->text[kept++], all->text[i], LINE_BYTES);
    }
    all->count = kept;
}

/* The order of rows of one moment may decide untainted amounts alone. */
static void drop_order(test_lines *lines) {
    size_t kept = 0;
    for (size_t i = 0; i < lines->count; i++)
        if (strstr(lines->text[i], " ORDER_SENSITIVE ") == NULL)
            memmove(lines->text[kept++], lines->text[i], LINE_BYTES);
    lines->count = kept;
}

static void test_declared(void **state) {
    static const struct {
        const char *query;
        size_t end;
    } asked[] = {{"trace", 7}, {"trace_transfers", 8}, {"trace_notes", 7}};
    static coin_world world;
    static test_lines all, declared, moves;
    size_t cut = 0, lines = 0;
    (void)state;
    for (uint64_t seed = 1, done = 0; done < DECLARED_WORLDS; seed++) {
        world_make(&world, seed * 104729);
        world.source_count = world.source_count > 1 ? 1 : world.source_count;
        if (world.source_count == 0 || (world.method == COIN_PARIPASSU && !is_named(&world, 0)))
            continue;
        done++;
        import_world(&world, seed);
        for (size_t i = 0; i < AT_COUNT(asked); i++) {
            size_t rows = 0, total = 0;
            ask(&world, asked[i].query, "labels=all envelope=auto");
            read_declared(&all, asked[i].end);
            ask(&world, asked[i].query, "labels=declared envelope=auto");
            read_declared(&declared, asked[i].end);
            read_extent(&rows, &total);
            assert_true(rows <= total);
            cut += rows < total;
            if (i == 1)
                moves = declared;
            drop_order(&all);
            drop_order(&declared);
            if (i == 2)
                compare_notes(&all, &declared, &world, &moves);
            lines += declared.count;
            if (!test_lines_equal(&all, &declared))
                fail_msg("seed %llu: %s of all labels (<) and of declared ones (>) differ",
                         (unsigned long long)seed, asked[i].query);
        }
    }
    print_message("  %zu of %d answers from a part of their ledger, %zu lines\n", cut,
                  3 * DECLARED_WORLDS, lines);
    assert_true(cut > DECLARED_WORLDS / 2 && lines > DECLARED_WORLDS);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_files),
                                       cmocka_unit_test(test_declared)};
    program = getenv("ASSETTRACE_BIN");
    if (program == NULL || access(program, X_OK) != 0) {
        printf("skipped: ASSETTRACE_BIN names no program\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
