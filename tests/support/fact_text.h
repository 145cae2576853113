/* fact_text.h - a fact as one canonical JSON object, for comparing what importers read. */
#ifndef ASSETTRACE_TESTS_FACT_TEXT_H
#define ASSETTRACE_TESTS_FACT_TEXT_H

#include "engine/base/json.h"
#include "engine/model/record.h"

/** Every field that is stated, by its name in record.h: amounts in minor units, times in RFC
 * 3339. */
void fact_print(at_json_writer *writer, const at_fact *fact);

#endif
