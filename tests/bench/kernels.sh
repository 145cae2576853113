# Goal: digests as fast as OpenSSL gives them, canonical JSON much faster than cJSON.
# Method: one second of each in turn (kernels.c, `openssl speed` of one thread), medians.
. "$(dirname "$0")/lib.sh"

# speed BYTES: OpenSSL's, bytes a second.
speed() {
    openssl speed -mr -seconds 1 -bytes "$1" -evp sha256 2>/dev/null | sed -n 's/^+F:.*://p'
}

section 'SHA-256'
said openssl speed -mr -seconds 1 -bytes N -evp sha256
said "$bench/bench_kernels" hash N
head_of 'bytes at once' 'assettrace, MB/s' "$(openssl version | cut -d ' ' -f 1-2), MB/s" \
    "openssl's speed divided by ours" goal
for bytes in 128 16384 1048576; do
    rm -f ours peer
    for _ in $(seq $rounds); do
        "$bench/bench_kernels" hash $bytes >>ours
        speed $bytes >>peer
    done
    awk -v bytes=$bytes -v ours="$(median ours)" -v peer="$(median peer)" 'BEGIN {
        printf "| %d | %.0f | %.0f | %.2f | %s |\n", bytes, ours / 1e6, peer / 1e6, peer / ours,
            bytes < 16384 ? " " : "at most 1.2" }'
done

section 'Canonical JSON'
said "$bench/bench_kernels" json 500000
said "$bench/bench_kernels" transfers 500000
head_of what 'assettrace, M objects/s' peer 'peer, M objects/s' 'ours divided by the peer' goal
"$bench/bench_kernels" json 500000
"$bench/bench_kernels" transfers 500000
