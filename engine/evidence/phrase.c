#include "engine/evidence/phrase.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *code;
    bool right_to_left;
} languages[AT_PHRASE_LANGUAGES] = {
    {"en", false}, {"fa", true}, {"ar", true}, {"ru", false}, {"az", false},
};

#define PHRASE(key, en, fa, ar, ru, az) {key, {en, fa, ar, ru, az}},
static const struct {
    const char *key;
    const char *words[AT_PHRASE_LANGUAGES];
} phrases[] = {
#include "engine/evidence/phrases.def"
};
#undef PHRASE

int at_phrase_language(const char *code) {
    for (int i = 0; i < AT_PHRASE_LANGUAGES; i++)
        if (strcmp(languages[i].code, code) == 0)
            return i;
    return -1;
}

bool at_phrase_right_to_left(int language) {
    assert(language >= 0 && language < AT_PHRASE_LANGUAGES);
    return languages[language].right_to_left;
}

const char *at_phrase(const char *key, int language) {
    assert(language >= 0 && language < AT_PHRASE_LANGUAGES);
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
        if (strcmp(phrases[i].key, key) == 0)
            return phrases[i].words[language];
    return NULL;
}
