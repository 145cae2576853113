/* register.c: what registers, the utility switch and a financial intelligence unit hand over. */
#include <stdio.h>
#include <string.h>

#include "tests/world/world.h"

static int register_side(const wm_party *of) {
    return of->cell == SIDE_A ? 0 : 1;
}

static void lower(const char *code, char out[8]) {
    snprintf(out, 8, "%c%c", code[0] | 32, code[1] | 32);
}

const char *register_name(const wm_world *w, int who, char out[AMOUNT_BYTES]) {
    char code[8];
    lower(w->countries[register_side(&w->parties[who])]->code, code);
    snprintf(out, AMOUNT_BYTES, "register-%s", code);
    return out;
}

static void put_party(wm_sheet *rows, const wm_world *w, const wm_party *of,
                      const wm_country *where) {
    char name[NAME_BYTES], alias[NAME_BYTES] = "", day[DAY_BYTES];
    sheet_field(rows, "%s", of->register_id);
    sheet_field(rows, of->company ? "company" : "person");
    sheet_field(rows, "%s", party_name(w, of, of->script, name));
    sheet_field(rows, "%s", script_lang(w, of->script));
    if (of->alias_script != NONE)
        party_name(w, of, of->alias_script, alias);
    sheet_field(rows, "%s", alias);
    /* The register of Iran counts Jalali years, of its nationals and companies only. */
    const wm_country *born = w->countries[of->country];
    const wm_country *calendar = born == where ? where : country_find("TR");
    sheet_field(rows, "%s", of->company ? "" : register_day(of->birth, calendar, day));
    sheet_field(rows, "%s", born->code);
    sheet_field(rows, "%s", of->identifier_type);
    sheet_field(rows, "%s", of->identifier);
    sheet_end(rows);
}

static void write_parties(wm_world *w, int side, const char *name) {
    wm_sheet rows = {.delimiter = ','};
    sheet_line(&rows, "id,type,name,name_lang,alias,birth,country,identifier_type,identifier");
    for (int i = 0; i < w->party_count; i++)
        if (w->parties[i].registered && register_side(&w->parties[i]) == side)
            put_party(&rows, w, &w->parties[i], w->countries[side]);
    sheet_write(w, &rows, name, false);
}

static void write_phones(wm_world *w, int side, const char *name) {
    wm_sheet rows = {.delimiter = ','};
    sheet_line(&rows, "kind,of,type,text,country");
    for (int i = 0; i < w->party_count; i++) {
        const wm_party *of = &w->parties[i];
        if (!of->registered || register_side(of) != side)
            continue;
        sheet_field(&rows, "party");
        sheet_field(&rows, "%s", of->register_id);
        sheet_field(&rows, "phone");
        sheet_field(&rows, "%s", of->phone);
        sheet_field(&rows, "%s", w->countries[side]->code);
        sheet_end(&rows);
    }
    sheet_write(w, &rows, name, false);
}

static void put_share(wm_sheet *rows, const wm_stake *of) {
    if (of->form == 1)
        sheet_field(rows, "%d/%d", of->num, of->den);
    else if (of->form == 0 && 10000 % of->den == 0 && 100 % of->den != 0)
        sheet_field(rows, "%d.%d%%", of->num * 100 / of->den, of->num * 1000 / of->den % 10);
    else if (100 % of->den == 0 && of->form == 0)
        sheet_field(rows, "%d%%", of->num * 100 / of->den);
    else if (1000 % of->den == 0 && of->num < of->den)
        sheet_field(rows, "0.%03d", of->num * 1000 / of->den);
    else
        sheet_field(rows, "%d/%d", of->num, of->den);
}

static void write_stakes(wm_world *w, int side, const char *name) {
    wm_sheet rows = {.delimiter = ','};
    char day[DAY_BYTES];
    sheet_line(&rows, "owner,owned,share,kind,since,nominee_for");
    for (int i = 0; i < w->stake_count; i++) {
        const wm_stake *of = &w->stakes[i];
        const wm_party *owned = &w->parties[of->owned];
        if (register_side(owned) != side)
            continue;
        sheet_field(&rows, "%s", w->parties[of->owner].register_id);
        sheet_field(&rows, "%s", owned->register_id);
        put_share(&rows, of);
        sheet_field(&rows, "capital");
        sheet_field(&rows, "%s", iso_day(of->since, day));
        sheet_field(&rows, "%s",
                    of->nominee_for == NONE ? "" : w->parties[of->nominee_for].register_id);
        sheet_end(&rows);
    }
    sheet_write(w, &rows, name, false);
}

/* Ties that a side's register keeps; those of people without a number are the unit's. */
static void write_ties(wm_world *w, int side, const char *name) {
    wm_sheet rows = {.delimiter = ','};
    sheet_line(&rows, "a_kind,a,kind,b_kind,b,strength");
    for (int i = 0; i < w->tie_count; i++) {
        const wm_tie *of = &w->ties[i];
        const wm_party *a = &w->parties[of->a], *b = &w->parties[of->b];
        if (!a->registered || register_side(a) != side)
            continue;
        sheet_field(&rows, "party");
        sheet_field(&rows, "%s", a->register_id);
        sheet_field(&rows, "%s", of->kind);
        sheet_field(&rows, "party");
        sheet_field(&rows, "%s", b->register_id);
        sheet_field(&rows, of->suspected ? "suspected" : "stated");
        sheet_end(&rows);
    }
    sheet_write(w, &rows, name, false);
}

/* The unit's concordance: which bank's customer is which person of a register. */
static void write_concordance(wm_world *w) {
    wm_sheet rows = {.delimiter = ','};
    char text[AMOUNT_BYTES];
    sheet_line(&rows, "a_kind,a,kind,b_kind,b");
    for (int i = 0; i < w->party_count; i++)
        for (int bank = 0; bank < 2; bank++) {
            const wm_party *of = &w->parties[i];
            if (!of->registered || !of->customer_id[bank][0])
                continue;
            sheet_field(&rows, "party");
            sheet_field(&rows, "bank-%c/%s", 'a' + bank, of->customer_id[bank]);
            sheet_field(&rows, "same_as_stated");
            sheet_field(&rows, "party");
            sheet_field(&rows, "%s/%s", register_name(w, i, text), of->register_id);
            sheet_end(&rows);
        }
    for (int i = 0; i < w->tie_count; i++) {
        const wm_party *a = &w->parties[w->ties[i].a], *b = &w->parties[w->ties[i].b];
        if (a->registered)
            continue;
        sheet_field(&rows, "party");
        sheet_field(&rows, "bank-a/%s", a->customer_id[0]);
        sheet_field(&rows, "%s", w->ties[i].kind);
        sheet_field(&rows, "party");
        sheet_field(&rows, "bank-b/%s", b->customer_id[1]);
        sheet_end(&rows);
    }
    sheet_write(w, &rows, "fiu/concordance.csv", false);
}

/* Land and vessels in our own columns. */
static void write_asset(wm_world *w, int which, const char *name, const char *description,
                        const char *identifier) {
    const wm_asset *of = &w->assets[which];
    wm_sheet rows = {.delimiter = ','};
    char text[AMOUNT_BYTES], day[DAY_BYTES];
    sheet_line(&rows, "id,type,description,country,value,currency,valued_on,owner,share,since,"
                      "identifier_type,identifier");
    sheet_field(&rows, "%s", of->id);
    sheet_field(&rows, "%s", of->type);
    sheet_field(&rows, "%s", description);
    sheet_field(&rows, "%s", w->countries[1]->code);
    sheet_field(&rows, "%s", amount_text(of->value, w->euro, 0, '.', text));
    sheet_field(&rows, "EUR");
    sheet_field(&rows, "%s", iso_day(of->since, day));
    sheet_field(&rows, "%s/%s", register_name(w, of->owner, text),
                w->parties[of->owner].register_id);
    sheet_field(&rows, "100%%");
    sheet_field(&rows, "%s", iso_day(of->since, day));
    sheet_field(&rows, "%s", identifier);
    sheet_field(&rows, "%s", of->number);
    sheet_end(&rows);
    sheet_write(w, &rows, name, false);
}

/* Vehicles as the register of the first country prints them: Jalali dates where it counts so. */
enum { V_ID, V_TYPE, V_TEXT, V_VALUE, V_UNIT, V_OWNER, V_FROM, V_UNTIL, V_VIN, V_PLATE, V_COLUMNS };
static const char *const vehicle_columns[2][V_COLUMNS] = {
    {"Number", "Type", "Description", "Value", "Currency", "Owner", "From", "Until", "VIN",
     "Plate"},
    {"شماره", "نوع", "شرح", "ارزش", "ارز", "مالک", "از تاریخ", "تا تاریخ", "شاسی", "پلاک"},
};

static void put_vehicle(wm_sheet *rows, const wm_world *w, int owner, int64_t since,
                        int64_t until) {
    const wm_asset *of = &w->assets[1];
    const wm_country *where = w->countries[0];
    bool persian = where->style == STYLE_FA;
    char text[4 * AMOUNT_BYTES], small[AMOUNT_BYTES], day[DAY_BYTES];
    sheet_field(rows, "%s", of->id);
    sheet_field(rows, "%s", persian ? "سواری" : "car");
    sheet_field(rows, "%s", persian ? "خودروی شاسی‌بلند" : "Off-road car");
    amount_text(of->value, w->euro, 0, '.', small);
    sheet_field(rows, "%s", digits(small, where->style, text, sizeof text));
    sheet_field(rows, "EUR");
    sheet_field(rows, "%s/%s", register_name(w, owner, small), w->parties[owner].register_id);
    register_day(since, where, day);
    sheet_field(rows, "%s", digits(day, where->style, text, sizeof text));
    register_day(until, where, day);
    sheet_field(rows, "%s", until ? digits(day, where->style, text, sizeof text) : "");
    sheet_field(rows, "%s", of->number);
    sheet_field(rows, "%s", of->plate);
    sheet_end(rows);
}

static void write_vehicles(wm_world *w) {
    const wm_asset *of = &w->assets[1];
    const char *const *columns = vehicle_columns[w->countries[0]->style == STYLE_FA];
    wm_sheet rows = {.delimiter = ','};
    for (int i = 0; i < V_COLUMNS; i++)
        sheet_field(&rows, "%s", columns[i]);
    sheet_end(&rows);
    rows.fixed = rows.count;
    if (of->former != NONE)
        put_vehicle(&rows, w, of->former, of->since, of->since + 3);
    put_vehicle(&rows, w, of->owner, of->since + (of->former == NONE ? 0 : 3), 0);
    sheet_write(w, &rows, "vehicles/register.csv", false);
}

static void write_vehicle_mapping(const wm_world *w) {
    bool persian = w->countries[0]->style == STYLE_FA;
    const char *const *c = vehicle_columns[persian];
    FILE *file = open_file(w, "vehicles/register.map.json");
    fprintf(file,
            "{\n  \"schema\": \"assettrace/mapping/1\",\n  \"date\": \"YYYY-MM-DD\", "
            "\"calendar\": \"%s\",\n  \"records\": [\n"
            "    {\"kind\": \"asset\",\n     \"fields\": {\n       \"id\": \"%s\", "
            "\"type\": {\"column\": \"%s\", \"words\": {\"%s\": \"vehicle\"}},\n"
            "       \"description\": \"%s\", \"value\": \"%s\", \"currency\": \"%s\",\n"
            "       \"country\": {\"constant\": \"%s\"}}},\n",
            persian ? "jalali" : "gregorian", c[V_ID], c[V_TYPE], persian ? "سواری" : "car",
            c[V_TEXT], c[V_VALUE], c[V_UNIT], w->countries[0]->code);
    fprintf(file,
            "    {\"kind\": \"holding\",\n     \"fields\": {\n       \"owner\": \"%s\", "
            "\"owned_kind\": {\"constant\": \"asset\"}, \"owned\": \"%s\",\n"
            "       \"interest\": {\"constant\": \"capital\"}, "
            "\"share\": {\"constant\": \"1/1\"},\n"
            "       \"since\": \"%s\", \"until\": \"%s\"}},\n",
            c[V_OWNER], c[V_ID], c[V_FROM], c[V_UNTIL]);
    for (int i = V_VIN; i <= V_PLATE; i++)
        fprintf(file,
                "    {\"kind\": \"identifier\",\n     \"fields\": {\n       \"of_kind\": "
                "{\"constant\": \"asset\"}, \"of\": \"%s\",\n"
                "       \"type\": {\"constant\": \"%s\"}, \"text\": \"%s\"}}%s\n",
                c[V_ID], i == V_VIN ? "vin" : "plate", c[i], i == V_VIN ? "," : "");
    fprintf(file, "  ]\n}\n");
    close_file(file);
}

void write_registers(wm_world *w) {
    for (int side = 0; side < 2; side++) {
        char name[NAME_BYTES], code[8];
        static const struct {
            const char *file;
            void (*write)(wm_world *, int, const char *);
        } parts[] = {{"parties", write_parties},
                     {"identifiers", write_phones},
                     {"ownership", write_stakes},
                     {"links", write_ties}};
        lower(w->countries[side]->code, code);
        for (int i = 0; i < 4; i++) {
            snprintf(name, sizeof name, "register-%s/%s.csv", code, parts[i].file);
            parts[i].write(w, side, name);
        }
    }
    write_concordance(w);
    bool azeri = strcmp(w->countries[1]->code, "AZ") == 0;
    write_asset(w, 0, "land/register.csv",
                azeri ? "Torpaq sahəsi, 0,42 ha, sahil" : "Plot of land, 0.42 ha, shore",
                "cadastral");
    write_asset(w, 2, "vessels/register.csv",
                azeri ? "Quru yük gəmisi, 1 160 t" : "General cargo ship, 1,160 t", "imo");
    write_vehicles(w);
    write_vehicle_mapping(w);
}
