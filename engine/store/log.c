#include "engine/store/log.h"

#include "engine/base/day.h"
#include "engine/base/input.h"
#include "engine/base/json.h"
#include "engine/crypto/hash.h"
#include "engine/store/handle.h"
#include "engine/store/recover.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>

static const char *const entry_keys[] = {"action", "actor",    "detail", "object", "prev",
                                         "result", "revision", "seq",    "time",   NULL};

static const char *const no_hash =
    "0000000000000000000000000000000000000000000000000000000000000000";

static at_status fail_io(at_error *err, const char *what) {
    return at_fail(err, AT_IO, "E-IO", "the custody log cannot be %s: %s", what, strerror(errno));
}

at_status at_log_open(int *out, at_store *store, bool exclusive, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    const char *path = NULL;
    if (exclusive && !store->writable)
        return at_fail(err, AT_REFUSED, "E-CUSTODY-READONLY",
                       "the custody log lies on media that cannot be written");
    AT_TRY(at_store_file(&path, store, AT_STORE_LOG, &arena, err));
    AT_CLEANUP(at_log_close)
    int descriptor = exclusive ? open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600)
                               : open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return fail_io(err, "opened");
    while (flock(descriptor, exclusive ? LOCK_EX : LOCK_SH) != 0)
        if (errno != EINTR)
            return fail_io(err, "locked");
    *out = descriptor;
    descriptor = -1;
    return AT_OK;
}

void at_log_close(int *descriptor) {
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

at_status at_log_last(at_text *line, int64_t *torn_out, int descriptor, at_error *err) {
    struct stat file;
    at_text_reset(line);
    *torn_out = -1;
    if (fstat(descriptor, &file) != 0)
        return fail_io(err, "read");
    if (file.st_size == 0)
        return AT_OK;
    /* Room for a torn line and the whole one before it. */
    const int64_t want = 2 * (AT_CUSTODY_LINE_BYTES + 1);
    const int64_t start = file.st_size > want ? file.st_size - want : 0;
    AT_CLEANUP(at_text_clear) at_text tail = {.data = NULL};
    char buffer[4096];
    for (int64_t at = start; at < file.st_size;) {
        const ssize_t got = pread(descriptor, buffer, sizeof buffer, at);
        if (got <= 0)
            return fail_io(err, "read");
        AT_TRY(at_text_add_bytes(&tail, buffer, (size_t)got, err));
        at += got;
    }
    size_t end = tail.bytes;
    while (end > 0 && tail.data[end - 1] != '\n')
        end--;
    if (end < tail.bytes)
        *torn_out = start + (int64_t)end;
    if (end == 0 && start == 0)
        return AT_OK; /* nothing but a torn first line */
    size_t begin = end ? end - 1 : 0;
    while (begin > 0 && tail.data[begin - 1] != '\n')
        begin--;
    if (end == 0 || end - begin > AT_CUSTODY_LINE_BYTES)
        return at_fail(err, AT_TAMPERED, "E-CUSTODY-CHAIN",
                       "the custody log ends in a line that is too long for an entry");
    return at_text_add_bytes(line, tail.data + begin, end - 1 - begin, err);
}

static at_status read_hash(char out[AT_LOG_HASH_BYTES], const at_json_value *value) {
    const char *text = at_json_text(value);
    uint8_t bytes[AT_SHA256_BYTES];
    if (!text || !at_hex_decode(bytes, sizeof bytes, text))
        return AT_BAD_INPUT;
    memcpy(out, text, AT_LOG_HASH_BYTES);
    return AT_OK;
}

static at_status read_entry(at_custody_entry *out, const at_json_value *root, at_arena *arena,
                            at_error *err) {
    struct {
        const char *key, **out;
    } texts[] = {{"action", &out->action}, {"actor", &out->actor},   {"detail", &out->detail},
                 {"object", &out->object}, {"result", &out->result}, {"time", &out->time}};
    AT_TRY(at_json_only(root, entry_keys, err));
    for (size_t i = 0; i < AT_COUNT(texts); i++)
        AT_TRY(
            at_arena_text(texts[i].out, arena, at_json_text(at_json_get(root, texts[i].key)), err));
    if (!out->action || !at_json_int(&out->seq, at_json_get(root, "seq")) ||
        !at_json_int(&out->revision, at_json_get(root, "revision")))
        return AT_BAD_INPUT;
    return read_hash(out->prev, at_json_get(root, "prev"));
}

at_status at_log_parse(at_custody_entry *out, const char *line, size_t bytes, at_arena *arena,
                       at_error *err) {
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    at_custody_entry entry = {.action = NULL};
    at_status status = at_json_parse(&json, line, bytes, "custody log", err);
    if (status == AT_OK)
        status = at_json_is_canonical(line, bytes)
                     ? read_entry(&entry, at_json_root(json), arena, err)
                     : AT_BAD_INPUT;
    if (status == AT_BAD_INPUT || status == AT_LIMIT)
        return at_fail(err, AT_TAMPERED, "E-CUSTODY-CHAIN", "not an entry of the custody log");
    AT_TRY(status);
    AT_TRY(at_sha256_text(entry.hash, line, bytes, err));
    *out = entry;
    return AT_OK;
}

void at_log_put_entry(at_json_writer *json, const at_custody_entry *entry) {
    const struct {
        const char *key, *text;
    } texts[] = {{"action", entry->action}, {"actor", entry->actor}, {"detail", entry->detail},
                 {"object", entry->object}, {"prev", entry->prev},   {"result", entry->result}};
    at_json_object(json);
    for (size_t i = 0; i < AT_COUNT(texts); i++) {
        at_json_put_key(json, texts[i].key);
        at_json_put_text(json, texts[i].text);
    }
    at_json_put_key(json, "revision");
    at_json_put_int(json, entry->revision);
    at_json_put_key(json, "seq");
    at_json_put_int(json, entry->seq);
    at_json_put_key(json, "time");
    at_json_put_text(json, entry->time);
    at_json_object_end(json);
}

static at_status write_entry(at_text *line, const at_custody_entry *entry, const char *prev,
                             int64_t seq, const at_store *store, at_error *err) {
    char time[AT_TIME_TEXT_BYTES] = "";
    at_json_writer writer = {.out = line};
    at_custody_entry whole = *entry;
    if (store->options.now_us)
        at_time_format(time, store->options.now_us(), AT_MICROSECOND);
    whole.actor = store->options.actor;
    whole.time = *time ? time : NULL;
    whole.seq = seq;
    memcpy(whole.prev, prev, sizeof whole.prev);
    at_log_put_entry(&writer, &whole);
    AT_TRY(at_json_finish(&writer, err));
    if (line->bytes >= AT_CUSTODY_LINE_BYTES)
        return at_fail(err, AT_LIMIT, "E-LIMIT",
                       "an entry of the custody log is limited to %d bytes",
                       (int)AT_CUSTODY_LINE_BYTES);
    return AT_OK;
}

/* One line feed after the entry; what could not be written whole is taken back. */
static at_status write_line(int descriptor, const at_text *line, at_error *err) {
    struct stat file;
    if (fstat(descriptor, &file) != 0)
        return fail_io(err, "read");
    size_t done = 0;
    while (done < line->bytes) {
        const ssize_t wrote = write(descriptor, line->data + done, line->bytes - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            break;
        done += (size_t)wrote;
    }
    if (done == line->bytes && fdatasync(descriptor) == 0)
        return AT_OK;
    const at_status status = fail_io(err, "written");
    if (ftruncate(descriptor, file.st_size) != 0)
        at_hint(err, "Half a line may have stayed; the next writer cuts it off and says so.");
    return status;
}

at_status at_log_append(char hash_out[AT_LOG_HASH_BYTES], at_store *store, int descriptor,
                        const at_custody_entry *entry, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_text_clear) at_text line = {.limit_bytes = 2 * AT_CUSTODY_LINE_BYTES};
    at_custody_entry last = {.seq = 0};
    char hash[AT_LOG_HASH_BYTES];
    int64_t torn = -1;

    assert(entry->action);
    AT_TRY(at_log_last(&line, &torn, descriptor, err));
    assert(torn < 0); /* at_recover_line was here before */
    memcpy(last.hash, no_hash, sizeof last.hash);
    if (line.bytes)
        AT_TRY(at_log_parse(&last, line.data, line.bytes, &arena, err));
    at_text_reset(&line);
    AT_TRY(write_entry(&line, entry, last.hash, last.seq + 1, store, err));
    AT_TRY(at_sha256_text(hash, line.data, line.bytes, err));
    AT_TRY(at_text_add_char(&line, '\n', err));
    AT_TRY(write_line(descriptor, &line, err));
    if (hash_out)
        memcpy(hash_out, hash, sizeof hash);
    return AT_OK;
}

at_status at_log_entry(char hash_out[AT_LOG_HASH_BYTES], at_store *store,
                       const at_custody_entry *entry, at_error *err) {
    AT_CLEANUP(at_log_close) int descriptor = -1;
    AT_TRY(at_log_open(&descriptor, store, true, err));
    AT_TRY(at_recover_line(store, descriptor, err));
    return at_log_append(hash_out, store, descriptor, entry, err);
}

static at_status walk_lines(at_input *input, at_log_visit *visit, void *self, at_arena *arena,
                            uint64_t *line_out, at_error *err) {
    at_span line;
    bool ended = false;
    size_t bytes = 0;
    for (;; ++*line_out) {
        at_custody_entry entry;
        AT_TRY(at_input_line(&line, &ended, NULL, &bytes, input, AT_CUSTODY_LINE_BYTES, err));
        if (ended)
            return AT_OK;
        if (bytes != line.bytes + 1)
            return at_fail(err, AT_TAMPERED, "E-CUSTODY-CHAIN",
                           "a line of the custody log has no proper end");
        AT_TRY(at_log_parse(&entry, line.data, line.bytes, arena, err));
        AT_TRY(visit(self, &entry, err));
    }
}

at_status at_log_walk(at_store *store, at_log_visit *visit, void *self, at_arena *arena,
                      at_error *err) {
    AT_CLEANUP(at_log_close) int descriptor = -1;
    AT_CLEANUP(at_input_close) at_input *input = NULL;
    const char *path = NULL;
    uint64_t line = 1;
    AT_TRY(at_store_file(&path, store, AT_STORE_LOG, arena, err));
    AT_TRY(at_log_open(&descriptor, store, false, err));
    AT_TRY(at_input_open(&input, path, "custody log", 0, err));
    const at_status status = walk_lines(input, visit, self, arena, &line, err);
    if (status != AT_OK)
        at_place(err, "line %" PRIu64 " of custody/log.jsonl", line);
    return status;
}
