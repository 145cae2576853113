#include "engine/cli/confined.h"

#include "engine/base/file.h"
#include "engine/base/input.h"
#include "engine/crypto/hash.h"

#include <string.h>

at_status at_confined_add(at_confined *list, const char *path, at_confine_right right, at_cli *cli,
                          at_error *err) {
    if (!path || !path[0] || strcmp(path, "-") == 0)
        return AT_OK;
    AT_TRY(AT_GROW(&list->paths, &list->capacity, list->count, cli->arena, err));
    list->paths[list->count++] = (at_confine_path){path, right};
    return AT_OK;
}

at_status at_confined_words(at_confined *list, at_cli *cli, at_error *err) {
    for (size_t i = 0; i < cli->word_count; i++)
        AT_TRY(at_confined_add(list, cli->words[i], AT_CONFINE_READ, cli, err));
    return AT_OK;
}

at_status at_confined_store(at_confined *list, at_cli *cli, at_error *err) {
    const char *path = NULL;
    AT_TRY(at_cli_store_path(&path, cli, err));
    return at_confined_add(list, path, AT_CONFINE_WRITE, cli, err);
}

/* A file is written under another name in its folder and renamed, so the folder is what counts. */
static at_status add_output(at_confined *list, at_cli *cli, at_error *err) {
    const char *path = cli->command->takes & AT_TAKES_FORMAT ? at_cli_value(cli, "output") : NULL;
    const char *folder = ".";
    if (!path)
        return AT_OK;
    const size_t bytes = (size_t)(at_path_name(path) - path);
    if (bytes > 0)
        AT_TRY(at_arena_copy(&folder, cli->arena, path, bytes, err));
    return at_confined_add(list, folder, AT_CONFINE_WRITE, cli, err);
}

/* OpenSSL reads its configuration, and a user's name its file, at first use. */
static at_status look_up_early(at_cli *cli, at_error *err) {
    char hash[AT_SHA256_TEXT_BYTES];
    uint8_t random[8];
    (void)at_cli_actor(cli);
    at_random_bytes(random, sizeof random);
    return at_sha256_text(hash, random, sizeof random, err);
}

static at_status limit_unpacking(const at_cli *cli, at_error *err) {
    enum { MIB_SHIFT = 20, MIB_MAX = 1 << 30, RATIO_TOP = 1000000 };
    int64_t mib = 0, ratio = 0;
    if (!(cli->command->takes & AT_TAKES_UNPACK))
        return AT_OK;
    AT_TRY(at_cli_number(&mib, cli, "max-unpacked", 1, MIB_MAX, AT_INPUT_UNPACKED_MAX >> MIB_SHIFT,
                         err));
    AT_TRY(at_cli_number(&ratio, cli, "max-ratio", 1, RATIO_TOP, AT_INPUT_RATIO_MAX, err));
    at_input_unpacking(
        &(at_unpacking){.content_bytes = (uint64_t)mib << MIB_SHIFT, .ratio = (uint64_t)ratio});
    return AT_OK;
}

static at_status limit_memory(const at_cli *cli, at_error *err) {
    enum { MIB_SHIFT = 20, MIB_LEAST = 16, MIB_MAX = 1 << 24, MIB_USUAL = 2048 };
    int64_t mib = 0;
    if (!(cli->command->takes & AT_TAKES_MEMORY))
        return AT_OK;
    AT_TRY(at_cli_number(&mib, cli, "max-memory", MIB_LEAST, MIB_MAX, MIB_USUAL, err));
    at_memory_limit((size_t)mib << MIB_SHIFT);
    return AT_OK;
}

at_status at_cli_confine(at_confined *list, at_cli *cli, at_error *err) {
    at_confinement confined;
    AT_TRY(limit_unpacking(cli, err));
    AT_TRY(limit_memory(cli, err));
    AT_TRY(add_output(list, cli, err));
    AT_TRY(look_up_early(cli, err));
    AT_TRY(at_confine(&confined, list->paths, list->count, err));
    if (!confined.landlock)
        at_cli_note("UNCONFINED", "this kernel offers no Landlock from version 2 on: a flaw in a "
                                  "reader could reach every file of this user");
    if (!confined.calls)
        at_cli_note("UNCONFINED", "this kernel offers no filter of calls (seccomp): a flaw in a "
                                  "reader could reach the network");
    return AT_OK;
}
