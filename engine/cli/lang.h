/**
 * lang.h - headings and messages in the reader's language.
 *
 * The words stand in engine/cli/lang/<language>.json, one flat object a language with the same keys
 * ("column.amount", "grade.observed", "error"). Translated is what people read on a terminal or in
 * a message; codes, ids, machine formats and evidence never are. English unless --lang or
 * $ASSETTRACE_LANG says otherwise: the locale decides nothing.
 *
 * Ownership: words live until at_language_clear.
 * Errors:    AT_USAGE "E-CLI-LANG".
 * Threads:   one; the language is chosen once.
 */
#ifndef ASSETTRACE_CLI_LANG_H
#define ASSETTRACE_CLI_LANG_H

#include "engine/base/error.h"

/** "en", "fa"; NULL leaves English. */
AT_CHECKED at_status at_language_choose(const char *language, at_error *err);
void at_language_clear(void);

/** The language at `index` in alphabetical order, or NULL past the end. */
const char *at_language_at(size_t index);

/** The words of a key; the key itself when there are none. */
const char *at_word(const char *key);
/** The words of "<group>.<name>"; `name` itself when there are none. */
const char *at_word_of(const char *group, const char *name);
/** The same, or NULL when there are none or the language is English. */
const char *at_word_translated(const char *group, const char *name);

#endif
