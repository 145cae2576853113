/**
 * machine.h - two things `doctor` wants to know of the machine: encrypted disks and fonts.
 *
 * Read from /sys and from the folders where fonts are installed; nothing is run or changed.
 *
 * Ownership: texts live in the arena.
 */
#ifndef ASSETTRACE_CLI_MACHINE_H
#define ASSETTRACE_CLI_MACHINE_H

#include <stdbool.h>

#include "engine/base/arena.h"

typedef enum at_disk {
    AT_DISK_UNKNOWN, /* a network or overlay file system, or the kernel does not say */
    AT_DISK_PLAIN,
    AT_DISK_ENCRYPTED /* dm-crypt somewhere below (LUKS) */
} at_disk;

/** What `path` lies on; `device` is its name ("dm-0") unless unknown. */
at_disk at_disk_encryption(const char **device, const char *path, at_arena *arena, at_error *err);
/** The same of a block device, "8:1", by the kernel's own folder ("/sys"). */
at_disk at_device_encryption(const char **device, const char *sys, const char *number,
                             at_arena *arena, at_error *err);

typedef struct at_font_report {
    bool folders;                  /* any font folder at all? */
    const char *arabic, *cyrillic; /* a font that has the letters, or NULL */
} at_font_report;

AT_CHECKED at_status at_fonts_look(const at_font_report **out, at_arena *arena, at_error *err);

#endif
