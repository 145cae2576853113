/* importers/guess_above.c: account, currency and zone, from the lines above the header and from
 * the names of columns. */
#include <ctype.h>
#include <string.h>

#include "importers/guess_part.h"
#include "engine/names/identifier.h"

enum {
    CHECKED = 96,
    LABELLED = 88,
    BY_NUMBER = 85,
    BY_NAME = 85,
    ALONE = 65,
    LINE_BYTES = 512,
    RUSSIAN_DIGITS = 20
};

static bool ends_word(char c) {
    return c == '\0' || strchr(" \t\r,;:|\"'()[]=", c) != NULL;
}

/* The next word of a line, without marks around it; false at the end. */
static bool next_word(at_span *out, const char **line) {
    const char *c = *line;
    while (*c != '\0' && ends_word(*c))
        c++;
    const char *from = c;
    while (!ends_word(*c))
        c++;
    *out = (at_span){from, (size_t)(c - from)};
    *line = c;
    return c > from;
}

/* An IBAN may be written in groups of four: the longest run of words that is one. */
static bool find_iban(char out[AT_IBAN_BYTES], const char *line) {
    at_span word;
    for (const char *at = line; next_word(&word, &at);) {
        const char *end = word.data + word.bytes, *rest = end;
        char text[LINE_BYTES];
        if (!isupper((unsigned char)word.data[0]))
            continue;
        for (int words = 0; words < 9; words++) {
            const size_t bytes = (size_t)(end - word.data);
            if (bytes >= sizeof text)
                break;
            memcpy(text, word.data, bytes);
            text[bytes] = '\0';
            char plain[LINE_BYTES];
            if (at_guess_plain(plain, sizeof plain, text) && at_iban_key(out, plain))
                return true;
            at_span more;
            if (!next_word(&more, &rest))
                break;
            end = more.data + more.bytes;
        }
    }
    return false;
}

/* A number of an account: the first word of a line that is long enough. */
static bool find_number(char *out, size_t bytes, const char *line) {
    enum { LEAST = 6 };
    at_span word;
    for (const char *at = line; next_word(&word, &at);) {
        char text[LINE_BYTES];
        size_t digits = 0;
        if (word.bytes >= sizeof text)
            continue;
        memcpy(text, word.data, word.bytes);
        text[word.bytes] = '\0';
        if (!at_guess_plain(out, bytes, text) || at_guess_looks_date(out))
            continue;
        for (const char *c = out; *c != '\0'; c++)
            digits += isdigit((unsigned char)*c) != 0;
        const bool known = strspn(out, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*-./") == strlen(out);
        if (known && digits >= LEAST && strchr(out, '.') == NULL)
            return true;
    }
    return false;
}

static at_status take_account(at_guesser *g, const char *line, at_error *err) {
    char iban[AT_IBAN_BYTES], number[LINE_BYTES];
    bool label = false;
    if (g->account_sure < CHECKED && find_iban(iban, line)) {
        g->account_sure = CHECKED;
        g->account_why = "the IBAN above the rows; its check digits are right";
        return at_arena_text(&g->account, g->arena, iban, err);
    }
    if (g->account != NULL)
        return AT_OK;
    AT_TRY(at_guess_label(&label, 'a', line, err));
    if (!find_number(number, sizeof number, line) ||
        (!label && strspn(number, "0123456789") != RUSSIAN_DIGITS))
        return AT_OK;
    g->account_sure = LABELLED;
    g->account_why = "the number above the rows, in a line that speaks of an account";
    return at_arena_text(&g->account, g->arena, number, err);
}

/* A currency among the words of a line or of a name. */
static at_status take_currency(at_guesser *g, const char *line, int sure, const char *why,
                               at_error *err) {
    at_span word;
    for (const char *at = line; g->currency_sure < sure && next_word(&word, &at);) {
        const char *text = NULL, *code = NULL;
        int times = 1;
        AT_TRY(at_arena_copy(&text, g->arena, word.data, word.bytes, err));
        if (isdigit((unsigned char)text[0])) /* of 810 rubles or a house number? */
            continue;
        AT_TRY(at_guess_currency(&code, &times, text, err));
        if (code == NULL)
            continue;
        if (strcmp(code, text) != 0 && sure < BY_NAME) { /* a word for it is said on purpose */
            sure = BY_NAME;
            why = "a word above the rows";
        }
        g->currency = code;
        g->multiply = times;
        g->currency_sure = sure;
        g->currency_why = times > 1 ? "amounts are in toman; ten rial each" : why;
    }
    return AT_OK;
}

/* "UTC+4", "GMT +03:30", Moscow time. */
static void take_zone(at_guesser *g, const char *line, char out[8]) {
    const char *at = strstr(line, "UTC");
    if (strstr(line, "МСК") != NULL || strstr(line, "мск") != NULL) {
        memcpy(out, "+03:00", sizeof "+03:00");
        g->zone_sure = CHECKED;
        g->zone_why = "times are said to be of Moscow";
        return;
    }
    if (at == NULL)
        at = strstr(line, "GMT");
    if (at == NULL)
        return;
    at += strlen("UTC");
    while (*at == ' ')
        at++;
    if (*at != '+' && *at != '-')
        return;
    const char sign = *at++;
    int hours = 0, minutes = 0;
    while (isdigit((unsigned char)*at) && hours < 10)
        hours = hours * 10 + *at++ - '0';
    if (*at == ':' && isdigit((unsigned char)at[1]) && isdigit((unsigned char)at[2]))
        minutes = (at[1] - '0') * 10 + at[2] - '0';
    if (hours > 14 || minutes > 59)
        return;
    const char text[] = {sign, (char)('0' + hours / 10),   (char)('0' + hours % 10),
                         ':',  (char)('0' + minutes / 10), (char)('0' + minutes % 10),
                         '\0'};
    memcpy(out, text, sizeof text);
    g->zone_sure = CHECKED;
    g->zone_why = "said above the rows";
}

at_status at_guess_account_currency(const char **out, const char *account, at_error *err) {
    enum { CODE_AT = 5, CODE_BYTES = 3 };
    char code[CODE_BYTES + 1];
    int times = 1;
    *out = NULL;
    if (account == NULL || strlen(account) != RUSSIAN_DIGITS ||
        strspn(account, "0123456789") != RUSSIAN_DIGITS)
        return AT_OK;
    memcpy(code, account + CODE_AT, CODE_BYTES);
    code[CODE_BYTES] = '\0';
    return at_guess_currency(out, &times, code, err);
}

at_status at_guess_above(at_guesser *g, at_error *err) {
    const at_guess_table *t = &g->table;
    char zone[8] = "";
    g->multiply = 1;
    for (size_t i = 0; i < t->above_count; i++) {
        bool label = false;
        AT_TRY(take_account(g, t->above[i], err));
        AT_TRY(at_guess_label(&label, 'c', t->above[i], err));
        AT_TRY(take_currency(g, t->above[i], label ? LABELLED : ALONE,
                             label ? "said above the rows" : "a word above the rows", err));
        take_zone(g, t->above[i], zone);
    }
    for (size_t k = 0; k < t->column_count; k++) {
        const int *words = t->columns[k].words;
        take_zone(g, t->columns[k].name, zone);
        if (words[AT_ROLE_AMOUNT] + words[AT_ROLE_BALANCE] + words[AT_ROLE_DEBIT] +
                words[AT_ROLE_CREDIT] >
            0)
            AT_TRY(take_currency(g, t->columns[k].name, BY_NAME, "in the name of a column", err));
    }
    if (zone[0] != '\0')
        AT_TRY(at_arena_text(&g->zone, g->arena, zone, err));
    return AT_OK;
}
