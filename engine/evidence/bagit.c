#include "engine/evidence/bagit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/file.h"
#include "engine/crypto/hash.h"
#include "engine/evidence/bagit_text.h"

/* One line of a manifest, as it was written, lower-cased and decoded. */
typedef struct listed {
    const char *path, *hash;
} listed;

typedef struct bag_view {
    const char *folder;
    at_arena *arena;
    at_file_entry *entries;
    size_t entry_count;
    bool *seen; /* per entry: in some payload manifest */
    bool final; /* version 1.0: every payload manifest lists every file, each once */
    at_bagit_encoding encoding;
    size_t payload_manifests;
} bag_view;

static at_status refuse(at_error *err, const char *file, const char *what, const char *value) {
    at_fail(err, AT_BAD_INPUT, "E-BAGIT-BAG", "%s \"%.200s\"", what, value);
    at_place(err, "%s", file);
    return AT_BAD_INPUT;
}

/* --- bagit.txt --- */

static at_status read_declaration(bag_view *bag, at_error *err) {
    static const char *const versions[] = {"0.93", "0.94", "0.95", "0.96", "0.97", "1.0"};
    static const char first[] = "BagIt-Version: ", second[] = "Tag-File-Character-Encoding: ";
    at_bagit_lines lines;
    AT_TRY(at_bagit_read_lines(&lines, bag->folder, "bagit.txt", AT_BAGIT_UTF8, bag->arena, err));
    if (lines.count != 2 || !at_text_starts(lines.lines[0], first) ||
        !at_text_starts(lines.lines[1], second))
        return refuse(err, "bagit.txt", "it is not the two lines of a",
                      "BagIt-Version, Tag-File-Character-Encoding");
    const char *version = lines.lines[0] + strlen(first);
    bool known = false;
    for (size_t i = 0; i < AT_COUNT(versions); i++)
        known = known || strcmp(versions[i], version) == 0;
    if (!known)
        return refuse(err, "bagit.txt", "there is no version", version);
    bag->final = strcmp(version, "1.0") == 0;
    if (!at_bagit_encoding_find(&bag->encoding, lines.lines[1] + strlen(second)))
        return refuse(err, "bagit.txt", "tag files cannot be read in",
                      lines.lines[1] + strlen(second));
    return AT_OK;
}

/* --- Manifests --- */

/* Is the path below the bag, on any system? */
static bool in_scope(const char *path) {
    if (*path == '/' || *path == '~' || *path == '\\' || (path[0] != '\0' && path[1] == ':'))
        return false;
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        const size_t bytes = strcspn(part, "/");
        if (bytes == 2 && memcmp(part, "..", 2) == 0)
            return false;
    }
    return *path != '\0';
}

/* Version 1.0 writes CR, LF and % in names as %0D, %0A, %25; before, a name stands as it is. */
static void unescape(char *path) {
    static const struct {
        const char *code;
        char character;
    } codes[] = {{"%0D", '\r'}, {"%0A", '\n'}, {"%25", '%'}};
    char *to = path;
    for (const char *from = path; *from != '\0';) {
        size_t taken = 0;
        for (size_t i = 0; i < AT_COUNT(codes) && taken == 0; i++)
            if (strncasecmp(from, codes[i].code, 3) == 0) {
                *to++ = codes[i].character;
                taken = 3;
            }
        if (taken == 0)
            *to++ = *from;
        from += taken > 0 ? taken : 1;
    }
    *to = '\0';
}

static at_status read_line(listed *out, const bag_view *bag, const char *manifest, const char *line,
                           size_t hex_bytes, at_error *err) {
    char hash[AT_HASH_TEXT_BYTES_MAX];
    const char *copy = NULL, *path = line + strcspn(line, " \t");
    if ((size_t)(path - line) != hex_bytes || *path == '\0')
        return refuse(err, manifest, "this is no hash and path:", line);
    for (size_t i = 0; i < hex_bytes; i++)
        hash[i] = (char)(line[i] >= 'A' && line[i] <= 'F' ? line[i] - 'A' + 'a' : line[i]);
    hash[hex_bytes] = '\0';
    path += strspn(path, " \t");
    path += *path == '*'; /* md5sum's mark for binary mode */
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    AT_TRY(at_arena_text(&out->hash, bag->arena, hash, err));
    AT_TRY(at_arena_text(&copy, bag->arena, path, err));
    if (bag->final)
        unescape((char *)copy);
    if (!in_scope(copy))
        return refuse(err, manifest, "it reaches out of the bag:", copy);
    out->path = copy;
    return AT_OK;
}

static int compare_listed(const void *a, const void *b) {
    return at_text_compare(((const listed *)a)->path, ((const listed *)b)->path);
}

static at_status read_manifest(listed **out, size_t *count_out, const bag_view *bag,
                               const char *name, at_hash_kind kind, at_error *err) {
    at_bagit_lines lines;
    listed *list = NULL;
    size_t count = 0;
    AT_TRY(at_bagit_read_lines(&lines, bag->folder, name, bag->encoding, bag->arena, err));
    AT_TRY(AT_NEW(&list, bag->arena, lines.count, err));
    for (size_t i = 0; i < lines.count; i++)
        if (lines.lines[i][0] != '\0')
            AT_TRY(
                read_line(&list[count++], bag, name, lines.lines[i], 2 * at_hash_bytes(kind), err));
    qsort(list, count, sizeof *list, compare_listed);
    for (size_t i = 1; i < count; i++)
        if (strcmp(list[i - 1].path, list[i].path) == 0 &&
            (bag->final || strcmp(list[i - 1].hash, list[i].hash) != 0))
            return refuse(err, name, "it lists a file twice:", list[i].path);
    *out = list;
    *count_out = count;
    return AT_OK;
}

static at_file_entry *find_entry(const bag_view *bag, const char *path) {
    for (size_t low = 0, high = bag->entry_count; low < high;) {
        const size_t middle = low + (high - low) / 2;
        const int order = at_text_compare(bag->entries[middle].path, path);
        if (order == 0)
            return &bag->entries[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static at_status check_hash(const bag_view *bag, const char *manifest, const listed *line,
                            at_hash_kind kind, at_error *err) {
    const at_file_entry *entry = find_entry(bag, line->path);
    const char *full = NULL;
    char hash[1][AT_HASH_TEXT_BYTES_MAX];
    if (entry == NULL || entry->kind != AT_FILE_REGULAR)
        return refuse(err, manifest, "it lists a file that is not there:", line->path);
    AT_TRY(at_path_join(&full, bag->arena, bag->folder, line->path, err));
    AT_TRY(at_hash_file(hash, &kind, 1, full, err));
    if (strcmp(hash[0], line->hash) != 0)
        return refuse(err, manifest, "the file is not as listed:", line->path);
    return AT_OK;
}

static at_status check_manifest(bag_view *bag, const char *name, at_hash_kind kind, bool payload,
                                at_error *err) {
    listed *list = NULL;
    size_t count = 0;
    AT_TRY(read_manifest(&list, &count, bag, name, kind, err));
    for (size_t i = 0; i < count; i++) {
        if (payload && !at_text_starts(list[i].path, "data/"))
            return refuse(err, name, "it lists a file outside data/:", list[i].path);
        AT_TRY(check_hash(bag, name, &list[i], kind, err));
        if (payload)
            bag->seen[find_entry(bag, list[i].path) - bag->entries] = true;
    }
    for (size_t i = 0; payload && bag->final && i < bag->entry_count; i++) {
        const at_file_entry *entry = &bag->entries[i];
        const listed key = {.path = entry->path};
        if (entry->kind == AT_FILE_REGULAR && at_text_starts(entry->path, "data/") &&
            bsearch(&key, list, count, sizeof *list, compare_listed) == NULL)
            return refuse(err, name, "it does not list", entry->path);
    }
    bag->payload_manifests += payload;
    return AT_OK;
}

/* "manifest-sha256.txt" */
static bool manifest_kind(at_hash_kind *out, bool *payload, const char *path) {
    static const char *const names[] = {[AT_SHA256] = "sha256",
                                        [AT_SHA512] = "sha512",
                                        [AT_SHA224] = "sha224",
                                        [AT_SHA1] = "sha1",
                                        [AT_MD5] = "md5"};
    char wanted[64];
    for (size_t i = 0; i < AT_COUNT(names); i++) {
        *out = (at_hash_kind)i;
        snprintf(wanted, sizeof wanted, "tagmanifest-%s.txt", names[i]);
        *payload = strcasecmp(path, wanted + 3) == 0;
        if (*payload || strcasecmp(path, wanted) == 0)
            return true;
    }
    return false;
}

static at_status check_manifests(bag_view *bag, at_error *err) {
    for (size_t i = 0; i < bag->entry_count; i++) {
        at_hash_kind kind = AT_SHA256;
        bool payload = false;
        const char *path = bag->entries[i].path;
        if (manifest_kind(&kind, &payload, path))
            AT_TRY(check_manifest(bag, path, kind, payload, err));
        else if (strncasecmp(path, "manifest-", 9) == 0)
            return refuse(err, path, "its hash is not known here:", path + 9);
    }
    if (bag->payload_manifests == 0)
        return refuse(err, "the bag", "there is no", "manifest-<hash>.txt");
    for (size_t i = 0; i < bag->entry_count; i++)
        if (bag->entries[i].kind == AT_FILE_REGULAR && !bag->seen[i] &&
            at_text_starts(bag->entries[i].path, "data/"))
            return refuse(err, "the bag", "no manifest lists", bag->entries[i].path);
    return AT_OK;
}

/* --- fetch.txt, bag-info.txt --- */

/* Each line: URL, length, path. What is to be fetched must be here: nothing is fetched. */
static at_status check_fetch(const bag_view *bag, at_error *err) {
    at_bagit_lines lines;
    if (find_entry(bag, "fetch.txt") == NULL)
        return AT_OK;
    AT_TRY(at_bagit_read_lines(&lines, bag->folder, "fetch.txt", bag->encoding, bag->arena, err));
    for (size_t i = 0; i < lines.count; i++) {
        const char *path = lines.lines[i];
        for (int field = 0; field < 2; field++) {
            path += strcspn(path, " \t");
            path += strspn(path, " \t");
        }
        while (strncmp(path, "./", 2) == 0)
            path += 2;
        if (!in_scope(path) || !at_text_starts(path, "data/"))
            return refuse(err, "fetch.txt", "it reaches out of the bag:", lines.lines[i]);
        const at_file_entry *entry = find_entry(bag, path);
        if (entry == NULL || !bag->seen[entry - bag->entries])
            return refuse(err, "fetch.txt", "the file is not there, or in no manifest:", path);
    }
    return AT_OK;
}

static at_status check_oxum(const bag_view *bag, at_error *err) {
    static const char label[] = "Payload-Oxum";
    at_bagit_lines lines;
    char wanted[64];
    uint64_t bytes = 0;
    size_t count = 0;
    if (find_entry(bag, "bag-info.txt") == NULL)
        return AT_OK;
    for (size_t i = 0; i < bag->entry_count; i++)
        if (bag->entries[i].kind == AT_FILE_REGULAR &&
            at_text_starts(bag->entries[i].path, "data/")) {
            bytes += bag->entries[i].bytes;
            count++;
        }
    snprintf(wanted, sizeof wanted, "%" PRIu64 ".%zu", bytes, count);
    AT_TRY(
        at_bagit_read_lines(&lines, bag->folder, "bag-info.txt", bag->encoding, bag->arena, err));
    for (size_t i = 0; i < lines.count; i++) {
        const char *rest = lines.lines[i] + strlen(label);
        if (strncasecmp(lines.lines[i], label, strlen(label)) != 0)
            continue;
        rest += strspn(rest, " \t");
        if (*rest != ':')
            continue;
        rest += 1 + strspn(rest + 1, " \t");
        if (strncmp(rest, wanted, strlen(wanted)) != 0 ||
            rest[strlen(wanted) + strspn(rest + strlen(wanted), " \t")] != '\0')
            return refuse(err, "bag-info.txt", "the payload has not the Oxum", rest);
    }
    return AT_OK;
}

at_status at_bagit_validate(const char *folder, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    bag_view bag = {.folder = folder, .arena = &arena};
    AT_TRY(at_folder_walk(&bag.entries, &bag.entry_count, folder, &arena, err));
    AT_TRY(AT_NEW(&bag.seen, &arena, bag.entry_count, err));
    for (size_t i = 0; i < bag.entry_count; i++)
        if (bag.entries[i].kind != AT_FILE_REGULAR && bag.entries[i].kind != AT_FILE_FOLDER)
            return refuse(err, "the bag",
                          "this is neither a file nor a folder:", bag.entries[i].path);
    AT_TRY(read_declaration(&bag, err));
    const at_file_entry *data = find_entry(&bag, "data");
    if (data == NULL || data->kind != AT_FILE_FOLDER)
        return refuse(err, "the bag", "there is no folder", "data");
    AT_TRY(check_manifests(&bag, err));
    AT_TRY(check_fetch(&bag, err));
    return check_oxum(&bag, err);
}
