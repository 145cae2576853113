/**
 * file.h - files and folders without surprises.
 *
 * Writes go to a temporary name in the same folder, are synced and renamed: a reader sees the old
 * bytes or the new, never half. Messages carry the path and the system's words.
 *
 * Errors: AT_IO (permission, disk full, writing over a folder), AT_BAD_INPUT when a path does not
 *         exist or is of the wrong kind (reading a folder), AT_LIMIT past a stated size.
 */
#ifndef ASSETTRACE_BASE_FILE_H
#define ASSETTRACE_BASE_FILE_H

#include "engine/base/arena.h"
#include "engine/base/text.h"

typedef enum at_file_kind {
    AT_FILE_NONE,
    AT_FILE_REGULAR,
    AT_FILE_FOLDER,
    AT_FILE_LINK,
    AT_FILE_OTHER
} at_file_kind;

/**
 * A descriptor to read from; `name` is what messages call the file. A folder is refused.
 * at_file_next gives up to `bytes` bytes, 0 at the end. For streams too long for at_file_read.
 */
AT_CHECKED at_status at_file_open(int *out, const char *path, const char *name, at_error *err);
AT_CHECKED at_status at_file_next(size_t *out, int descriptor, void *buffer, size_t bytes,
                                  const char *name, at_error *err);

at_file_kind at_file_kind_of(const char *path); /* does not follow a link */
AT_CHECKED at_status at_file_read(at_text *out, const char *path, size_t limit_bytes,
                                  at_error *err);
AT_CHECKED at_status at_file_write(const char *path, const void *data, size_t bytes, unsigned mode,
                                   at_error *err);

/* A file on its way, for what is too long for at_file_write: begin, add, commit. `path` is
 * borrowed; clear is fine at any time and leaves nothing of a file that was not committed. */
typedef struct at_new_file {
    const char *path;
    at_text folder, name; /* the name is a temporary one */
    int descriptor;
    bool exists;
} at_new_file;
#define AT_NEW_FILE_NONE ((at_new_file){.descriptor = -1})
AT_CHECKED at_status at_new_file_begin(at_new_file *file, const char *path, at_error *err);
AT_CHECKED at_status at_new_file_add(at_new_file *file, const void *data, size_t bytes,
                                     at_error *err);
AT_CHECKED at_status at_new_file_commit(at_new_file *file, unsigned mode, at_error *err);
void at_new_file_clear(at_new_file *file);

AT_CHECKED at_status at_file_copy(const char *to, const char *from, unsigned mode, at_error *err);
AT_CHECKED at_status at_folder_make(const char *path, unsigned mode,
                                    at_error *err); /* and its parents; fine if there */
AT_CHECKED at_status at_folder_sync(const char *path, at_error *err);
/** Remove a folder made by this program, with everything in it; never follows links; fine if
 * absent. */
AT_CHECKED at_status at_folder_remove(const char *path, at_error *err);

/* One entry of a walk; `path` is relative to the folder walked, with '/' between. */
typedef struct at_file_entry {
    const char *path;
    at_file_kind kind;
    uint64_t bytes;
    uint64_t links; /* hard links */
} at_file_entry;

/** Everything below `folder`, folders too, sorted bytewise by path; links are listed, not followed.
 * A file that another program removes or renames meanwhile may be left out. */
AT_CHECKED at_status at_folder_walk(at_file_entry **out, size_t *count_out, const char *folder,
                                    at_arena *arena, at_error *err);
/** "a" + "b" -> "a/b" in the arena. */
AT_CHECKED at_status at_path_join(const char **out, at_arena *arena, const char *folder,
                                  const char *name, at_error *err);
const char *at_path_name(const char *path); /* after the last '/' */

#endif
