/**
 * error.h - what went wrong: at_status for code, at_error for people.
 *
 * A function that can fail returns at_status, is AT_CHECKED, leaves its `out` untouched on
 * failure and is called through AT_TRY. The lowest layer that knows the words writes the message
 * (one line, lower case, no full stop, the value in quotes); the layer that knows file and line
 * sets the place; only engine/cli prints.
 *
 * Ownership: an at_error is a plain value; everything is copied into it, cut if too long.
 */
#ifndef ASSETTRACE_BASE_ERROR_H
#define ASSETTRACE_BASE_ERROR_H

#include <stddef.h>
#include <stdint.h>

/* The kinds behind the exit codes of engine/README.md "Commands". */
typedef enum at_status {
    AT_OK = 0,
    AT_NO,        /* the answer is no */
    AT_USAGE,     /* the command line is not understood */
    AT_PARTIAL,   /* done, but something was left out and said */
    AT_BAD_INPUT, /* the bytes given are not what they should be */
    AT_TAMPERED,  /* evidence was changed */
    AT_REFUSED,   /* policy, quorum */
    AT_UNTRUSTED, /* intact, but by nobody we trust */
    AT_NO_STORE,  /* there is no store, or it is none of ours */
    AT_LOCKED,    /* another writer holds the store */
    AT_KEY,       /* wrong key or passphrase */
    AT_LIMIT,     /* a stated limit was reached */
    AT_NO_MEMORY,
    AT_IO,          /* disk full, read error, permission */
    AT_INTERRUPTED, /* SIGINT or SIGTERM */
    AT_BUG,         /* ours */
} at_status;

typedef struct at_error {
    at_status status;
    char code[32];     /* "E-MONEY-DECIMALS": stable, listed in base/codes.def */
    char message[512]; /* the fact, with the offending value */
    char hint[256];    /* what to do; may be empty */
    char place[256];   /* "line 41 of bank.csv"; may be empty */
} at_error;

#define AT_CHECKED __attribute__((warn_unused_result))
#define AT_PRINTF(format_index, first) __attribute__((format(printf, format_index, first)))
#define AT_CLEANUP(function) __attribute__((cleanup(function)))
#define AT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/** Run `expression`; when it is not AT_OK, return its status. */
#define AT_TRY(expression)                         \
    do {                                           \
        const at_status try_status = (expression); \
        if (try_status != AT_OK)                   \
            return try_status;                     \
    } while (0)

/**
 * Write what went wrong and return `status`, so that `return at_fail(...)` reads as one thought.
 * Clears hint and place. `err` may be NULL. `code` is a literal listed in codes.def.
 */
at_status at_fail(at_error *err, at_status status, const char *code, const char *format, ...)
    AT_PRINTF(4, 5);
#ifdef __clang_analyzer__ /* it cannot look into error.c, so tell it which status comes back */
#define at_fail(err, status, ...) ((void)at_fail((err), (status), __VA_ARGS__), (status))
#endif

/** Add what to do. Does nothing to a NULL `err`. */
void at_hint(at_error *err, const char *format, ...) AT_PRINTF(2, 3);

/** Say where, unless a lower layer already did. Does nothing to a NULL `err`. */
void at_place(at_error *err, const char *format, ...) AT_PRINTF(2, 3);

/** The paragraph behind an error code, or NULL for an unknown one (`help E-CODE`). */
const char *at_code_text(const char *code);

/** The code at `index` in codes.def order, or NULL past the end. */
const char *at_code_at(size_t index);

#endif
