/* folder.c: ledgers that are not statements, and the list by which all files are imported. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/world/world.h"

static const char *const book_files[BOOKS] = {"switch-a/ledger.csv", "switch-b/ledger.csv",
                                              "exchange/ledger.csv", "notary/deeds.csv"};

static void put_end(wm_sheet *rows, const wm_world *w, int node) {
    static const char *const registers[ASSETS] = {"land", "vehicles", "vessels"};
    if (is_asset(node))
        sheet_field(rows, "%s/%s", registers[node - ASSET_NODE], w->assets[node - ASSET_NODE].id);
    else
        sheet_field(rows, "%s", w->accounts[node].iban);
}

static void write_book(wm_world *w, wm_book which) {
    wm_sheet rows = {.delimiter = ','};
    char text[AMOUNT_BYTES];
    bool converts = which == DESK_BOOK;
    sheet_line(&rows, converts ? "id,time,from,to,amount,currency,amount_in,currency_in"
                               : "id,time,from,to,amount,currency");
    for (int i = 0; i < w->payment_count; i++) {
        const wm_payment *of = &w->payments[i];
        if (of->book != which || of->debit_leg != NONE || of->credit_leg != NONE)
            continue;
        const wm_currency *unit = w->accounts[of->from].currency;
        sheet_field(&rows, "%s", of->id);
        if (which == NOTARY_BOOK) /* a deed has a day, no hour */
            sheet_field(&rows, "%s", iso_day(of->minute / 1440, text));
        else
            sheet_field(&rows, "%s", iso_time(of->minute, text));
        put_end(&rows, w, of->from);
        put_end(&rows, w, of->to);
        sheet_field(&rows, "%s", amount_text(of->amount, unit, 0, '.', text));
        sheet_field(&rows, "%s", unit->code);
        if (converts) {
            const wm_currency *other = w->accounts[of->to].currency;
            sheet_field(&rows, "%s", amount_text(of->amount_in, other, 0, '.', text));
            sheet_field(&rows, "%s", other->code);
        }
        sheet_end(&rows);
    }
    sheet_write(w, &rows, book_files[which], false);
}

void write_ledgers(wm_world *w) {
    for (int i = 0; i < BOOKS; i++)
        write_book(w, (wm_book)i);
}

static void put_file(wm_sheet *list, const char *file, const char *as, const char *source,
                     const char *map) {
    char line[NAME_BYTES];
    if (map)
        snprintf(line, sizeof line,
                 "    {\"file\": \"%s\", \"as\": \"%s\", \"source\": \"%s\", \"map\": \"%s\"}",
                 file, as, source, map);
    else
        snprintf(line, sizeof line, "    {\"file\": \"%s\", \"as\": \"%s\", \"source\": \"%s\"}",
                 file, as, source);
    sheet_line(list, line);
}

static void put_bank(wm_sheet *list, const wm_world *w, int side) {
    char file[NAME_BYTES], map[NAME_BYTES], source[16];
    snprintf(source, sizeof source, "bank-%c", 'a' + side);
    snprintf(file, sizeof file, "%s/customers.csv", source);
    put_file(list, file, "parties_csv", source, NULL);
    snprintf(file, sizeof file, "%s/accounts.csv", source);
    put_file(list, file, "accounts_csv", source, NULL);
    snprintf(map, sizeof map, "%s/statement.map.json", source);
    for (int number = 0; number <= w->statement_count; number++) {
        bool any = false;
        for (int i = 0; i < w->leg_count && !any; i++) {
            const wm_account *own = &w->accounts[w->legs[i].account];
            any = own->statement == number && (int)own->keeper == side;
        }
        snprintf(file, sizeof file, "%s/statement-%02d.csv", source, number);
        if (any)
            put_file(list, file, "table_csv", source, map);
    }
}

static void put_register(wm_sheet *list, const wm_world *w, int side) {
    static const char *const parts[][2] = {{"parties", "parties_csv"},
                                           {"identifiers", "identifiers_csv"},
                                           {"ownership", "ownership_csv"},
                                           {"links", "links_csv"}};
    char source[AMOUNT_BYTES], file[NAME_BYTES];
    register_name(w, side ? w->owner : w->broker, source);
    for (int i = 0; i < 4; i++) {
        snprintf(file, sizeof file, "%s/%s.csv", source, parts[i][0]);
        put_file(list, file, parts[i][1], source, NULL);
    }
}

/* Whatever the order, the store must come out the same: a permuted world shuffles it. */
void write_import(wm_world *w) {
    wm_sheet list = {0};
    for (int side = 0; side < 2; side++)
        put_register(&list, w, side);
    for (int side = 0; side < 2; side++)
        put_bank(&list, w, side);
    put_file(&list, book_files[SWITCH_A], "ledger_csv", "switch-a", NULL);
    put_file(&list, book_files[SWITCH_B], "ledger_csv", "switch-b", NULL);
    put_file(&list, "exchange/accounts.csv", "accounts_csv", "exchange", NULL);
    put_file(&list, book_files[DESK_BOOK], "ledger_csv", "exchange", NULL);
    put_file(&list, "notary/accounts.csv", "accounts_csv", "notary", NULL);
    put_file(&list, book_files[NOTARY_BOOK], "ledger_csv", "notary", NULL);
    put_file(&list, "fiu/concordance.csv", "links_csv", "fiu", NULL);
    put_file(&list, "land/register.csv", "assets_csv", "land", NULL);
    put_file(&list, "vehicles/register.csv", "table_csv", "vehicles", "vehicles/register.map.json");
    put_file(&list, "vessels/register.csv", "assets_csv", "vessels", NULL);
    size_t order[ACCOUNTS_MAX];
    for (size_t i = 0; i < list.count; i++)
        order[i] = i;
    if (w->permute)
        shuffle(&w->ids, order, list.count);
    FILE *file = open_file(w, "import.json");
    fprintf(file, "{\n  \"schema\": \"assettrace/import/1\",\n  \"files\": [\n");
    for (size_t i = 0; i < list.count; i++) {
        const char *line = list.data + list.starts[order[i]];
        fprintf(file, "%.*s%s\n", (int)(strchr(line, '\n') - line), line,
                i + 1 < list.count ? "," : "");
    }
    fprintf(file, "  ]\n}\n");
    close_file(file);
    sheet_free(&list);
}

static void make_folder(const char *path) {
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        die("cannot make the folder \"%s\"", path);
}

void make_folders(const wm_world *w) {
    static const char *const names[] = {"bank-a", "bank-b", "switch-a", "switch-b", "exchange",
                                        "notary", "fiu",    "land",     "vehicles", "vessels"};
    char path[4096], source[AMOUNT_BYTES];
    make_folder(w->out);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", w->out, names[i]);
        make_folder(path);
    }
    for (int side = 0; side < 2; side++) {
        register_name(w, side ? w->owner : w->broker, source);
        snprintf(path, sizeof path, "%s/%s", w->out, source);
        make_folder(path);
    }
}
