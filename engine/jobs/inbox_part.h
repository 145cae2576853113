/**
 * inbox_part.h - what the files of the inbox job share.
 */
#ifndef ASSETTRACE_JOBS_INBOX_PART_H
#define ASSETTRACE_JOBS_INBOX_PART_H

#include "engine/jobs/inbox.h"

#define AT_INBOX_LIST "inbox.json"
#define AT_INBOX_MAPS "maps"
#define AT_INBOX_WORK "work"
#define AT_INBOX_DONE "done"
#define AT_INBOX_REJECTS "rejects"
#define AT_INBOX_MARKER ".done"

typedef enum at_inbox_finish {
    AT_INBOX_MARKED,
    AT_INBOX_RENAMED,
    AT_INBOX_SETTLED
} at_inbox_finish;

/* One entry of "files": how what matches the pattern is read. */
typedef struct at_inbox_rule {
    const char *pattern; /* as fnmatch has it: '*' does not pass a '/' */
    at_import_request how;
} at_inbox_rule;

struct at_inbox {
    at_arena arena;
    const char *folder;
    int root; /* descriptor of the folder, and its lock */
    at_inbox_options options;
    at_inbox_finish finish;
    int64_t settle_s;
    at_inbox_rule *rules;
    size_t rule_count;
    at_inbox_item *items;
    size_t count, capacity;
};

/** inbox.json, when there is one. */
AT_CHECKED at_status at_inbox_rules(at_inbox *inbox, at_error *err);
/** How the file at `path` below the inbox is read; its sub-folder names whose ids it holds. */
AT_CHECKED at_status at_inbox_how(at_import_request *out, at_inbox *inbox, const char *path,
                                  at_error *err);
/** Everything delivered or taken, into `items`. */
AT_CHECKED at_status at_inbox_look(at_inbox *inbox, at_error *err);

/** "BANK" of "BANK/x.csv", "" of "x.csv", in the arena. */
AT_CHECKED at_status at_inbox_subfolder(const char **out, at_inbox *inbox, const char *path,
                                        at_error *err);
/** Open `top`/`sub` below the inbox ("" = none) without following a link. */
AT_CHECKED at_status at_inbox_folder(int *out, const at_inbox *inbox, const char *top,
                                     const char *sub, bool make, at_error *err);
void at_inbox_close_file(const int *descriptor);

#endif
