# Every kernel under oclgrind, at every lane width: no race, no access out of bounds, no value used
# before it is set, and, since oclgrind is an OpenCL of its own, the same digest.
load common

setup() {
    common_setup
    need_command oclgrind
    # A sanitizer has to be loaded first, and oclgrind preloads itself.
    [ -z "$SANITIZE" ] || skip "not together with the sanitizers"
}

# check ARG...: runs all kernels on a small odd crossbar.
check() {
    local expected
    # The native engine at its own width: not every processor has the one asked for.
    expected=$(digest_of --device native --rows 5 --cols 70 --steps 3 "$@" --lanes auto)
    run --separate-stderr oclgrind --data-races --uninitialized --check-api --max-errors 5 \
        "$ohmscape" run --device 0.0 --json --rows 5 --cols 70 --steps 3 "$@"
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || fail "oclgrind, $*" "$stderr"
    [[ $output == "{"* ]] || fail "oclgrind complains, $*" "$output"
    expect_json ".digest == \"$expected\""
}

@test "sin-state" {
    for lanes in 1 4 8 16; do check --lanes $lanes; done
}

@test "sin-resistance with flux" {
    for lanes in 1 4 8 16; do check --lanes $lanes --flux --model sin-resistance; done
}

@test "constant distributions, in bands" {
    for lanes in 1 4 8 16; do
        check --lanes $lanes --stimulus constant --init constant --band-rows 2 --fuse 2
    done
}
