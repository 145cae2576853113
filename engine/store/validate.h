/**
 * validate.h - what the store refuses whoever brings it: a fact that could not be asked about
 * later.
 *
 * Errors: AT_BAD_INPUT or AT_LIMIT with the code that goes into the receipt: "E-ID-EMPTY",
 *         "E-ID-RESERVED", "E-ID-TEXT", "E-FACT-KIND", "E-FACT-WORD", "E-FACT-MISSING",
 *         "E-AMOUNT-NEGATIVE", "E-ACCOUNT-OPENING", "E-TRANSFER-SELF", "E-LEG-FEE",
 *         "E-CURRENCY-UNKNOWN", "E-SHARE-RANGE", "E-TIME-MISSING".
 */
#ifndef ASSETTRACE_STORE_VALIDATE_H
#define ASSETTRACE_STORE_VALIDATE_H

#include "engine/model/record.h"

enum { AT_ID_BYTES_MAX = 1024 };

/* What all facts of a source are judged by. */
typedef struct at_known {
    const at_token *tokens;
    size_t token_count;
    at_currency_memo currencies;
} at_known;

AT_CHECKED at_status at_validate(const at_fact *fact, at_known *known, at_error *err);

/** "E-NAMESPACE": a namespace is 1-64 characters without '/', ':', '@' and control characters. */
AT_CHECKED at_status at_validate_name_space(const char *name, at_error *err);

#endif
