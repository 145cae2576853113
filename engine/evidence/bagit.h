/**
 * bagit.h - is this folder a valid bag by the published standard, whoever made it?
 *
 * RFC 8493 (BagIt 1.0) and the drafts 0.93 to 0.97 it grew from: MD5, SHA-1, SHA-256 and SHA-512
 * manifests, tag files in UTF-8, UTF-16 and ISO-8859-1, fetch.txt for files that are already there.
 * Our own bags obey a much narrower profile (verify.h); this is the floor under it, and what a bag
 * received from elsewhere is held against.
 *
 * Stricter than needed in one thing: a link, device or socket in the bag is refused.
 * Errors: AT_BAD_INPUT "E-BAGIT-..." with the file as place; AT_IO. Nothing is ever fetched.
 */
#ifndef ASSETTRACE_EVIDENCE_BAGIT_H
#define ASSETTRACE_EVIDENCE_BAGIT_H

#include "engine/base/error.h"

AT_CHECKED at_status at_bagit_validate(const char *folder, at_error *err);

#endif
