/**
 * release.h - which program this is: what a bundle and a seal say of their maker.
 *
 * The source tree's hash is the SHA-256 over lines `<sha256>  <path>` of every source file that the
 * program is built from, sorted by path - what `sha256sum` prints for them, hashed again. It is
 * taken at build time (engine/release.cmake), so two builds of one tree say the same.
 */
#ifndef ASSETTRACE_BASE_RELEASE_H
#define ASSETTRACE_BASE_RELEASE_H

extern const char at_release[];     /* "0.1.0" */
extern const char at_source_tree[]; /* 64 hex digits */
extern const char at_compiler[];    /* "GNU 12.2.0" */

#endif
