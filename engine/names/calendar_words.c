#include "engine/names/calendar_words.h"

#include <string.h>

#include "engine/base/text.h"

typedef struct word {
    const char *text;
    int value;
} word;

static const word gregorian_months[] = {
    {"january", 1},
    {"february", 2},
    {"march", 3},
    {"april", 4},
    {"may", 5},
    {"june", 6},
    {"july", 7},
    {"august", 8},
    {"september", 9},
    {"october", 10},
    {"november", 11},
    {"december", 12},
    {"jan", 1},
    {"feb", 2},
    {"mar", 3},
    {"apr", 4},
    {"jun", 6},
    {"jul", 7},
    {"aug", 8},
    {"sep", 9},
    {"sept", 9},
    {"oct", 10},
    {"nov", 11},
    {"dec", 12},
    /* Russian, as a date says it, as a heading says it, and cut */
    {"января", 1},
    {"февраля", 2},
    {"марта", 3},
    {"апреля", 4},
    {"мая", 5},
    {"июня", 6},
    {"июля", 7},
    {"августа", 8},
    {"сентября", 9},
    {"октября", 10},
    {"ноября", 11},
    {"декабря", 12},
    {"январь", 1},
    {"февраль", 2},
    {"март", 3},
    {"апрель", 4},
    {"май", 5},
    {"июнь", 6},
    {"июль", 7},
    {"август", 8},
    {"сентябрь", 9},
    {"октябрь", 10},
    {"ноябрь", 11},
    {"декабрь", 12},
    {"янв", 1},
    {"фев", 2},
    {"мар", 3},
    {"апр", 4},
    {"июн", 6},
    {"июл", 7},
    {"авг", 8},
    {"сен", 9},
    {"сент", 9},
    {"окт", 10},
    {"ноя", 11},
    {"нояб", 11},
    {"дек", 12},
    /* Azerbaijani */
    {"yanvar", 1},
    {"fevral", 2},
    {"mart", 3},
    {"aprel", 4},
    {"iyun", 6},
    {"iyul", 7},
    {"avqust", 8},
    {"sentyabr", 9},
    {"oktyabr", 10},
    {"noyabr", 11},
    {"dekabr", 12},
    /* Arabic of Egypt and the Gulf, of Iraq and the Levant */
    {"يناير", 1},
    {"فبراير", 2},
    {"مارس", 3},
    {"أبريل", 4},
    {"مايو", 5},
    {"يونيو", 6},
    {"يوليو", 7},
    {"أغسطس", 8},
    {"سبتمبر", 9},
    {"أكتوبر", 10},
    {"نوفمبر", 11},
    {"ديسمبر", 12},
    {"كانون الثاني", 1},
    {"شباط", 2},
    {"آذار", 3},
    {"نيسان", 4},
    {"أيار", 5},
    {"حزيران", 6},
    {"تموز", 7},
    {"آب", 8},
    {"أيلول", 9},
    {"تشرين الأول", 10},
    {"تشرين الثاني", 11},
    {"كانون الأول", 12},
    /* Persian */
    {"ژانویه", 1},
    {"فوریه", 2},
    {"آوریل", 4},
    {"مه", 5},
    {"ژوئن", 6},
    {"ژوئیه", 7},
    {"اوت", 8},
    {"سپتامبر", 9},
    {"اکتبر", 10},
    {"نوامبر", 11},
    {"دسامبر", 12},
    {NULL, 0},
};
static const word jalali_months[] = {
    {"فروردین", 1}, {"اردیبهشت", 2}, {"خرداد", 3},  {"تیر", 4},  {"مرداد", 5},
    {"امرداد", 5},  {"شهریور", 6},   {"مهر", 7},    {"آبان", 8}, {"آذر", 9},
    {"دی", 10},     {"بهمن", 11},    {"اسفند", 12}, {NULL, 0},
};
static const word hijri_months[] = {
    {"محرم", 1},         {"صفر", 2},          {"ربيع الأول", 3},  {"ربيع الثاني", 4},
    {"ربيع الآخر", 4},   {"جمادى الأولى", 5}, {"جمادى الأول", 5}, {"جمادى الثانية", 6},
    {"جمادى الثاني", 6}, {"جمادى الآخرة", 6}, {"رجب", 7},         {"شعبان", 8},
    {"رمضان", 9},        {"شوال", 10},        {"ذو القعدة", 11},  {"ذي القعدة", 11},
    {"ذوالقعدة", 11},    {"ذو الحجة", 12},    {"ذي الحجة", 12},   {"ذوالحجة", 12},
    {NULL, 0},
};
static const word halves[] = {
    {"am", 0},  {"pm", 1}, {"a.m.", 0}, {"p.m.", 1}, {"ق.ظ", 0},
    {"ب.ظ", 1}, {"ص", 0},  {"م", 1},    {NULL, 0},
};

/* Spellings of one letter on Arabic and Persian keyboards, and small letters. */
static uint32_t plain_letter(uint32_t c) {
    switch (c) {
    case 0x0622: /* alef with madda, hamza above, hamza below */
    case 0x0623:
    case 0x0625:
        return 0x0627;
    case 0x0629: /* teh marbuta */
        return 0x0647;
    case 0x0643: /* kaf */
        return 0x06A9;
    case 0x0649: /* yeh without dots, with dots */
    case 0x064A:
        return 0x06CC;
    case 0x0130: /* the Azerbaijani capital of i */
        return 'i';
    default:
        if (c >= 0x0410 && c <= 0x042F) /* Cyrillic capitals */
            return c - 0x0410 + 0x0430;
        return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
    }
}

static bool read_word(int *out, const word *words, const uint32_t *text, size_t text_count,
                      size_t *at) {
    size_t longest = 0;
    for (; words->text != NULL; words++) {
        const size_t bytes = strlen(words->text);
        size_t i = 0, count = 0;
        while (i < bytes && *at + count < text_count) {
            size_t next = i;
            const uint32_t c = at_utf8_next(words->text, bytes, &next);
            if (plain_letter(c) != plain_letter(text[*at + count]))
                break;
            i = next;
            count++;
        }
        if (i == bytes && count > longest) {
            longest = count;
            *out = words->value;
        }
    }
    *at += longest;
    return longest > 0;
}

bool at_month_read(int *out, at_calendar calendar, const uint32_t *text, size_t count, size_t *at) {
    const word *words = calendar == AT_JALALI      ? jalali_months
                        : calendar == AT_GREGORIAN ? gregorian_months
                                                   : hijri_months;
    return read_word(out, words, text, count, at);
}

bool at_half_read(int *out, const uint32_t *text, size_t count, size_t *at) {
    return read_word(out, halves, text, count, at);
}
