/* holdings.c: the accounts and the things of value, and whose they are. */
#include <stdio.h>
#include <string.h>

#include "tests/world/world.h"

/* Country of a keeper: the two banks', the money changer's (A), the notary's (B), a third one's. */
static int keeper_country(wm_world *w, wm_keeper keeper) {
    if (keeper == ELSEWHERE)
        return w->country_count > 2 ? (int)between(&w->story, 2, w->country_count - 1) : 1;
    return keeper == BANK_B || keeper == NOTARY ? 1 : 0;
}

int new_account(wm_world *w, wm_keeper keeper, const wm_currency *currency, int holder,
                int statement) {
    if (w->account_count == ACCOUNTS_MAX)
        die("too many accounts");
    wm_account *of = &w->accounts[w->account_count];
    *of = (wm_account){.keeper = keeper, .currency = currency, .holder = holder};
    of->country = keeper_country(w, keeper);
    of->statement = statement;
    of->known = keeper != ELSEWHERE;
    new_iban(w, w->countries[of->country], keeper, of->iban);
    if (holder != NONE && keeper <= BANK_B && !w->parties[holder].customer_id[keeper][0])
        new_number(w, keeper == BANK_A ? "MSH" : "CL", 6, w->parties[holder].customer_id[keeper]);
    return w->account_count++;
}

static int with_statement(wm_world *w, wm_keeper bank, const wm_currency *currency, int holder) {
    return new_account(w, bank, currency, holder, ++w->statement_count);
}

/* The companies of a side that lend their names to accounts, one after the other. */
static int next_company(const wm_world *w, int side, int *cursor) {
    for (; *cursor < w->party_count; ++*cursor) {
        const wm_party *of = &w->parties[*cursor];
        bool taken = *cursor == w->ship || *cursor == w->exchange;
        for (int i = 0; i < w->chain_count; i++)
            taken |= *cursor == w->chain[i];
        if (of->company && !taken && of->cell == (side ? SIDE_B : SIDE_A))
            return (*cursor)++;
    }
    return NONE;
}

static void make_cells(wm_world *w) {
    int cursor[2] = {0, 0};
    int shells = 3 + w->parties_wanted / 25;
    if (shells > 9)
        shells = 9;
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < shells; i++) {
            /* Each third shell banks in the other country: its payments show in both. */
            bool abroad = i % 3 == 2 - side;
            int holder = next_company(w, side, &cursor[side]);
            w->shells[side][w->shell_count[side]++] =
                with_statement(w, (side == 1) != abroad ? BANK_B : BANK_A, w->euro, holder);
        }
    int sellers = w->seller_party_count < 4 ? 4 : w->seller_party_count;
    for (int i = 0; i < sellers; i++) {
        int holder = i < w->seller_party_count ? w->seller_parties[i] : NONE;
        w->sellers[w->seller_count++] = new_account(w, BANK_A, w->local[0], holder, 0);
    }
    for (int i = 0; i < 2 * ((sellers + 15) / 16); i++) {
        int holder = next_company(w, 0, &cursor[0]);
        w->collectors[w->collector_count++] = with_statement(w, BANK_A, w->local[0], holder);
    }
}

void make_accounts(wm_world *w) {
    make_cells(w);
    for (int i = 0; i < 2; i++) {
        w->desk_local[i] = new_account(w, EXCHANGE, w->local[0], w->exchange, NONE);
        w->desk_euro[i] = new_account(w, EXCHANGE, w->euro, w->exchange, NONE);
    }
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < 2; i++)
            w->broker_account[side][i] =
                with_statement(w, side ? BANK_B : BANK_A, w->euro, w->broker);
    for (int i = 0; i < 2; i++)
        w->ship_account[i] = with_statement(w, BANK_B, w->euro, w->ship);
    w->owner_account = with_statement(w, BANK_B, w->euro, w->owner);
    w->ship_local = new_account(w, BANK_B, w->local[1], w->ship, NONE);
    w->owner_local = new_account(w, BANK_B, w->local[1], w->owner, NONE);
    for (int i = 0; i < 4; i++)
        w->payers[i] = new_account(w, ELSEWHERE, w->euro, NONE, NONE);
    for (int i = 0; i < 3; i++)
        w->exits[i] = new_account(w, ELSEWHERE, w->euro, NONE, NONE);
    for (int i = 0; i < ASSETS; i++)
        w->escrow[i] = new_account(w, NOTARY, w->euro, NONE, NONE);
}

/* Values are set when the purchases are paid: flow.c. */
void make_assets(wm_world *w) {
    static const char *const types[ASSETS] = {"land", "vehicle", "vessel"};
    static const char *const words[ASSETS] = {"LAND", "VEH", "SHIP"};
    w->land_owner = w->chain_count ? w->chain[0] : w->ship;
    for (int i = 0; i < ASSETS; i++) {
        wm_asset *of = &w->assets[i];
        char prefix[16];
        snprintf(prefix, sizeof prefix, "%s-%s-", w->countries[i == 1 ? 0 : 1]->code, words[i]);
        *of = (wm_asset){.type = types[i], .owner = w->land_owner, .former = NONE};
        new_number(w, prefix, 6, of->id);
    }
    new_number(w, "0", 10, w->assets[0].number);
    wm_asset *vehicle = &w->assets[1], *vessel = &w->assets[2];
    new_vin(w, vehicle->number);
    new_imo(w, vessel->number);
    int first = (int)between(&w->ids, 11, 99), middle = (int)between(&w->ids, 111, 999);
    int last = (int)between(&w->ids, 11, 99);
    snprintf(vehicle->plate, ID_BYTES, "%02d-%03d-%02d", first, middle, last);
    claim_id(vehicle->plate);
    vehicle->owner = w->nominee == NONE ? w->owner : w->nominee;
    vehicle->former = w->nominee == NONE ? NONE : w->owner;
    vessel->owner = w->ship;
}
