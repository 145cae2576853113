/* naming.c - how things are called, and what a person means by a name. */
#include "engine/store/identity.h"

#include <stdlib.h>
#include <string.h>

enum { CANDIDATES_MAX = 8, NEAREST_MAX = 200000, NAME_BYTES = 64 };

/* Different classes that a text may mean; past CANDIDATES_MAX they are only counted. */
typedef struct candidates {
    at_thing classes[CANDIDATES_MAX];
    size_t count;
} candidates;

static void add_candidate(candidates *found, at_thing class) {
    const size_t known = found->count < CANDIDATES_MAX ? found->count : CANDIDATES_MAX;
    for (size_t i = 0; i < known; i++)
        if (found->classes[i] == class)
            return;
    if (found->count < CANDIDATES_MAX)
        found->classes[found->count] = class;
    found->count++;
}

/* Things called `id`, of the kinds given; in one namespace when `name_space` is not NULL. */
static at_status match(candidates *found, at_identity *identity, const char *id, unsigned kinds,
                       const char *name_space, size_t name_space_bytes, at_error *err) {
    size_t first = 0, end = 0;
    AT_TRY(at_identity_need_id(&first, &end, identity, id, err));
    for (size_t i = first; i < end; i++) {
        const at_identity_thing *thing = &identity->things[identity->by_id[i]];
        const char *own = identity->name_spaces[thing->name_space];
        if (name_space &&
            (strlen(own) != name_space_bytes || memcmp(own, name_space, name_space_bytes) != 0))
            continue;
        const unsigned kind = AT_KIND_BIT(thing->kind) |
                              AT_KIND_BIT((unsigned)at_identity_kind(identity, thing->class));
        if (kind & kinds)
            add_candidate(found, thing->class);
    }
    return AT_OK;
}

/* `text` as an id, and as namespace/id. */
static at_status match_both(candidates *found, at_identity *identity, const char *text,
                            unsigned kinds, at_error *err) {
    const char *slash = strchr(text, '/');
    AT_TRY(match(found, identity, text, kinds, NULL, 0, err));
    if (!slash || slash == text || !slash[1])
        return AT_OK;
    return match(found, identity, slash + 1, kinds, text, (size_t)(slash - text), err);
}

static at_status match_text(candidates *found, at_identity *identity, const char *text,
                            unsigned kinds, at_error *err) {
    const char *colon = strchr(text, ':');
    char word[NAME_BYTES];
    *found = (candidates){.count = 0};
    AT_TRY(match_both(found, identity, text, kinds, err));
    if (!colon || (size_t)(colon - text) >= sizeof word || !colon[1])
        return AT_OK;
    memcpy(word, text, (size_t)(colon - text));
    word[colon - text] = '\0';
    const at_kind kind = at_kind_parse(word);
    if (kind == AT_KIND_NONE || !(AT_KIND_BIT(kind) & AT_ANY_THING))
        return AT_OK;
    return match_both(found, identity, colon + 1, kinds & AT_KIND_BIT((unsigned)kind), err);
}

/* Nothing else has its id, and it reads as nothing but an id: the common case of a large store. */
static bool is_unmistakable(const at_identity_thing *thing) {
    return thing->alone && !strpbrk(thing->id, "/:");
}

at_status at_identity_shown(const char **out, at_identity *identity, at_thing class,
                            at_error *err) {
    AT_TRY(at_identity_need(identity, class, err));
    if (!identity->shown[class] && is_unmistakable(&identity->things[identity->best[class]]))
        identity->shown[class] = identity->things[identity->best[class]].id;
    if (!identity->shown[class]) {
        const at_ref ref = at_identity_ref(identity, class);
        const char *kind = at_kind_text(ref.kind), *form = ref.id;
        candidates found;
        AT_TRY(match_text(&found, identity, form, AT_ANY_THING, err));
        for (int step = 1; step < 4 && found.count != 1; step++) {
            if (step == 1)
                AT_TRY(at_arena_print(&form, identity->arena, err, "%s:%s", kind, ref.id));
            else if (step == 2)
                AT_TRY(
                    at_arena_print(&form, identity->arena, err, "%s/%s", ref.name_space, ref.id));
            else
                AT_TRY(at_arena_print(&form, identity->arena, err, "%s:%s/%s", kind, ref.name_space,
                                      ref.id));
            AT_TRY(match_text(&found, identity, form, AT_ANY_THING, err));
        }
        identity->shown[class] = form;
    }
    *out = identity->shown[class];
    return AT_OK;
}

static at_status fail_unknown(at_identity *identity, unsigned kinds, const char *text,
                              at_error *err) {
    const char **words = NULL;
    size_t count = 0;
    at_fail(err, AT_BAD_INPUT, "E-ID-UNKNOWN", "nothing here is called \"%s\"", text);
    if (identity->count > NEAREST_MAX)
        return AT_BAD_INPUT;
    AT_TRY(at_identity_need_all(identity, err));
    AT_TRY(AT_NEW(&words, identity->arena, identity->count + 1, err));
    for (size_t i = 0; i < identity->count; i++) {
        const at_identity_thing *thing = &identity->things[identity->by_id[i]];
        if (AT_KIND_BIT(thing->kind) & kinds)
            words[count++] = thing->id;
    }
    const char *nearest = at_text_nearest(text, words);
    if (nearest)
        at_hint(err, "Did you mean \"%s\"?", nearest);
    return AT_BAD_INPUT;
}

static at_status fail_ambiguous(at_identity *identity, const candidates *found, const char *text,
                                at_error *err) {
    AT_CLEANUP(at_text_clear) at_text list = {.data = NULL};
    const size_t known = found->count < CANDIDATES_MAX ? found->count : CANDIDATES_MAX;
    for (size_t i = 0; i < known; i++) {
        const char *shown = NULL;
        AT_TRY(at_identity_shown(&shown, identity, found->classes[i], err));
        AT_TRY(at_text_print(&list, err, "%s%s", i ? ", " : "", shown));
    }
    at_fail(err, AT_BAD_INPUT, "E-ID-AMBIGUOUS", "\"%s\" means %zu different things", text,
            found->count);
    at_hint(err, "Write one of: %s", at_text_string(&list));
    return AT_BAD_INPUT;
}

at_status at_identity_resolve(at_thing *out, at_identity *identity, unsigned kinds,
                              const char *text, at_error *err) {
    candidates found;
    AT_TRY(match_text(&found, identity, text, kinds, err));
    if (found.count == 0)
        return fail_unknown(identity, kinds, text, err);
    if (found.count > 1)
        return fail_ambiguous(identity, &found, text, err);
    *out = found.classes[0];
    return AT_OK;
}

static int compare_shown(const void *a, const void *b, void *context) {
    const at_identity *identity = context;
    const at_thing first = *(const at_thing *)a, second = *(const at_thing *)b;
    const int by_name = strcmp(identity->shown[first], identity->shown[second]);
    return by_name ? by_name : (first > second) - (first < second);
}

/* By ids, which is nearly the order asked for: only a shown form with a kind or a namespace before
 * the id stands elsewhere. */
at_status at_identity_list(const at_thing **out, size_t *count_out, at_identity *identity,
                           at_kind kind, at_error *err) {
    at_thing *list = NULL;
    size_t count = 0;
    const char *shown = NULL;
    bool rises = true;
    AT_TRY(at_identity_need_all(identity, err));
    AT_TRY(AT_NEW(&list, identity->arena, identity->class_count, err));
    for (size_t rank = 0; rank < identity->count; rank++) {
        const uint32_t place = identity->by_id[rank];
        const at_thing thing = identity->things[place].class;
        if (identity->best[thing] != place || at_identity_kind(identity, thing) != kind)
            continue;
        AT_TRY(at_identity_shown(&shown, identity, thing, err));
        list[count++] = thing;
        rises =
            rises && (count < 2 || compare_shown(&list[count - 2], &list[count - 1], identity) < 0);
    }
    if (!rises)
        qsort_r(list, count, sizeof *list, compare_shown, identity);
    *out = list;
    *count_out = count;
    return AT_OK;
}
