/* Goal: the speed of digests and of canonical JSON.
 * Method: bench_kernels hash BYTES: one line, bytes a second of SHA-256 over pieces of that size,
 *         in one second of processor; bench_kernels json|transfers OBJECTS: ours and cJSON print
 *         the same objects in turn, five times: a row of results.md with medians. */
#include <inttypes.h>
#include <stdbool.h>
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

/* A row of an answer, all texts but one, and the transfer with which spec/performance.md set its
 * goal: one member is a decimal, a double for cJSON and for us an amount, as text. */
static const char *const row_keys[] = {"account", "counterparty", "currency", "grade",
                                       "id",      "kind",         "sources",  "time"};
static const char *const row_texts[] = {"GB12000000000000001234",
                                        "GB55000000000000009876",
                                        "EUR",
                                        "observed",
                                        "T-00012345",
                                        "transfer",
                                        "8c3eeb7330852ec7cb43:860744+3\"7",
                                        "2024-03-01T12:34:56Z"};
static const char *const transfer_keys[] = {"amount", "currency", "from", "hop",
                                            "id",     "tainted",  "time", "to"};
static const char *const transfer_texts[] = {
    "24.94", "EUR", "LV07116208020000097737", NULL,
    NULL,    NULL,  "2020-01-01T00:03:41Z",   "FR25564491320000131435"};
enum { MEMBERS = AT_COUNT(row_keys), HOP = 3, ID = 4 };

static void put_transfer(at_json_writer *json, const at_json_name *names, uint32_t i) {
    for (size_t k = 0; k < MEMBERS; k++) {
        if (transfer_texts[k] != NULL) {
            at_json_member_text(json, &names[k], transfer_texts[k]);
        } else if (k == HOP || k == ID) {
            at_json_member_int(json, &names[k], k == HOP ? i % 5 : i);
        } else {
            at_json_put_name(json, &names[k]);
            at_json_put_amount(json, (int64_t)i * 37);
        }
    }
}

static void put_row(at_json_writer *json, const at_json_name *names, uint32_t i) {
    for (size_t k = 0; k < MEMBERS; k++)
        at_json_member_text(json, &names[k], row_texts[k]);
    at_json_member_int(json, &names[MEMBERS], i);
}

static size_t ours(at_text *out, uint32_t objects, bool transfers) {
    at_error err = {.status = AT_OK};
    size_t bytes = 0;
    at_json_writer json = {.out = out};
    at_json_name names[MEMBERS + 1];
    for (size_t k = 0; k < MEMBERS; k++)
        at_json_name_make(&names[k], transfers ? transfer_keys[k] : row_keys[k]);
    at_json_name_make(&names[MEMBERS], "units");
    for (uint32_t i = 0; i < objects; i++) {
        at_text_reset(out);
        at_json_object(&json);
        if (transfers)
            put_transfer(&json, names, i);
        else
            put_row(&json, names, i);
        at_json_object_end(&json);
        must(at_json_finish(&json, &err), &err);
        bytes += out->bytes;
    }
    return bytes;
}

static void add_members(cJSON *object, uint32_t i, bool transfers) {
    for (size_t k = 0; k < MEMBERS; k++) {
        if (!transfers)
            cJSON_AddStringToObject(object, row_keys[k], row_texts[k]);
        else if (transfer_texts[k] != NULL)
            cJSON_AddStringToObject(object, transfer_keys[k], transfer_texts[k]);
        else
            cJSON_AddNumberToObject(object, transfer_keys[k],
                                    k == HOP  ? i % 5
                                    : k == ID ? i
                                              : i * 0.37);
    }
    if (!transfers)
        cJSON_AddNumberToObject(object, "units", i);
}

static size_t theirs(uint32_t objects, bool transfers) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < objects; i++) {
        cJSON *object = cJSON_CreateObject();
        add_members(object, i, transfers);
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

static void bench_json(uint32_t objects, bool transfers) {
    AT_CLEANUP(at_text_clear) at_text out = {.limit_bytes = 1 << 16};
    double taken[2][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        const double began = seconds();
        const size_t mine = ours(&out, objects, transfers);
        const double middle = seconds();
        const size_t others = theirs(objects, transfers);
        taken[0][round] = middle - began;
        taken[1][round] = seconds() - middle;
        if (!transfers && mine != others) {
            fprintf(stderr, "bench: %zu bytes here, %zu there\n", mine, others);
            exit(1);
        }
    }
    const double mine = median(taken[0]), others = median(taken[1]);
    printf("| %" PRIu32 " %s | %.2f | cJSON %s | %.2f | %.1f | at least 20 times "
           "|\n",
           objects, transfers ? "transfers of eight members" : "rows of nine members",
           (double)objects / mine / 1e6, cJSON_Version(), (double)objects / others / 1e6,
           others / mine);
}

int main(int argc, char **argv) {
    const unsigned long number = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    if (number == 0)
        return 2;
    if (strcmp(argv[1], "hash") == 0)
        bench_hash(number);
    else if (strcmp(argv[1], "json") == 0)
        bench_json((uint32_t)number, false);
    else if (strcmp(argv[1], "transfers") == 0)
        bench_json((uint32_t)number, true);
    else
        return 2;
    return 0;
}
