/**
 * bag.h - write a BagIt 1.0 bag (RFC 8493) that is a function of its payload alone.
 *
 * Files are written as they come into a folder that must not exist; at_bag_finish adds bagit.txt,
 * bag-info.txt (External-Identifier, Payload-Oxum; no date), manifest-sha256.txt,
 * manifest-sha512.txt and tagmanifest-sha256.txt. The bag's id is the SHA-256 of the last one.
 * Files get mode 0444.
 *
 * Ownership: at_bag is a handle. Closing an unfinished bag removes its folder.
 * Errors:    AT_BAD_INPUT "E-BAG-PATH" for a name the profile forbids or one given twice; AT_IO.
 */
#ifndef ASSETTRACE_EVIDENCE_BAG_H
#define ASSETTRACE_EVIDENCE_BAG_H

#include "engine/base/error.h"
#include "engine/crypto/hash.h"

typedef struct at_bag at_bag;

AT_CHECKED at_status at_bag_open(at_bag **out, const char *folder, at_error *err);
/** `path` is below the bag: "data/bundle.json". */
AT_CHECKED at_status at_bag_put(at_bag *bag, const char *path, const void *data, size_t bytes,
                                at_error *err);
/** `identifier`: one line of printable ASCII. Everything is on the disk when this returns AT_OK. */
AT_CHECKED at_status at_bag_finish(char id_out[AT_SHA256_TEXT_BYTES], at_bag *bag,
                                   const char *identifier, at_error *err);
/** Of the payload so far. */
uint64_t at_bag_bytes(const at_bag *bag);
void at_bag_close(at_bag **bag);

#endif
