#!/usr/bin/env bats
# The command line: options, help, JSON, exit statuses, messages and signals.
load common

teardown() {
    [ -z "${pid-}" ] || kill -9 "$pid" 2>/dev/null || true
}

# ---- Commands and help ------------------------------------------------------------------------

@test "without a command: the usage on stderr, exit 2" {
    try
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    [[ ${stderr_lines[0]} == "Usage: ohmscape COMMAND"* ]]
}

@test "--help, -h and help list the commands" {
    for word in --help -h help; do
        expect_ok "$word"
        for command in run devices models info; do
            grep -q "^  $command  .*[A-Z]" <<<"$output" || fail "$word names no $command: $output"
        done
    done
}

@test "--version prints the version of the header" {
    version=$(sed -n 's/^#define OHM_VERSION_[MP][A-Z]* \([0-9]*\)$/\1/p' host/ohmscape.h | paste -sd.)
    [ -n "$version" ]
    expect_ok --version
    [ "$output" = "ohmscape $version" ]
}

@test "run --help names every option" {
    expect_ok run --help
    for option in '-n, --neurons N' '--rows R' '--cols C' '-t, --steps T' '--dt DT' '--seed S' '--model MODEL' \
        '--stimulus STIMULUS' '--init INIT' '--flux' '--device DEVICE' '--fuse K' '--lanes L' '--band-rows R' \
        '-o, --output F.h5' '--from F.h5' '--every K' '--json' '-q, --quiet' '-h, --help'; do
        grep -qE -- "^ +$option( |\$)" <<<"$output" || fail "run --help does not name $option: $output"
    done
}

@test "the other commands' --help names their options and arguments" {
    expect_ok devices --help
    [[ ${lines[0]} == "Usage: ohmscape devices [OPTION]..." ]]
    [[ $output =~ "--json ".*"--help " ]]
    expect_ok models --help
    [[ ${lines[0]} == "Usage: ohmscape models [OPTION]... [NAME[@PRESET][:KEY=VALUE,...]]" ]]
    [[ $output =~ "--help " ]]
    expect_ok info --help
    [[ ${lines[0]} == "Usage: ohmscape info [OPTION]... F.h5" ]]
    [[ $output =~ "--json ".*"--help " ]]
}

@test "the defaults that run --help names are the defaults" {
    expect_ok run --help
    default() { sed -n "s/.* --$1 .*(default \([^)]*\)).*/\1/p" <<<"$output"; }
    arguments=()
    for option in neurons steps dt seed model stimulus init device fuse lanes band-rows; do
        value=$(default "$option")
        [ -n "$value" ] || value=$(sed -n "s/.* --$option .*auto (default).*/auto/p" <<<"$output")
        [ -n "$value" ] || fail "--$option has no default in: $output"
        arguments+=("--$option" "$value")
    done
    keep='del(.seconds, .setup_seconds, .synapse_steps_per_second, .peak_resident_bytes)'
    plain=$("$ohmscape" run --json | jq "$keep")
    spelled=$("$ohmscape" run --json "${arguments[@]}" | jq "$keep")
    [ -n "$plain" ]
    [ "$plain" = "$spelled" ]
}

@test "unknown commands and options are named" {
    expect_error 2 '^unknown command "frobnicate"$' frobnicate
    expect_error 2 '^unknown command ""$' ''
    expect_error 2 '^unknown option --frobnicate$' --frobnicate
    for command in run devices models info; do
        expect_error 2 '^unknown option --frobnicate$' "$command" --frobnicate
        expect_error 2 '^unknown option -x$' "$command" -x
    done
}

@test "the unknown letter is named among known options" {
    expect_error 2 '^unknown option -x$' run --json -x
    expect_error 2 '^unknown option -x$' run -qx
    expect_error 2 '^unknown option -x$' run --json -xq
}

@test "an option without its value is named" {
    expect_ok run --help
    options=$(sed -n 's/^ .*--\([a-z-]*\) [A-Z].*/\1/p' <<<"$output")
    [ "$(wc -w <<<"$options")" -eq 24 ]
    for option in $options; do
        expect_error 2 "^--$option needs a value$" run "--$option"
    done
    for letter in n t o; do
        expect_error 2 "^-$letter needs a value$" run "-$letter"
    done
}

@test "an option with a value it does not take is refused" {
    for option in flux json quiet; do
        expect_error 2 "--$option" run "--$option=1"
    done
}

@test "arguments too many or too few are refused" {
    expect_error 2 'less' run more less
    expect_error 2 'more' devices more
    expect_error 2 'one NAME' models uniform more
    expect_error 2 'one file' info
    expect_error 2 'one file' info a.h5 b.h5
}

@test "options may follow each other in any form" {
    expected=$(digest_of --device native --neurons 70 --steps 7)
    [ "$(digest_of --device native -n70 -t7)" = "$expected" ]
    [ "$(digest_of --device=native --neurons=70 --steps=7)" = "$expected" ]
    [ "$(digest_of --steps 7 --neurons 70 --device native)" = "$expected" ]
    [ "$(digest_of --device native --rows 70 --cols 70 -t 7)" = "$expected" ]
    [ "$(digest_of --device native -n 70 -t 8)" != "$expected" ]
}

# ---- JSON and summary -------------------------------------------------------------------------

@test "run --json has every key with its type" {
    expect_ok run --json --device native
    while read -r path type; do
        [ "$(jq -r "$path | type" <<<"$output")" = "$type" ] || fail "$path is no $type: $output"
    done <<'END'
.version string
.device object
.device.name string
.device.backend string
.device.type string
.device.driver string
.model string
.stimulus string
.init string
.dt number
.rows number
.cols number
.synapses number
.steps number
.step number
.seed number
.flux boolean
.fuse number
.lanes number
.interrupted boolean
.setup_seconds number
.seconds number
.synapse_steps_per_second number
.digest string
.state.min number
.state.max number
.state.mean number
.state.std number
.resistance.min number
.resistance.max number
.resistance.mean number
.conductance.min number
.conductance.max number
.conductance.mean number
.saved null
END
    expect_ok run --json --device native -o "$tmp/f.h5"
    expect_json ".saved == \"$tmp/f.h5\""
}

@test "run --json says what was run" {
    expect_ok run --json --device native --rows 3 --cols 70 -t 6 --dt 0.05 --seed 9 --fuse 4 --lanes 4 --flux \
        --model sin-state:r_off=20 --stimulus uniform:hi=2.5,lo=-1 --init constant
    expect_json '.model == "sin-state:beta=0.5,r_on=0.1,r_off=20"'
    expect_json '.stimulus == "uniform:lo=-1,hi=2.5" and .init == "constant:value=0.5"'
    expect_json '.rows == 3 and .cols == 70 and .synapses == 210 and .dt == 0.05 and .seed == 9'
    expect_json '.steps == 6 and .step == 6 and .fuse == 4 and .lanes == 4 and .flux and (.interrupted | not)'
    expect_json '.device.backend == "native" and .device.type == "native" and .device.name != ""'
    expect_json '.digest | test("^[0-9a-f]{16}$")'
    expect_json '.setup_seconds >= 0 and .seconds > 0'
    expect_json '(.synapse_steps_per_second * .seconds / (210 * 6) - 1 | fabs) < 1e-6'
    for quantity in state resistance conductance; do
        expect_json ".$quantity | .min < .mean and .mean < .max"
    done
    expect_json '.state.std > 0 and .state.min >= 0 and .state.max <= 1'
}

@test "run --json names an OpenCL device" {
    need_opencl
    try run --json --device 0.0
    [ "$status" -eq 0 ]
    expect_json '.device.backend == "opencl" and .device.name != "" and .device.driver != ""'
    expect_json '.device.type | test("^(cpu|gpu|other)$")'
}

@test "64-bit integers are exact in JSON" {
    expect_ok run --json --device native -t 0 --seed 18446744073709551615
    grep -qE '"seed":\s*18446744073709551615,' <<<"$output" || fail "$output"
    expect_ok run --json --device native -t 0 --seed 9007199254740993
    grep -qE '"seed":\s*9007199254740993,' <<<"$output" || fail "$output"
}

@test "every seed counts in all of its 64 bits" {
    digests=$(for seed in 0 1 4294967296 9223372036854775808 18446744073709551615; do
        digest_of --device native --seed "$seed"
    done)
    [ "$(sort -u <<<"$digests" | wc -l)" -eq 5 ] || fail "$digests"
}

@test "no steps are a run too" {
    expect_ok run --json --device native -t 0
    expect_json '.steps == 0 and .step == 0 and .seconds == 0 and .synapse_steps_per_second == 0'
    expect_json '.state.min >= 0.1 and .state.max <= 0.9'
}

@test "the summary has the digest and the parameters" {
    digest=$(digest_of --device native --rows 6 --cols 7 -t 5)
    expect_ok run --device native --rows 6 --cols 7 -t 5
    for text in "digest        $digest" '6 x 7' 'sin-state:beta=0.5,r_on=0.1,r_off=10' 'dt=0.1' 'uniform:lo=-5,hi=5'; do
        [[ $output == *"$text"* ]] || fail "no $text in $output"
    done
}

@test "--quiet prints nothing and still saves" {
    expect_ok run -q --device native -o "$tmp/f.h5"
    [ -z "$output" ]
    expect_ok info "$tmp/f.h5"
    expect_ok run --quiet
    [ -z "$output" ]
}

@test "--quiet does not silence errors" {
    expect_error 2 'steps' run -q --steps none
}

# ---- The same bits everywhere -----------------------------------------------------------------

# 13 rows: not a multiple of 2 or 3. 131 columns: two full blocks of 64, and 3 columns of a third.
scene=(--rows 13 --cols 131 --steps 29 --seed 77)

@test "native: every fuse, lane width and band height gives the same digest" {
    expected=$(digest_of "${scene[@]}" --device native)
    for fuse in 1 2 7 64 auto; do
        [ "$(digest_of "${scene[@]}" --device native --fuse "$fuse")" = "$expected" ] || fail "fuse $fuse"
    done
    for rows in 1 3 13 1000 auto; do
        [ "$(digest_of "${scene[@]}" --device native --band-rows "$rows")" = "$expected" ] || fail "band-rows $rows"
    done
    [ "$(digest_of "${scene[@]}" --device native --lanes auto)" = "$expected" ]
    widest=$("$ohmscape" devices --json | jq '.devices[] | select(.id == "native") | .lanes')
    for lanes in 1 4 8 16; do
        if [ "$lanes" -le "$widest" ]; then
            [ "$(digest_of "${scene[@]}" --device native --lanes "$lanes")" = "$expected" ] || fail "lanes $lanes"
        else
            expect_error 2 "no $lanes-lane" run "${scene[@]}" --device native --lanes "$lanes"
        fi
    done
}

@test "OpenCL: every fuse, lane width and band height gives the native digest" {
    need_opencl
    expected=$(digest_of "${scene[@]}" --device native)
    for fuse in 1 2 7 64 auto; do
        [ "$(digest_of "${scene[@]}" --device 0.0 --fuse "$fuse")" = "$expected" ] || fail "fuse $fuse"
    done
    for lanes in 1 4 8 16; do
        [ "$(digest_of "${scene[@]}" --device 0.0 --lanes "$lanes")" = "$expected" ] || fail "lanes $lanes"
    done
    for rows in 1 3; do
        [ "$(digest_of "${scene[@]}" --device 0.0 --band-rows "$rows")" = "$expected" ] || fail "band-rows $rows"
    done
}

@test "several devices share the rows and give the same digest" {
    expected=$(digest_of "${scene[@]}" --device native)
    [ "$(digest_of "${scene[@]}" --device native,native)" = "$expected" ]
    [ "$(digest_of "${scene[@]}" --device native,native,native --band-rows 2)" = "$expected" ]
    expect_ok run --json "${scene[@]}" --device native,native
    expect_json '.device.ids == ["native", "native"]'
    # More devices than rows: some get none.
    [ "$(digest_of --rows 1 --cols 9 --device native,native)" = "$(digest_of --rows 1 --cols 9 --device native)" ]
}

@test "OpenCL and native devices together give the same digest" {
    need_opencl
    expected=$(digest_of "${scene[@]}" --device native)
    for devices in 0.0,native native,0.0 0.0,0.0; do
        [ "$(digest_of "${scene[@]}" --device "$devices")" = "$expected" ] || fail "devices $devices"
    done
}

@test "two OpenCL devices share the rows" {
    need_opencl
    export POCL_DEVICES="pthread pthread" # PoCL then has its device twice
    "$ohmscape" devices --json | jq -e 'any(.devices[]; .id == "0.1")' >/dev/null || skip "no second OpenCL device"
    expected=$(digest_of --device native --rows 257 --cols 511)
    for fuse in 1 7; do
        [ "$(digest_of --device 0.0,0.1 --fuse $fuse --rows 257 --cols 511)" = "$expected" ]
    done
}

@test "both models give the same digest on both engines, with flux and without" {
    need_opencl
    for model in sin-state sin-resistance; do
        expected=$(digest_of "${scene[@]}" --device native --model "$model")
        [ "$(digest_of "${scene[@]}" --device 0.0 --model "$model")" = "$expected" ] || fail "$model"
        [ "$(digest_of "${scene[@]}" --device 0.0 --model "$model" --flux)" = "$expected" ] || fail "$model, flux"
        [ "$(digest_of "${scene[@]}" --device native --model "$model" --flux)" = "$expected" ] || fail "$model, native"
    done
}

# ---- devices, models, info --------------------------------------------------------------------

@test "devices lists the native engine first" {
    expect_ok devices
    [[ ${lines[0]} =~ ^device\ +type\ +units\ +lanes\ +memory\ +buffer\ +name ]]
    [[ ${lines[1]} =~ ^native\ +native\ +[0-9]+\ +(1|4|8|16)\  ]]
}

@test "devices --json lists the same devices" {
    expect_ok devices
    ids=$(awk 'NR > 1 { print $1 }' <<<"$output")
    expect_ok devices --json
    [ "$(jq -r '.devices[].id' <<<"$output")" = "$ids" ]
    expect_json '.devices[0] | .id == "native" and .backend == "native" and .type == "native"'
    expect_json 'all(.devices[1:][]; .id | test("^[0-9]+[.][0-9]+$"))'
    expect_json 'all(.devices[1:][]; .backend == "opencl" and (.type | test("^(cpu|gpu|other)$")))'
    expect_json 'all(.devices[]; .name != "" and .platform != "" and .driver != "")'
    expect_json 'all(.devices[]; .compute_units > 0 and .memory > 0 and .max_allocation > 0)'
    expect_json 'all(.devices[]; .lanes | IN(1, 4, 8, 16))'
}

@test "models lists models, stimuli and initial states" {
    expect_ok models
    grep -q '^Models (--model)$' <<<"$output"
    grep -q '^  sin-state  .*(default)$' <<<"$output"
    grep -q '^  sin-resistance  ' <<<"$output"
    grep -q '^Stimuli (--stimulus)$' <<<"$output"
    grep -q '^Initial states (--init)$' <<<"$output"
    [ "$(grep -c '^  uniform  .*(default)$' <<<"$output")" -eq 2 ]
    [ "$(grep -c '^  constant  ' <<<"$output")" -eq 2 ]
}

# The names under a heading of `ohmscape models`.
names_of() {
    "$ohmscape" models | awk -v heading="$1" '/^[^ ]/ { on = index($0, heading) == 1 } on && /^  / { print $1 }'
}

# The rows of the table of a model (its own), stimulus or initial state: key, default, lowest and highest value;
# of names the first two.
rows_of() {
    "$ohmscape" models "$2" |
        awk -v role="$1 " '/^[^ ]/ { on = index($0, role) == 1; table = 0 } table && !NF { table = 0 } on && table && !/ a path / { print $1, $4, $5, $6 }
                           / key .*symbol .*unit .*default .*range/ { table = 1 }' | tr -d '[],'
}

@test "models NAME shows keys, units, defaults, ranges and the source" {
    for name in $(names_of Models); do
        expect_ok models "$name"
        [[ $output =~ Source:\ .{20} ]] || fail "no source: $output"
    done
    expect_ok models sin-state
    grep -qE '^  beta +β +1 +0\.5 +\[-1e\+06, 1e\+06\] +plasticity' <<<"$output" || fail "$output"
    grep -qE '^  r_on +R_on +Ω +0\.1 +\[1e-12, 1e\+12\] +resistance' <<<"$output" || fail "$output"
    expect_ok models uniform
    [ "$(grep -cE '^(stimulus|init) uniform: ' <<<"$output")" -eq 2 ]
    grep -qE '^  hi +V_hi +V +5 +\[-1000, 1000\] ' <<<"$output" || fail "$output"
}

@test "models NAME shows the defaults that a run takes" {
    while read -r role heading; do
        names=$(names_of "$heading")
        [ "$(wc -w <<<"$names")" -ge 2 ]
        for name in $names; do
            case $name in pattern | file) continue ;; esac # they need a file
            written=$(rows_of "$role" "$name" | awk '{ printf "%s%s=%s", (NR == 1 ? ":" : ","), $1, $2 }')
            expect_ok run --json --device native -t 0 "--$role" "$name"
            run_with=$(jq -r ".$role" <<<"$output") # with sub-steps, which every device may have, behind its own
            [ "${run_with%,substeps=*}" = "$name$written" ] || fail "$role $name$written: $output"
        done
    done <<<$'model Models\nstimulus Stimuli\ninit Initial'
}

@test "what lies outside the range that models NAME shows is refused" {
    count=0
    while read -r role heading; do
        for name in $(names_of "$heading"); do
            while read -r key default low high; do
                [[ $low$high =~ ^[-+.e0-9]+$ ]] || continue # names
                count=$((count + 1))
                for value in -1e19 1e19; do
                    expect_error 2 "^$role $name: $key=.* is outside \[${low/+/\\+}, ${high/+/\\+}\]$" \
                        run --device native "--$role" "$name:$key=$value"
                done
            done < <(rows_of "$role" "$name")
        done
    done <<<$'model Models\nstimulus Stimuli\ninit Initial'
    [ "$count" -ge 12 ]
}

@test "an unknown name of models is refused" {
    expect_error 2 '"perpetual"' models perpetual
    expect_error 2 '"perpetual"' models perpetual:noise=1
    expect_error 2 'has no parameter "x"' models mmss:x=1
}

# Lognormal with deviation 0.5 both, cut at 1000 ohm half-way between: the mean of the upper is
# 1500 e^(0.5^2/2) Q(z - 0.5)/Q(z), z = ln(1000/1500)/0.5, and so on.
@test "models NAME:key=value shows what is drawn of spreads" {
    expect_ok models mmss:r_on=500~lognormal:0.5,r_off=1500~lognormal:0.5
    grep -qE '^  r_on +R_on +Ω +500~lognormal:0\.5 ' <<<"$output" || fail "$output"
    grep -qE '^  r_on +mean 501\.7[0-9]* +deviation 201\.[0-9]+ +from .* to 1000$' <<<"$output" || fail "$output"
    grep -qE '^  r_off +mean 1944\.[0-9]+ +deviation 862\.[0-9]+ +from 1000 to ' <<<"$output" || fail "$output"
    expect_ok models mmss:r_on=400
    grep -qE '^  r_on +R_on +Ω +400 ' <<<"$output" || fail "$output"
    ! grep -q '^  values drawn$' <<<"$output" || fail "nothing is spread: $output"
    expect_ok models uniform:lo=-2
    [ "$(grep -cE '^(stimulus|init) uniform: ' <<<"$output")" -eq 1 ]
}

@test "models NAME shows the model's polarity" {
    for name in $(names_of Models); do
        case $name in sin-resistance | vteam | jart-vcm) does=lowers ;; *) does=raises ;; esac
        expect_ok models "$name"
        grep -q "^  Polarity: V > 0 $does the conductance" <<<"$output" || fail "$output"
    done
}

@test "info describes a file" {
    expect_ok run -q --device native --rows 3 --cols 4 --seed 18446744073709551615 --flux --every 5 -o "$tmp/f.h5"
    digest=$(digest_of --device native --rows 3 --cols 4 --seed 18446744073709551615)
    expect_ok info "$tmp/f.h5"
    for text in '3 x 4' 'with flux' 'sin-state:beta=0.5,r_on=0.1,r_off=10' 'dt=0.1' 'uniform:lo=-5,hi=5' \
        'seed 18446744073709551615' '4 rows' "$digest"; do
        [[ $output == *"$text"* ]] || fail "no $text in $output"
    done
}

@test "info --json describes a file" {
    expect_ok run -q --device native --rows 3 --cols 4 --seed 18446744073709551615 --flux --every 5 -o "$tmp/f.h5"
    digest=$(digest_of --device native --rows 3 --cols 4 --seed 18446744073709551615)
    expect_ok info --json "$tmp/f.h5"
    expect_json '.rows == 3 and .cols == 4 and .synapses == 12 and .flux and .dt == 0.1'
    expect_json '.model == "sin-state:beta=0.5,r_on=0.1,r_off=10" and .stimulus == "uniform:lo=-5,hi=5"'
    expect_json '.init == "uniform:lo=0.1,hi=0.9" and .step == 20 and .series_rows == 4'
    expect_json ".digest == \"$digest\" and (.version | length > 0)"
    grep -qE '"seed":\s*18446744073709551615,' <<<"$output"
}

# ---- Bad input --------------------------------------------------------------------------------

# refused CODE PATTERN ARG...: `run ARG...` fails as said, and leaves the file it was to replace, and
# the folder around it, as they were.
refused() {
    local code=$1 pattern=$2
    shift 2
    mkdir -p "$tmp/out"
    echo old >"$tmp/out/old.h5"
    expect_error "$code" "$pattern" run --device native -o "$tmp/out/old.h5" "$@"
    [ "$(ls -A "$tmp/out"):$(cat "$tmp/out/old.h5")" = old.h5:old ] || show "should leave files alone" "$@"
}

# The value as it stands in a message, for a pattern.
quoted() {
    sed 's/[]\\.*+^$[]/\\&/g' <<<"\"$1\""
}

@test "sizes that are none are refused" {
    for n in 0 -3 2.5 '' abc 1e3 0x10 +5 ' 5' '5 ' 2147483649 99999999999999999999999; do
        for option in neurons rows cols; do
            refused 2 "^--$option: $(quoted "$n") is not a whole number from 1 to 2147483648$" "--$option" "$n"
        done
    done
}

@test "sizes that contradict each other are refused" {
    refused 2 '--rows and --cols' --rows 5
    refused 2 '--rows and --cols' --cols 5
    refused 2 '--neurons.*--rows' -n 5 --rows 5
    refused 2 '--neurons.*--cols' -n 5 --cols 5
    refused 2 '--neurons.*--rows' -n 5 --rows 5 --cols 5
}

@test "a crossbar beyond memory is refused with what it needs and what there is" {
    expect_error 1 '^a crossbar of 2147483648 x 2147483648 needs 16\.0 EiB, but .* \(native\) has [0-9.]+ [KMGTP]iB$' \
        run --device native -n 2147483648
    expect_error 1 'needs at least 96\.0 GiB of memory at a time, and may take [0-9.]+ [KMGTP]iB$' \
        run --device native -n 67108864 --flux # a block of its rows, twice
    expect_error 1 '^a crossbar of 1048576 x 1048576 needs 4\.0 TiB, but .* \(native\) has [0-9.]+ [KMGTP]iB$' \
        run --device native -n 1048576 --memory all
}

@test "a crossbar beyond an OpenCL device is refused with what it needs and what there is" {
    need_opencl
    expect_error 1 '^a crossbar of 2147483648 x 2147483648 needs 16\.0 EiB, but .* \(0\.0\) has [0-9.]+ [KMGTP]iB$' \
        run --device 0.0 -n 2147483648
}

@test "a crossbar beyond memory or disk leaves the old file alone" {
    refused 1 ' needs ' -n 2147483648
    refused 1 ' needs ' -n 67108864 --flux
    refused 1 ' needs ' --rows 2147483648 --cols 2147483647 --flux
}

@test "steps that are none are refused" {
    for steps in -1 1.5 '' many 72057594037927937 99999999999999999999; do
        refused 2 "^--steps: $(quoted "$steps") is not a whole number from 0 to 72057594037927936$" --steps "$steps"
    done
}

@test "time steps that are none are refused" {
    for dt in nan inf -inf 1e400 '' abc 0.1x ' 0.1'; do
        refused 2 "^--dt: $(quoted "$dt") is not a number above 0" --dt "$dt"
    done
    for dt in 0 -0.1 2e6; do
        refused 2 "dt: (\")?${dt/2e6/2e\\+06}" --dt "$dt"
    done
}

@test "seeds that are none are refused" {
    for seed in -1 1.5 '' abc 18446744073709551616; do
        refused 2 "^--seed: $(quoted "$seed") is not a whole number from 0 to 18446744073709551615$" --seed "$seed"
    done
}

@test "models that are none are refused" {
    refused 2 '^unknown model "perpetual"; available: sin-state, sin-resistance' --model perpetual
    refused 2 '^unknown model ""' --model ''
    refused 2 '^unknown model "sin"' --model sin
    refused 2 '^unknown model "sin-state-x"' --model sin-state-x
    refused 2 '^model sin-state has no parameter "alpha"; available: beta, r_on, r_off' --model sin-state:alpha=1
    refused 2 '^model sin-state has no parameter "bet"' --model sin-state:bet=1
    refused 2 '^model sin-state: beta is not a .*number' --model sin-state:beta
    refused 2 '^model sin-state: beta= is not a .*number' --model sin-state:beta=
    refused 2 '^model sin-state: beta=1=2 is not a .*number' --model sin-state:beta=1=2
    refused 2 '^model sin-state: beta is given twice' --model sin-state:beta=1,beta=1
    refused 2 '^model sin-state: beta=nan is not a finite number' --model sin-state:beta=nan
    refused 2 '^model sin-state: beta=inf is not a finite number' --model sin-state:beta=inf
    refused 2 '^model sin-state: r_on=0 is outside' --model sin-state:r_on=0
    refused 2 '^model sin-state: r_on=-1 is outside' --model sin-state:r_on=-1
    refused 2 '^model sin-state: r_on=20 exceeds r_off=10' --model sin-state:r_on=20,r_off=10
    refused 2 '^model sin-state: r_on=20 exceeds r_off=10' --model sin-state:r_on=20
    refused 2 '^model sin-state has no parameter ""' --model sin-state:beta=1,
    refused 2 '^model sin-state has no parameter ""' --model sin-state:
}

@test "stimuli that are none are refused" {
    refused 2 '^unknown stimulus "noise"; available: uniform, constant' --stimulus noise
    refused 2 '^stimulus uniform: lo=2 exceeds hi=1' --stimulus uniform:lo=2,hi=1
    refused 2 '^stimulus uniform: lo=nan is not a finite number' --stimulus uniform:lo=nan
    refused 2 '^stimulus uniform: hi=2000 is outside \[-1000, 1000\]' --stimulus uniform:hi=2000
    refused 2 '^stimulus constant: value=1e\+09 is outside \[-1000, 1000\]' --stimulus constant:value=1e9
    refused 2 '^stimulus constant has no parameter "lo"' --stimulus constant:lo=1
}

@test "initial states that are none are refused" {
    refused 2 '^init uniform: lo=-0.1 is outside \[0, 1\]' --init uniform:lo=-0.1
    refused 2 '^init uniform: hi=1.5 is outside \[0, 1\]' --init uniform:hi=1.5
    refused 2 '^init uniform: lo=0.8 exceeds hi=0.2' --init uniform:lo=0.8,hi=0.2
    refused 2 '^init constant: value=2 is outside \[0, 1\]' --init constant:value=2
    refused 2 '^unknown init "all"; available: uniform, constant' --init all
}

@test "devices that are none are refused" {
    refused 2 '^unknown device "quantum"' --device quantum
    refused 2 '^unknown device ""' --device ''
    refused 2 '^unknown device ""' --device native,
    refused 2 '^unknown device ""' --device ,native
    refused 2 '^unknown device "0"' --device 0
    refused 2 '^unknown device "0\."' --device 0.
    refused 2 '^unknown device "-1\.0"' --device -1.0
    refused 1 '^there is no OpenCL device 63\.63' --device 63.63
    refused 1 '^there is no OpenCL device 63\.63' --device native,63.63
}

@test "launch shapes that are none are refused" {
    for fuse in 0 -1 1.5 '' 65537 100000; do
        refused 2 "^--fuse: $(quoted "$fuse") is not a whole number from 1 to 65536$" --fuse "$fuse"
    done
    refused 2 'lanes: .*3.* 1, 4, 8 or 16' --lanes 3
    for lanes in 0 -1 17 x; do
        refused 2 "^--lanes: $(quoted "$lanes")" --lanes "$lanes"
    done
    for rows in 0 -1 x 2147483649; do
        refused 2 "^--band-rows: $(quoted "$rows") is not a whole number from 1 to 2147483648$" --band-rows "$rows"
    done
}

@test "--every without sense is refused" {
    for every in 0 -1 1.5 x; do
        refused 2 "^--every: $(quoted "$every") is not a whole number from 1" --every "$every"
    done
    expect_error 2 '^--every .*--output' run --device native --every 5
}

@test "outputs that can't be written are refused before the run" {
    refused 1 '/none/f\.h5: No such file or directory$' -o "$tmp/none/f.h5"
    refused 1 '/old\.h5/f\.h5: Not a directory$' -o "$tmp/out/old.h5/f.h5"
    refused 1 "$tmp: it is not a regular file$" -o "$tmp"
    refused 1 '/dev/null: it is not a regular file$' -o /dev/null
    # It would never end if the run came first.
    refused 1 'No such file or directory$' -t 72057594037927936 -o "$tmp/none/f.h5"
}

@test "an empty name of a file is refused before the run" {
    refused 1 'No such file or directory' -t 72057594037927936 -o ''
    refused 1 'No such file or directory' --from ''
}

@test "a folder that can't be written is refused before the run" {
    [ "$(id -u)" -ne 0 ] || skip "root may write anywhere"
    mkdir "$tmp/locked"
    chmod 555 "$tmp/locked"
    refused 1 '/locked/f\.h5: Permission denied$' -o "$tmp/locked/f.h5"
}

@test "an input that isn't there is refused" {
    refused 1 '^cannot read .*/none\.h5: No such file or directory$' --from "$tmp/none.h5"
    expect_error 1 '^cannot read .*/none\.h5: No such file or directory$' info "$tmp/none.h5"
}

# ---- Devices that fail ------------------------------------------------------------------------

without_opencl() {
    mkdir -p "$tmp/no-vendors"
    export OCL_ICD_VENDORS=$tmp/no-vendors/ OPENCL_VENDOR_PATH=$tmp/no-vendors/
    unset OCL_ICD_FILENAMES OPENCL_LAYERS
}

@test "without OpenCL the native engine is there" {
    expected=$(digest_of --device native)
    without_opencl
    expect_ok devices
    [ "${#lines[@]}" -eq 2 ]
    [[ ${lines[1]} == native* ]]
    expect_ok devices --json
    expect_json '.devices | map(.id) == ["native"]'
    [ "$(digest_of --device native)" = "$expected" ]
}

@test "without OpenCL auto takes the native engine and says so" {
    expected=$(digest_of --device native)
    without_opencl
    try run --json
    [ "$status" -eq 0 ]
    [ "$stderr" = "ohmscape: no OpenCL device found; using the native engine" ]
    expect_json ".digest == \"$expected\" and .device.backend == \"native\""
    expect_ok run --quiet
}

@test "without OpenCL its devices are refused" {
    without_opencl
    for device in gpu cpu 0.0 native,0.0; do
        refused 1 "^there is no OpenCL device ${device#native,}" --device "$device"
    done
}

@test "a GPU that isn't there is refused" {
    ! "$ohmscape" devices --json | jq -e 'any(.devices[]; .type == "gpu")' >/dev/null || skip "there is a GPU"
    refused 1 '^there is no OpenCL device gpu' --device gpu
}

@test "OHMSCAPE_KERNELS loads the kernels from a folder" {
    need_opencl
    expected=$(digest_of --device 0.0)
    export OHMSCAPE_KERNELS=kernels
    [ "$(digest_of --device 0.0)" = "$expected" ]
    mkdir "$tmp/two words"
    cp -r kernels/* "$tmp/two words"
    export OHMSCAPE_KERNELS="$tmp/two words"
    [ "$(digest_of --device 0.0)" = "$expected" ]
}

@test "kernels that don't build are shown with the compiler's log" {
    need_opencl
    mkdir "$tmp/kernels"
    cp -r kernels/* "$tmp/kernels"
    echo 'broken on purpose;' >>"$tmp/kernels/crossbar.cl"
    line=$(wc -l <"$tmp/kernels/crossbar.cl")
    export OHMSCAPE_KERNELS=$tmp/kernels
    try run --device 0.0 -o "$tmp/f.h5"
    [ "$status" -eq 1 ]
    [ -z "$output" ]
    [ "$(grep -c '^ohmscape: error: .*could not build the kernels' <<<"$stderr")" -eq 1 ] || fail "$stderr"
    grep -q "crossbar\.cl.*\b$line\b" <<<"$stderr" || fail "no crossbar.cl line $line in: $stderr"
    grep -q "broken" <<<"$stderr" || fail "$stderr"
    [ ! -e "$tmp/f.h5" ]
}

@test "a change in the folder of kernels counts at once" {
    need_opencl
    mkdir "$tmp/kernels"
    cp -r kernels/* "$tmp/kernels"
    export OHMSCAPE_KERNELS=$tmp/kernels
    digest_of --device 0.0
    sed -i '1i #error changed' "$tmp/kernels/models.h"
    try run --device 0.0
    [ "$status" -eq 1 ]
    grep -q 'models\.h.*changed' <<<"$stderr" || fail "$stderr"
}

# ---- Signals ----------------------------------------------------------------------------------

# start_long ARG...: starts a run that would take hours, and waits until it can be interrupted.
start_long() {
    "$ohmscape" run --json -n 1024 -t 10000000000 "$@" >"$tmp/out" 2>"$tmp/err" 3>&- &
    pid=$!
    wait_for_handler "$pid"
}

# interrupted SIGNAL CODE ARG...: the signal ends such a run with CODE, an error nowhere, and what was
# done in $output. Waits longer if it came before the first step.
interrupted() {
    local signal=$1 code=$2 delay
    shift 2
    for delay in 0.2 1 5 20; do
        start_long "$@"
        sleep "$delay"
        kill "-$signal" "$pid"
        status=0
        wait "$pid" || status=$?
        output=$(cat "$tmp/out")
        [ "$status" -eq "$code" ] || fail "exit status $status: $(cat "$tmp/err")"
        [ ! -s "$tmp/err" ] || fail "$(cat "$tmp/err")"
        [ "$(jq .steps <<<"$output")" -gt 0 ] && return
    done
    fail "no step done after $delay s: $output"
}

# The file that an interrupted run on a device saved goes on as if nothing had happened.
expect_resumable() {
    step=$(jq .step <<<"$output")
    expect_json '.interrupted and .steps == .step'
    [ "$("$ohmscape" info --json "$tmp/f.h5" | jq .step)" -eq "$step" ]
    [ "$("$ohmscape" info --json "$tmp/f.h5" | jq .digest)" = "$(jq .digest <<<"$output")" ]
    whole=$(digest_of --device "$1" -n 1024 -t $((step + 3)))
    [ "$(digest_of --device "$1" --from "$tmp/f.h5" -t 3)" = "$whole" ]
}

@test "SIGINT ends a native run in order" {
    interrupted INT 130 --device native -o "$tmp/f.h5"
    expect_resumable native
}

@test "SIGTERM ends a native run in order" {
    interrupted TERM 143 --device native -o "$tmp/f.h5"
    expect_resumable native
}

# The terminal that goes away sends it more than once.
@test "SIGHUP ends a run in order, however often it comes" {
    start_long --device native -o "$tmp/f.h5"
    for _ in 1 2 3; do kill -HUP "$pid" 2>/dev/null || true; done
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 129 ] || fail "exit status $status: $(cat "$tmp/err")"
    output=$(cat "$tmp/out")
    expect_json ".interrupted and .saved == \"$tmp/f.h5\""
    expect_ok info "$tmp/f.h5"
}

@test "a run under nohup goes on after SIGHUP" {
    trap '' HUP
    start_long --device native -o "$tmp/f.h5"
    trap - HUP
    kill -HUP "$pid"
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ] || fail "exit status $status: $(cat "$tmp/err")"
}

@test "SIGINT ends an OpenCL run in order" {
    need_opencl
    interrupted INT 130 --device 0.0 -o "$tmp/f.h5"
    expect_resumable 0.0
}

@test "SIGTERM ends an OpenCL run in order" {
    need_opencl
    interrupted TERM 143 --device 0.0 -o "$tmp/f.h5"
    expect_resumable 0.0
}

@test "an interrupted run says so in its summary" {
    "$ohmscape" run --device native -n 1024 -t 10000000000 >"$tmp/out" 2>&1 3>&- &
    pid=$!
    wait_for_handler "$pid"
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ]
    grep -qE '^interrupted +[0-9]+ of 10000000000 steps done$' "$tmp/out" || fail "$(cat "$tmp/out")"
}

@test "a second SIGINT ends a run at once" {
    # One launch of 65536 steps: minutes that the first signal waits for.
    start_long --device native -n 4096 --fuse 65536 -o "$tmp/f.h5"
    kill -INT "$pid"
    for ((i = 0; i < 100; i++)); do
        sleep 0.05
        kill -INT "$pid" 2>/dev/null || break
    done
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ]
    [ ! -s "$tmp/out" ]
    [ ! -e "$tmp/f.h5" ]
}

# ---- Standard output --------------------------------------------------------------------------

# into_full ARG...: the program's results go to a device that is full.
into_full() {
    [ -w /dev/full ] || skip "no /dev/full"
    run --separate-stderr sh -c 'exec "$0" "$@" >/dev/full' "$ohmscape" "$@"
    [ "$status" -eq 1 ] || show "should exit with 1" "$@"
    expect_message 'No space left on device' "$@"
}

@test "results that can't be written are an error" {
    into_full run --device native
    into_full run --device native --json
    into_full devices
    into_full devices --json
    into_full models
    into_full models uniform
    expect_ok run -q --device native -o "$tmp/f.h5"
    into_full info "$tmp/f.h5"
    into_full info --json "$tmp/f.h5"
}

@test "help that can't be written is an error" {
    into_full --help
    into_full --version
    into_full run --help
    into_full models --help
}

@test "a run whose results can't be written still saves" {
    into_full run --device native -o "$tmp/f.h5"
    expect_ok info "$tmp/f.h5"
}

@test "a closed standard output is an error" {
    run --separate-stderr sh -c 'exec "$0" "$@" >&-' "$ohmscape" run --device native
    [ "$status" -eq 1 ]
    expect_message 'standard output' run
}

@test "progress is shown on a terminal, unless --quiet" {
    need_terminal
    run script -qec "'$ohmscape' run --device native -t 20 >'$tmp/out'" /dev/null
    [[ $output =~ "step 20 of 20  "[0-9.e+]+" synapse-steps/s  "[0-9]+" s left" ]] || fail "no progress: $output"
    grep -q '^digest' "$tmp/out"
    ! grep -q 'left' "$tmp/out" || fail "progress among the results"
    run script -qec "'$ohmscape' run --device native -t 20 --quiet" /dev/null
    [ -z "$output" ]
}

# ---- The programs beside ----------------------------------------------------------------------

@test "view, figure and bench name the program they lack" {
    cp "$ohmscape" "$tmp/ohmscape"
    ohmscape=$tmp/ohmscape
    expect_error 1 'ohmscape-view' view
    expect_error 1 'ohmscape-view' figure --neurons 5
    expect_error 1 'ohmscape-bench' bench
    expect_ok --help
    [[ ! $output =~ (view|figure|bench) ]]
}

@test "bench hands its arguments over to the program beside" {
    cp "$ohmscape" "$tmp/ohmscape"
    printf '#!/bin/sh\nprintf "[%%s]" "$@"\nexit 7\n' >"$tmp/ohmscape-bench"
    chmod +x "$tmp/ohmscape-bench"
    ohmscape=$tmp/ohmscape
    try bench --sizes '1 2' ''
    [ "$status" -eq 7 ]
    [ "$output" = "[--sizes][1 2][]" ]
    expect_ok --help
    grep -q '^  bench  ' <<<"$output"
}

# ---- Accuracy and published devices ------------------------------------------------------------

@test "a step that is too long to be accurate is told, and what is advised is silent" {
    for command in "run -t 1" "iv --steps 1"; do
        try $command --device native --model stanford-pku:substeps=1
        [ "$status" -eq 0 ] && [ "${#stderr_lines[@]}" -eq 1 ] || show "should warn once" "$command"
        [[ $stderr =~ ^"ohmscape: warning: dt: 5e-10 is long for stanford-pku".*"substeps="[0-9]+ ]] || fail "$stderr"
    done
    try run --json --device native -t 1 --model stanford-pku:substeps=1
    expect_json '.warnings | length == 1 and (.[0] | test("^dt: 5e-10 is long"))'
    expect_ok run --json --device native -t 1 --model stanford-pku:substeps=128
    expect_json '.warnings == []'
}

@test "published devices have names, numbers and sources" {
    names=$(names_of 'Published devices')
    [ "$(wc -w <<<"$names")" -eq 17 ]
    for name in $names; do
        expect_ok models "$name"
        [ "$(grep -c 'Source: ' <<<"$output")" -eq 2 ] || fail "$name: no source of its own" "$output"
        grep -q "^  $name " <<<"$output" || fail "$name is not among the model's presets"
    done
    expect_ok models linear-step@PCMO
    grep -qE '^  gamma_down +γ⁻ +1 +0\.999907 ' <<<"$output" || fail "$output"
    expect_ok run -q --device native -t 3 --model linear-step@PCMO:noise_add=0 -o "$tmp/preset.h5"
    expect_ok run --json --device native -t 3 --from "$tmp/preset.h5" --model linear-step@PCMO:noise_add=0
    expect_json '.model | test("gamma_down=0.999907") and (test("@") | not)'
    expect_error 2 'model differs' run --from "$tmp/preset.h5" --model linear-step@EpiRAM
    expect_error 2 'has no preset "PCM"; available: EpiRAM' run --model linear-step@PCM
    expect_error 2 'has no preset "PCM"' models linear-step@PCM
}
