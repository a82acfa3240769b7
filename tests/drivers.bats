#!/usr/bin/env bats
# Drivers that fail, crash or take their time while they build kernels. PoCL plays them all: it keeps what it
# has built in files, and believes whatever it finds there.
load common

setup_file() {
    find_python pty
    local program=${OHMSCAPE:-build/ohmscape}
    export EXPECTED= # where PoCL is there
    [ -z "${SANITIZE-}" ] || return 0
    "$program" devices --json | jq -e '.devices[1].platform == "Portable Computing Language" and .devices[1].type == "cpu"' \
        >/dev/null || return 0
    mkdir "$BATS_FILE_TMPDIR/cache"
    POCL_CACHE_DIR=$BATS_FILE_TMPDIR/cache "$program" run -q -n 40 --device cpu
    EXPECTED=$("$program" run --json -n 40 --device native | jq -er .digest)
}

setup() {
    common_setup
    [ -z "${SANITIZE-}" ] || skip "the sanitizers report PoCL's crashes as ours"
    [ -n "$EXPECTED" ] || skip "the first OpenCL device is not PoCL's"
    scene=(run --json -n 40)
    expected=$EXPECTED
    export POCL_CACHE_DIR=$tmp/cache
}

# damage PATTERN SIZE: a copy of the cache with some files cut or grown to that size.
damage() {
    rm -rf "$POCL_CACHE_DIR"
    cp -a "$BATS_FILE_TMPDIR/cache" "$POCL_CACHE_DIR"
    [ -n "$(find "$POCL_CACHE_DIR" -name "$1")" ] || fail "there is no $1"
    find "$POCL_CACHE_DIR" -name "$1" -exec truncate -s "$2" {} +
}

# falls_back REASON: auto takes the native engine, says why, and has the right result.
falls_back() {
    try "${scene[@]}"
    [ "$status" -eq 0 ] || fail "exit status $status: $stderr"
    [[ $stderr =~ ohmscape:\ .*$1.*"; using the native engine"$'\n'hint:\  ]] || fail "$stderr"
    expect_json ".digest == \"$expected\" and .device.backend == \"native\""
}

# is_refused REASON: the device by name is an error that says what to do.
is_refused() {
    try "${scene[@]}" --device cpu
    [ "$status" -eq 1 ] && [ -z "$output" ] || fail "exit status $status: $output"
    [[ $stderr =~ ohmscape:\ error:\ .*$1 ]] || fail "$stderr"
    [[ ${stderr_lines[-1]} == "hint: "*"remove $POCL_CACHE_DIR, or set POCL_CACHE_DIR"* ]] || fail "$stderr"
}

@test "a sound cache is used, without a word" {
    damage last_accessed 0
    expect_ok "${scene[@]}"
    expect_json ".digest == \"$expected\" and .device.backend == \"opencl\""
}

@test "a damaged cache crashes PoCL: auto goes on without it, and the device by name is an error" {
    # Cut files end it by abort and by SIGBUS; what is launched last is tried before the first step too.
    while read -r pattern size reason; do
        damage "$pattern" "$size"
        falls_back "$reason"
        damage "$pattern" "$size"
        is_refused "$reason"
    done <<'END'
program.bc 1000 crashed while building the kernels
program.bc 0 clCreateKernel failed
crossbar_advance.so 0 crashed while building the kernels
crossbar_fill.so 1000 crashed while building the kernels
crossbar_tally.so 4000 crashed while building the kernels
END
}

@test "a cache that cannot be written: auto goes on without PoCL" {
    : >"$POCL_CACHE_DIR"
    falls_back 'could not build the kernels'
    is_refused 'could not build the kernels'
}

@test "a full disk ends LLVM, and not the run" {
    mkdir "$POCL_CACHE_DIR"
    # shellcheck disable=SC2016
    local mounted='mount -t tmpfs -o size=400k none "$POCL_CACHE_DIR" && exec "$0" "$@"'
    unshare -rm sh -c "$mounted" true 2>/dev/null || skip "no file systems can be mounted here"
    printf '#!/bin/sh\nexec unshare -rm sh -c %q %q "$@"\n' "$mounted" "$(realpath "$ohmscape")" >"$tmp/ohmscape"
    chmod +x "$tmp/ohmscape"
    ohmscape=$tmp/ohmscape
    falls_back 'crashed while building the kernels'
    is_refused 'crashed while building the kernels'
}

@test "files that cannot grow are no end either" {
    mkdir "$POCL_CACHE_DIR"
    trap '' XFSZ
    ulimit -f 20
    falls_back 'the kernels'
    is_refused 'the kernels'
}

@test "a driver that computes wrong numbers is not used" {
    export OPENCL_LAYERS OPENCL_FAULT_WRONG=1
    OPENCL_LAYERS=$(realpath "${BUILD:-build}/tests/fault.so")
    falls_back 'computes wrong numbers at [0-9]* lanes'
    try "${scene[@]}" --device cpu -o "$tmp/wrong.h5"
    [ "$status" -eq 1 ] && [ -z "$output" ] || fail "exit status $status: $output"
    [[ $stderr == *"ohmscape: error: "*"computes wrong numbers at "*"hint: use another number of --lanes"* ]] || fail "$stderr"
    [ ! -e "$tmp/wrong.h5" ]
    unset OPENCL_FAULT_WRONG
    expect_ok "${scene[@]}"
    expect_json '.device.backend == "opencl"'
}

@test "auto does not take a device that is far slower than the native engine" {
    export OPENCL_LAYERS OPENCL_FAULT_SLOW=200
    OPENCL_LAYERS=$(realpath "${BUILD:-build}/tests/fault.so")
    falls_back 'times slower than the native engine'
    expect_ok "${scene[@]}" --device cpu
    expect_json ".digest == \"$expected\" and .device.backend == \"opencl\""
}

@test "a picture goes on without PoCL as well" {
    POCL_CACHE_DIR=$BATS_FILE_TMPDIR/cache "$ohmscape" view -q --headless -n 40 --device cpu
    damage crossbar_view.so 2000
    try view --headless -n 40 --screenshot "$tmp/a.png" --size 64x64
    [ "$status" -eq 0 ]
    [[ $stderr == "ohmscape: "*"crashed while building the kernels; using the native engine"* ]] || fail "$stderr"
    expect_ok view --headless -q -n 40 --screenshot "$tmp/b.png" --size 64x64 --device native
    cmp "$tmp/a.png" "$tmp/b.png"
}

@test "a terminal is told that kernels are compiled, and Ctrl-C does not wait for them" {
    [ -n "${PYTHON-}" ] || skip "no python3"
    need_terminal
    local command
    for command in "run -n 40" "iv" "view --headless -n 40" "bench throughput --sizes 40 --devices"; do
        rm -rf "$POCL_CACHE_DIR"
        mkdir "$POCL_CACHE_DIR"
        [[ $command = bench* ]] && command="$command cpu" || command="$command --device cpu"
        # shellcheck disable=SC2086
        "$PYTHON" - "$ohmscape" $command <<'END'
import os, pty, signal, subprocess, sys, time
ours, theirs = pty.openpty()
program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs)
os.close(theirs)
said = b""
while not said.endswith(b"(first time only)\r\n"):
    said += os.read(ours, 1000)
assert b"ohmscape: compiling kernels for " in said, said
program.send_signal(signal.SIGINT)
assert program.wait() == 130, program.returncode
END
        # What would have been built last is not there.
        [ -z "$(find "$POCL_CACHE_DIR" -name crossbar_tally.so)" ]
    done
}
