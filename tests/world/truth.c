/* truth.c: truth.json - what any program that looks at this world must find. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/world/world.h"

static void write_ids(const wm_world *w, FILE *file, const char *name, const int *things,
                      int count) {
    fprintf(file, "  \"%s\": [", name);
    for (int i = 0; i < count; i++)
        fprintf(file, "%s\n    \"%s\"", i ? "," : "", thing_id(w, things[i]));
    fprintf(file, "\n  ],\n");
}

static void write_share(const wm_world *w, FILE *file, int owner, int company) {
    char text[AMOUNT_BYTES], decimal[AMOUNT_BYTES];
    wm_ratio share = share_of(w, owner, company);
    ratio_text(share, text);
    ratio_decimal(share, decimal);
    fprintf(file, "{\"id\": \"%s\", \"share\": \"%s\", \"share_12\": \"%s\"}",
            thing_id(w, party_thing(w, owner)), text, decimal);
}

static void write_owners(const wm_world *w, FILE *file) {
    int found[PARTIES_MAX], count = 0;
    for (int i = 0; i < w->party_count; i++)
        if (!w->parties[i].company && share_of(w, i, w->ship).num > 0)
            found[count++] = i;
    for (int i = 1; i < count; i++)
        for (int k = i; k > 0 && strcmp(thing_id(w, found[k - 1]), thing_id(w, found[k])) > 0;
             k--) {
            int held = found[k];
            found[k] = found[k - 1];
            found[k - 1] = held;
        }
    fprintf(file, "  \"ship_company\": \"%s\",\n  \"owner\": ", thing_id(w, w->ship));
    write_share(w, file, w->owner, w->ship);
    fprintf(file, ",\n  \"owners\": [");
    for (int i = 0; i < count; i++) {
        fprintf(file, "%s\n    ", i ? "," : "");
        write_share(w, file, found[i], w->ship);
    }
    fprintf(file, "\n  ],\n  \"owner_assets\": [\n");
    for (int i = 0; i < 2; i++) {
        int which = i ? 2 : 0, company = i ? w->ship : w->land_owner;
        char text[AMOUNT_BYTES];
        ratio_decimal(share_of(w, w->owner, company), text);
        fprintf(file, "    {\"id\": \"%s\", \"share_12\": \"%s\"}%s\n", w->assets[which].id, text,
                i ? "" : ",");
    }
    fprintf(file, "  ],\n");
}

static void write_active(const wm_world *w, FILE *file) {
    static int things[THINGS_MAX];
    const int brother = w->tie_count - 1; /* the last tie made: background.c */
    const int starts[3] = {w->broker, w->importer, w->ties[brother].a};
    fprintf(file, "  \"networks_active\": [");
    for (int i = 0; i < 3; i++) {
        int count = graph_component(w, party_thing(w, starts[i]), things);
        fprintf(file, "%s\n    {\"id\": \"%s\", \"members\": %d, \"level\": %d}", i ? "," : "",
                thing_id(w, things[0]), count, i == 2 ? 2 : 1);
    }
    fprintf(file, "\n  ],\n");
}

static void write_network(const wm_world *w, FILE *file) {
    static wm_network found;
    char text[AMOUNT_BYTES];
    graph_make(w);
    network_make(w, &found);
    ratio_text(found.fragmentation, text);
    fprintf(file,
            "  \"subject\": \"%s\",\n  \"key_player\": \"%s\",\n  \"fragmentation\": \"%s\",\n"
            "  \"hub_degree\": %d,\n  \"hubs\": [\"%s\", \"%s\"],\n  \"hops\": %d,\n"
            "  \"network\": \"%s\",\n",
            thing_id(w, party_thing(w, w->broker)), thing_id(w, found.key), text, hub_degree(w),
            w->accounts[w->hub[0]].iban, w->accounts[w->hub[1]].iban, found.hops,
            thing_id(w, found.things[0]));
    write_ids(w, file, "members", found.things, found.count);
    write_ids(w, file, "cut_points", found.cuts, found.cut_count);
    write_active(w, file);
}

typedef const char *wm_pair[2];

static int by_first(const void *a, const void *b) {
    return strcmp((*(const wm_pair *)a)[0], (*(const wm_pair *)b)[0]);
}

static void write_list(FILE *file, const char *name, wm_pair *list, int count) {
    qsort(list, (size_t)count, sizeof *list, by_first);
    fprintf(file, "  \"%s\": [", name);
    for (int i = 0; i < count; i++) {
        fprintf(file, "%s\n    ", i ? "," : "");
        fprintf(file, list[i][1] ? "[\"%s\", \"%s\"]" : "\"%s\"", list[i][0], list[i][1]);
    }
    fprintf(file, "\n  ],\n");
}

/* Legs that are one payment; legs that might be one of two; legs whose references clash. */
static void write_pairs(const wm_world *w, FILE *file) {
    static wm_pair pairs[PAYMENTS_MAX], ambiguous[LEGS_MAX], apart[LEGS_MAX];
    int pair_count = 0, ambiguous_count = 0, apart_count = 0;
    for (int i = 0; i < w->payment_count; i++) {
        const wm_payment *of = &w->payments[i];
        const char *debit = of->debit_leg == NONE ? NULL : w->legs[of->debit_leg].id;
        const char *credit = of->credit_leg == NONE ? NULL : w->legs[of->credit_leg].id;
        if (!(of->how & APART)) {
            if (debit && credit) {
                pairs[pair_count][0] = debit;
                pairs[pair_count++][1] = credit;
            }
            continue;
        }
        wm_pair *list = of->how & CLASHING ? apart : ambiguous;
        int *count = of->how & CLASHING ? &apart_count : &ambiguous_count;
        if (debit)
            list[(*count)++][0] = debit;
        if (credit)
            list[(*count)++][0] = credit;
    }
    write_list(file, "pairs", pairs, pair_count);
    write_list(file, "ambiguous", ambiguous, ambiguous_count);
    write_list(file, "apart", apart, apart_count);
}

static void write_balances(const wm_world *w, FILE *file) {
    const char *comma = "";
    fprintf(file, "  \"balances\": [");
    for (int i = 0; i < w->account_count; i++) {
        const wm_account *of = &w->accounts[i];
        if (of->statement == NONE || of->in + of->out == 0)
            continue;
        if (of->opening + of->in - of->out != of->balance)
            die("account %s does not add up", of->iban);
        fprintf(file,
                "%s\n    {\"account\": \"%s\", \"currency\": \"%s\", \"opening\": \"%lld\", "
                "\"in\": \"%lld\", \"out\": \"%lld\", \"closing\": \"%lld\"}",
                comma, of->iban, of->currency->code, (long long)of->opening, (long long)of->in,
                (long long)of->out, (long long)of->balance);
        comma = ",";
    }
    fprintf(file, "\n  ],\n");
}

void write_truth(wm_world *w) {
    FILE *file = open_file(w, "truth.json");
    int members = 0;
    for (int i = 0; i < w->party_count; i++)
        members += w->parties[i].cell == SIDE_A || w->parties[i].cell == SIDE_B;
    fprintf(file,
            "{\n  \"schema\": \"assettrace-world/truth/1\",\n  \"seed\": \"%llu\",\n"
            "  \"permute\": \"%llu\",\n  \"countries\": [\"%s\", \"%s\"],\n",
            (unsigned long long)w->seed, (unsigned long long)w->permute, w->countries[0]->code,
            w->countries[1]->code);
    write_network(w, file);
    write_owners(w, file);
    write_pairs(w, file);
    write_balances(w, file);
    trace_write(w, file);
    fprintf(file, "  \"parties\": %d,\n  \"transfers\": %d\n}\n", members, w->payment_count);
    close_file(file);
}
