# install.cmake - what `cmake --install` puts where, and the .deb files that CPack makes of it.
#
# Three components, one package each:
#   program      assettrace              the program, its manual page, what shells complete from,
#                                        its invented demonstration case
#   library      libassettrace<ABI>      libassettrace.so.<ABI>
#   development  libassettrace-dev       headers, both libraries to link with, assettrace.pc
#
# Headers keep their paths: #include "engine/query.h" is right inside the tree and outside of it;
# assettrace.pc names the folder they begin in. The files of a package depend on the source, the
# compiler and SOURCE_DATE_EPOCH alone; ./dev package sets it to the date of the release.
include(GNUInstallDirs)

set(packaging "${CMAKE_SOURCE_DIR}/engine/packaging")
set(doc "${CMAKE_INSTALL_DATAROOTDIR}/doc")
set(deb_library "libassettrace${ASSETTRACE_ABI}")

option(ASSETTRACE_DEB "prepare the .deb files that cpack makes (needs gzip and dpkg-dev)" OFF)

# --- Program and libraries --------------------------------------------------------------------

if(TARGET assettrace)
    install(TARGETS assettrace COMPONENT program)
    install(DIRECTORY "${CMAKE_SOURCE_DIR}/fixtures/worlds/harbour"
            DESTINATION "${doc}/assettrace/examples" COMPONENT program)

    # The program writes its own manual page and what shells complete from.
    set(written "${CMAKE_BINARY_DIR}/generated/written")
    file(MAKE_DIRECTORY "${written}")
    set(writes "")
    foreach(pair IN ITEMS "assettrace.1:help --man" "assettrace:completion bash"
                          "_assettrace:completion zsh" "assettrace.fish:completion fish")
        string(REGEX REPLACE ":.*" "" name "${pair}")
        string(REGEX REPLACE ".*:" "" words "${pair}")
        separate_arguments(words)
        add_custom_command(OUTPUT "${written}/${name}"
                           COMMAND assettrace ${words} > "${written}/${name}"
                           DEPENDS assettrace VERBATIM)
        list(APPEND writes "${written}/${name}")
    endforeach()
    set(page "${written}/assettrace.1")
    if(ASSETTRACE_DEB) # policy 12.1
        find_program(GZIP gzip REQUIRED)
        add_custom_command(OUTPUT "${page}.gz" COMMAND "${GZIP}" -9 -n -c "${page}" > "${page}.gz"
                           DEPENDS "${page}" VERBATIM)
        list(APPEND writes "${page}.gz")
        set(page "${page}.gz")
    endif()
    add_custom_target(written ALL DEPENDS ${writes})
    install(FILES "${page}" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT program)
    install(FILES "${written}/assettrace" COMPONENT program
            DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
    install(FILES "${written}/_assettrace" COMPONENT program
            DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions")
    install(FILES "${written}/assettrace.fish" COMPONENT program
            DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
endif()
# Scheduled imports (see the units' own words); an administrator enables them by hand.
configure_file("${packaging}/assettrace-import@.service.in"
               generated/assettrace-import@.service @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/generated/assettrace-import@.service"
              "${packaging}/assettrace-import@.timer"
        DESTINATION "lib/systemd/system" COMPONENT program)
install(FILES "${packaging}/assettrace.sysusers" RENAME assettrace.conf
        DESTINATION "lib/sysusers.d" COMPONENT program)
install(TARGETS assettrace_static assettrace_shared
        ARCHIVE COMPONENT development
        LIBRARY COMPONENT library NAMELINK_COMPONENT development)

# --- Headers, pkg-config, example -------------------------------------------------------------

# Every folder but the program's own. A header with a foreign include, or that includes such a header,
# is its room's secret: `secret` grows until nothing includes it.
file(GLOB_RECURSE headers RELATIVE "${CMAKE_SOURCE_DIR}" CONFIGURE_DEPENDS
     "${CMAKE_SOURCE_DIR}/engine/*.h" "${CMAKE_SOURCE_DIR}/importers/*.h"
     "${CMAKE_SOURCE_DIR}/queries/*.h")
list(FILTER headers EXCLUDE REGEX "^engine/cli/")
set(secret "<cJSON|<expat|<gmp|<igraph|<openssl|<sodium|<sqlite3|<unicode|<zlib|<zstd")
set(found TRUE)
while(found)
    set(found FALSE)
    foreach(header IN LISTS headers)
        file(STRINGS "${CMAKE_SOURCE_DIR}/${header}" uses REGEX "^#include (${secret})")
        if(uses)
            list(REMOVE_ITEM headers "${header}")
            string(APPEND secret "|\"${header}\"")
            set(found TRUE)
        endif()
    endforeach()
endwhile()
foreach(header IN LISTS headers)
    get_filename_component(folder "${header}" DIRECTORY)
    install(FILES "${header}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/assettrace/${folder}"
            COMPONENT development)
endforeach()

# The prefix is found from where the file lies, so that an installed tree can be moved.
file(RELATIVE_PATH pc_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" pc_up "${pc_up}")
list(JOIN foreign_modules ", " pc_requires)
configure_file("${packaging}/assettrace.pc.in" generated/assettrace.pc @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/generated/assettrace.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
install(FILES "${CMAKE_SOURCE_DIR}/tests/example/assets.c"
        DESTINATION "${doc}/libassettrace-dev/examples" COMPONENT development)

# --- Debian packages --------------------------------------------------------------------------

if(NOT ASSETTRACE_DEB)
    return()
endif()

# Policy 12.3: each package carries changelog and copyright; -n keeps name and time out of the gzip.
find_program(GZIP gzip REQUIRED)
add_custom_command(
    OUTPUT "${CMAKE_BINARY_DIR}/generated/changelog.Debian.gz"
    COMMAND "${GZIP}" -9 -n -c "${packaging}/changelog"
            > "${CMAKE_BINARY_DIR}/generated/changelog.Debian.gz"
    DEPENDS "${packaging}/changelog" VERBATIM)
add_custom_target(changelog ALL DEPENDS "${CMAKE_BINARY_DIR}/generated/changelog.Debian.gz")
foreach(pair IN ITEMS program:assettrace library:${deb_library} development:libassettrace-dev)
    string(REPLACE ":" ";" pair "${pair}")
    list(GET pair 0 component)
    list(GET pair 1 package)
    install(FILES "${packaging}/copyright" "${CMAKE_BINARY_DIR}/generated/changelog.Debian.gz"
            DESTINATION "${doc}/${package}" COMPONENT ${component})
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME assettrace)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_VENDOR assettrace)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL program library development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "assettrace maintainers <maintainers@assettrace.example>")
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SOURCE assettrace)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(version "${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME assettrace)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "jq, minisign")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "trace assets through networks, ownership and payments
assettrace answers a financial investigator's questions: who is connected,
what do they own through which chain, where did the money go, what of it can
be frozen. It reads bank statements and registers in Persian, Arabic, Russian,
Azerbaijani and English and seals the answer into a bundle that a court can
check with public tools alone.

Every figure leads back to the exact bytes of a source record. An invented
case to try it on is in /usr/share/doc/assettrace/examples/harbour.")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${deb_library})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA "${packaging}/triggers")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "trace assets through networks and payments - library
assettrace answers a financial investigator's questions: who is connected,
what do they own through which chain, where did the money go, what of it can
be frozen, every figure with the exact bytes of the source record it rests on.

This package contains the shared library, for other programs than assettrace.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libassettrace-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# assettrace.pc requires the modules of all of these, for those who link statically.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "${deb_library} (= ${version}), libcjson-dev, libexpat1-dev, libgmp-dev, libicu-dev, \
libigraph-dev, libsodium-dev, libsqlite3-dev, libssl-dev, libzstd-dev, zlib1g-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "trace assets through networks and payments - headers
assettrace answers a financial investigator's questions: who is connected,
what do they own through which chain, where did the money go, what of it can
be frozen, every figure with the exact bytes of the source record it rests on.

This package contains headers, the static library, assettrace.pc for pkg-config
and an example.")
include(CPack)
