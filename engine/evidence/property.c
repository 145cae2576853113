#include "engine/evidence/property.h"

#include <string.h>

static at_property *find_item(const at_property_list *list, const char *thing) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].thing, thing) == 0)
            return &list->items[i];
    return NULL;
}

static at_status find_total(at_property_total **out, at_property_list *list, size_t *capacity,
                            const char *currency, at_arena *arena, at_error *err) {
    size_t place = 0;
    while (place < list->total_count && strcmp(list->totals[place].currency, currency) < 0)
        place++;
    if (place == list->total_count || strcmp(list->totals[place].currency, currency) != 0) {
        AT_TRY(AT_GROW(&list->totals, capacity, list->total_count, arena, err));
        memmove(&list->totals[place + 1], &list->totals[place],
                (list->total_count - place) * sizeof *list->totals);
        list->totals[place] = (at_property_total){.currency = currency};
        list->total_count++;
    }
    *out = &list->totals[place];
    return AT_OK;
}

static at_status add_up(at_property_list *list, at_arena *arena, at_error *err) {
    size_t capacity = 0;
    for (size_t i = 0; i < list->count; i++) {
        const at_property *item = &list->items[i];
        at_property_total *total = NULL;
        int64_t amount = 0;
        if (item->value == NULL || item->excluded != NULL)
            continue;
        if (!at_int_parse(&amount, item->value))
            return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-FINDING",
                           "the value \"%.60s\" of \"%.60s\" is no amount", item->value,
                           item->thing);
        AT_TRY(find_total(&total, list, &capacity, item->currency, arena, err));
        AT_TRY(at_money_add(&total->amount, amount, err));
        total->items++;
    }
    return AT_OK;
}

at_status at_property_read(at_property_list *out, const at_finding_row *rows, size_t row_count,
                           const at_case_view *view, at_arena *arena, at_error *err) {
    at_property_list list = {.count = 0};
    size_t capacity = 0;
    for (size_t i = 0; i < row_count; i++) {
        const char *thing = at_finding_cell(&rows[i], view->freeze_column);
        const char *value = at_finding_cell(&rows[i], "value");
        const char *currency = at_finding_cell(&rows[i], "currency");
        if (thing == NULL)
            continue;
        at_property *item = find_item(&list, thing);
        if (item == NULL) {
            AT_TRY(AT_GROW(&list.items, &capacity, list.count, arena, err));
            item = &list.items[list.count++];
            *item = (at_property){
                .thing = thing, .row = &rows[i], .excluded = at_case_view_excluded(view, thing)};
        }
        if (item->value == NULL && value != NULL && currency != NULL) {
            item->value = value;
            item->currency = currency;
            item->value_row = &rows[i];
        }
    }
    AT_TRY(add_up(&list, arena, err));
    *out = list;
    return AT_OK;
}

at_status at_property_named(at_property_list *out, const char *const *ids, size_t count,
                            const at_case_view *view, at_arena *arena, at_error *err) {
    at_property_list list = {.count = 0};
    AT_TRY(AT_NEW(&list.items, arena, count, err));
    for (size_t i = 0; i < count; i++)
        if (find_item(&list, ids[i]) == NULL)
            list.items[list.count++] =
                (at_property){.thing = ids[i], .excluded = at_case_view_excluded(view, ids[i])};
    *out = list;
    return AT_OK;
}
