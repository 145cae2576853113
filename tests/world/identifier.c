/* identifier.c: numbers with right check digits, and no number twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/world/world.h"

/* Sources: ISO 13616 (IBAN), 49 CFR 565 (VIN), IMO A.1117(30); national numbers as their registers
 * publish them. */

enum { CLAIMS_MAX = 1 << 15 };
static char claims[CLAIMS_MAX][ID_BYTES];

static uint64_t hash_of(const char *text) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

/* False when the text was claimed before. */
static bool claim(const char *id) {
    for (size_t i = hash_of(id) % CLAIMS_MAX;; i = (i + 1) % CLAIMS_MAX) {
        if (strcmp(claims[i], id) == 0)
            return false;
        if (claims[i][0] == '\0') {
            snprintf(claims[i], ID_BYTES, "%s", id);
            return true;
        }
    }
}

void claim_id(const char *id) {
    if (!claim(id))
        die("the id \"%s\" is used twice", id);
}

static void random_digits(wm_world *w, char *out, int count) {
    for (int i = 0; i < count; i++)
        out[i] = (char)('0' + between(&w->ids, i == 0, 9));
    out[count] = '\0';
}

/* A prefix is a word of ours in the story as told, two letters for each in a permuted one. */
static void prefix_of(const wm_world *w, const char *prefix, char out[ID_BYTES]) {
    if (!w->permute) {
        snprintf(out, ID_BYTES, "%s", prefix);
        return;
    }
    uint64_t mixed = hash_of(prefix) ^ (w->permute * 0x9e3779b97f4a7c15u);
    wm_stream letters = stream_of(mixed, 7);
    for (int i = 0; i < 3; i++)
        out[i] = (char)('A' + between(&letters, 0, 25));
    snprintf(out + 3, 2, "-");
}

void new_number(wm_world *w, const char *prefix, int count, char out[ID_BYTES]) {
    char head[ID_BYTES], tail[24];
    prefix_of(w, prefix, head);
    do {
        random_digits(w, tail, count);
        snprintf(out, ID_BYTES, "%.20s%s", head, tail);
    } while (!claim(out));
}

void new_phone(wm_world *w, const wm_country *of, char out[ID_BYTES]) {
    char tail[16];
    do {
        random_digits(w, tail, strcmp(of->dial, "7") == 0 ? 10 : 9);
        snprintf(out, ID_BYTES, "+%s%s", of->dial, tail);
    } while (!claim(out));
}

static int mod_97(const char *text) {
    int rest = 0;
    for (; *text; text++) {
        bool digit = *text >= '0' && *text <= '9';
        rest = digit ? (rest * 10 + *text - '0') % 97 : (rest * 100 + *text - 'A' + 10) % 97;
    }
    return rest;
}

void new_iban(wm_world *w, const wm_country *of, wm_keeper slot, char out[ID_BYTES]) {
    char bank[16] = "", tail[32], turned[ID_BYTES + 16];
    size_t n = 0;
    for (int i = 0; i < of->bank_letters; i++)
        bank[n++] = i + 1 < of->bank_letters ? 'Z' : (char)('Q' + slot);
    for (int i = 0; i < of->bank_digits; i++)
        bank[n++] = i + 1 < of->bank_digits ? '9' : (char)('0' + slot);
    bank[n] = '\0';
    do {
        random_digits(w, tail, of->iban_bytes - 4 - (int)n);
        tail[0] = '0';
        snprintf(turned, sizeof turned, "%s%s%s00", bank, tail, of->code);
        const unsigned check = (unsigned)(98 - mod_97(turned)) % 100U;
        snprintf(out, ID_BYTES, "%.2s%02u%.12s%.26s", of->code, check, bank, tail);
    } while (!claim(out));
}

void new_vin(wm_world *w, char out[ID_BYTES]) {
    static const char letters[] = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
    static const int values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7,
                                 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9};
    static const int weights[17] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    do {
        int sum = 0;
        for (int i = 0; i < 17; i++) {
            int64_t pick = i < 3 ? 32 : between(&w->ids, 0, i < 11 ? 32 : 9);
            out[i] = letters[pick];
            sum += weights[i] * values[pick];
        }
        out[17] = '\0';
        out[8] = (char)(sum % 11 == 10 ? 'X' : '0' + sum % 11);
    } while (!claim(out));
}

void new_imo(wm_world *w, char out[ID_BYTES]) {
    do {
        int sum = 0;
        memcpy(out, "IMO ", 4);
        for (int i = 0; i < 6; i++) {
            int digit = (int)between(&w->ids, i == 0 ? 5 : 0, 9);
            out[4 + i] = (char)('0' + digit);
            sum += digit * (7 - i);
        }
        out[10] = (char)('0' + sum % 10);
        out[11] = '\0';
    } while (!claim(out));
}

static void put_digit(char *out, int digit) {
    out[0] = (char)('0' + digit);
    out[1] = '\0';
}

static int weighed(const char *text, const int *weights, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++)
        sum += (text[i] - '0') * weights[i];
    return sum;
}

static void iranian(wm_world *w, bool company, char *out) {
    static const int person_weights[] = {10, 9, 8, 7, 6, 5, 4, 3, 2};
    static const int company_weights[] = {29, 27, 23, 19, 17, 29, 27, 23, 19, 17};
    random_digits(w, out, company ? 10 : 9);
    int check;
    if (company) {
        int sum = weighed(out, company_weights, 10), added = out[9] - '0' + 2;
        for (int i = 0; i < 10; i++)
            sum += added * company_weights[i];
        check = sum % 11 % 10;
    } else {
        int rest = weighed(out, person_weights, 9) % 11;
        check = rest < 2 ? rest : 11 - rest;
    }
    put_digit(out + (company ? 10 : 9), check % 10);
}

static void russian(wm_world *w, bool company, char *out) {
    static const int ten[] = {2, 4, 10, 3, 5, 9, 4, 6, 8};
    static const int eleven[] = {7, 2, 4, 10, 3, 5, 9, 4, 6, 8};
    static const int twelve[] = {3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8};
    random_digits(w, out, company ? 9 : 10);
    if (company) {
        put_digit(out + 9, weighed(out, ten, 9) % 11 % 10);
        return;
    }
    put_digit(out + 10, weighed(out, eleven, 10) % 11 % 10);
    put_digit(out + 11, weighed(out, twelve, 11) % 11 % 10);
}

void new_national(wm_world *w, wm_party *of) {
    const char *code = w->countries[of->country]->code;
    do {
        if (strcmp(code, "IR") == 0) {
            of->identifier_type = of->company ? "registration" : "national_id";
            iranian(w, of->company, of->identifier);
        } else if (strcmp(code, "RU") == 0) {
            of->identifier_type = "tax";
            russian(w, of->company, of->identifier);
        } else if (strcmp(code, "AZ") == 0) {
            of->identifier_type = "tax";
            random_digits(w, of->identifier, 9);
            put_digit(of->identifier + 9, of->company ? 1 : 2);
        } else {
            of->identifier_type = of->company ? "registration" : "passport";
            of->identifier[0] = (char)('A' + between(&w->ids, 0, 25));
            random_digits(w, of->identifier + 1, 8);
        }
    } while (!claim(of->identifier));
}
