#!/usr/bin/env bats
# State files: what they contain, going on from them, and that no accident leaves a bad one.
load common

teardown() {
    ! mountpoint -q "$tmp/disk" || umount "$tmp/disk"
}

# save FILE ARG...: a native run that is saved.
save() {
    expect_ok run --quiet --device native -o "$@"
}

# same A B: two files with the same attributes and data.
same() {
    h5diff "$1" "$2" >"$tmp/differences" 2>&1 || fail "$1 and $2 differ:" "$(cat "$tmp/differences")"
}

# step_of FILE, digest_in FILE: what a file says of itself.
step_of() { "$ohmscape" info --json "$1" | jq .step; }
digest_in() { "$ohmscape" info --json "$1" | jq -r .digest; }

# ---- What is in a file ------------------------------------------------------------------------

@test "h5dump opens a file" {
    need_command h5dump
    save "$tmp/f.h5" --rows 6 --cols 70 --flux --every 5
    run h5dump -H "$tmp/f.h5"
    [ "$status" -eq 0 ]
    for text in 'DATASET "state"' 'DATASET "flux"' 'GROUP "series"' 'H5T_IEEE_F32LE' '( 6, 70 ) / ( 6, 70 )' \
        'ATTRIBUTE "model.beta"'; do
        [[ $output == *"$text"* ]] || fail "no $text in $output"
    done
}

@test "every parameter is an attribute of its name" {
    need_python
    save "$tmp/f.h5" --rows 6 --cols 70 -t 12 --seed 18446744073709551615 --dt 0.05 --flux \
        --model sin-state:beta=0.25,r_on=0.5,r_off=20 --stimulus uniform:lo=-2,hi=3 --init uniform:lo=0.2,hi=0.7
    save "$tmp/g.h5" --model sin-resistance --stimulus constant:value=-0.5 --init constant
    python "$tmp/f.h5" "$tmp/g.h5" "$("$ohmscape" --version)" <<'END'
f, g = (attributes(h5py.File(path)) for path in sys.argv[1:3])
expected = {
    "format": "ohmscape", "format_version": 3, "version": sys.argv[3].split()[1],
    "rows": 6, "cols": 70, "dt": 0.05, "seed": 18446744073709551615, "step": 12, "flux": 1,
    "model": "sin-state", "model.beta": 0.25, "model.r_on": 0.5, "model.r_off": 20.0,
    "stimulus": "uniform", "stimulus.lo": -2.0, "stimulus.hi": 3.0,
    "init": "uniform", "init.lo": 0.2, "init.hi": 0.7,
}
equal("the names", sorted(f), sorted([*expected, "digest", "flux_digest", "flux_rest_digest"]))
for name, value in expected.items():
    equal(name, f[name], value)
expected = {
    "rows": 5, "cols": 5, "dt": 0.1, "seed": 1, "step": 20, "flux": 0,
    "model": "sin-resistance", "model.alpha": 0.5, "model.r_on": 0.1, "model.r_off": 10.0,
    "stimulus": "constant", "stimulus.value": -0.5, "init": "constant", "init.value": 0.5,
}
equal("the names", sorted(g), sorted([*expected, "format", "format_version", "version", "digest"]))
for name, value in expected.items():
    equal(name, g[name], value)
END
}

@test "the state is float32, in chunks of whole rows" {
    need_python
    save "$tmp/f.h5" --rows 300 --cols 1000 --stimulus uniform:lo=-3,hi=4
    save "$tmp/long.h5" --rows 2 --cols 300000 -t 0
    python "$tmp/f.h5" "$tmp/long.h5" <<'END'
state = h5py.File(sys.argv[1])["state"]
equal("the type", state.dtype, np.dtype("<f4"))
equal("the shape", state.shape, (300, 1000))
equal("a chunk's width", state.chunks[1], 1000)
if not 1 < state.chunks[0] <= 300:
    sys.exit(f"the chunks have {state.chunks[0]} rows")
if not (np.all(state[:] >= 0) and np.all(state[:] <= 1)):
    sys.exit("a state is outside [0, 1]")
if len(np.unique(state[:])) < 1000:
    sys.exit("the states are too much alike")
equal("a chunk's height where rows are long", h5py.File(sys.argv[2])["state"].chunks[0], 1)
END
}

@test "the digest of the data is the digest in the file and in the JSON" {
    need_python
    for size in '1 1' '1 1000' '1000 1' '257 511' '2 300000'; do
        for model in sin-state sin-resistance; do
            read -r rows cols <<<"$size"
            expect_ok run --json --device native --rows "$rows" --cols "$cols" --model "$model" --flux -o "$tmp/f.h5"
            python "$tmp/f.h5" "$(jq -r .digest <<<"$output")" <<'END'
f = h5py.File(sys.argv[1])
said = attributes(f)
equal("the digest of the state", digest(f["state"][:]), said["digest"])
equal("the digest in the JSON", sys.argv[2], said["digest"])
equal("the digest of the flux", digest(f["flux"][:]), said["flux_digest"])
END
        done
    done
}

@test "the statistics are those of the data" {
    need_python
    for model in sin-state sin-resistance; do
        expect_ok run --json --device native --rows 257 --cols 511 --model "$model" -o "$tmp/f.h5"
        python "$tmp/f.h5" "$output" <<'END'
f, result = h5py.File(sys.argv[1]), json.loads(sys.argv[2])
state = f["state"][:].astype(np.float64)
low, high = f.attrs["model.r_on"], f.attrs["model.r_off"]
resistance = state if attributes(f)["model"] == "sin-resistance" else low * state + high * (1 - state)
for name, values in ("state", state), ("resistance", resistance), ("conductance", 1 / resistance):
    close(f"the mean of the {name}", result[name]["mean"], values.mean(), 1e-6 * values.max())
    close(f"the least {name}", result[name]["min"], values.min(), 1e-6 * values.max())
    close(f"the largest {name}", result[name]["max"], values.max(), 1e-6 * values.max())
close("the standard deviation", result["state"]["std"], state.std(), 1e-6 * state.max())
END
    done
}

@test "the flux is the integral of the voltage" {
    need_python
    for device in native 0.0; do
        [ "$device" = native ] || need_opencl
        expect_ok run -q --device "$device" --rows 3 --cols 70 -t 40 --dt 0.05 --flux -o "$tmp/f.h5" \
            --stimulus constant:value=-1.5
        python "$tmp/f.h5" <<'END'
flux = h5py.File(sys.argv[1])["flux"]
equal("the type", flux.dtype, np.dtype("<f4"))
equal("the shape", flux.shape, (3, 70))
# 40 float32 additions, each off by half an ulp of 3 at most.
close("the flux", flux[:], -1.5 * 0.05 * 40, 40 * 1.2e-7)
END
    done
}

@test "without --flux there is none" {
    need_python
    save "$tmp/f.h5"
    python "$tmp/f.h5" <<'END'
equal("the datasets", list(h5py.File(sys.argv[1])), ["state"])
END
}

@test "the same crossbar gives the same file, byte for byte" {
    save "$tmp/a.h5" --rows 9 --cols 100 --flux --every 5
    save "$tmp/b.h5" --rows 9 --cols 100 --flux --every 5 --lanes 1 --fuse 1
    cmp "$tmp/a.h5" "$tmp/b.h5"
}

@test "a new file gets the permissions of any new file, a replaced one keeps its own" {
    umask 027
    save "$tmp/f.h5"
    [ "$(stat -c %a "$tmp/f.h5")" = 640 ]
    chmod 604 "$tmp/f.h5"
    save "$tmp/f.h5"
    [ "$(stat -c %a "$tmp/f.h5")" = 604 ]
}

@test "a link stays a link to the file" {
    mkdir "$tmp/elsewhere"
    echo old >"$tmp/elsewhere/f.h5"
    ln -s elsewhere/f.h5 "$tmp/link.h5"
    save "$tmp/link.h5"
    [ "$(readlink "$tmp/link.h5")" = elsewhere/f.h5 ]
    expect_ok info "$tmp/elsewhere/f.h5"
    [ "$(ls -A "$tmp/elsewhere")" = f.h5 ]
}

# ---- Going on ---------------------------------------------------------------------------------

@test "a run in parts is the run in one, wherever it is split" {
    save "$tmp/whole.h5" --rows 9 --cols 100 -t 50 --flux
    for split in 0 1 16 20 49 50; do
        save "$tmp/a.h5" --rows 9 --cols 100 -t "$split" --flux
        [ "$(step_of "$tmp/a.h5")" -eq "$split" ]
        save "$tmp/b.h5" --from "$tmp/a.h5" -t $((50 - split))
        same "$tmp/whole.h5" "$tmp/b.h5"
    done
}

@test "a run in many parts, in place, is the run in one" {
    save "$tmp/whole.h5" --rows 9 --cols 100 -t 50
    save "$tmp/f.h5" --rows 9 --cols 100 -t 0
    for i in 1 2 3 4 5 6 7 8 9 10; do
        save "$tmp/f.h5" --from "$tmp/f.h5" -t 5
    done
    same "$tmp/whole.h5" "$tmp/f.h5"
    [ "$(ls "$tmp"/*f.h5* )" = "$tmp/f.h5" ]
}

@test "a run goes on from engine to engine, in any size, model and launch" {
    need_opencl
    for model in sin-state sin-resistance; do
        for size in '1 1' '1 1000' '1000 1' '257 511'; do
            read -r rows cols <<<"$size"
            for flux in '' --flux; do
                save "$tmp/whole.h5" --rows "$rows" --cols "$cols" --model "$model" -t 30 $flux
                save "$tmp/f.h5" --rows "$rows" --cols "$cols" --model "$model" -t 7 $flux --fuse 1
                try run -q --device 0.0 --from "$tmp/f.h5" -t 12 -o "$tmp/f.h5" --band-rows 100
                [ "$status" -eq 0 ] || show "should succeed"
                save "$tmp/f.h5" --from "$tmp/f.h5" -t 11 --fuse 4 --lanes 4
                same "$tmp/whole.h5" "$tmp/f.h5"
            done
        done
    done
}

@test "OpenCL saves the same file as the native engine" {
    need_opencl
    save "$tmp/native.h5" --rows 70 --cols 130 --flux --every 7
    try run -q --device 0.0 --rows 70 --cols 130 --flux --every 7 -o "$tmp/opencl.h5"
    [ "$status" -eq 0 ]
    same "$tmp/native.h5" "$tmp/opencl.h5"
}

@test "what a resumed run reports counts from the first step" {
    save "$tmp/f.h5" --rows 3 --cols 4 -t 30 --seed 5 --model sin-resistance --dt 0.2 --flux
    expect_ok run --json --device native --from "$tmp/f.h5" -t 12
    expect_json '.steps == 12 and .step == 42 and .rows == 3 and .cols == 4 and .seed == 5 and .dt == 0.2 and .flux'
    expect_json '.model == "sin-resistance:alpha=0.5,r_on=0.1,r_off=10"'
    expect_ok run --json --device native --from "$tmp/f.h5" -t 0
    expect_json ".steps == 0 and .step == 30 and .digest == \"$(digest_in "$tmp/f.h5")\""
}

@test "parameters given again beside --from are accepted when they are equal" {
    save "$tmp/f.h5" --rows 6 --cols 7 --seed 3 --dt 0.2 --model sin-state:beta=0.25 --flux
    expected=$(digest_of --device native --from "$tmp/f.h5")
    while read -r arguments; do
        # shellcheck disable=SC2086 # several words
        [ "$(digest_of --device native --from "$tmp/f.h5" $arguments)" = "$expected" ] || fail "$arguments"
    done <<'END'
--rows 6
--cols 7
--rows 6 --cols 7
--seed 3
--dt 0.2
--dt 2e-1
--flux
--model sin-state
--model sin-state:beta=0.25
--model sin-state:r_off=10,beta=0.25,r_on=0.1
--stimulus uniform
--stimulus uniform:hi=5
--init uniform:lo=0.1,hi=0.9
--rows 6 --cols 7 --seed 3 --dt 0.2 --flux --model sin-state:beta=0.25 --stimulus uniform --init uniform
END
    save "$tmp/square.h5" -n 6
    expect_ok run -q --device native --from "$tmp/square.h5" -n 6
}

@test "parameters that differ from the file are refused by name" {
    save "$tmp/f.h5" --rows 6 --cols 7 --seed 3 --model sin-state:beta=0.25
    echo old >"$tmp/old.h5"
    while read -r option value; do
        # shellcheck disable=SC2086 # perhaps no value
        expect_error 2 "^--$option differs from the value in .*f\.h5$" \
            run --device native --from "$tmp/f.h5" -o "$tmp/old.h5" "--$option" $value
        [ "$(cat "$tmp/old.h5")" = old ]
    done <<'END'
rows 7
cols 6
neurons 6
neurons 7
seed 4
dt 0.2
flux
model sin-resistance
model sin-state:beta=0.5
model sin-state:beta=0.25,r_off=11
init constant
init uniform:lo=0.2
END
}

@test "bad values beside --from are refused" {
    save "$tmp/f.h5"
    expect_error 2 '^unknown model "perpetual"' run --device native --from "$tmp/f.h5" --model perpetual
    expect_error 2 'no parameter "x"' run --device native --from "$tmp/f.h5" --init uniform:x=1
    expect_error 2 'r_on=20 exceeds r_off=10' run --device native --from "$tmp/f.h5" --model sin-state:r_on=20
    expect_error 2 'lanes' run --device native --from "$tmp/f.h5" --lanes 3
    expect_error 2 '^--steps: .* go beyond the last step' run --device native --from "$tmp/f.h5" -t 72057594037927936
}

# ---- Series -----------------------------------------------------------------------------------

@test "--every records after every K-th step" {
    need_python
    for device in native 0.0; do
        [ "$device" = native ] || need_opencl
        while read -r steps every fuse; do
            try run -q --device "$device" -t "$steps" --every "$every" --fuse "$fuse" -o "$tmp/f.h5"
            [ "$status" -eq 0 ] || show "should succeed"
            python "$tmp/f.h5" "$steps" "$every" <<'END'
series, steps, every = h5py.File(sys.argv[1])["series"], int(sys.argv[2]), int(sys.argv[3])
equal("the columns", sorted(series), ["histogram", "state_max", "state_mean", "state_min", "state_std", "step"])
equal("the steps", list(series["step"]), list(range(every, steps + 1, every)))
for name in set(series) - {"histogram"}:
    equal(f"the shape of {name}", series[name].shape, (steps // every,))
equal("the shape of the histogram", series["histogram"].shape, (steps // every, 256))
END
        done <<<$'20 1 64\n20 6 1\n20 20 7\n100 9 auto'
    done
}

@test "a run shorter than --every records nothing" {
    need_python
    save "$tmp/f.h5" -t 5 --every 6
    python "$tmp/f.h5" <<'END'
equal("the datasets", list(h5py.File(sys.argv[1])), ["state"])
END
}

@test "the series has the statistics of the states at its steps" {
    need_python
    for model in sin-state sin-resistance; do
        save "$tmp/series.h5" --rows 257 --cols 511 --model "$model" -t 30 --every 10
        for step in 10 20 30; do
            save "$tmp/$step.h5" --rows 257 --cols 511 --model "$model" -t "$step"
        done
        python "$tmp" <<'END'
series = h5py.File(f"{sys.argv[1]}/series.h5")["series"]
for row, step in enumerate((10, 20, 30)):
    f = h5py.File(f"{sys.argv[1]}/{step}.h5")
    state = f["state"][:].astype(np.float64)
    low, high = (0, 1) if attributes(f)["model"] == "sin-state" else (np.float32(0.1), 10)
    equal("the least state", series["state_min"][row], state.min())
    equal("the largest state", series["state_max"][row], state.max())
    close("the mean", series["state_mean"][row], state.mean(), 1e-6 * high)
    close("the standard deviation", series["state_std"][row], state.std(), 1e-6 * high)
    bins = np.histogram(state, bins=256, range=(low, high))[0]
    equal("the histogram's total", series["histogram"][row].sum(), state.size)
    # The bins of [0, 1] are exact; elsewhere a state on a border may be rounded across it.
    moved = np.abs(series["histogram"][row].astype(np.int64) - bins).sum()
    close("the synapses in another bin", moved, 0, 0 if high == 1 else 1e-4 * state.size)
END
    done
}

@test "a resumed run continues the series" {
    save "$tmp/whole.h5" --rows 9 --cols 100 -t 50 --every 3
    for split in 0 1 3 20 49; do
        save "$tmp/a.h5" --rows 9 --cols 100 -t "$split" --every 3
        save "$tmp/b.h5" --from "$tmp/a.h5" -t $((50 - split)) --every 3
        same "$tmp/whole.h5" "$tmp/b.h5"
    done
}

@test "a resumed run keeps the series when it records none" {
    need_python
    save "$tmp/a.h5" -t 20 --every 5
    save "$tmp/b.h5" --from "$tmp/a.h5" -t 20
    expect_ok info --json "$tmp/b.h5"
    expect_json '.step == 40 and .series_rows == 4'
    python "$tmp/a.h5" "$tmp/b.h5" <<'END'
a, b = (h5py.File(path)["series"] for path in sys.argv[1:])
for name in a:
    equal(name, b[name][:], a[name][:])
END
}

# ---- Accidents while writing ------------------------------------------------------------------

@test "a kill at any moment leaves the old file or the new one" {
    need_python
    save "$tmp/a.h5" -n 1024 -t 1
    save "$tmp/old.h5" -n 1024 -t 7
    python "$tmp" <<'END'
import shutil, time
folder = sys.argv[1]
source, old, target = (f"{folder}/{name}.h5" for name in ("a", "old", "b"))
save = [os.environ["OHMSCAPE_PROGRAM"], "run", "-q", "--device", "native", "--from", source, "-t", "1", "-o", target]


def digest_of(path):
    code, out, err = ohmscape("run", "--json", "--device", "native", "--from", path, "-t", 0)
    if code:
        sys.exit(f"after a kill: exit status {code}: {err}")
    return json.loads(out)["digest"]


def temporaries():
    return {name for name in os.listdir(folder) if name.startswith(".b.h5.ohmscape-")}


start = time.monotonic()
subprocess.run(save, check=True)
whole_run = time.monotonic() - start
whole = {digest_of(old): "old", digest_of(target): "new"}
equal("the number of states", len(whole), 2)

# At least 50 kills spread over the run, and until some have hit it in the middle of writing.
seen, within, left = {"old": 0, "new": 0}, 0, set()
for kill in range(500):
    if kill >= 50 and within >= 5:
        break
    shutil.copy(old, target)
    process = subprocess.Popen(save)
    time.sleep(whole_run * 1.1 * (kill * 0.618034 % 1))
    process.kill()
    process.wait()
    # What a kill leaves, the next run to the same target removes, unless it is killed before that.
    within += sum(os.path.getsize(f"{folder}/{name}") > 0 for name in temporaries() - left)
    left = temporaries()
    if ohmscape("info", target)[0]:
        sys.exit("after a kill: info fails")
    found = digest_of(target)
    if found not in whole:
        sys.exit(f"after a kill: digest {found}")
    seen[whole[found]] += 1
print(seen, "killed while writing:", within)
if within < 5 or not seen["old"]:
    sys.exit("the kills missed the writing")
subprocess.run(save, check=True)
equal("what is left in the end", temporaries(), set())
END
}

# unsaved PATTERN FOLDER COMMAND...: `COMMAND run ... -o FOLDER/old.h5` fails as said, reports all the same, and
# leaves the old file alone.
unsaved() {
    local pattern=$1 folder=$2
    shift 2
    ls -A "$folder" >"$tmp/before"
    run --separate-stderr timeout 60 "$@" "$ohmscape" run --device native -n 1024 -t 1 -o "$folder/old.h5"
    [ "$status" -eq 1 ] || show "should exit with 1" "$@"
    grep -q "^digest        $one$" <<<"$output" || show "should report its digest, $one" "$@"
    expect_message "$pattern" "$@"
    cmp "$tmp/old.h5" "$folder/old.h5"
    ls -A "$folder" | cmp - "$tmp/before"
}

@test "a full disk is an error that leaves the old file alone; the state is elsewhere" {
    [ "$(id -u)" -eq 0 ] || skip "only root may mount a small disk"
    mkdir "$tmp/disk" "$tmp/elsewhere"
    mount -t tmpfs -o size=12m tmpfs "$tmp/disk" 2>/dev/null || skip "no tmpfs can be mounted here"
    one=$(digest_of --device native -n 1024 -t 1)
    save "$tmp/old.h5" -n 1024 -t 7
    cp "$tmp/old.h5" "$tmp/disk/old.h5"
    export TMPDIR=$tmp/elsewhere
    for room in 0 4 64 1500 4000 4120; do # KiB, of which the state needs 4096, and the rest some more
        head -c 12M /dev/zero >"$tmp/disk/filler" 2>/dev/null || true
        truncate -s "-${room}K" "$tmp/disk/filler"
        if [ "$room" -lt 4096 ]; then # known before the run
            expect_error 1 'No space left on device' run --device native -n 1024 -t 1 -o "$tmp/disk/old.h5"
            cmp "$tmp/old.h5" "$tmp/disk/old.h5"
        else
            unsaved 'No space left on device$' "$tmp/disk" env
            [ "${stderr_lines[1]}" = "hint: saved to $tmp/elsewhere/old-rescued.h5 instead" ] || fail "$stderr"
            [ "$(digest_in "$tmp/elsewhere/old-rescued.h5")" = "$one" ]
        fi
        rm "$tmp/disk/filler"
    done
    expect_ok run -q --device native -n 1024 -t 1 -o "$tmp/disk/old.h5"
}

@test "a disk without room for another file is an error before the run" {
    [ "$(id -u)" -eq 0 ] || skip "only root may mount a small disk"
    mkdir "$tmp/disk"
    mount -t tmpfs -o size=1m,nr_inodes=2 tmpfs "$tmp/disk" 2>/dev/null || skip "no tmpfs can be mounted here"
    echo old >"$tmp/disk/old.h5"
    expect_error 1 'No space left on device' run --device native -n 100 -t 10000000000 -o "$tmp/disk/old.h5"
    [ "$(cat "$tmp/disk/old.h5")" = old ]
}

@test "a disk that can only be read is an error before the run" {
    [ "$(id -u)" -eq 0 ] || skip "only root may mount a small disk"
    mkdir "$tmp/disk"
    mount -t tmpfs -o ro tmpfs "$tmp/disk" 2>/dev/null || skip "no tmpfs can be mounted here"
    expect_error 1 'Read-only file system$' run --device native -n 100 -t 10000000000 -o "$tmp/disk/f.h5"
}

@test "a write that fails is an error that leaves the old file alone" {
    export TMPDIR=$tmp
    one=$(digest_of --device native -n 1024 -t 1)
    save "$tmp/old.h5" -n 1024 -t 7
    mkdir "$tmp/folder"
    cp "$tmp/old.h5" "$tmp/folder"
    for blocks in 1 8 1000 4096; do # KiB, of which the state needs 4096, and the rest some more
        unsaved 'File too large$' "$tmp/folder" bash -c "ulimit -f $blocks; exec \"\$0\" \"\$@\""
    done
}

# ---- Bad files --------------------------------------------------------------------------------

# unreadable CODE PATTERN FILE: going on from the file fails as said, and leaves the output alone.
unreadable() {
    echo old >"$tmp/old.h5"
    expect_error "$1" "$2" run --device native --from "$3" -o "$tmp/old.h5" || return
    [ "$(cat "$tmp/old.h5")" = old ] || fail "the old file changed"
}

@test "what is no file of ours is refused" {
    echo 'hello' >"$tmp/text.h5"
    : >"$tmp/empty.h5"
    head -c 5000 /dev/zero >"$tmp/zero.h5"
    for name in text empty zero; do
        unreadable 1 "^.*/$name\.h5 is .*not an ohmscape file" "$tmp/$name.h5"
        expect_error 1 "^.*/$name\.h5 is .*not an ohmscape file" info "$tmp/$name.h5"
    done
    unreadable 1 "^.*$tmp" "$tmp"
    expect_error 1 "^.*$tmp" info "$tmp"
}

@test "a file that may not be read is refused" {
    [ "$(id -u)" -ne 0 ] || skip "root may read anything"
    save "$tmp/f.h5"
    chmod 000 "$tmp/f.h5"
    unreadable 1 '^cannot read .*f\.h5: Permission denied$' "$tmp/f.h5"
}

@test "a truncated file is refused" {
    save "$tmp/f.h5" --flux --every 10
    size=$(stat -c %s "$tmp/f.h5")
    for ((length = 0; length < size; length += 127)); do
        head -c "$length" "$tmp/f.h5" >"$tmp/short.h5"
        unreadable 1 '^.*short\.h5 is damaged or not an ohmscape file: .' "$tmp/short.h5"
    done
    head -c $((size - 1)) "$tmp/f.h5" >"$tmp/short.h5"
    unreadable 1 '^.*short\.h5 is damaged or not an ohmscape file: .' "$tmp/short.h5"
    expect_error 1 '^.*short\.h5 is damaged or not an ohmscape file: .' info "$tmp/short.h5"
}

@test "a flipped bit is refused or does no harm" {
    need_python
    save "$tmp/f.h5" --flux --every 10
    python "$tmp" <<'END'
from multiprocessing.pool import ThreadPool
folder = sys.argv[1]
good = open(f"{folder}/f.h5", "rb").read()
os.environ["OMP_NUM_THREADS"] = "1" # they start faster


def content(path):
    """What a file is to h5py: attributes and data."""
    with h5py.File(path) as f:
        data = {}
        f.visititems(lambda name, item: data.update({name: item[:].tolist()} if isinstance(item, h5py.Dataset) else {}))
        return {name: value for name, value in attributes(f).items() if name != "version"}, data


def trial(place):
    """What is wrong with what the program makes of the file with a bit flipped, or None."""
    bad, out = f"{folder}/bad-{place}.h5", f"{folder}/out-{place}.h5"
    data = bytearray(good)
    data[place] ^= 1 << place % 8
    open(bad, "wb").write(data)
    try:
        code, _, err = ohmscape("run", "-q", "--device", "native", "--from", bad, "-t", 0, "-o", out)
        if code == 1 and is_one_error(err) and not os.path.exists(out):
            return None
        if code == 0 and not err:
            return None if content(out) == whole else "another content"
        return f"exit status {code}: {err}"
    finally:
        for path in bad, out:
            if os.path.exists(path):
                os.remove(path)


whole = content(f"{folder}/f.h5")
places = range(0, len(good), 61 if os.environ.get("SANITIZE") else 7) # sanitizers start slowly
harmed = [(place, harm) for place, harm in zip(places, ThreadPool(os.cpu_count()).map(trial, places)) if harm]
for place, harm in harmed[:10]:
    print(f"bit {place % 8} of byte {place} of {len(good)}: {harm}")
sys.exit(f"{len(harmed)} flipped bits did harm" if harmed else 0)
END
}

@test "forged files are refused by what is wrong with them" {
    need_python
    save "$tmp/good.h5" --rows 4 --cols 5 --flux --every 10
    forgeries=$(cat <<'END'
version | has format version 5, but this ohmscape reads versions 1 to 4 | a["format_version"] = 5
other-format | is not an ohmscape file | a.modify("format", "other")
no-format | is not an ohmscape file | del a["format"]
no-version | cannot read format_version | del a["format_version"]
no-rows | cannot read rows | del a["rows"]
no-seed | cannot read seed | del a["seed"]
no-step | cannot read step | del a["step"]
no-dt | cannot read dt | del a["dt"]
no-flux | cannot read flux | del a["flux"]
no-model | cannot read model | del a["model"]
no-beta | cannot read model\.beta | del a["model.beta"]
no-digest | cannot read digest | del a["digest"]
zero-rows | rows: 0 is outside | a["rows"] = 0
many-rows | rows: 2147483649 is outside | a["rows"] = 2147483649
negative-rows | rows | a["rows"] = -1
text-rows | cannot read rows | a["rows"] = "4"
more-rows | state is 4 x 5, not 5 x 5 | a["rows"] = 5
fewer-cols | state is 4 x 5, not 4 x 4 | a["cols"] = 4
list-rows | cannot read rows | a["rows"] = [4, 4]
nan-dt | dt: nan is outside | a["dt"] = float("nan")
negative-dt | dt: -1 is outside | a["dt"] = -1.0
far-step | step | a["step"] = 2**56 + 1
negative-step | step | a["step"] = -1
other-model | unknown model "perpetual" | a.modify("model", "perpetual")
nan-beta | beta=-?nan is outside | a["model.beta"] = float("nan")
wide-beta | beta=1e\+07 is outside | a["model.beta"] = 1e7
crossed | r_on=20 exceeds r_off=10 | a["model.r_on"] = 20.0
far-stimulus | hi=2000 is outside | a["stimulus.hi"] = 2000.0
far-init | lo=-1 is outside | a["init.lo"] = -1.0
bad-digest | digest | a.modify("digest", "hello")
other-digest | the state has digest [0-9a-f]{16}, not 0123456789abcdef | a.modify("digest", "0123456789abcdef")
other-flux-digest | the flux has digest [0-9a-f]{16}, not 0123456789abcdef | a.modify("flux_digest", "0123456789abcdef")
other-state | the state has digest | f["state"][2, 3] = 0.25
other-flux | the flux has digest | f["flux"][2, 3] = 0.25
no-state | cannot read state | del f["state"]
no-flux-data | cannot read flux | del f["flux"]
group-state | cannot read state | del f["state"]; f.create_group("state")
flat-state | state is not a float32 matrix | replace("state", np.zeros(20, "f4"))
deep-state | state is not a float32 matrix | replace("state", np.zeros((4, 5, 1), "f4"))
integer-state | state is not a float32 matrix | replace("state", np.zeros((4, 5), "i4"))
double-state | state is not a float32 matrix | replace("state", np.zeros((4, 5), "f8"))
text-state | state is not a float32 matrix | replace("state", np.full((4, 5), b"text"))
small-state | state is 4 x 4, not 4 x 5 | replace("state", np.zeros((4, 4), "f4"))
small-flux | flux is 3 x 5, not 4 x 5 | replace("flux", np.zeros((3, 5), "f4"))
nan-state-unsigned | the state | f["state"][0, 0] = np.nan
nan-state | state.*nan | sign(0, 0, np.nan)
inf-state | state.*inf | sign(3, 4, np.inf)
high-state | state.*1\.5 | sign(1, 2, 1.5)
low-state | state.*-0\.25 | sign(1, 2, -0.25)
no-steps | cannot read series/step | del f["series/step"]
no-means | cannot read series/state_mean | del f["series/state_mean"]
few-means | cannot read series/state_mean | replace("series/state_mean", np.zeros(1))
small-histogram | cannot read series/histogram | replace("series/histogram", np.zeros((2, 255), "u8"))
dataset-series | series | replace("series", np.zeros(2))
END
    )
    python "$tmp" "$forgeries" <<'END'
import shutil
for line in sys.argv[2].splitlines():
    name, _, forgery = line.split(" | ")
    path = f"{sys.argv[1]}/{name}.h5"
    shutil.copy(f"{sys.argv[1]}/good.h5", path)
    with h5py.File(path, "r+") as f:
        a = f.attrs

        def replace(name, data):
            del f[name]
            f[name] = data

        def sign(row, col, value):
            """A state that no run has, with the digest that belongs to it."""
            f["state"][row, col] = value
            a.modify("digest", digest(f["state"][:]))

        exec(forgery)
END
    expect_ok run -q --device native --from "$tmp/good.h5"
    failures=
    while read -r line; do
        name=${line%% | *}
        pattern=${line#* | }
        pattern=${pattern% | *}
        # All are tried: one forgery that gets through should not hide another.
        (unreadable 1 "^$tmp/$name\.h5 .*$pattern" "$tmp/$name.h5") || failures+=" $name"
    done <<<"$forgeries"
    [ -z "$failures" ] || fail "forgeries that were not refused as they should:$failures"
}
