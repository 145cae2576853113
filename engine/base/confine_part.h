/**
 * confine_part.h - the two means of confine.c.
 */
#ifndef ASSETTRACE_BASE_CONFINE_PART_H
#define ASSETTRACE_BASE_CONFINE_PART_H

#include "engine/base/confine.h"

/* LeakSanitizer stops the process from a second one at exit and reads its memory map. */
#if defined(__SANITIZE_ADDRESS__)
#define AT_CONFINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define AT_CONFINE_SANITIZED 1
#endif
#endif
#ifndef AT_CONFINE_SANITIZED
#define AT_CONFINE_SANITIZED 0
#endif

/** Landlock's version, 0 when the kernel has none or one that cannot serve. */
int at_confine_files_offer(void);
AT_CHECKED at_status at_confine_files(int *version_out, const at_confine_path *paths, size_t count,
                                      at_error *err);

bool at_confine_calls_offer(void);
/** Wants no_new_privs. *done is false where there is no filter for this machine. */
AT_CHECKED at_status at_confine_calls(bool *done, at_error *err);

#endif
