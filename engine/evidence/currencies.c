#include "engine/evidence/currencies.h"

#include <string.h>

#include "engine/evidence/document.h"

at_status at_currencies_add(at_currencies *list, const char *code, at_error *err) {
    size_t place = 0;
    if (code == NULL)
        return AT_OK;
    while (place < list->count && strcmp(list->rows[place].code, code) < 0)
        place++;
    if (place < list->count && strcmp(list->rows[place].code, code) == 0)
        return AT_OK;
    AT_TRY(AT_GROW(&list->rows, &list->capacity, list->count, list->arena, err));
    memmove(&list->rows[place + 1], &list->rows[place], (list->count - place) * sizeof *list->rows);
    list->rows[place] =
        (at_currency_scale_row){code, at_currency_scale(code, list->tokens, list->token_count)};
    list->count++;
    return AT_OK;
}

void at_currencies_write(at_json_writer *writer, const at_currencies *list) {
    at_json_array(writer);
    for (size_t i = 0; i < list->count; i++) {
        at_json_object(writer);
        at_document_put(writer, "code", list->rows[i].code);
        at_json_put_key(writer, "scale");
        if (list->rows[i].scale >= 0)
            at_json_put_int(writer, list->rows[i].scale);
        else
            at_json_put_text(writer, NULL);
        at_json_object_end(writer);
    }
    at_json_array_end(writer);
}
