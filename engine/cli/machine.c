#include "engine/cli/machine.h"

#include "engine/base/file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { DEPTH_MAX = 8, PATH_BYTES = 512, UUID_BYTES_MAX = 4096 };

/* A dm-crypt device says so in its uuid ("CRYPT-LUKS2-..."); below LVM or RAID its slaves do. */
static at_disk folder_encryption(const char *folder, int depth, at_arena *arena) {
    AT_CLEANUP(at_text_clear) at_text uuid = {0};
    const char *path = NULL, *below = NULL;
    at_file_entry *slaves = NULL;
    size_t count = 0;
    if (at_path_join(&path, arena, folder, "dm/uuid", NULL) == AT_OK &&
        at_file_read(&uuid, path, UUID_BYTES_MAX, NULL) == AT_OK &&
        at_text_starts(at_text_string(&uuid), "CRYPT-"))
        return AT_DISK_ENCRYPTED;
    if (depth >= DEPTH_MAX || at_path_join(&path, arena, folder, "slaves", NULL) != AT_OK ||
        at_folder_walk(&slaves, &count, path, arena, NULL) != AT_OK)
        return AT_DISK_PLAIN;
    size_t disks = 0;
    for (size_t i = 0; i < count; i++) {
        if (strchr(slaves[i].path, '/'))
            continue;
        disks++;
        if (at_path_join(&below, arena, path, slaves[i].path, NULL) != AT_OK ||
            folder_encryption(below, depth + 1, arena) != AT_DISK_ENCRYPTED)
            return AT_DISK_PLAIN;
    }
    return disks ? AT_DISK_ENCRYPTED : AT_DISK_PLAIN;
}

at_disk at_device_encryption(const char **device, const char *sys, const char *number,
                             at_arena *arena, at_error *err) {
    char path[PATH_BYTES], folder[PATH_MAX];
    snprintf(path, sizeof path, "%s/dev/block/%s", sys, number);
    if (!realpath(path, folder)) /* no block device: overlay, network, memory */
        return AT_DISK_UNKNOWN;
    at_disk disk = folder_encryption(folder, 0, arena);
    if (at_arena_text(device, arena, at_path_name(folder), err) != AT_OK)
        disk = AT_DISK_UNKNOWN;
    return disk;
}

at_disk at_disk_encryption(const char **device, const char *path, at_arena *arena, at_error *err) {
    struct stat status;
    char number[32];
    if (stat(path, &status) != 0)
        return AT_DISK_UNKNOWN;
    snprintf(number, sizeof number, "%u:%u", major(status.st_dev), minor(status.st_dev));
    return at_device_encryption(device, "/sys", number, arena, err);
}

/* Fonts of Debian that have the letters, by the beginning of the file's name. */
static const char *known_font(const char *file, const char *const *names) {
    for (; *names; names++)
        if (strncmp(file, *names, strlen(*names)) == 0)
            return *names;
    return NULL;
}

at_status at_fonts_look(const at_font_report **out, at_arena *arena, at_error *err) {
    static const char *const folders[] = {"/usr/share/fonts", "/usr/local/share/fonts"};
    static const char *const arabic[] = {
        "DejaVuSans", "NotoNaskhArabic", "NotoSansArabic", "NotoKufiArabic", "Vazir",   "FreeSans",
        "FreeMono",   "Amiri",           "KacstOne",       "Scheherazade",   "unifont", NULL};
    static const char *const cyrillic[] = {"DejaVuSans", "NotoSans-", "NotoSansMono",
                                           "Liberation", "FreeSans",  "FreeMono",
                                           "Ubuntu",     "unifont",   NULL};
    at_font_report *report = NULL;
    AT_TRY(AT_NEW(&report, arena, 1, err));
    for (size_t i = 0; i < AT_COUNT(folders); i++) {
        at_file_entry *entries = NULL;
        size_t count = 0;
        if (at_folder_walk(&entries, &count, folders[i], arena, NULL) != AT_OK)
            continue;
        for (size_t k = 0; k < count; k++) {
            const char *file = at_path_name(entries[k].path);
            if (entries[k].kind == AT_FILE_FOLDER)
                continue;
            report->folders = true;
            if (!report->arabic)
                report->arabic = known_font(file, arabic);
            if (!report->cyrillic)
                report->cyrillic = known_font(file, cyrillic);
        }
    }
    *out = report;
    return AT_OK;
}
