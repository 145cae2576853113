/* Goal: no bytes in the place of an index bring a reader down, whatever their checksums say.
 * Method: the first byte chooses what is mended: nothing; or head, blocks and sums, so that what is
 * behind them is reached. Then everything is read, whole and in part. */
#include "engine/base/checksum.h"
#include "engine/store/index_keep.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { LEAST = AT_INDEX_HEAD_BYTES, MOST = 1 << 20, CLASSES = 64 };

/* As a writer would have left these columns: behind one another, with sums that fit. */
static size_t mend(uint8_t *file, size_t bytes) {
    at_index_head *head = (at_index_head *)file;
    uint64_t sums[MOST / AT_INDEX_BLOCK_BYTES + 1], seed = 0;
    size_t end = 0, blocks = 0;
    memcpy(head->magic, AT_INDEX_MAGIC, sizeof head->magic);
    head->version = AT_INDEX_VERSION;
    head->order = AT_INDEX_ORDER;
    memset(head->key, 7, sizeof head->key);
    memcpy(&seed, head->key, sizeof seed);
    for (size_t i = 0; i < AT_INDEX_COLUMNS; i++) {
        at_index_column *column = &head->columns[i];
        column->width %= 9;
        column->count %= 600;
        if (column->width && column->count > (bytes - LEAST - end) / column->width)
            column->count = (bytes - LEAST - end) / column->width;
        column->offset = end;
        end += column->count * column->width;
    }
    head->data_bytes = end;
    for (size_t at = 0; at < end; at += AT_INDEX_BLOCK_BYTES, blocks++) {
        const size_t left = end - at;
        sums[blocks] = at_checksum(file + LEAST + at,
                                   left < AT_INDEX_BLOCK_BYTES ? left : AT_INDEX_BLOCK_BYTES, seed);
    }
    head->sums_sum = at_checksum(sums, blocks * sizeof *sums, seed);
    memcpy(file + LEAST + end, sums, blocks * sizeof *sums);
    const uint64_t sum = at_checksum(file, LEAST - sizeof sum, 0);
    memcpy(file + LEAST - sizeof sum, &sum, sizeof sum);
    return LEAST + end + blocks * sizeof *sums;
}

/* As one asks about a few: what fails is read from the store, which here has nothing. */
static uint64_t use_part(at_index_file *file, sqlite3 *db, at_arena *arena) {
    at_identity identity = {.pages = NULL};
    at_error err = {.status = AT_OK};
    const at_thing *found = NULL;
    const char *shown = NULL;
    size_t count = 0;
    uint64_t sum = 0;
    at_thing class = 0;
    at_status status = at_identity_part(&identity, file, db, arena, &err);
    for (at_thing thing = 1; status == AT_OK && thing <= identity.class_count && thing < 20;
         thing++) {
        status = at_identity_shown(&shown, &identity, thing, &err);
        sum += status == AT_OK ? strlen(shown) : 0;
        if (status == AT_OK)
            status = at_identity_need_local(&class, &identity, thing % 3, thing, &err);
        if (status == AT_OK)
            status = at_identity_need_number(&class, &identity, thing, &err);
    }
    if (status == AT_OK)
        status = at_identity_search(&found, &count, &identity, "a", &err);
    at_identity_end(&identity);
    return sum + (status == AT_OK) + count;
}

static void use(at_index_file *file) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = (size_t)64 << 20};
    AT_CLEANUP(at_db_close) sqlite3 *db = NULL;
    at_identity identity;
    at_ledger ledger;
    bool things[CLASSES + 1] = {false}, cut = false;
    at_error err = {.status = AT_OK};
    uint64_t sum = 0;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
        at_db_run(db,
                  "CREATE TABLE name_space (number INTEGER PRIMARY KEY, name TEXT);"
                  "INSERT INTO name_space VALUES (0, 'a'), (1, 'b')",
                  &err) != AT_OK)
        abort();
    if (at_index_get_identity(&identity, file, db, &arena, &err) == AT_OK)
        for (at_thing class = 1; class <= identity.class_count; class ++)
            sum += strlen(identity.things[identity.best[class]].id) + identity.member_start[class];
    if (at_index_get_ledger(&ledger, file, CLASSES, &arena, &err) == AT_OK &&
        at_index_get_ids(&ledger, file, &arena, &err) == AT_OK) {
        for (size_t i = 0; i < ledger.count; i++)
            sum += strlen(at_ledger_id(&ledger, i)) + strlen(ledger.nodes[ledger.from[i]].id) +
                   (uint64_t)ledger.amount_in[ledger.by_id[i]] + ledger.out_rows[i];
        (void)at_ledger_row(&ledger, "A");
        (void)at_ledger_node(&ledger, "A");
    }
    for (size_t i = 1; i <= CLASSES; i += 5)
        things[i] = true;
    if (at_index_cut_ledger(&ledger, &cut, file, things, CLASSES, &arena, &err) == AT_OK && cut)
        for (size_t i = 0; i < ledger.count; i++)
            sum += strlen(at_ledger_id(&ledger, i)) + strlen(ledger.nodes[ledger.to[i]].id) +
                   ledger.in_rows[i];
    sum += use_part(file, db, &arena);
    assert(sum != 1); /* it was read */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static uint8_t room[2 * MOST];
    uint8_t key[AT_INDEX_KEY_BYTES];
    at_index_file file = {.descriptor = -1};
    bool fresh = false;
    if (bytes == 0 || bytes > MOST)
        return 0;
    memset(room, 0, LEAST + 1);
    memcpy(room, data + 1, bytes - 1);
    size_t size = bytes - 1;
    if (data[0] & 1)
        size = mend(room, size < LEAST ? LEAST : size);
    memset(key, 7, sizeof key);
    const int descriptor = memfd_create("index", MFD_CLOEXEC);
    if (descriptor < 0 || write(descriptor, room, size) != (ssize_t)size)
        abort();
    if (at_index_file_open(&file, &fresh, descriptor, key, NULL) == AT_OK && fresh) {
        use(&file);
        at_index_file_close(&file);
    }
    return 0;
}
