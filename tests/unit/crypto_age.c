/* Goal: age files are written and read as the format says: every published vector ends as it
 * states, every changed or missing byte is noticed, and the program `age` agrees both ways.
 * Method: the vectors of C2SP/CCTV for X25519 recipients (fixtures/suites/cctv-age); round trips at
 * every border of a chunk; one file with each byte changed and each length cut. */
#include "engine/crypto/age.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "tests/support/store.h"
#include "engine/base/file.h"
#include "engine/base/text.h"
#include "engine/crypto/hash.h"

enum { PLAIN_MAX = 300000, UNPACKED_MAX = 32 << 20 };

typedef struct stream {
    const char *data;
    size_t bytes, at;
} stream;

static at_status put_text(void *self, const void *data, size_t bytes, at_error *err) {
    return at_text_add_bytes(self, data, bytes, err);
}

/* A few bytes at a time, as a pipe would. */
static at_status get_some(void *self, void *data, size_t bytes, size_t *got, at_error *err) {
    stream *from = self;
    const size_t left = from->bytes - from->at;
    (void)err;
    *got = bytes < left ? bytes : left;
    *got = *got > 40000 ? 40000 : *got;
    memcpy(data, from->data + from->at, *got);
    from->at += *got;
    return AT_OK;
}

static at_status decrypt(at_text *out, const char *data, size_t bytes, const at_secret *identity,
                         at_error *err) {
    AT_CLEANUP(at_age_reader_close) at_age_reader *reader = NULL;
    stream from = {data, bytes, 0};
    char buffer[50000];
    AT_TRY(at_age_reader_open(&reader, get_some, &from, identity, err));
    for (size_t got = 1; got;) {
        AT_TRY(at_age_read(reader, buffer, sizeof buffer, &got, err));
        AT_TRY(at_text_add_bytes(out, buffer, got, err));
    }
    return AT_OK;
}

static void encrypt(at_text *out, const char *data, size_t bytes, const at_age_recipient *to,
                    size_t count) {
    AT_CLEANUP(at_age_writer_close) at_age_writer *writer = NULL;
    assert_int_equal(at_age_writer_open(&writer, put_text, out, to, count, NULL), AT_OK);
    for (size_t done = 0; done < bytes;) {
        const size_t step = bytes - done < 10007 ? bytes - done : 10007;
        assert_int_equal(at_age_write(writer, data + done, step, NULL), AT_OK);
        done += step;
    }
    assert_int_equal(at_age_finish(writer, NULL), AT_OK);
}

/* --- Published vectors --- */

typedef struct vector {
    char expect[40], payload[65], identity[100], compressed[8];
} vector;

static const char *read_vector(vector *out, char *text, size_t bytes) {
    static const struct {
        const char *key;
        size_t at, room;
    } keys[] = {{"expect: ", offsetof(vector, expect), 40},
                {"payload: ", offsetof(vector, payload), 65},
                {"identity: ", offsetof(vector, identity), 100},
                {"compressed: ", offsetof(vector, compressed), 8}};
    *out = (vector){.expect = ""};
    for (char *line = text; line < text + bytes;) {
        char *end = memchr(line, '\n', bytes - (size_t)(line - text));
        assert_non_null(end);
        *end = '\0';
        if (end == line)
            return end + 1;
        for (size_t i = 0; i < AT_COUNT(keys); i++)
            if (at_text_starts(line, keys[i].key) && ((char *)out)[keys[i].at] == '\0')
                snprintf((char *)out + keys[i].at, keys[i].room, "%s", line + strlen(keys[i].key));
        line = end + 1;
    }
    return NULL;
}

static void try_vector(const char *name, at_text *file) {
    static char unpacked[UNPACKED_MAX];
    static const struct {
        const char *expect;
        at_status status;
    } rows[] = {{"success", AT_OK},
                {"no match", AT_KEY},
                {"HMAC failure", AT_TAMPERED},
                {"header failure", AT_BAD_INPUT},
                {"payload failure", AT_TAMPERED}};
    AT_CLEANUP(at_secret_close) at_secret *identity = NULL;
    AT_CLEANUP(at_text_clear) at_text plain = {.data = NULL};
    char hash[AT_SHA256_TEXT_BYTES];
    at_error err = {.status = AT_OK};
    vector about;
    const char *data = read_vector(&about, file->data, file->bytes);
    assert_non_null(data);
    size_t bytes = file->bytes - (size_t)(data - file->data), row = 0;
    if (about.compressed[0]) {
        uLongf size = sizeof unpacked;
        assert_string_equal(about.compressed, "zlib");
        assert_int_equal(uncompress((Bytef *)unpacked, &size, (const Bytef *)data, bytes), Z_OK);
        data = unpacked;
        bytes = size;
    }
    assert_int_equal(at_age_identity_parse(&identity, about.identity, NULL), AT_OK);
    while (row < AT_COUNT(rows) && strcmp(rows[row].expect, about.expect) != 0)
        row++;
    assert_in_range(row, 0, AT_COUNT(rows) - 1);
    const at_status status = decrypt(&plain, data, bytes, identity, &err);
    if (status != rows[row].status)
        fail_msg("%s: %d %s, not %s", name, status, err.message, about.expect);
    if (status != AT_OK && strcmp(about.expect, "payload failure") != 0)
        return;
    assert_int_equal(at_sha256_text(hash, at_text_string(&plain), plain.bytes, NULL), AT_OK);
    if (status == AT_OK)
        assert_string_equal(hash, about.payload);
}

static void test_vectors(void **state) {
    char folder[300], path[600];
    size_t count = 0;
    (void)state;
    snprintf(folder, sizeof folder, "%s/fixtures/suites/cctv-age", getenv("ASSETTRACE_ROOT"));
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        AT_CLEANUP(at_text_clear) at_text file = {.data = NULL};
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "SOURCES.md") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        assert_int_equal(at_file_read(&file, path, 1 << 20, NULL), AT_OK);
        try_vector(entry->d_name, &file);
        count++;
    }
    closedir(entries);
    assert_int_equal(count, 66);
}

/* --- Our own files --- */

static char plain_text[PLAIN_MAX];

static void test_round_trips(void **state) {
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, PLAIN_MAX};
    AT_CLEANUP(at_secret_close) at_secret *one = NULL;
    AT_CLEANUP(at_secret_close) at_secret *two = NULL;
    AT_CLEANUP(at_secret_close) at_secret *other = NULL;
    at_age_recipient to[2];
    (void)state;
    assert_int_equal(at_age_identity_new(&one, NULL), AT_OK);
    assert_int_equal(at_age_identity_new(&two, NULL), AT_OK);
    assert_int_equal(at_age_identity_new(&other, NULL), AT_OK);
    at_age_identity_recipient(&to[0], one);
    at_age_identity_recipient(&to[1], two);
    for (size_t i = 0; i < AT_COUNT(sizes); i++) {
        AT_CLEANUP(at_text_clear) at_text file = {.data = NULL};
        AT_CLEANUP(at_text_clear) at_text first = {.data = NULL};
        AT_CLEANUP(at_text_clear) at_text second = {.data = NULL};
        at_error err = {.status = AT_OK};
        encrypt(&file, plain_text, sizes[i], to, 2);
        assert_int_equal(decrypt(&first, file.data, file.bytes, one, NULL), AT_OK);
        assert_int_equal(decrypt(&second, file.data, file.bytes, two, NULL), AT_OK);
        assert_int_equal(first.bytes, sizes[i]);
        assert_int_equal(second.bytes, sizes[i]);
        if (sizes[i])
            assert_memory_equal(first.data, plain_text, sizes[i]);
        assert_int_equal(decrypt(&second, file.data, file.bytes, other, &err), AT_KEY);
        assert_string_equal(err.code, "E-AGE-KEY");
    }
}

static void test_every_byte_counts(void **state) {
    AT_CLEANUP(at_secret_close) at_secret *identity = NULL;
    AT_CLEANUP(at_text_clear) at_text file = {.data = NULL};
    AT_CLEANUP(at_text_clear) at_text out = {.data = NULL};
    at_age_recipient to;
    (void)state;
    assert_int_equal(at_age_identity_new(&identity, NULL), AT_OK);
    at_age_identity_recipient(&to, identity);
    encrypt(&file, plain_text, 100, &to, 1);
    for (size_t i = 0; i < file.bytes; i++) {
        for (int bit = 0; bit < 8; bit += 3) {
            file.data[i] ^= (char)(1 << bit);
            assert_int_not_equal(decrypt(&out, file.data, file.bytes, identity, NULL), AT_OK);
            file.data[i] ^= (char)(1 << bit);
        }
        assert_int_not_equal(decrypt(&out, file.data, i, identity, NULL), AT_OK);
    }
    assert_int_equal(decrypt(&out, file.data, file.bytes, identity, NULL), AT_OK);
}

static void test_keys(void **state) {
    static const char identity_text[] =
        "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";
    AT_CLEANUP(at_secret_close) at_secret *identity = NULL;
    char text[AT_AGE_IDENTITY_TEXT_BYTES], recipient[AT_AGE_RECIPIENT_TEXT_BYTES];
    at_age_recipient key, again;
    (void)state;
    assert_int_equal(at_age_identity_parse(&identity, identity_text, NULL), AT_OK);
    at_age_identity_format(text, identity);
    assert_string_equal(text, identity_text);
    at_age_identity_recipient(&key, identity);
    at_age_recipient_format(recipient, &key);
    assert_int_equal(at_age_recipient_parse(&again, recipient, NULL), AT_OK);
    assert_memory_equal(key.bytes, again.bytes, sizeof key.bytes);
    for (size_t i = 0; recipient[i]; i++) {
        const char kept = recipient[i];
        recipient[i] = kept == 'q' ? 'p' : 'q';
        assert_int_equal(at_age_recipient_parse(&again, recipient, NULL), AT_BAD_INPUT);
        recipient[i] = kept;
    }
    assert_int_equal(at_age_recipient_parse(&again, "", NULL), AT_BAD_INPUT);
    assert_int_equal(at_age_recipient_parse(&again, "age1", NULL), AT_BAD_INPUT);
}

/* The program `age` reads what we write, and we read what it writes. */
static void test_age_agrees(void **state) {
    static const size_t sizes[] = {0, 100, 65536, PLAIN_MAX};
    char folder[TEST_FOLDER_BYTES], path[200], command[900], line[300] = "";
    AT_CLEANUP(at_secret_close) at_secret *identity = NULL;
    char recipient[AT_AGE_RECIPIENT_TEXT_BYTES];
    at_age_recipient to;
    (void)state;
    if (system("command -v age age-keygen >/dev/null 2>&1") != 0) {
        print_message("SKIPPED: there is no age here\n");
        skip();
    }
    test_folder_make(folder);
    snprintf(command, sizeof command, "cd %s && age-keygen -o key 2>/dev/null && age-keygen -y key",
             folder);
    FILE *said = popen(command, "r");
    assert_non_null(said);
    assert_non_null(fgets(line, sizeof line, said));
    assert_int_equal(pclose(said), 0);
    snprintf(path, sizeof path, "%s/key", folder);
    assert_int_equal(at_age_identity_read(&identity, path, NULL), AT_OK);
    at_age_identity_recipient(&to, identity);
    at_age_recipient_format(recipient, &to);
    line[strcspn(line, "\n")] = '\0';
    assert_string_equal(recipient, line);
    for (size_t i = 0; i < AT_COUNT(sizes); i++) {
        AT_CLEANUP(at_text_clear) at_text ours = {.data = NULL};
        AT_CLEANUP(at_text_clear) at_text theirs = {.data = NULL};
        AT_CLEANUP(at_text_clear) at_text out = {.data = NULL};
        encrypt(&ours, plain_text, sizes[i], &to, 1);
        snprintf(path, sizeof path, "%s/plain", folder);
        assert_int_equal(at_file_write(path, plain_text, sizes[i], 0600, NULL), AT_OK);
        snprintf(path, sizeof path, "%s/ours", folder);
        assert_int_equal(at_file_write(path, ours.data, ours.bytes, 0600, NULL), AT_OK);
        snprintf(command, sizeof command,
                 "cd %s && age -d -i key ours | cmp - plain && age -r %s -o theirs plain", folder,
                 recipient);
        assert_int_equal(system(command), 0);
        snprintf(path, sizeof path, "%s/theirs", folder);
        assert_int_equal(at_file_read(&theirs, path, 1 << 20, NULL), AT_OK);
        assert_int_equal(decrypt(&out, theirs.data, theirs.bytes, identity, NULL), AT_OK);
        assert_int_equal(out.bytes, sizes[i]);
        if (sizes[i])
            assert_memory_equal(out.data, plain_text, sizes[i]);
    }
    assert_int_equal(at_folder_remove(folder, NULL), AT_OK);
}

int main(void) {
    for (size_t i = 0; i < PLAIN_MAX; i++)
        plain_text[i] = (char)(i * 31 + i / 251);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),           cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_every_byte_counts), cmocka_unit_test(test_keys),
        cmocka_unit_test(test_age_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
