# Goal: a disk that is full at a random write, or fails at a random read, while files are imported,
#       replaced and withdrawn: a clean error, the store whole with exactly the published revisions,
#       and the same command on a mended disk gives the same answers byte for byte.
# Method: as root a small tmpfs that is made larger afterwards; else, and for reads, the calls of
#       failing.c. tests/cli/disk.sh tries every call of small operations, this one random ones of
#       larger operations.
. "$(dirname "$0")/lib.sh"
export ASSETTRACE_PIECE_BYTES=16384 # small pieces: some are committed before the end
rounds=4
[ "$minutes" -eq 0 ] || rounds=$((minutes * 20))
make_operations

mkdir disk
mounted=
unmount() {
    [ -z "$mounted" ] || umount "$work/disk"
    mounted=
}
trap 'ended=$?; set +e; cd /; unmount; (exit "$ended"); finish' EXIT
tmpfs=
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=64k tmpfs disk 2>err; then
    tmpfs=yes mounted=yes
    unmount
fi
[ -n "$tmpfs$preload" ] || needs 'root and a mount, or a build without a sanitizer,'

kib_of() {
    du -sk "$1" | cut -f 1
}

# full: on a file system with room for a random part of what the operation needs.
full() {
    draw 1000
    size=$(($(kib_of "$(before_of "$operation")") + 40 + ($(kib_of "$operation.at") * drawn / 1000)))
    how="a disk of $size KiB"
    mount -t tmpfs -o size=${size}k tmpfs disk
    mounted=yes
    begin_with "$operation" disk/test.at
    # shellcheck disable=SC2046
    "$bin" -s disk/test.at $(command_of "$operation") >told 2>err || status=$?
    mount -o remount,size=1g disk
}

# failing KIND CALLS: at a random call; a full disk stays full.
failing() {
    draw "$2"
    how="$1 $((drawn + 1)) of $2"
    begin_with "$operation" disk/test.at
    # shellcheck disable=SC2046
    env FAIL_KIND="$1" FAIL_AT=$((drawn + 1)) ${3:+FAIL_LASTING=1} LD_PRELOAD="$preload" \
        "$bin" -s disk/test.at $(command_of "$operation") >told 2>err || status=$?
}

felt=0
# round KIND
round() {
    draw_operation
    status=0
    eval "calls=\$${operation}_calls reads=\$${operation}_reads"
    case $1 in
    full) full ;;
    write) failing write "$calls" lasting ;;
    read) failing read "$reads" ;;
    esac
    story="$operation, $how"
    checks=$((checks + 1))
    # SQLite calls a table of contents that it could not read malformed: that is exit code 5.
    case $1$status in
    *0) ;;
    *69 | read5) felt=$((felt + 1)) ;;
    *) fail "$story: exit code $status: $(tail -n 2 err)" ;;
    esac
    goes_on disk/test.at
    expect "$story: the log" 0 -s disk/test.at log verify
    unmount
    rm -rf disk/test.at
}
for operation in $(echo "$operations" | tr ' ' '\n' | sort -u); do
    begin_with "$operation" "$operation.at"
    # shellcheck disable=SC2046
    expect "$operation" 0 -s "$operation.at" $(command_of "$operation")
done
i=0
while [ "$i" -lt "$rounds" ]; do
    i=$((i + 1))
    if [ -n "$tmpfs" ]; then
        round full
    else
        round write
    fi
    [ -z "$preload" ] || round read
done
checks=$((checks + 1))
[ "$felt" -gt 0 ] || fail 'no failure was felt'
echo "$rounds full disks${tmpfs:+ (tmpfs)}, as many failing reads: $felt were felt"
