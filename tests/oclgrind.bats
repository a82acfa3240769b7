# Every kernel under oclgrind, at every lane width: no race, no access out of bounds, no value used
# before it is set, and, since oclgrind is an OpenCL of its own, the same digest.
load common

setup() {
    common_setup
    need_command oclgrind
    # A sanitizer has to be loaded first, and oclgrind preloads itself.
    [ -z "$SANITIZE" ] || skip "not together with the sanitizers"
    size=(--rows 5 --cols 70 --steps 3) # small and odd
}

# check LANES ARG...: runs all kernels on a crossbar of $size. At 8 lanes and more without --uninitialized: there
# oclgrind 21.10 crashes on shuffles with places left undefined, which its clang makes of a number in all lanes.
check() {
    local lanes=$1 expected options=(--data-races --check-api --max-errors 5)
    shift
    [ "$lanes" -gt 4 ] || options+=(--uninitialized)
    # The native engine at its own width: not every processor has the one asked for.
    expected=$(digest_of --device native "${size[@]}" "$@" --lanes auto)
    run --separate-stderr oclgrind "${options[@]}" \
        "$ohmscape" run --device 0.0 --json "${size[@]}" "$@" --lanes "$lanes"
    # The time step's; and the loop of jart-vcm that clang is told to unroll, and does not without optimising.
    stderr=$(grep -v '^ohmscape: warning: \|^1 warning generated' <<<"$stderr" || true)
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || fail "oclgrind, $lanes lanes, $*" "$stderr"
    [[ $output == "{"* ]] || fail "oclgrind complains, $lanes lanes, $*" "$output"
    expect_json ".digest == \"$expected\""
}

# everything MODEL: the model with all that makes devices differ.
everything() {
    local separator=:
    [[ $1 != *:* ]] || separator=,
    echo "$1${separator}noise=0.2~uniform:0.1,noise_add=0.01~uniform:0.005,write_noise=0.05,read_noise=0.02,stuck=0.1,stuck_low=0.1,stuck_high=0.1,stuck_open=0.1,levels=16,drift_nu=0.05~normal:0.02"
}

@test "sin-state" {
    for lanes in 1 4 8 16; do check $lanes; done
}

@test "sin-resistance with flux" {
    for lanes in 1 4 8 16; do check $lanes --flux --model sin-resistance; done
}

# Not at four lanes, where oclgrind 21.10 takes sums of readouts that are there for uninitialized.
@test "spiking networks, by voltages and by a rule" {
    local lanes network=spiking:rate=500,weight=0.5,refractory=0
    size=(--rows 70 --cols 70 --steps 3) # two blocks of rows
    for lanes in 1 16; do check $lanes --stimulus $network; done
    check 1 --model "$(everything soft-bounds:dw_min=0.02)" --stimulus $network,plasticity=triplet
    check 16 --model soft-bounds:dw_min=0.02 --stimulus $network,plasticity=triplet
}

@test "constant distributions, in bands" {
    for lanes in 1 4 8 16; do
        check $lanes --stimulus constant --init constant --band-rows 2 --fuse 2
    done
}

# spread MODEL: the model with a spread of its own.
spread() {
    case $1 in
        sin-state) echo "$1:beta=0.5~normal:0.1" ;;
        sin-resistance) echo "$1:r_off=10~normal:1" ;;
        linear-ion-drift) echo "$1:window=joglekar,p=2~normal:0.5" ;;
        vteam) echo "$1:window=exponential,v_on=-0.2~normal:0.02" ;;
        yakopcic) echo "$1:x_p=0.3~uniform:0.1" ;;
        mmss) echo "$1:tau=1e-4~lognormal:0.2,substeps=2" ;;
        stanford-pku) echo "$1:substeps=1,e_a=0.6~normal:0.01" ;;
        jart-vcm) echo "$1:substeps=1,radius=45e-9~normal:2e-9" ;;
        linear-step | soft-bounds | exp-step) echo "$1" ;;
        table-step) echo "$1:u3=0.008~normal:0.002" ;;
        *) fail "which spread of $1?" ;;
    esac
}

@test "every model with everything" {
    models=$("$ohmscape" models | sed -n '/^Models/,/^$/s/^  \([a-z-]*\) .*/\1/p')
    [ "$(wc -w <<<"$models")" -ge 11 ]
    for model in $models; do
        size=(--rows 2 --cols 70 --steps 3)                            # of a group of four rows
        [ "$model" != jart-vcm ] || size=(--rows 1 --cols 7 --steps 3) # looking for its currents is long
        spread=$(spread "$model")
        check 1 --model "$(everything "$spread")"
    done
}

@test "everything in more lanes" {
    size=(--rows 2 --cols 70 --steps 3)
    for lanes in 4 8; do check $lanes --flux --model "$(everything "$(spread yakopcic)")"; done
    check 8 --model "$(everything "$(spread vteam)")"
    check 16 --model "$(everything "$(spread soft-bounds)")"
}

@test "an idle time that a step ends" {
    printf '%s\n' 'rows = 5' 'cols = 70' "model = $(everything soft-bounds)" '[write]' 'steps = 2' 'idle = 1000' '[later]' \
        'steps = 1' >"$tmp/idle.ini"
    expected=$("$ohmscape" run "$tmp/idle.ini" --device native --json | jq -r .digest)
    run --separate-stderr oclgrind --data-races --check-api --max-errors 5 --uninitialized \
        "$ohmscape" run "$tmp/idle.ini" --device 0.0 --json --lanes 4
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || fail "oclgrind" "$stderr"
    expect_json ".digest == \"$expected\""
}

@test "lines and images" {
    for lanes in 1 8; do
        check $lanes --flux --stimulus lines --band-rows 2
        check $lanes --flux --stimulus pattern:file=host/example/omega.png,noise=0.2 --band-rows 2
    done
}

# check_read LANES ARG...: readouts of vectors from x.npy, or with --transpose from u.npy. Not with --uninitialized,
# which takes a state that was read from a file for one.
check_read() {
    local lanes=$1 input=x expected
    shift
    [[ " $* " != *" --transpose "* ]] || input=u
    expect_ok read --from "$tmp/s.h5" --input "$tmp/$input.npy" --device native --json "$@"
    expected=$(jq -r .digest <<<"$output")
    run --separate-stderr oclgrind --data-races --check-api --max-errors 5 \
        "$ohmscape" read --from "$tmp/s.h5" --input "$tmp/$input.npy" --device 0.0 --lanes "$lanes" --json "$@"
    stderr=$(grep -v '^1 warning generated' <<<"$stderr" || true)
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || fail "oclgrind, $lanes lanes, $*" "$stderr"
    expect_json ".digest == \"$expected\""
}

@test "readouts of both ways, one vector and many, and by the model's own law" {
    local lanes
    # Matrices of the right widths: states of other crossbars, in place of voltages.
    expect_ok run -q --device native --rows 5 --cols 67 -t 1 -o "$tmp/v.h5"
    expect_ok export "$tmp/v.h5" --quiet --quantity state -o "$tmp/x.npy"
    expect_ok run -q --device native --rows 5 --cols 17 -t 1 -o "$tmp/v.h5"
    expect_ok export "$tmp/v.h5" --quiet --quantity state -o "$tmp/u.npy"
    expect_ok run -q --device native --rows 67 --cols 17 -t 2 -o "$tmp/s.h5"
    for lanes in 1 4 8 16; do
        check_read $lanes
        check_read $lanes --transpose
    done
    expect_ok run -q --device native --rows 67 --cols 17 --model "$(everything "$(spread yakopcic)")" -t 2 -o "$tmp/s.h5"
    check_read 4 --exact
    check_read 1 --exact --transpose
}
