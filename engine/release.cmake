# Write OUT, a C file with the release, the hash over the sources and the compiler (see
# engine/base/release.h). FILES is comma separated, relative to FOLDER, sorted.
string(REPLACE "," ";" files "${FILES}")
set(lines "")
foreach(name IN LISTS files)
    file(SHA256 "${FOLDER}/${name}" hash)
    string(APPEND lines "${hash}  ${name}\n")
endforeach()
string(SHA256 tree "${lines}")
file(WRITE "${OUT}" "/* Made by engine/release.cmake. */
#include \"engine/base/release.h\"

const char at_release[] = \"${RELEASE}\";
const char at_source_tree[] = \"${tree}\";
const char at_compiler[] = \"${COMPILER}\";
")
