/* assets.c - an example of a program on libassettrace: what does a party hold, says which record?
 *
 *   cc assets.c -o assets $(pkg-config --cflags --libs assettrace)
 *   ./assets harbour.at AZ-P-193182
 *
 * Prints the rows of the query assets_of, tab-separated, each with the address of the first record
 * it rests on. Exit code 1 and one line on stderr when the question cannot be answered. The store
 * is only read; nothing is written to its custody log, which a program that investigates should
 * do (engine/store/custody.h).
 */
#include "engine/jobs/ask.h"

#include <stdio.h>

static at_status print_rows(const at_table *table, const at_facts *facts, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    for (size_t i = 0; i < table->row_count; i++) {
        const at_row *row = &table->rows[i];
        at_address address = {0};
        AT_TRY(facts->address(facts->self, &address, row->records[0], err));
        for (size_t j = 0; j < table->column_count; j++) {
            at_text_reset(&text);
            AT_TRY(at_cell_print(&text, &table->columns[j], &row->cells[j], 12, err));
            printf("%s\t", at_text_string(&text));
        }
        char address_text[AT_ADDRESS_TEXT_BYTES];
        at_address_format(address_text, &address);
        printf("%s\n", address_text);
    }
    return AT_OK;
}

static at_status answer(const char *path, const char *party, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    const at_pair pairs[] = {{.name = "of", .value = party}};
    const at_ask_request request = {
        .query = at_query_find(at_queries, "assets_of"), .pairs = pairs, .pair_count = 1};
    at_table table;
    AT_TRY(at_store_open(&store, path, &(at_store_options){.mode = AT_READ_ONLY}, err));
    AT_TRY(at_reader_open(&reader, store, 0, &arena, err));
    AT_TRY(at_ask(&table, reader, &request, &arena, err));
    return print_rows(&table, at_reader_facts(reader), err);
}

int main(int argc, char **argv) {
    at_error err = {0};
    if (argc != 3) {
        fprintf(stderr, "usage: %s STORE PARTY\n", argv[0]);
        return 2;
    }
    if (answer(argv[1], argv[2], &err) == AT_OK)
        return 0;
    fprintf(stderr, "error: %s [%s]\n", err.message, err.code);
    return 1;
}
