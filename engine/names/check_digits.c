#include "engine/names/check_digits.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

bool at_is_digits(const char *text, int count) {
    const size_t bytes = strlen(text);
    return bytes == (size_t)count && strspn(text, "0123456789") == bytes;
}

static int digit(const char *digits, int i) {
    return digits[i] - '0';
}

/* 0-9 of a digit, 10-35 of a capital, else -1. */
static int value_of(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1;
}

/* Sum of digit times weight over the first `count` digits. */
static int weigh(const char *digits, const int *weights, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++)
        sum += digit(digits, i) * weights[i];
    return sum;
}

/* A decimal number modulo a small one. */
static int modulo(const char *digits, int count, int divisor) {
    int rest = 0;
    for (int i = 0; i < count; i++)
        rest = (rest * 10 + digit(digits, i)) % divisor;
    return rest;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The number that the next four characters are; -1 when they are not all digits. */
static int four_digits(const char *text) {
    if (!is_digit(text[0]) || !is_digit(text[1]) || !is_digit(text[2]) || !is_digit(text[3]))
        return -1;
    return digit(text, 0) * 1000 + digit(text, 1) * 100 + digit(text, 2) * 10 + digit(text, 3);
}

bool at_check_mod_97(const char *text) {
    const uint64_t enough = UINT64_C(1000000000000000); /* room for four digits more */
    uint64_t rest = 0;
    while (*text != '\0') {
        int value = four_digits(text);
        if (value >= 0) {
            rest = rest * 10000 + (uint64_t)value;
            text += 4;
        } else {
            value = value_of(*text++);
            if (value < 0)
                return false;
            rest = rest * (value > 9 ? 100 : 10) + (uint64_t)value;
        }
        if (rest >= enough)
            rest %= 97; /* not at every digit: dividing is what takes time here */
    }
    return rest % 97 == 1;
}

bool at_check_luhn(const char *digits) {
    const int count = (int)strnlen(digits, 1000);
    int sum = 0;
    if (count < 2 || !at_is_digits(digits, count))
        return false;
    for (int i = 0; i < count; i++) {
        const int value = digit(digits, i);
        const int doubled = value * 2 > 9 ? value * 2 - 9 : value * 2;
        sum += (count - i) % 2 == 0 ? doubled : value;
    }
    return sum % 10 == 0;
}

bool at_check_lei(const char *text) {
    return strlen(text) == 20 && at_is_digits(text + 18, 2) && at_check_mod_97(text);
}

bool at_check_isin(const char *text) {
    char digits[25] = "";
    size_t count = 0;
    if (strlen(text) != 12 || value_of(text[0]) < 10 || value_of(text[1]) < 10 ||
        !at_is_digits(text + 11, 1))
        return false;
    for (int i = 0; i < 12; i++) {
        const int value = value_of(text[i]);
        if (value < 0)
            return false;
        if (value > 9)
            digits[count++] = (char)('0' + value / 10);
        digits[count++] = (char)('0' + value % 10);
    }
    return at_check_luhn(digits);
}

bool at_check_imo_ship(const char *digits) {
    static const int weights[] = {7, 6, 5, 4, 3, 2};
    return at_is_digits(digits, 7) && weigh(digits, weights, 6) % 10 == digit(digits, 6);
}

bool at_check_imo_company(const char *digits) {
    static const int weights[] = {8, 6, 4, 2, 9, 7};
    return at_is_digits(digits, 7) &&
           (11 - weigh(digits, weights, 6) % 11) % 10 == digit(digits, 6);
}

bool at_check_iran_person(const char *digits) {
    static const int weights[] = {10, 9, 8, 7, 6, 5, 4, 3, 2};
    if (!at_is_digits(digits, 10))
        return false;
    const int rest = weigh(digits, weights, 9) % 11;
    return digit(digits, 9) == (rest < 2 ? rest : 11 - rest);
}

bool at_check_iran_company(const char *digits) {
    static const int weights[] = {29, 27, 23, 19, 17};
    int sum = 0;
    if (!at_is_digits(digits, 11))
        return false;
    for (int i = 0; i < 10; i++)
        sum += (digit(digits, i) + digit(digits, 9) + 2) * weights[i % 5];
    return sum % 11 % 10 == digit(digits, 10);
}

bool at_check_inn(const char *digits) {
    static const int weights[] = {3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8};
    if (at_is_digits(digits, 10))
        return weigh(digits, weights + 2, 9) % 11 % 10 == digit(digits, 9);
    return at_is_digits(digits, 12) &&
           weigh(digits, weights + 1, 10) % 11 % 10 == digit(digits, 10) &&
           weigh(digits, weights, 11) % 11 % 10 == digit(digits, 11);
}

bool at_check_ogrn(const char *digits) {
    if (at_is_digits(digits, 13))
        return modulo(digits, 12, 11) % 10 == digit(digits, 12);
    return at_is_digits(digits, 15) && modulo(digits, 14, 13) % 10 == digit(digits, 14);
}

bool at_check_voen(const char *digits) {
    return at_is_digits(digits, 10) && (digits[9] == '1' || digits[9] == '2');
}

bool at_is_vin(const char *text) {
    return strlen(text) == 17 && strspn(text, "0123456789ABCDEFGHJKLMNPRSTUVWXYZ") == 17;
}

bool at_check_vin(const char *text) {
    static const int weights[] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    /* A-Z; I, O and Q stand in no VIN. */
    static const int letters[] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4,
                                  5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9};
    int sum = 0;
    if (!at_is_vin(text))
        return false;
    for (int i = 0; i < 17; i++)
        sum += weights[i] * (text[i] > '9' ? letters[text[i] - 'A'] : digit(text, i));
    return text[8] == "0123456789X"[sum % 11];
}
