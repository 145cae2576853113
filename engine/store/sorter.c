#include "engine/store/sorter.h"

#include "engine/base/interrupt.h"
#include "engine/model/order.h"
#include "engine/store/spool.h"

#include <assert.h>
#include <string.h>

enum { FIRST_BYTES = 1 << 16, RUN_BYTES = 1 << 16 };

/* A record as it is kept: this, the data, the text with its NUL, and zeros to a multiple of 8. */
typedef struct record_head {
    uint64_t high, low;
    uint32_t data_bytes, text_bytes;
} record_head;

struct at_sorter_run {
    uint64_t first, end; /* in the file */
    uint64_t place;      /* of what is read next */
    uint8_t *room;
    size_t room_bytes, here, used; /* bytes read, and passed of them */
};

static size_t round_up(size_t bytes) {
    return (bytes + 7) & ~(size_t)7;
}

static size_t kept_bytes(const record_head *head) {
    return sizeof *head + round_up(head->data_bytes) + round_up(head->text_bytes);
}

static at_sorted record_at(const uint8_t *kept) {
    const record_head *head = (const record_head *)(const void *)kept;
    const uint8_t *data = kept + sizeof *head;
    return (at_sorted){.high = head->high,
                       .low = head->low,
                       .data = data,
                       .bytes = head->data_bytes,
                       .text = (const char *)data + round_up(head->data_bytes)};
}

at_sorter at_sorter_begin(const char *store, size_t room_bytes) {
    assert(room_bytes > 0);
    return (at_sorter){
        .store = store, .room_bytes = room_bytes, .arena = {.limit_bytes = SIZE_MAX}};
}

void at_sorter_end(at_sorter *sorter) {
    for (size_t i = 0; i < sorter->run_count; i++)
        at_memory_resize(sorter->runs[i].room, 0);
    at_memory_resize(sorter->room, 0);
    at_spool_close(&sorter->spool);
    at_arena_clear(&sorter->arena);
    *sorter = (at_sorter){.store = NULL};
}

static at_status grow_room(uint8_t **room, size_t *taken, size_t bytes, at_error *err) {
    void *grown = at_memory_resize(*room, bytes);
    if (!grown)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory to sort");
    *room = grown;
    *taken = bytes;
    return AT_OK;
}

/* --- Runs ------------------------------------------------------------------------------------- */

/* What is in the room, in order. */
static at_status sort_room(at_sort_key **out, const at_sorter *sorter, at_arena *arena,
                           at_error *err) {
    at_sort_key *keys = NULL;
    size_t at = 0;
    bool numbers = false;
    AT_TRY(at_interrupt_check(err));
    AT_TRY(AT_NEW(&keys, arena, sorter->room_count, err));
    for (size_t i = 0; i < sorter->room_count; i++) {
        const at_sorted record = record_at(sorter->room + at);
        keys[i] = (at_sort_key){.high = record.high,
                                .low = record.low,
                                .text = record.text,
                                .item = (uint32_t)(at / 8)};
        numbers = numbers || record.high || record.low;
        at += kept_bytes((const record_head *)(const void *)(sorter->room + at));
    }
    if (!numbers)
        at_sort_pack_texts(keys, sorter->room_count);
    AT_CLEANUP(at_arena_clear) at_arena spare = {.limit_bytes = SIZE_MAX};
    AT_TRY(at_sort(keys, sorter->room_count, &spare, err));
    *out = keys;
    return AT_OK;
}

static at_status write_run(at_sorter *sorter, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    at_sort_key *keys = NULL;
    uint8_t *out = NULL;
    size_t used = 0;
    if (!sorter->spool)
        AT_TRY(at_spool_open(&sorter->spool, sorter->store, &sorter->arena, err));
    AT_TRY(AT_GROW(&sorter->runs, &sorter->run_capacity, sorter->run_count, &sorter->arena, err));
    AT_TRY(sort_room(&keys, sorter, &arena, err));
    AT_TRY(AT_NEW(&out, &arena, RUN_BYTES, err));
    at_sorter_run run = {.first = sorter->spooled, .end = sorter->spooled};
    for (size_t i = 0; i < sorter->room_count; i++) {
        const uint8_t *kept = sorter->room + (size_t)keys[i].item * 8;
        const size_t bytes = kept_bytes((const record_head *)(const void *)kept);
        if (bytes > RUN_BYTES - used) {
            AT_TRY(at_spool_add(sorter->spool, out, used, err));
            used = 0;
        }
        if (bytes > RUN_BYTES)
            AT_TRY(at_spool_add(sorter->spool, kept, bytes, err));
        else
            memcpy(out + used, kept, bytes);
        used += bytes > RUN_BYTES ? 0 : bytes;
        run.end += bytes;
    }
    AT_TRY(at_spool_add(sorter->spool, out, used, err));
    sorter->spooled = run.end;
    sorter->runs[sorter->run_count++] = run;
    sorter->room_used = sorter->room_count = 0;
    return AT_OK;
}

static at_status make_room(at_sorter *sorter, size_t bytes, at_error *err) {
    if (sorter->room_used + bytes > sorter->room_bytes && sorter->room_count)
        AT_TRY(write_run(sorter, err));
    size_t wanted = sorter->room_taken ? sorter->room_taken : FIRST_BYTES;
    while (wanted < sorter->room_used + bytes)
        wanted *= 2;
    return wanted == sorter->room_taken
               ? AT_OK
               : grow_room(&sorter->room, &sorter->room_taken, wanted, err);
}

at_status at_sorter_add(at_sorter *sorter, const at_sorted *record, at_error *err) {
    record_head head = {.high = record->high, .low = record->low};
    const size_t text_bytes = strlen(record->text) + 1;
    assert(!sorter->keys && !sorter->heap && record->bytes < UINT32_MAX / 4);
    if (text_bytes >= UINT32_MAX / 4)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a text of %zu bytes is too long", text_bytes);
    head.data_bytes = (uint32_t)record->bytes;
    head.text_bytes = (uint32_t)text_bytes;
    const size_t bytes = kept_bytes(&head);
    AT_TRY(make_room(sorter, bytes, err));
    uint8_t *kept = sorter->room + sorter->room_used;
    memset(kept, 0, bytes);
    memcpy(kept, &head, sizeof head);
    if (record->bytes)
        memcpy(kept + sizeof head, record->data, record->bytes);
    memcpy(kept + sizeof head + round_up(record->bytes), record->text, text_bytes);
    sorter->room_used += bytes;
    sorter->room_count++;
    sorter->count++;
    return AT_OK;
}

/* --- Merging ---------------------------------------------------------------------------------- */

static size_t bytes_here(const at_sorter_run *run) {
    return run->here - run->used;
}

/* Move what is left to the front and read on behind it. */
static at_status refill(at_sorter_run *run, const at_sorter *sorter, at_error *err) {
    const uint64_t rest = run->end - run->place;
    AT_TRY(at_interrupt_check(err));
    if (bytes_here(run))
        memmove(run->room, run->room + run->used, bytes_here(run));
    run->here -= run->used;
    run->used = 0;
    const size_t free_bytes = run->room_bytes - run->here;
    const size_t part = rest < free_bytes ? (size_t)rest : free_bytes;
    AT_TRY(at_spool_read(sorter->spool, run->room + run->here, run->place, part, err));
    run->place += part;
    run->here += part;
    return AT_OK;
}

/* Has the run another record? It is here then, whole. */
static at_status settle_run(bool *more_out, at_sorter_run *run, const at_sorter *sorter,
                            at_error *err) {
    const record_head *head = NULL;
    *more_out = bytes_here(run) > 0 || run->place < run->end;
    if (!*more_out)
        return AT_OK;
    if (bytes_here(run) < sizeof *head)
        AT_TRY(refill(run, sorter, err));
    head = (const record_head *)(const void *)(run->room + run->used);
    const size_t bytes = kept_bytes(head);
    if (bytes > run->room_bytes)
        AT_TRY(grow_room(&run->room, &run->room_bytes, bytes, err));
    return bytes_here(run) < bytes ? refill(run, sorter, err) : AT_OK;
}

/* Equal ones in the order of runs, which is that of adding. */
static bool comes_before(const at_sorter *sorter, uint32_t first, uint32_t second) {
    const at_sorter_run *runs = sorter->runs;
    const at_sorted a = record_at(runs[first].room + runs[first].used);
    const at_sorted b = record_at(runs[second].room + runs[second].used);
    if (a.high != b.high)
        return a.high < b.high;
    if (a.low != b.low)
        return a.low < b.low;
    const int by_text = strcmp(a.text, b.text);
    return by_text ? by_text < 0 : first < second;
}

static void sink(at_sorter *sorter, size_t place) {
    uint32_t *heap = sorter->heap;
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= sorter->heap_count)
            return;
        if (child + 1 < sorter->heap_count && comes_before(sorter, heap[child + 1], heap[child]))
            child++;
        if (!comes_before(sorter, heap[child], heap[place]))
            return;
        const uint32_t swap = heap[place];
        heap[place] = heap[child];
        heap[child] = swap;
        place = child;
    }
}

static at_status begin_merge(at_sorter *sorter, at_error *err) {
    bool more = false;
    sorter->heap_count = 0;
    for (uint32_t i = 0; i < sorter->run_count; i++) {
        at_sorter_run *run = &sorter->runs[i];
        run->place = run->first;
        run->here = run->used = 0;
        if (!run->room)
            AT_TRY(grow_room(&run->room, &run->room_bytes, RUN_BYTES, err));
        AT_TRY(settle_run(&more, run, sorter, err));
        if (more)
            sorter->heap[sorter->heap_count++] = i;
    }
    for (size_t place = sorter->heap_count; place-- > 0;)
        sink(sorter, place);
    return AT_OK;
}

at_status at_sorter_rewind(at_sorter *sorter, at_error *err) {
    sorter->next = 0;
    if (!sorter->run_count) {
        if (!sorter->keys)
            AT_TRY(sort_room(&sorter->keys, sorter, &sorter->arena, err));
        return AT_OK;
    }
    if (sorter->room_count)
        AT_TRY(write_run(sorter, err));
    at_memory_resize(sorter->room, 0);
    sorter->room = NULL;
    sorter->room_taken = 0;
    if (!sorter->heap)
        AT_TRY(AT_NEW(&sorter->heap, &sorter->arena, sorter->run_count, err));
    return begin_merge(sorter, err);
}

/* The run whose record was read goes on. */
static at_status pass_record(at_sorter *sorter, at_error *err) {
    at_sorter_run *run = &sorter->runs[sorter->heap[0]];
    bool more = false;
    run->used += kept_bytes((const record_head *)(const void *)(run->room + run->used));
    AT_TRY(settle_run(&more, run, sorter, err));
    if (!more)
        sorter->heap[0] = sorter->heap[--sorter->heap_count];
    sink(sorter, 0);
    return AT_OK;
}

at_status at_sorter_next(at_sorted *out, bool *got_out, at_sorter *sorter, at_error *err) {
    *got_out = sorter->next < sorter->count;
    if (!*got_out)
        return AT_OK;
    if (sorter->keys) {
        *out = record_at(sorter->room + (size_t)sorter->keys[sorter->next].item * 8);
    } else {
        if (sorter->next)
            AT_TRY(pass_record(sorter, err));
        assert(sorter->heap_count > 0);
        *out = record_at(sorter->runs[sorter->heap[0]].room + sorter->runs[sorter->heap[0]].used);
    }
    sorter->next++;
    return AT_OK;
}
