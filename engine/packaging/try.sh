#!/bin/sh
# try.sh PACKAGES PROGRAM - install the .deb files in PACKAGES on an empty Debian 12 and use them.
#
# Makes a root of its own with debootstrap (so it must run as root) in a temporary folder, which is
# removed again. There, as an ordinary user: the case of harbour is imported, answered, sealed and
# verified, and its answers are the same bytes as PROGRAM gives here; the example of
# libassettrace-dev is compiled and run. At last everything is purged and nothing is left behind.
set -eu
packages=$(realpath "$1")
program=$(realpath "$2")
work=$(mktemp -d "${TMPDIR:-/tmp}/assettrace-try.XXXXXX")
debian=$work/root
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

say() {
    printf '== %s\n' "$*"
}

# quietly COMMAND...: what it says is shown only when it fails.
quietly() {
    "$@" >"$work/log" 2>&1 </dev/null && return
    tail -n 30 "$work/log" >&2
    echo "try: failed: $*" >&2
    exit 1
}

# inside SCRIPT: run it in the new root; what is mounted for it goes with it.
inside() {
    # shellcheck disable=SC2016 # the inner shell's
    unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec env -i LC_ALL=C.UTF-8 HOME=/root \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
        chroot "$0" sh -euc "$1"' "$debian" "$1"
}

say 'an empty Debian 12'
quietly debootstrap --variant=minbase bookworm "$debian"
cp /etc/resolv.conf "$debian/etc/resolv.conf"
apt-config dump | grep -E '^Acquire::(http|https|Check|Retries)' >"$debian/etc/apt/apt.conf.d/90host"
mkdir "$debian/packages"
cp "$packages"/*.deb "$debian/packages/"
chmod 755 "$debian/packages"
chmod 644 "$debian/packages/"*
quietly inside 'apt-get update && useradd -m officer'

say 'the program'
quietly inside 'apt-get install -y --no-install-recommends /packages/assettrace_*.deb'
cat >"$debian/home/officer/case.sh" <<'CASE'
set -eu
harbour=/usr/share/doc/assettrace/examples/harbour
export ASSETTRACE_ACTOR=officer
assettrace init harbour.at
assettrace -s harbour.at import "$harbour"
assettrace -s harbour.at run "$harbour/case.json" --json -o answers.json
(umask 077 && echo 'only for this try' >passphrase.txt)
assettrace key new officer --passphrase-file passphrase.txt
assettrace -s harbour.at seal "$harbour/case.json" --key officer.key \
    --passphrase-file passphrase.txt --output dossier
assettrace verify dossier --root officer.pub
cd dossier/bundle
sha256sum -c --strict --quiet manifest-sha256.txt tagmanifest-sha256.txt
CASE
quietly inside 'su - officer -c "sh case.sh"'
grep -E '^(content|verdict)' "$work/log"
export ASSETTRACE_ACTOR=officer
unset ASSETTRACE_STORE
quietly "$program" init "$work/here.at"
quietly "$program" -s "$work/here.at" import "$debian/usr/share/doc/assettrace/examples/harbour"
quietly "$program" -s "$work/here.at" run \
    "$debian/usr/share/doc/assettrace/examples/harbour/case.json" --json -o "$work/answers.json"
quietly cmp "$work/answers.json" "$debian/home/officer/answers.json"
echo "answers  $(wc -c <"$work/answers.json") bytes, the same as here"

say 'the library'
quietly inside 'apt-get install -y --no-install-recommends gcc libc6-dev pkg-config \
    /packages/libassettrace*.deb'
cat >"$debian/home/officer/example.sh" <<'EXAMPLE'
set -eu
cc /usr/share/doc/libassettrace-dev/examples/assets.c -o assets \
    $(pkg-config --cflags --libs assettrace)
owner=$(sed -n "s/.*\"owner\": {\"id\": \"\([^\"]*\)\".*/\1/p" \
    /usr/share/doc/assettrace/examples/harbour/truth.json)
./assets harbour.at "$owner" >rows
test -s rows
wc -l rows
EXAMPLE
quietly inside 'su - officer -c "sh example.sh"'
echo "example  $(cat "$work/log")"

say 'and away again'
quietly inside 'apt-get purge -y "assettrace*" "libassettrace*"'
left=$(find "$debian/usr" "$debian/etc" "$debian/var/lib" -name '*assettrace*' -not -path '*/apt/*')
if [ -n "$left" ]; then
    echo "try: left behind: $left" >&2
    exit 1
fi
echo 'everything is as it should be'
