/**
 * inbox.h - job: a folder that others fill and a scheduled import empties.
 *
 *   FOLDER/x.csv, FOLDER/BANK/x.csv  what was delivered; the sub-folder is the namespace
 *   FOLDER/x.csv.done                "x.csv is finished", by whoever delivered it, later than x.csv
 *   FOLDER/inbox.json, FOLDER/maps/  how files are read (engine/model/schema/inbox.json)
 *   FOLDER/work/                     taken and not yet filed: the next run goes on with it
 *   FOLDER/done/, FOLDER/rejects/    HASH-x.csv and its receipt, HASH-x.csv.report.json
 *   FOLDER/rejects/                  the rejected rows of what lies in done/ too (rejects.h)
 *
 * A file is taken when it is finished: it has a marker, or (as inbox.json says) files come here
 * by rename alone, or nothing changed for `settle_s` seconds. It is moved into work/, its marker is
 * removed, it is imported and published, its receipt is written, it is moved out of work/. Each
 * step is one rename, one removal or one publication, and a run that died between any two is
 * completed by the next: what lies in work/ comes first, and a source is known by its content.
 *
 * One run holds the folder (flock on the folder itself). Names with control characters or bytes
 * that are no UTF-8, links, pipes, devices and folders in sub-folders are refused and stay where
 * they are; folders are opened without following links, so that none can be exchanged for one.
 *
 * Units:     times are microseconds UTC, handed in.
 * Ownership: a handle; items and texts live until at_inbox_close.
 * Errors:    AT_LOCKED "E-INBOX-LOCKED"; AT_BAD_INPUT for inbox.json and the folder; AT_IO.
 */
#ifndef ASSETTRACE_JOBS_INBOX_H
#define ASSETTRACE_JOBS_INBOX_H

#include "engine/jobs/import.h"

typedef struct at_inbox at_inbox;

typedef enum at_inbox_standing {
    AT_INBOX_READY,
    AT_INBOX_WAITING, /* not finished yet, or its forerunner of the same name is not filed */
    AT_INBOX_REFUSED
} at_inbox_standing;

typedef struct at_inbox_item {
    const char *path; /* below the inbox: "bank-a/x.csv" */
    at_inbox_standing standing;
    const char *code, *message; /* why it is not ready */
    at_import_request request;  /* its path is where the file lies now */
    bool taken;                 /* lies in work/ */
} at_inbox_item;

typedef struct at_inbox_options {
    int64_t now_us;
    int64_t settle_s; /* -1: as inbox.json says */
    int lock_wait_ms;
    bool look_only; /* nothing is made, moved or removed */
} at_inbox_options;

AT_CHECKED at_status at_inbox_open(at_inbox **out, const char *folder,
                                   const at_inbox_options *options, at_error *err);
void at_inbox_close(at_inbox **inbox);

/** What lies in work/ first, then what was delivered, each sorted bytewise by path. */
const at_inbox_item *at_inbox_items(size_t *count_out, const at_inbox *inbox);

/**
 * Move a ready item into work/ (nothing to do for one that lies there) and remove its marker.
 * AT_BAD_INPUT "E-INBOX-KIND" when somebody exchanged it for something else meanwhile.
 */
AT_CHECKED at_status at_inbox_take(at_inbox *inbox, size_t index, at_error *err);

/** The folder below rejects/ where what was rejected of a taken item belongs, made if need be. */
AT_CHECKED at_status at_inbox_rejects(const char **out, at_inbox *inbox, size_t index,
                                      at_error *err);

/**
 * Write the receipt and move the taken item to done/ (`good`) or rejects/.
 *
 * @param to_out    where it lies now, below the inbox
 * @param received  SHA-256 of the file in hex; "" to have it computed
 */
AT_CHECKED at_status at_inbox_file(const char **to_out, at_inbox *inbox, size_t index, bool good,
                                   const char *received, const at_text *report, at_error *err);

#endif
