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

# What makes devices differ, all of it at once.
EVERYTHING=noise=0.2~uniform:0.1,stuck_low=0.1,stuck_high=0.1,stuck_open=0.1,levels=16,drift_nu=0.05~normal:0.02

@test "every model with everything, one lane" {
    for model in sin-state:beta=0.5~normal:0.1 sin-resistance:r_off=10~normal:1 \
        linear-ion-drift:window=joglekar,p=2~normal:0.5 vteam:window=exponential,v_on=-0.2~normal:0.02 \
        yakopcic:x_p=0.3~uniform:0.1 mmss:tau=1e-4~lognormal:0.2,substeps=2 stanford-pku:e_a=0.6~normal:0.01 \
        linear-step soft-bounds exp-step; do
        if [[ $model == *:* ]]; then check --lanes 1 --model "$model,$EVERYTHING"
        else check --lanes 1 --model "$model:$EVERYTHING"; fi
    done
}
