#!/usr/bin/env bats
# Experiment files, idle times, I-V curves, and the stimuli and models as a user gives them.
load common

setup() {
    common_setup
    ohmscape=$(realpath "$ohmscape")
    cp host/example/*.ini host/example/omega.png "$tmp"
    cd "$tmp" || return
}

# experiment LINE...: writes them to e.ini.
experiment() {
    printf '%s\n' "$@" >e.ini
}

@test "the examples run, and save what they say" {
    for name in learn disturb lines; do
        expect_ok run $name.ini --device native --json
        steps=$(awk -F= '/^steps/{n += $2} END{print n}' $name.ini)
        expect_json ".step == $steps and (.phases | length) > 0"
        digest=$(jq -r .digest <<<"$output")
        expect_ok info $name.h5 --json
        expect_json ".digest == \"$digest\""
    done
}

@test "phases are what options would do one after the other" {
    experiment 'neurons = 40' 'seed = 5' '[a]' 'stimulus = uniform:lo=-1,hi=2' 'steps = 30' '[b]' 'steps = 5' \
        '[c]' 'stimulus = constant:value=0.5' 'steps = 7'
    expect_ok run e.ini --device native --json
    expect_json '[.phases[].steps] == [30, 5, 7] and [.phases[].step] == [30, 35, 42] and .stimulus == "constant:value=0.5"'
    phases=$(jq -r .digest <<<"$output")
    expect_ok run -n 40 --seed 5 --stimulus uniform:lo=-1,hi=2 -t 35 --device native -o part.h5 --quiet
    experiment 'stimulus = constant:value=0.5' 'neurons = 40' 'steps = 35' # one phase with no section
    expect_ok run e.ini --device native --quiet
    experiment 'neurons = 40' '[a]' 'stimulus = uniform:lo=-1,hi=2' 'steps = 35' '[c]' \
        'stimulus = constant:value=0.5' 'steps = 7'
    expect_ok run e.ini --from part.h5 --device native --json
    expect_json ".steps == 7 and .digest == \"$phases\""
}

@test "an experiment goes on where it was, at every step" {
    experiment 'neurons = 20' 'model = vteam:noise=0.1,drift_nu=0.1' '[a]' 'stimulus = wave:amplitude=0.4' \
        'steps = 3' '[b]' 'idle = 10' '[c]' 'stimulus = lines:lo=-0.2,hi=0.2' 'steps = 2' '[d]' 'idle = 5'
    expect_ok run e.ini --device native --json
    whole=$(jq -c '[.digest, .step, .idle, .conductance]' <<<"$output")
    for steps in 0 1 2 3 4 5; do
        expect_ok run e.ini --device native --quiet -t $steps -o part.h5
        try run e.ini --device native --json --from part.h5
        if [ "$steps" -eq 5 ]; then [[ $stderr == *"nothing left to do"* ]]; else [ -z "$stderr" ]; fi
        [ "$(jq -c '[.digest, .step, .idle, .conductance]' <<<"$output")" = "$whole" ] || fail "after $steps: $output"
    done
}

@test "a stimulus begins with its phase unless it says otherwise" {
    experiment 'neurons = 4' '[a]' 'stimulus = constant:value=0' 'steps = 10' '[b]' 'stimulus = wave' 'steps = 3'
    expect_ok run e.ini --json
    expect_json '.stimulus | test("start=10")'
    sed -i 's/wave/wave:start=2/' e.ini
    expect_ok run e.ini --json
    expect_json '.stimulus | test("start=2")'
}

@test "the command line comes before the file" {
    experiment 'rows = 7' 'cols = 9' 'seed = 3' 'flux = yes' 'steps = 4'
    expect_ok run e.ini --json
    expect_json '.rows == 7 and .cols == 9 and .seed == 3 and .flux and .step == 4'
    expect_ok run e.ini --json --seed 8 -n 5 -t 2
    expect_json '.rows == 5 and .cols == 5 and .seed == 8 and .step == 2'
}

@test "a file is INI as people write it: long, continued and indented lines, comments, quotes" {
    printf '\xEF\xBB\xBF; ours\r\nNeurons: 6 ; six\r\n  model: "vteam:\r\n    r_on=50,\r\n; within\r\n    r_off=900"\r\n' >e.ini
    printf '%s\r\n' 'seed = \' '5' 'band_rows=3' '' '[ a b ]  # first' '   steps = 3' \
        '   stimulus = wave:amplitude=0.1,' '      duty=0.25' '     idle = 2' >>e.ini
    expect_ok run e.ini --device native --json
    expect_json '.rows == 6 and .seed == 5 and .idle == 2 and .phases[0].name == "a b" and .step == 3'
    expect_json '.model | test("r_on=50,r_off=900")'
    expect_json '.stimulus | test("amplitude=0.1,.*duty=0.25")'
    # A value of 100,000 characters: the same digits again, in one line and in many.
    experiment "dt = 0.$(printf '%0100000d' 0)1" 'steps = 1'
    expect_error 2 'line 1: --dt: "0.000' run e.ini
    experiment "neurons = $(printf '%0300d' 7)" 'steps = 1'
    expect_ok run e.ini --json
    expect_json '.rows == 7'
}

@test "paths in a file are relative to it, those on the command line are not" {
    mkdir -p there/deep other
    cp omega.png there/deep
    printf '%s\n' 'neurons = 20' 'output = out.h5' '[a]' 'stimulus = pattern:lo=-0.1,file=deep/omega.png+deep/omega.png' \
        'steps = 2' >there/e.ini
    expect_ok run there/e.ini --quiet
    [ -e there/out.h5 ] && [ ! -e out.h5 ]
    expect_ok info there/out.h5 --json
    expect_json '.stimulus | test("file=there/deep/omega.png[+]there/deep/omega.png")'
    cd other
    expect_ok run "$tmp/there/e.ini" --quiet -o mine.h5
    [ -e mine.h5 ]
}

@test "what is wrong in a file is told with its line, and nothing is written" {
    local e='neurons = 4'
    while IFS='|' read -r code pattern lines; do
        printf "%b\n" "$lines" >e.ini
        expect_error "$code" "$pattern" run e.ini -o out.h5
        [ ! -e out.h5 ] || fail "wrote for: $lines"
    done <<'END'
1|e.ini, line 2: unknown key "neuron"|seed = 1\nneuron = 3
1|e.ini, line 2: seed is given twice|seed = 1\nseed = 2
1|e.ini, line 1: flux = perhaps: write yes or no|flux = perhaps
2|e.ini, line 1: --seed: "x"|seed = x
1|e.ini, line 2: expected KEY = VALUE|[a]\nsteps
1|e.ini, line 3: unknown key "model"; the keys of a phase are stimulus, steps and idle|[a]\nsteps = 1\nmodel = vteam
1|e.ini, line 3: steps is given twice|[a]\nsteps = 1\nsteps = 2
1|e.ini, line 5: phase \[a\] is defined twice|[a]\nsteps = 1\n[b]\nsteps = 2\n[a]\nidle = 1
1|phase \[b\] has no steps and no idle time|[a]\nsteps = 1\n[b]\nstimulus = wave
1|phase \[b\] has no steps and no idle time|[a]\nsteps = 1\n[b]
1|e.ini, line 1: seed has no value|seed = ; none
1|e.ini, line 2: expected KEY = VALUE or \[PHASE\]|seed = 1\n[a
1|e.ini, line 2: expected KEY = VALUE or \[PHASE\]|seed = 1\n[a] b
1|e.ini, line 1: a phase needs a name|[]\nsteps = 1
2|e.ini, line 2: --seed: "3x"|neurons = 5\n  seed = 3x
1|e.ini is not a text|seed = \0000
1|set steps and idle in its phases|steps = 3\n[a]\nsteps = 1
2|phase \[b\]: unknown stimulus "waves"|[a]\nsteps = 1\n[b]\nstimulus = waves\nsteps = 2
1|phase \[b\]: cannot read no.png|[a]\nsteps = 1\n[b]\nstimulus = pattern:file=no.png\nsteps = 2
2|phase \[b\]: dt: .* up to dt=.* substeps=|model = yakopcic\n[a]\nsteps = 1\n[b]\nstimulus = wave:amplitude=6\nsteps = 2
END
    expect_error 1 'cannot read nowhere.ini' run nowhere.ini
    expect_error 2 'takes only one experiment: unexpected "b.ini"' run e.ini b.ini
    expect_error 1 'cannot read .: Is a directory' run . -o out.h5
    [ ! -e out.h5 ]
}

@test "--idle lets conductances drift, and what it leaves stays" {
    expect_ok run -n 30 -t 5 --model sin-state:drift_nu=0.5 --idle 100 -o idle.h5 --device native --json
    expect_json '.idle == 100'
    drifted=$(jq .conductance.mean <<<"$output")
    expect_ok run -n 30 -t 5 --model sin-state:drift_nu=0.5 --device native --json
    jq -e ".conductance.mean > 1.5 * $drifted" <<<"$output"
    # one step at 0 V brings nothing back
    expect_ok run -n 30 -t 0 --model yakopcic:drift_nu=0.05 --init constant:value=0.1 --stimulus constant:value=0 \
        --idle 2000 -o rest.h5 --device native --json
    rested=$(jq .conductance.mean <<<"$output")
    expect_ok run --from rest.h5 -t 1 --json
    expect_json ".idle == 0 and .conductance.mean == $rested"
    expect_ok run --from idle.h5 -t 0 --json
    expect_json ".idle == 100 and .conductance.mean == $drifted"
    expect_ok run --from idle.h5 -t 1 --json
    expect_json '.idle == 0'
    for time in -1 x 1e16; do expect_error 2 "^--idle: \"$time\"" run --idle $time; done
}

@test "a file keeps spreads, what surrounds a device, and paths" {
    model='vteam:r_on=50~lognormal:0.1,window=exponential,substeps=3,noise=0.2~uniform:0.1,levels=9,stuck_low=0.01'
    expect_ok run -n 40 -t 9 --model "$model" --stimulus pattern:file=omega.png,lo=-0.4,hi=0.4 -o a.h5 --quiet
    expect_ok info a.h5 --json
    expect_json '.stimulus | test("file=omega.png")'
    for part in r_on=50~lognormal:0.1 window=exponential substeps=3 noise=0.2~uniform:0.1 levels=9 stuck_low=0.01; do
        expect_json ".model | contains(\"$part\")"
    done
    expect_ok run --from a.h5 --model "$model" -t 0 --quiet
    expect_error 2 'model differs' run --from a.h5 --model vteam:r_on=50
    rm omega.png
    expect_ok run --from a.h5 -t 1 --device native --quiet # which has the picture
}

@test "models prints the equation, parameters, units, source and defaults of each" {
    for name in $("$ohmscape" models | awk '/^Models/{on = 1; next} /^$/{on = 0} on{print $1}'); do
        expect_ok models "$name"
        for part in "^model $name: " 'Source: ' 'Defaults: dt .* s, stimulus ' '^  key ' ' noise ' ' r_open .*Ω' \
            'VALUE~lognormal:SIGMA'; do
            grep -q "$part" <<<"$output" || fail "$name: no $part" "$output"
        done
    done
}

@test "iv writes a loop through the origin, as CSV and as pictures" {
    expect_ok iv --model yakopcic -o iv.csv
    [ "$(head -1 iv.csv)" = "time_s,voltage_V,current_A,state,resistance_ohm" ]
    [ "$(wc -l <iv.csv)" -eq 3001 ]
    # The current has the sign of the voltage, 0 at 0 V, and at one voltage two values that differ.
    awk -F, 'NR > 1 && ($2 * $3 < 0 || ($2 == 0) != ($3 == 0)) {exit 1}' iv.csv
    awk -F, 'NR > 1 && $2 > 0.29 && $2 < 0.31 {if (!n++ || $3 < a) a = $3; if ($3 > b) b = $3} END{exit !(b > 3 * a)}' iv.csv
    expect_ok iv --model yakopcic
    [ "$output" = "$(<iv.csv)" ]
    expect_ok iv --model yakopcic:a1=0.17~lognormal:0.2 -N 50 --periods 1 -o many.csv --plot many.svg
    awk -F, 'NR > 1 && !($3 <= $4 && $4 <= $5 && $5 <= $6 && $6 <= $7) {exit 1}' many.csv
    grep -q '80 % of the devices' many.svg
    expect_ok iv --plot one.png
    [ "$(head -c 4 one.png | tail -c 3)" = PNG ]
}

@test "iv refuses what it cannot do, before it begins" {
    expect_error 2 'unknown model' iv --model memristor
    expect_error 2 'no period: give --steps' iv --stimulus uniform
    expect_error 2 '^--plot: "a.gif"' iv --plot a.gif
    expect_error 2 '^--devices: "0"' iv -N 0
    expect_error 2 'takes no argument "x"' iv x
    expect_error 1 'nowhere' iv -o nowhere/a.csv
    expect_error 1 'nowhere' iv --plot nowhere/a.png
    expect_error 2 'too long for yakopcic' iv --model yakopcic --dt 1e-2
    run --separate-stderr env PATH="$tmp" "$ohmscape" iv --plot a.png
    [ "$status" -eq 1 ] && [ ! -e a.png ]
    expect_message gnuplot "without gnuplot"
}

@test "phases that program and read" {
    need_python
    python <<'END'
r = np.random.default_rng(3)
np.save("w.npy", r.normal(size=(40, 16)).astype("f4")); np.save("x.npy", r.uniform(-0.2, 0.2, (5, 40)).astype("f4"))
END
    mkdir -p folder
    cat >folder/e.ini <<'END'
rows = 40
cols = 32
model = soft-bounds:drift_nu=0.05
device = native

[write]
program = ../w.npy
verify = tol=0.02,max=30
steps = 20000

[fresh]
read = ../x.npy
output = fresh.npy
decode = yes

[rest]
idle = 3600

[aged]
read = ../x.npy
output = aged.npy
decode = yes
dac = bits=8,range=0.2

[stress]
steps = 30
END
    expect_ok run folder/e.ini --json -o end.h5
    digest=$(jq -r .digest <<<"$output")
    jq -e '.step == 20030 and .phases[0].program.reached > 0.95 * .phases[0].program.devices and
        .phases[0].program.steps < .phases[0].steps and .phases[1].read.vectors == 5 and
        .phases[1].read.digest != .phases[3].read.digest' <<<"$output" >/dev/null || fail "$output"
    cp folder/fresh.npy first.npy
    python <<'END'
w, x, fresh, aged = np.load("w.npy"), np.load("x.npy"), np.load("folder/fresh.npy"), np.load("folder/aged.npy")
assert np.abs(fresh - x @ w).max() < 0.1 * np.abs(x @ w).max()
drift = (aged / fresh).mean() # by (3600 s / 1 s)^-0.05, but for devices that are at their least
assert 0.5 < drift < 0.8, drift
END
    # Cut off and gone on with: the first reading stays, as it was taken before the idle time.
    expect_ok run folder/e.ini -t 20000 --quiet -o half.h5
    rm folder/fresh.npy folder/aged.npy
    expect_ok run --from half.h5 folder/e.ini --json
    [ "$(jq -r .digest <<<"$output")" = "$digest" ]
    [ ! -e folder/fresh.npy ] && [ -e folder/aged.npy ]
    # Within what programs, it is taken up again.
    expect_ok run folder/e.ini -t 300 --quiet -o part.h5
    expect_ok run --from part.h5 folder/e.ini --json
    jq -e '.step == 20030 and .phases[0].program.reached > 0.95 * .phases[0].program.devices' <<<"$output" >/dev/null
    expect_ok run folder/e.ini
    [[ $output =~ "phase         write        programmed "[0-9]+" of 1280 devices in " ]]
    [[ $output =~ "phase         aged         read 5 vectors: " ]]

    printf 'n = 4\n[a]\nread = x.npy\nsteps = 3\n' | sed 's/^n /neurons /' >bad.ini
    expect_error 1 'phase .a. is to read, which takes no steps' run bad.ini
    printf 'neurons = 4\n[a]\nprogram = w.npy\n' >bad.ini
    expect_error 1 'say how many steps that may take' run bad.ini
    printf 'neurons = 4\n[a]\nread = x.npy\ntarget = w.npy\n' >bad.ini
    expect_error 1 'unknown key "target" of a phase that is to read' run bad.ini
    printf 'neurons = 4\n[a]\nread = x.npy\nprogram = w.npy\n' >bad.ini
    expect_error 1 'a phase does one thing: read or program' run bad.ini
    printf 'neurons = 4\n[a]\nsteps = 9\n[b]\nread = none.npy\n' >bad.ini
    expect_error 1 'phase .b.: cannot read none.npy' run bad.ini -o never.h5
    [ ! -e never.h5 ]
    printf 'neurons = 4\n[a]\nprogram = w.npy\nsteps = 9\n' >bad.ini
    expect_error 2 'w.npy takes 40 x 32 devices by the map pair, and the crossbar has 4 x 4' run bad.ini --device native
}
