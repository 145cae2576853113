/* Goal: no bytes bring the guessing of mappings down; what it guesses is a mapping.
 * Method: a file in memory; a mapping that comes out is read back and checked. */
#include "importers/guess.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_json_close) at_json *mapping = NULL;
    const char *kinds[AT_TRIAL_KINDS_MAX];
    size_t kind_count = 0;
    at_guess guess;
    at_error err = {0};
    char path[64];
    const int file = memfd_create("fuzz", 0);
    if (file < 0 || write(file, data, bytes) != (ssize_t)bytes)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (at_guess_file(&guess, path, "fuzz.csv", &arena, &err) == AT_OK) {
        assert(at_json_parse(&mapping, guess.mapping, strlen(guess.mapping), "map", &err) == AT_OK);
        assert(at_trial_check(kinds, &kind_count, at_json_root(mapping), &arena, &err) == AT_OK);
    }
    close(file);
    return 0;
}
