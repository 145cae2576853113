/**
 * piece.h - an import that is stored in pieces before it is published.
 *
 * A file of AT_PIECES_FROM bytes of content or more is committed every AT_PIECE_BYTES of it, where
 * its importer can begin again (sink.h); smaller files and formats that are read as a whole stay
 * one transaction. What is committed belongs to a source that no revision has: nobody sees it. The
 * table `pending` says what is being imported and how, `piece` where each piece ends and what the
 * rest depends on; the rows of both go when the source is published.
 *
 * A store has one pending import at most. The same import goes on after its last piece; any other
 * change of the store takes the pieces back first (recover.h). The same is: the same file, read in
 * the same way, by the same release. A file whose device, inode, size, times and samples are those
 * of then is not read again; any other is archived as always and must have the same hash. Either
 * way the rest is read from the archived copy, after it was shown to continue to the hash of the
 * whole from the state that SHA-256 had when the copy was made (crypto/prefix.h): so what is parsed
 * is what was hashed, and what was parsed before is not read again.
 *
 * Ownership: at_pending lives in the arena given.
 * Errors:    AT_TAMPERED "E-STORE-DAMAGED"; what db.h says.
 */
#ifndef ASSETTRACE_STORE_PIECE_H
#define ASSETTRACE_STORE_PIECE_H

#include "engine/store/archive.h"
#include "engine/store/db.h"

/* One gigabyte has thirty pieces: 3 % of it are read again at most. */
#define AT_PIECE_BYTES (UINT64_C(32) << 20)
enum { AT_PIECES_FROM = 4 }; /* pieces that a file must have */

/* The pending import of a store. */
typedef struct at_pending {
    int64_t source;                        /* 0 = there is none */
    int64_t newest;                        /* revision when it began */
    int64_t first_thing, first_name_space; /* those from here on are its own */
    const char *detail;                    /* how the log names it */
    char request[65];                      /* hash of what was asked for */
    char received[65], content[65];
    uint64_t bytes, content_bytes;
    at_file_mark mark;
    at_span states; /* of SHA-256, every AT_ARCHIVE_STEP bytes */
    uint8_t secret[AT_SHA256_BYTES];

    /* Its last piece. */
    int64_t number;
    uint64_t offset; /* of the next record */
    at_span state;   /* and 8 bytes of at_piece_sum, as state.h puts numbers */
} at_pending;

/** source 0 when there is none. */
AT_CHECKED at_status at_pending_read(at_pending *out, sqlite3 *db, at_arena *arena, at_error *err);
/** Its source's number alone; 0 when there is none. */
AT_CHECKED at_status at_pending_source(int64_t *out, sqlite3 *db, at_error *err);
/** "import of ... is stored up to byte N ...": what is there and what becomes of it. */
AT_CHECKED at_status at_pending_say(const char **out, const at_pending *pending, at_arena *arena,
                                    at_error *err);

/* What an import knows of its pieces. */
typedef struct at_pieces {
    uint64_t piece_bytes; /* 0: one transaction */
    /* Of at_pieces_due alone: the next piece ends here or a little later; records asked for. */
    uint64_t border, asked;
    int64_t count;   /* committed */
    uint64_t offset; /* where the last one ends */
    int64_t newest, first_thing, first_name_space;
    char request[65];
    uint64_t resumed; /* where this program went on; 0 = it began */
    uint64_t again;   /* bytes before that place which were read again to make sure of the rest */
    at_span state;    /* of the importer, there */
} at_pieces;

/** Before anything of the import is stored. */
AT_CHECKED at_status at_pieces_begin(at_import *import, at_error *err);
/** For the sink: is a piece due before the record at `offset` (asked before each, perhaps by
 * another thread), and commit it. */
bool at_pieces_due(void *import, uint64_t offset);
AT_CHECKED at_status at_pieces_keep(void *import, uint64_t offset, at_span state, at_error *err);

/** A piece says where the rest begins and what it depends on: not a bit of that may change. */
uint64_t at_piece_sum(at_span state, at_span things, uint64_t offset);

/** Hash of all that decides what a file's bytes become. resume.c */
AT_CHECKED at_status at_resume_request(char out[65], const at_source_info *info, at_error *err);
/** Is the pending import this one? Either way import->archived is
 * filled: with the copy made then, looked at as far as needed, or with a new one. resume.c */
AT_CHECKED at_status at_resume_find(bool *out, at_import *import, const at_pending *pending,
                                    at_error *err);
/** Make the import what it was after the last piece; call in its transaction, after at_put_begin
 * made it ready. resume.c */
AT_CHECKED at_status at_resume_load(at_import *import, const at_pending *pending, at_error *err);

#endif
