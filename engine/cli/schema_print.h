/**
 * schema_print.h - the published JSON schemas, with what only the registered queries can say.
 *
 * model/schema/<name>.json is what every release has in common. Printed, `case` has one if/then for
 * each query with its arguments, and says which arguments a question cannot do without; `answer`
 * has one for each query with its columns. Everything comes from the descriptors, so a new query
 * is in the schema by being in queries.def.
 *
 * Errors: AT_BUG when a schema lacks the place where its part belongs.
 */
#ifndef ASSETTRACE_CLI_SCHEMA_PRINT_H
#define ASSETTRACE_CLI_SCHEMA_PRINT_H

#include "engine/base/embedded.h"
#include "engine/base/text.h"

AT_CHECKED at_status at_schema_print(at_text *out, const at_embedded_file *file, at_error *err);

#endif
