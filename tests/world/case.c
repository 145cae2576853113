/* case.c: case.json - the questions an investigator would ask of this world. */
#include <stdio.h>

#include "tests/world/world.h"

static void write_head(const wm_world *w, FILE *file) {
    char day[DAY_BYTES];
    if (w->harbour)
        fprintf(file,
                "{\n  \"schema\": \"assettrace/case/1\",\n  \"id\": \"harbour%s\",\n"
                "  \"title\": {\"en\": \"The harbour network\", \"fa\": \"شبکهٔ بندر\",\n"
                "            \"ar\": \"شبكة الميناء\"},\n",
                w->permute ? "-permuted" : "");
    else
        fprintf(
            file,
            "{\n  \"schema\": \"assettrace/case/1\",\n  \"id\": \"world-%llu\",\n"
            "  \"title\": {\"en\": \"An invented network\", \"fa\": \"شبکه‌ای ساختگی\",\n"
            "            \"ar\": \"شبكة مختلقة\"},\n",
            (unsigned long long)w->seed);
    fprintf(file,
            "  \"as_of\": \"%s\",\n  \"purpose\": \"asset-freeze\",\n"
            "  \"legal_basis\": \"Articles 12 and 13 of the United Nations Convention against "
            "Transnational Organized Crime; an invented order of an invented court\",\n",
            iso_day(w->first_day + 345, day));
}

/* The broker is known by name, birth and nationality - a namesake is not; the ship by its firm. */
static void write_subjects(const wm_world *w, FILE *file) {
    const wm_party *broker = &w->parties[w->broker], *ship = &w->parties[w->ship];
    char name[NAME_BYTES], firm[NAME_BYTES], day[DAY_BYTES];
    fprintf(
        file,
        "  \"subjects\": [\n"
        "    {\"ref\": \"broker\", \"find\": {\"name\": \"%s\", \"birth\": \"%s\", \"country\": "
        "\"%s\"}, \"expect\": 1},\n"
        "    {\"ref\": \"ship\", \"find\": {\"name\": \"%s\"}, \"expect\": 1}\n  ],\n",
        party_name(w, broker, broker->script, name), iso_day(broker->birth, day),
        w->countries[broker->country]->code, party_name(w, ship, ship->script, firm));
}

static void write_sources(const wm_world *w, FILE *file) {
    fprintf(file, "     \"source\": [");
    for (int i = 0; i < w->source_count; i++)
        fprintf(file, "%s{\"label\": \"SALE-%02d\", \"transfer\": \"%s\"}", i ? ",\n       " : "",
                i + 1, w->legs[w->payments[w->sources[i]].credit_leg].id);
    fprintf(file, "],\n     \"method\": \"fifo\"");
}

static void write_questions(const wm_world *w, FILE *file) {
    static wm_network found;
    int degree = hub_degree(w);
    network_make(w, &found);
    fprintf(file,
            "  \"questions\": [\n"
            "    {\"id\": \"around\", \"ask\": \"network\", \"of\": \"broker\", \"hops\": %d, "
            "\"hub_degree\": %d, \"key_set\": 1},\n"
            "    {\"id\": \"joint\", \"ask\": \"networks\", \"active_in\": [\"%s\", \"%s\"], "
            "\"hub_degree\": %d},\n"
            "    {\"id\": \"chain\", \"ask\": \"ownership_chain\", \"of\": \"ship\"},\n"
            "    {\"id\": \"owner\", \"ask\": \"owners_of\", \"of\": \"ship\", \"threshold\": "
            "\"1/4\", \"expect\": 1},\n"
            "    {\"id\": \"assets\", \"ask\": \"assets_of\", \"of\": \"owner.owner\"},\n"
            "    {\"id\": \"money\", \"ask\": \"trace\",\n",
            found.hops, degree, w->countries[0]->code, w->countries[1]->code, degree);
    write_sources(w, file);
    fprintf(file, ", \"to\": \"assets.thing\"},\n    {\"id\": \"path\", \"ask\": "
                  "\"trace_transfers\",\n");
    write_sources(w, file);
    fprintf(file, "},\n    {\"id\": \"notes\", \"ask\": \"trace_notes\",\n");
    write_sources(w, file);
    fprintf(file, "},\n    {\"id\": \"accounts\", \"ask\": \"accounts_of\", \"of\": \"broker\", "
                  "\"expect\": 4},\n"
                  "    {\"id\": \"sums\", \"ask\": \"reconcile\", \"of\": \"accounts.account\"}\n"
                  "  ],\n");
}

void write_case(wm_world *w) {
    FILE *file = open_file(w, "case.json");
    write_head(w, file);
    write_subjects(w, file);
    write_questions(w, file);
    fprintf(file,
            "  \"freeze\": {\"request\": \"assets.thing\",\n"
            "    \"exclude\": [{\"account\": \"%s\", \"reason\": \"household account\"}]},\n"
            "  \"output\": {\"languages\": [\"fa\", \"ar\", \"en\"]}\n}\n",
            w->accounts[w->owner_local].iban);
    close_file(file);
}
