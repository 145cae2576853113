/**
 * checksum.h - has anything changed by accident? XXH64, fast enough to check what is read.
 *
 * It protects against a failing disk or a file cut short, not against anybody: evidence is hashed
 * with engine/crypto/hash.h.
 *
 * Source:  Yann Collet, "xxHash fast digest algorithm", specification 0.1.1, XXH64; written anew.
 * Threads: any.
 */
#ifndef ASSETTRACE_BASE_CHECKSUM_H
#define ASSETTRACE_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

uint64_t at_checksum(const void *data, size_t bytes, uint64_t seed);

#endif
