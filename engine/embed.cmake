# Write OUT, a C file holding the files NAMES (comma separated, relative to FOLDER).
#
# Every file becomes a row of at_embedded_files (engine/base/embedded.h), in the order given, with its path
# under FOLDER as its name. A file x.sql is also visible as `const char at_x_sql[]`. Bytes are
# written as numbers because ISO C promises no string literal beyond 4095 characters.
string(REPLACE "," ";" names "${NAMES}")
set(arrays "")
set(rows "")
set(index 0)
foreach(name IN LISTS names)
    file(READ "${FOLDER}/${name}" hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(................................................................................)"
           "\\1\n    " bytes "${bytes}")
    get_filename_component(stem "${name}" NAME_WE)
    get_filename_component(extension "${name}" EXT)
    if(extension STREQUAL ".sql")
        set(variable "at_${stem}_sql")
        string(APPEND arrays "extern const char ${variable}[];\nconst char ${variable}[] = {\n")
    else()
        set(variable "file_${index}")
        string(APPEND arrays "static const char ${variable}[] = {\n")
    endif()
    # Bytes of UTF-8 above 127 do not fit where char is signed.
    string(REGEX REPLACE "(0x[89a-f][0-9a-f])," "(char)\\1," bytes "${bytes}")
    string(APPEND arrays "    ${bytes}0,\n};\n")
    string(APPEND rows "    {\"${name}\", ${variable}, sizeof(${variable}) - 1},\n")
    math(EXPR index "${index} + 1")
endforeach()
set(content "/* Made by engine/embed.cmake. */\n#include \"engine/base/embedded.h\"\n\n#include <stddef.h>\n\n")
string(APPEND content "${arrays}\nconst at_embedded_file at_embedded_files[] = {\n${rows}    {NULL, NULL, 0},\n};\n")
file(WRITE "${OUT}" "${content}")
