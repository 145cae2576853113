/* worldmaker: an invented world with its truth beside it, the same bytes on every machine.
 *
 *   worldmaker --seed N --out DIR [--parties 3..200] [--transfers 300..2000]
 *              [--countries AA,BB,...] [--story harbour] [--permute SEED]
 *
 * --parties    how many persons and companies the network has
 * --countries  the two it is active in, then others that it knows people in
 * --permute    the same story with other ids, scripts, days and orders of files and rows */
#include <stdlib.h>
#include <string.h>

#include "tests/world/world.h"

static int64_t number_of(const char *name, const char *text, int64_t low, int64_t high) {
    char *end = NULL;
    long long value = text ? strtoll(text, &end, 10) : 0;
    if (!text || !*text || *end || value < low || value > high)
        die("%s must be a number from %lld to %lld", name, (long long)low, (long long)high);
    return value;
}

static void read_countries(wm_world *w, const char *list) {
    while (list && *list) {
        char code[3] = {list[0], list[1], '\0'};
        const wm_country *of = country_find(code);
        if (!of || w->country_count == COUNTRIES_MAX || (list[2] && list[2] != ','))
            die("\"%s\" is no list of countries: IR, AZ, IQ, AE, TR, GE, RU, KZ", list);
        for (int i = 0; i < w->country_count; i++)
            if (w->countries[i] == of)
                die("country %s is named twice", code);
        w->countries[w->country_count++] = of;
        list += list[2] ? 3 : 2;
    }
}

static void read_options(wm_world *w, int argc, char **argv) {
    w->parties_wanted = 40;
    w->transfers_wanted = 900;
    for (int i = 1; i < argc; i += 2) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!value)
            die("%s needs a value", name);
        if (strcmp(name, "--seed") == 0)
            w->seed = (uint64_t)number_of(name, value, 0, INT64_MAX);
        else if (strcmp(name, "--permute") == 0)
            w->permute = (uint64_t)number_of(name, value, 1, INT64_MAX);
        else if (strcmp(name, "--parties") == 0)
            w->parties_wanted = (int)number_of(name, value, 3, 200);
        else if (strcmp(name, "--transfers") == 0)
            w->transfers_wanted = (int)number_of(name, value, 300, 2000);
        else if (strcmp(name, "--countries") == 0)
            read_countries(w, value);
        else if (strcmp(name, "--out") == 0 && strlen(value) < sizeof w->out)
            memcpy(w->out, value, strlen(value) + 1);
        else if (strcmp(name, "--story") == 0 && strcmp(value, "harbour") == 0)
            w->harbour = true;
        else
            die("unknown option or value: %s %s", name, value);
    }
    if (!w->out[0])
        die("--out DIR is missing");
}

/* Countries, days and scripts, as far as the command line leaves them open. */
static void set_scene(wm_world *w) {
    w->story = stream_of(w->seed, 1);
    w->ids = stream_of(w->seed ^ (w->permute * 0x9e3779b97f4a7c15u), 2);
    if (w->harbour && w->country_count == 0)
        read_countries(w, "IR,AZ,IQ,RU,TR");
    while (w->country_count < 4) {
        const wm_country *of = country_at((int)between(&w->story, 0, 7));
        bool known = false;
        for (int i = 0; i < w->country_count; i++)
            known |= w->countries[i] == of;
        if (!known)
            w->countries[w->country_count++] = of;
    }
    w->euro = currency_find("EUR");
    for (int side = 0; side < 2; side++)
        w->local[side] = currency_find(w->countries[side]->local);
    int year = (int)between(&w->story, 2021, 2024), day = (int)between(&w->story, 0, 330);
    w->first_day = w->harbour ? day_of(2024, 1, 15) : day_of(year, 1, 1) + day;
    if (w->permute) {
        w->shift = (int)between(&w->ids, 30, 400);
        w->turn = (int)between(&w->ids, 1, SCRIPTS - 1);
        w->first_day += w->shift;
    }
}

int main(int argc, char **argv) {
    wm_world *w = calloc(1, sizeof *w);
    if (!w)
        die("out of memory");
    read_options(w, argc, argv);
    set_scene(w);
    make_cast(w);
    make_accounts(w);
    make_assets(w);
    make_hubs(w);
    make_flow(w);
    make_background(w);
    make_legs(w);
    make_folders(w);
    write_banks(w);
    write_registers(w);
    write_ledgers(w);
    write_import(w);
    write_truth(w);
    write_case(w);
    free(w);
    return 0;
}
