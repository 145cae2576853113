/* Goal: the speed of digests and of canonical JSON.
 * Method: bench_kernels hash BYTES: one line, bytes a second of SHA-256 over pieces of that size,
 *         in one second of processor; bench_kernels json OBJECTS: ours and cJSON print the same
 *         objects in turn, five times: a row of results.md with medians. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "engine/base/json.h"
#include "engine/crypto/hash.h"

enum { ROUNDS = 5 };

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(at_status status, const at_error *err) {
    if (status == AT_OK)
        return;
    fprintf(stderr, "bench: %s\n", err->message);
    exit(1);
}

static void bench_hash(size_t bytes) {
    at_error err = {.status = AT_OK};
    uint8_t digest[AT_SHA256_BYTES], *piece = calloc(1, bytes);
    uint64_t count = 0;
    if (piece == NULL)
        exit(1);
    const double began = seconds();
    double taken = 0;
    while (taken < 1) {
        for (size_t done = 0; done < (size_t)1 << 22; done += bytes, count++)
            must(at_sha256(digest, piece, bytes, &err), &err);
        memcpy(piece, digest, bytes < sizeof digest ? bytes : sizeof digest);
        taken = seconds() - began;
    }
    printf("%.0f\n", (double)count * (double)bytes / taken);
    free(piece);
}

/* A row of an answer, as both write it. */
static const char *const keys[] = {"account", "counterparty", "currency", "grade",
                                   "id",      "kind",         "sources",  "time"};
static const char *const texts[] = {"GB12000000000000001234",
                                    "GB55000000000000009876",
                                    "EUR",
                                    "observed",
                                    "T-00012345",
                                    "transfer",
                                    "8c3eeb7330852ec7cb43:860744+3\"7",
                                    "2024-03-01T12:34:56Z"};

static size_t ours(at_text *out, uint32_t objects) {
    at_error err = {.status = AT_OK};
    size_t bytes = 0;
    for (uint32_t i = 0; i < objects; i++) {
        at_text_reset(out);
        at_json_writer json = {.out = out};
        at_json_object(&json);
        for (size_t k = 0; k < AT_COUNT(keys); k++) {
            at_json_put_key(&json, keys[k]);
            at_json_put_text(&json, texts[k]);
        }
        at_json_put_key(&json, "units");
        at_json_put_int(&json, i);
        at_json_object_end(&json);
        must(at_json_finish(&json, &err), &err);
        bytes += out->bytes;
    }
    return bytes;
}

static size_t theirs(uint32_t objects) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < objects; i++) {
        cJSON *object = cJSON_CreateObject();
        for (size_t k = 0; k < AT_COUNT(keys); k++)
            cJSON_AddStringToObject(object, keys[k], texts[k]);
        cJSON_AddNumberToObject(object, "units", i);
        char *text = cJSON_PrintUnformatted(object);
        if (text == NULL)
            exit(1);
        bytes += strlen(text);
        cJSON_free(text);
        cJSON_Delete(object);
    }
    return bytes;
}

static int compare_seconds(const void *a, const void *b) {
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *taken) {
    qsort(taken, ROUNDS, sizeof *taken, compare_seconds);
    return taken[ROUNDS / 2];
}

static void bench_json(uint32_t objects) {
    AT_CLEANUP(at_text_clear) at_text out = {.limit_bytes = 1 << 16};
    double taken[2][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        const double began = seconds();
        const size_t mine = ours(&out, objects);
        const double middle = seconds();
        const size_t others = theirs(objects);
        taken[0][round] = middle - began;
        taken[1][round] = seconds() - middle;
        if (mine != others) {
            fprintf(stderr, "bench: %zu bytes here, %zu there\n", mine, others);
            exit(1);
        }
    }
    const double mine = median(taken[0]), others = median(taken[1]);
    printf("| %" PRIu32
           " objects of nine members | %.2f | cJSON %s | %.2f | %.1f | at least 20 times "
           "|\n",
           objects, (double)objects / mine / 1e6, cJSON_Version(), (double)objects / others / 1e6,
           others / mine);
}

int main(int argc, char **argv) {
    const unsigned long number = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    if (number == 0)
        return 2;
    if (strcmp(argv[1], "hash") == 0)
        bench_hash(number);
    else if (strcmp(argv[1], "json") == 0)
        bench_json((uint32_t)number);
    else
        return 2;
    return 0;
}
