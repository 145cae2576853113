#include "engine/cli/lang.h"

#include "engine/base/embedded.h"
#include "engine/base/json.h"

#include <stdio.h>
#include <string.h>

enum { LANGUAGES_MAX = 16, KEY_BYTES = 96, CODE_BYTES = 8 };
static const char folder[] = "cli/lang/", suffix[] = ".json";

/* The one thing that the whole program shares: words are wanted in every corner of it. */
static at_json *english, *chosen;

/* "cli/lang/fa.json" -> "fa"; false when the file is no catalogue. */
static bool language_of(char out[CODE_BYTES], const char *path) {
    const size_t length = strlen(path), ends = strlen(folder) + strlen(suffix);
    if (!at_text_starts(path, folder) || length <= ends || length - ends >= CODE_BYTES)
        return false;
    snprintf(out, CODE_BYTES, "%.*s", (int)(length - ends), path + strlen(folder));
    return true;
}

const char *at_language_at(size_t index) {
    static char codes[LANGUAGES_MAX][CODE_BYTES];
    size_t count = 0;
    for (const at_embedded_file *file = at_embedded_files; file->name && count < LANGUAGES_MAX;
         file++)
        if (language_of(codes[count], file->name))
            count++;
    return index < count ? codes[index] : NULL;
}

static at_status open_catalogue(at_json **out, const char *language, at_error *err) {
    for (const at_embedded_file *file = at_embedded_files; file->name; file++) {
        char code[CODE_BYTES];
        if (language_of(code, file->name) && strcmp(code, language) == 0)
            return at_json_parse(out, file->data, file->bytes, file->name, err);
    }
    const char *names[LANGUAGES_MAX + 1] = {0};
    AT_CLEANUP(at_text_clear) at_text list = {0};
    for (size_t i = 0; i < LANGUAGES_MAX && at_language_at(i); i++) {
        names[i] = at_language_at(i);
        AT_TRY(at_text_print(&list, err, "%s%s", i ? ", " : "", names[i]));
    }
    at_fail(err, AT_USAGE, "E-CLI-LANG", "there are no words in the language \"%s\"", language);
    at_hint(err, "There are %s.", at_text_string(&list));
    return AT_USAGE;
}

at_status at_language_choose(const char *language, at_error *err) {
    if (!english)
        AT_TRY(open_catalogue(&english, "en", err));
    if (!language || !*language || strcmp(language, "en") == 0)
        return AT_OK;
    at_json_close(&chosen);
    return open_catalogue(&chosen, language, err);
}

void at_language_clear(void) {
    at_json_close(&english);
    at_json_close(&chosen);
}

static const char *look_up(const at_json *catalogue, const char *key) {
    return catalogue ? at_json_text(at_json_get(at_json_root(catalogue), key)) : NULL;
}

const char *at_word(const char *key) {
    const char *words = look_up(chosen, key);
    if (!words)
        words = look_up(english, key);
    return words ? words : key;
}

const char *at_word_translated(const char *group, const char *name) {
    char key[KEY_BYTES];
    snprintf(key, sizeof key, "%s.%s", group, name);
    return look_up(chosen, key);
}

const char *at_word_of(const char *group, const char *name) {
    const char *words = at_word_translated(group, name);
    return words ? words : name;
}
