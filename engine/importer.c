#include "engine/importer.h"

#include <assert.h>
#include <string.h>

const char *at_import_option(const at_import_options *options, const char *name) {
    assert(name != NULL);
    if (options == NULL)
        return NULL;
    for (size_t i = 0; i < options->count; i++)
        if (strcmp(options->names[i], name) == 0)
            return options->values[i];
    return NULL;
}
