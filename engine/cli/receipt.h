/**
 * receipt.h - what became of a file, for people and for programs.
 *
 * A receipt is the same text wherever it goes but on a terminal, which is served: labels are
 * translated there, and sums stand in columns. Sums are in minor units, as everywhere. JSON: the
 * object of "assettrace/receipts/1".
 */
#ifndef ASSETTRACE_CLI_RECEIPT_H
#define ASSETTRACE_CLI_RECEIPT_H

#include "engine/base/json.h"
#include "engine/cli/confined.h"
#include "engine/cli/output.h"
#include "engine/jobs/rejects.h"
#include "engine/store/receipt.h"

enum { AT_REJECTS_MODE = 0700 };

typedef struct at_receipt_print {
    bool accounts;                      /* totals of every account too */
    bool rejects, duplicates, warnings; /* all of that kind, not the first few; needs `store` */
    at_store *store;
    at_arena *arena;
    const at_rejects *written; /* where the rejected records lie as files; NULL: not written */
    at_output *people; /* a terminal: labels in the reader's language, sums as a table; or NULL */
} at_receipt_print;

/** The folder that `option` names for rejected records is made and may be written to. */
AT_CHECKED at_status at_rejects_folder(at_confined *list, const char *option, at_cli *cli,
                                       at_error *err);

AT_CHECKED at_status at_receipt_print_text(at_text *out, const at_receipt *receipt,
                                           const at_receipt_print *how, at_error *err);
/** One object into `json`, which stands where a value is wanted. `failure` may be NULL. */
AT_CHECKED at_status at_receipt_print_json(at_json_writer *json, const at_receipt *receipt,
                                           const at_error *failure, const at_receipt_print *how,
                                           at_error *err);

#endif
