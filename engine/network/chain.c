#include "engine/network/chain.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static const double PRODUCT_MIN = 1e-6;
enum { STEPS_TRIED_MAX = 200000 };

/* A partial path: its last stake and what came before. */
typedef struct partial {
    const struct partial *before; /* NULL at the source */
    uint32_t stake, body;
    uint32_t length;
    double product;
    double bound; /* product of the best completion */
} partial;

typedef struct chain_search {
    const at_matrix *matrix;
    const double *weight;
    uint32_t source, target;
    const double *best; /* by body: largest product from it to the target */
    at_arena *arena;
    const partial **heap;
    size_t heap_count, heap_capacity;
    size_t tried;
} chain_search;

/* Products multiplied in another order differ in the last bits: compare 14 digits. */
static int64_t digits(double product) {
    return llround(product * 1e14);
}

static bool better(const partial *a, const partial *b) {
    if (digits(a->bound) != digits(b->bound))
        return digits(a->bound) > digits(b->bound);
    return a->length < b->length;
}

/* A column that is over owns nothing (O2). */
static double weight_of(const chain_search *search, uint32_t stake) {
    return search->matrix->over[search->matrix->stakes[stake].owned] ? 0 : search->weight[stake];
}

static at_status push(chain_search *search, const partial *item, at_error *err) {
    AT_TRY(AT_GROW(&search->heap, &search->heap_capacity, search->heap_count, search->arena, err));
    size_t place = search->heap_count++;
    for (; place > 0 && better(item, search->heap[(place - 1) / 2]); place = (place - 1) / 2)
        search->heap[place] = search->heap[(place - 1) / 2];
    search->heap[place] = item;
    return AT_OK;
}

static const partial *pop(chain_search *search) {
    const partial *top = search->heap[0], *last = search->heap[--search->heap_count];
    size_t place = 0;
    for (size_t child = 1; child < search->heap_count; child = 2 * place + 1) {
        if (child + 1 < search->heap_count && better(search->heap[child + 1], search->heap[child]))
            child++;
        if (!better(search->heap[child], last))
            break;
        search->heap[place] = search->heap[child];
        place = child;
    }
    search->heap[place] = last;
    return top;
}

/* Largest products to the target, by relaxation upward from it; a weight never passes 1, so the
 * rounds are at most the bodies. */
static at_status find_best(double **out, const chain_search *search, at_arena *arena,
                           at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const at_matrix *matrix = search->matrix;
    double *best;
    uint32_t *queue;
    bool *queued;
    size_t room = (size_t)matrix->body_count + 1, head = 0, tail = 0;
    AT_TRY(AT_NEW(&best, arena, matrix->body_count, err));
    AT_TRY(AT_NEW(&queue, &scratch, room, err));
    AT_TRY(AT_NEW(&queued, &scratch, matrix->body_count, err));
    best[search->target] = 1;
    queue[tail++] = search->target;
    while (head != tail) {
        uint32_t body = queue[head];
        head = (head + 1) % room;
        queued[body] = false;
        for (uint32_t i = matrix->column_start[body]; i < matrix->column_start[body + 1]; i++) {
            uint32_t owner = matrix->stakes[i].owner;
            double product = best[body] * fmin(weight_of(search, i), 1);
            /* Rising by rounding alone could go on for ever. */
            if (product < PRODUCT_MIN / 2 || product <= best[owner] * (1 + 1e-15))
                continue;
            best[owner] = product;
            if (!queued[owner] && owner != search->source) {
                queued[owner] = true;
                queue[tail] = owner;
                tail = (tail + 1) % room;
            }
        }
    }
    *out = best;
    return AT_OK;
}

static bool visited(const partial *path, uint32_t body) {
    for (; path != NULL; path = path->before)
        if (path->body == body)
            return true;
    return false;
}

static at_status extend(chain_search *search, const partial *path, at_error *err) {
    const at_matrix *matrix = search->matrix;
    for (uint32_t i = matrix->row_start[path->body]; i < matrix->row_start[path->body + 1]; i++) {
        uint32_t stake = matrix->row_stakes[i], owned = matrix->stakes[stake].owned;
        double product = path->product * weight_of(search, stake);
        bool closes = owned == search->target;
        if (digits(product * search->best[owned]) < digits(PRODUCT_MIN) ||
            (!closes && visited(path, owned)) || product <= 0)
            continue;
        partial *longer;
        AT_TRY(AT_NEW(&longer, search->arena, 1, err));
        *longer = (partial){.before = path,
                            .stake = stake,
                            .body = owned,
                            .length = path->length + 1,
                            .product = product,
                            .bound = product * (closes ? 1 : search->best[owned])};
        AT_TRY(push(search, longer, err));
        search->tried++;
    }
    return AT_OK;
}

static at_status make_chain(at_chain *out, const partial *path, at_arena *arena, at_error *err) {
    uint32_t *stakes;
    AT_TRY(AT_NEW(&stakes, arena, path->length, err));
    *out = (at_chain){.stakes = stakes, .step_count = path->length, .product = path->product};
    for (; path->before != NULL; path = path->before)
        stakes[path->length - 1] = path->stake;
    return AT_OK;
}

/* Stakes are numbered by (owned, owner, legal) and bodies by id: compare what is passed through. */
static int compare_chains(const at_chain *a, const at_chain *b, const at_matrix *matrix) {
    if (digits(a->product) != digits(b->product))
        return digits(a->product) > digits(b->product) ? -1 : 1;
    if (a->step_count != b->step_count)
        return a->step_count < b->step_count ? -1 : 1;
    for (size_t i = 0; i < a->step_count; i++) {
        const at_stake *left = &matrix->stakes[a->stakes[i]];
        const at_stake *right = &matrix->stakes[b->stakes[i]];
        if (left->owned != right->owned)
            return left->owned < right->owned ? -1 : 1;
        if (left->legal != right->legal)
            return left->legal < right->legal ? -1 : 1;
    }
    return 0;
}

static void insert_chain(at_chain *chains, size_t *count, at_chain chain, const at_matrix *matrix) {
    size_t place = (*count)++;
    for (; place > 0 && compare_chains(&chain, &chains[place - 1], matrix) < 0; place--)
        chains[place] = chains[place - 1];
    chains[place] = chain;
}

/* With `best` known: the largest products first. */
static at_status find_chains(at_chains *out, chain_search *search, at_arena *arena, at_error *err) {
    at_chains found = {0};
    at_chain *chains = NULL;
    size_t capacity = 0;
    partial start = {.body = search->source, .product = 1, .bound = 1};
    AT_TRY(push(search, &start, err));
    while (search->heap_count > 0) {
        const partial *path = pop(search);
        /* Equal products come in any order: go on while the last one listed is equalled. */
        if (found.count >= AT_CHAINS_MAX &&
            digits(path->bound) < digits(chains[AT_CHAINS_MAX - 1].product))
            break;
        if (path->before != NULL && path->body == search->target) {
            at_chain chain;
            AT_TRY(make_chain(&chain, path, arena, err));
            AT_TRY(AT_GROW(&chains, &capacity, found.count, arena, err));
            insert_chain(chains, &found.count, chain, search->matrix);
        } else if (path->length < AT_CHAIN_STEPS_MAX) {
            AT_TRY(extend(search, path, err));
        }
        if (search->tried > STEPS_TRIED_MAX) {
            found.cut = true;
            break;
        }
    }
    found.count = found.count > AT_CHAINS_MAX ? AT_CHAINS_MAX : found.count;
    found.chains = chains;
    *out = found;
    return AT_OK;
}

at_status at_chains_best(const double **out, const at_matrix *matrix, const double *weight,
                         uint32_t target, at_arena *arena, at_error *err) {
    const chain_search search = {
        .matrix = matrix, .weight = weight, .source = UINT32_MAX, .target = target};
    double *best;
    assert(target < matrix->body_count);
    AT_TRY(find_best(&best, &search, arena, err));
    *out = best;
    return AT_OK;
}

at_status at_chains_find(at_chains *out, const at_matrix *matrix, const double *weight,
                         const double *best, uint32_t source, uint32_t target, at_arena *arena,
                         at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    chain_search search = {.matrix = matrix,
                           .weight = weight,
                           .source = source,
                           .target = target,
                           .best = best,
                           .arena = &scratch};
    assert(source < matrix->body_count && target < matrix->body_count);
    if (best == NULL) {
        double *found;
        AT_TRY(find_best(&found, &search, &scratch, err));
        search.best = found;
    }
    return find_chains(out, &search, arena, err);
}

at_status at_share_text(const char **out, const at_share *share, at_arena *arena, at_error *err) {
    char lo[AT_RATIO_TEXT_BYTES], hi[AT_RATIO_TEXT_BYTES];
    if (!share->known)
        return at_arena_text(out, arena, "?", err);
    at_ratio_format(lo, share->lo);
    at_ratio_format(hi, share->hi);
    if (at_ratio_compare(share->lo, share->hi) == 0)
        return at_arena_text(out, arena, lo, err);
    return at_arena_print(out, arena, err, "%c%s,%s%c", share->lo_open ? '(' : '[', lo, hi,
                          share->hi_open ? ')' : ']');
}

static at_status add_name(at_text *text, const at_ownership *ownership, const at_stake *stake,
                          bool legal, at_error *err) {
    const at_body *bodies = ownership->bodies;
    if (!legal || stake->legal == stake->owner)
        return at_text_add(text, bodies[stake->owner].id, err);
    return at_text_print(text, err, "%s (for %s)", bodies[stake->legal].id,
                         bodies[stake->owner].id);
}

at_status at_chain_text(const char **out, const at_ownership *ownership, const at_matrix *matrix,
                        const at_chain *chain, bool legal, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    const at_stake *stake = NULL;
    for (size_t i = 0; i < chain->step_count; i++) {
        const char *share;
        stake = &matrix->stakes[chain->stakes[i]];
        AT_TRY(at_share_text(&share, &stake->share, arena, err));
        AT_TRY(add_name(&text, ownership, stake, legal, err));
        AT_TRY(at_text_print(&text, err, " -%s-> ", share));
    }
    if (stake != NULL)
        AT_TRY(at_text_add(&text, ownership->bodies[stake->owned].id, err));
    return at_arena_text(out, arena, at_text_string(&text), err);
}
