/**
 * proof.h - that one record belongs to a file as received, shown without any other record.
 *
 * An inclusion proof of RFC 9162 from the record's salted leaf to the root of its source's tree,
 * with the custody entry that announced this root. Made from the archived file: no more is read
 * than the block of records it lies in (AT_FEED_BLOCK, feed.h) - of a compressed file, all that
 * lies before it - and that block must give the root that was stored at import.
 *
 * The text form is described in engine/evidence/FORMATS.md, "Inclusion proof".
 *
 * Ownership: texts of the entry live in the arena given.
 * Errors:    AT_BAD_INPUT "E-ADDRESS-UNKNOWN" when no record of a visible source lies exactly
 *            there; AT_TAMPERED "E-SOURCE-TAMPERED" when the archived bytes no longer give the
 *            stored root, "E-STORE-DAMAGED", "E-CUSTODY-STORE" when store and log disagree.
 */
#ifndef ASSETTRACE_STORE_PROOF_H
#define ASSETTRACE_STORE_PROOF_H

#include "engine/crypto/tree.h"
#include "engine/store/custody.h"
#include "engine/store/reader.h"

typedef struct at_record_proof {
    at_address address;
    char record_hash[65]; /* SHA-256 of the record's bytes */
    uint64_t index;       /* of the leaf: the record's number in its source, less one */
    uint64_t tree_size;
    uint8_t salt[AT_TREE_SALT_BYTES];
    at_tree_hash leaf, root;
    at_tree_hash path[AT_TREE_LEVELS]; /* nearest sibling first */
    size_t path_count;
    at_custody_entry entry;
} at_record_proof;

/** Of the first visible source that has the record. */
AT_CHECKED at_status at_proof_make(at_record_proof *out, at_reader *reader,
                                   const at_address *address, at_arena *arena, at_error *err);

/** The text form, one line of canonical JSON with a line feed. */
AT_CHECKED at_status at_proof_format(at_text *out, const at_record_proof *proof, at_error *err);

#endif
