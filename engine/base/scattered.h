/**
 * scattered.h - large rooms of which little is written to, here and there.
 */
#ifndef ASSETTRACE_BASE_SCATTERED_H
#define ASSETTRACE_BASE_SCATTERED_H

#include <stddef.h>

/** Say so of a large item of an arena: small pages are taken where huge ones would be. What the
 * kernel makes of it changes nothing but time and memory. */
void at_memory_scattered(void *item, size_t bytes);

#endif
