#!/usr/bin/env bats
# The benchmark: what it measures is there and consistent, a wrong or lost device is told, and what can't be
# measured or written is said before anything is. Rates themselves are nobody's to expect: the runs are short.
load common

setup_file() {
    local files=$BATS_FILE_TMPDIR
    find_python jsonschema PIL
    common_setup
    # A sanitizer is slow, and has to be loaded before the layer, which is not.
    export patience=60
    [ -z "${SANITIZE-}" ] || export patience=300 ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
    whole=0
    timeout $patience "$ohmscape" bench throughput scaling peers frames --sizes 64 --seconds 0.02 \
        --json "$files/all.json" --csv "$files/all.csv" --plot "$files/plots" >"$files/out" 2>"$files/err" 3>&- || whole=$?
    # All models, for which OpenCL would compile long, and all parts.
    timeout $patience "$ohmscape" bench all --devices native --sizes 64 --seconds 0.02 \
        --json "$files/models.json" --csv "$files/models.csv" --plot "$files/all-plots" >"$files/models.out" 2>>"$files/err" 3>&- || whole=$?
    # Readouts and wires, with their peers.
    timeout $patience "$ohmscape" bench read wires --sizes 64 --seconds 0.02 \
        --json "$files/vectors.json" --csv "$files/vectors.csv" >"$files/vectors.out" 2>>"$files/err" 3>&- || whole=$?
    export whole # the exit status of one that failed
}

setup() {
    common_setup
    files=$BATS_FILE_TMPDIR # of a run of all parts
    out=$tmp/out            # what a refused run should leave empty
    mkdir "$out"
}

teardown() {
    [ -z "${pid-}" ] || kill -9 "$pid" 2>/dev/null || true
}

need_schema() {
    [ -n "${PYTHON-}" ] || skip "no python3 with jsonschema and PIL"
}

# measure ARG...: a short run. Leaves $status, $output (stdout) and $stderr.
measure() {
    run --separate-stderr timeout "$patience" "$ohmscape" bench --seconds 0.02 "$@"
}

expect_success() {
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || fail "exit status: $status" "stdout: $output" "stderr: $stderr"
}

# expect_rows FILE.json FILTER: what is there fulfils a jq filter.
expect_rows() {
    jq -e "$2" "$1" >/dev/null || fail "not fulfilled: $2" "$(cat "$1")"
}

# expect_valid FILE.json: the schema describes it.
expect_valid() {
    need_schema
    "$PYTHON" - bench/results.schema.json "$1" <<'END'
import json, sys
import jsonschema

schema, results = (json.load(open(path)) for path in sys.argv[1:])
jsonschema.Draft7Validator.check_schema(schema)
errors = list(jsonschema.Draft7Validator(schema).iter_errors(results))
for error in errors:
    print(list(error.path), error.message[:300], str(error.instance)[:300], file=sys.stderr)
sys.exit(bool(errors))
END
}

# Copies the kernels into a folder, to be changed there.
copy_kernels() {
    cp -r kernels "$tmp/kernels"
}

# ---- Help -------------------------------------------------------------------------------------

@test "bench --help names every option and part, and ohmscape --help names bench" {
    expect_ok bench --help
    [[ ${lines[0]} == "Usage: ohmscape bench [OPTION]... [throughput|scaling|peers|models|read|wires|frames|all]..." ]]
    for option in '--sizes N,...' '--devices D,...' '--fuse K,...' '--model MODEL' '--stimulus STIMULUS' \
        '--seconds S' '--json F.json' '--csv F.csv' '--compare OLD.json' '--plot DIR' '-q, --quiet' '-h, --help'; do
        grep -qE -- "^ +$option( |\$)" <<<"$output" || fail "bench --help does not name $option: $output"
    done
    expect_ok --help
    grep -q '^  bench  .*[A-Z]' <<<"$output"
}

# ---- Everything once --------------------------------------------------------------------------

# expect_table FILE.json TABLE PART...: what was measured is in the table, and no device was lost.
expect_table() {
    for part in "${@:3}"; do
        grep -qx "$part" "$2" || fail "no $part:" "$(cat "$2")"
        expect_rows "$1" "any(.rows[]; .part == \"$part\" and .state == \"measured\")"
    done
    count=$(jq -r '[.rows[].state] | "\(map(select(. == "measured")) | length) measured, \(map(select(. == "skipped")) | length) skipped, 0 lost"' "$1")
    [ "$(tail -1 "$2")" = "$count" ] || fail "not $count:" "$(cat "$2")"
}

@test "all parts are measured, with a table on stdout and nothing on stderr" {
    [ "$whole" -eq 0 ] || fail "exit status $whole" "$(cat "$files/err")"
    [ ! -s "$files/err" ] || fail "$(cat "$files/err")"
    expect_table "$files/all.json" "$files/out" throughput synapses fuse threads launch memory peers frames
    expect_table "$files/models.json" "$files/models.out" throughput synapses fuse threads launch memory peers models read wires frames
    expect_table "$files/vectors.json" "$files/vectors.out" read wires
}

@test "the JSON is as its schema says" {
    expect_valid "$files/all.json"
    expect_valid "$files/models.json"
    expect_valid "$files/vectors.json"
    expect_rows "$files/all.json" '.seconds_per_row == 0.02 and .model == "sin-state" and (.interrupted | not)'
}

# Files that are wrong in one way each.
@test "the schema refuses what the benchmark does not write" {
    need_schema
    while read -r change; do
        jq -c --arg change "$change" "($change) | {change: \$change, file: .}" "$files/models.json"
    done <<'END' >"$tmp/changed"
.more = 1
.format_version = 2
del(.interrupted)
.rows[0].more = 1
del(.rows[0].digest)
del(.rows[0].seconds)
del(.rows[0].synapse_steps_per_second)
del(.rows[0].launches)
.rows[0].digest = "0123456789ABCDEF"
.rows[0].seconds.median = 0
.rows[0].state = "gone"
.rows[0].state = "lost"
.rows[0].kind = "copies"
.rows[0].part = "frames"
.rows[0].device = "numba"
.rows[0].peak_resident_bytes = 1
(.rows[] | select(.state == "skipped")) |= del(.note)
(.rows[] | select(.state == "skipped")) += {synapses: 1}
(.rows[] | select(.kind == "copy")) |= del(.bytes_per_second)
(.rows[] | select(.kind == "philox")) += {bytes_per_second: 1}
(.rows[] | select(.kind == "peer")) |= del(.note)
(.rows[] | select(.kind == "memory")) |= del(.peak_resident_bytes)
(.rows[] | select(.kind == "frame" and .state == "measured")) |= del(.frame_seconds.draw)
.rows[0].model = "sin-state"
.rows[0].times_numpy = 10
(.rows[] | select(.part == "models")) |= del(.model)
(.rows[] | select(.part == "models" and .kind == "update")).fuse = 1
(.rows[] | select(.part == "models" and .kind == "peer")).device = "numba"
(.rows[] | select(.part == "models" and .kind == "peer")).times_numpy = 1
(.rows[] | select(.times_without_spread)).times_without_spread = 0
(.rows[] | select(.kind == "read")) |= del(.batch)
(.rows[] | select(.kind == "outer")).batch = 1
(.rows[] | select(.kind == "exact")) |= del(.digest)
(.rows[] | select(.kind == "transposed")).times_linear = 1
(.rows[] | select(.part == "read" and .kind == "copy")).digest = "0123456789abcdef"
(.rows[] | select(.part == "read" and .kind == "copy")).times_copy = 1
(.rows[] | select(.part == "read" and .kind == "outer")) |= del(.model)
(.rows[] | select(.kind == "read")).part = "throughput"
(.rows[] | select(.part == "read" and .kind == "peer")).device = "scipy"
(.rows[] | select(.kind == "solve")) |= del(.sweeps)
(.rows[] | select(.kind == "solve")) |= del(.wires)
(.rows[] | select(.part == "wires" and .kind == "update")).sweeps = 3
(.rows[] | select(.part == "wires" and .kind == "update")).fuse = 0
(.rows[] | select(.times_ideal)) |= del(.times_ideal)
(.rows[] | select(.part == "wires" and .kind == "peer")).device = "numba"
.rows[0].wires = "row=1"
END
    "$PYTHON" - bench/results.schema.json "$files/models.json" "$tmp/changed" <<'END'
import json, sys
import jsonschema

schema, results = (json.load(open(path)) for path in sys.argv[1:3])
validator = jsonschema.Draft7Validator(schema)
for line in open(sys.argv[3]):
    changed = json.loads(line)
    if changed["file"] == results:
        sys.exit(f"changes nothing: {changed['change']}")
    if validator.is_valid(changed["file"]):
        sys.exit(f"let pass: {changed['change']}")
END
    [ "$(wc -l <"$tmp/changed")" -eq 46 ]
}

@test "rates, times and bytes belong together" {
    while read -r filter; do
        expect_rows "$files/all.json" "def near(a; b): (a / b - 1 | fabs) < 1e-6;
            [.rows[] | select(.seconds)] | length > 0 and all($filter)"
    done <<'END'
.seconds.min <= .seconds.median and .seconds.median <= .seconds.max and .seconds.samples >= 2
near(.synapse_steps_per_second.median; .synapses * .steps / .seconds.median)
near(.synapse_steps_per_second.min; .synapses * .steps / .seconds.max)
near(.synapse_steps_per_second.max; .synapses * .steps / .seconds.min)
near(.seconds_per_synapse_step; 1 / .synapse_steps_per_second.median)
.launches == null or near(.seconds_per_launch; .seconds.median / .launches)
.bytes_per_step == null or near(.bytes_per_step; 8 * .synapses * .launches / .steps)
.bytes_per_step == null or near(.bytes_per_second; .bytes_per_step * .steps / .seconds.median)
.kind == "peer" or .fuse == 0 or .launches == (.steps / .fuse | ceil)
.kind != "copy" or .launches == .steps
.part == "threads" or .kind != "update" or .state_bytes == .side * (.side / 64 | ceil) * 64 * 4
END
    expect_rows "$files/all.json" 'all(.rows[]; .part == "memory" or (.synapses // .side * .side) == .side * .side)'
}

@test "shares and speed-ups are those of the rows" {
    expect_rows "$files/all.json" '
        def near(a; b): (a / b - 1 | fabs) < 1e-6;
        def rate: .synapse_steps_per_second.median;
        .rows as $rows
        | [$rows[] | select(.times_native or .share_of_limit)] | length > 0 and all(. as $r
        | def other($kind; $device; $threads): $rows[] | select(.part == $r.part and .side == $r.side and .fuse == 0
                                                and .kind == $kind and .device == $device and .threads == $threads);
        if .share_of_limit then
            (other("copy"; .device; 0).bytes_per_second / (.bytes_per_step / .synapses)) as $memory
            | (other("arithmetic"; .device; 0) | rate) as $arithmetic
            | near(.share_of_limit; rate / ([$memory, $arithmetic] | min))
              and (.limit == "memory") == ($memory < $arithmetic)
        else .part != "throughput" or .kind != "update" or .threads == 1 end
        and (.times_native == null or near(.times_native; rate / (other("update"; "native"; 0) | rate)))
        and (.times_one_thread == null or near(.times_one_thread; rate / (other("update"; "native"; 1) | rate))))'
}

@test "digests agree among all who did the same, and with ohmscape run" {
    expect_rows "$files/all.json" '[.rows[] | select(.digest)] | group_by([.side, .steps]) | length > 1
        and all([.[].digest] | unique | length == 1) and ([.[][0].digest] | unique | length) == length'
    read -r side steps digest < <(jq -r '[.rows[] | select(.digest)] | max_by(.side) | "\(.side) \(.steps) \(.digest)"' "$files/all.json")
    [ "$(digest_of --device native -n "$side" -t "$steps")" = "$digest" ]
}

@test "each device has its rows in every part" {
    processors=$(jq .machine.threads "$files/all.json")
    for device in $(jq -r '.devices[].id' "$files/all.json"); do
        while read -r part kind rows; do
            expect_rows "$files/all.json" "[.rows[] | select(.part == \"$part\" and .kind == \"$kind\"
                and .device == \"$device\" and .threads != 1 and .state == \"measured\" and .side == 64)] | length == $rows"
        done <<END
throughput update 2
throughput copy 1
throughput philox 1
throughput arithmetic 1
synapses update 1
fuse update 9
launch update 1
memory memory 1
peers update 2
END
        expect_rows "$files/all.json" "[.rows[] | select(.part == \"frames\" and .device == \"$device copied\" and .state == \"measured\")] | length == 1"
        expect_rows "$files/all.json" "[.rows[] | select(.part == \"frames\" and .device == \"$device shared\")] | length == 1"
        jq -e ".devices[] | select(.id == \"$device\" and .type != \"gpu\")" "$files/all.json" >/dev/null || continue
        expect_rows "$files/all.json" "[.rows[] | select(.part == \"threads\" and .device == \"$device\") | .threads] | .[0] == 1 and .[-1] == $processors and unique == ."
    done
    expect_rows "$files/all.json" '[.rows[] | select(.kind == "peer").device] | length == 9 and (unique | length) == 9'
    expect_rows "$files/all.json" '[.rows[] | select(.device == "native" and .threads == 1 and .part == "throughput")] | length == 1'
}

@test "the CSV has the rows of the JSON, and as many cells in each" {
    need_schema
    csv_is_json "$files/all.csv" "$files/all.json"
    csv_is_json "$files/models.csv" "$files/models.json"
    csv_is_json "$files/vectors.csv" "$files/vectors.json"
}

csv_is_json() {
    "$PYTHON" - "$@" <<'END'
import csv, json, sys

lines = list(csv.reader(open(sys.argv[1], newline="")))
rows = json.load(open(sys.argv[2]))["rows"]
header = lines[0]
if len(set(header)) != len(header):
    sys.exit(f"a column is there twice: {header}")
if len(lines) != len(rows) + 1:
    sys.exit(f"{len(lines) - 1} lines for {len(rows)} rows")
for line, row in zip(lines[1:], rows):
    if len(line) != len(header):
        sys.exit(f"{len(line)} cells for {len(header)} columns: {line}")
    cell = dict(zip(header, line))
    for name in "part", "kind", "device", "side", "fuse", "threads", "state", "note", "model", "wires":
        if cell[name] != str(row.get(name, "")):
            sys.exit(f"{name} is {cell[name]!r}, not {row.get(name)!r}")
    seconds, rate = row.get("seconds", {}), row.get("synapse_steps_per_second", {})
    if row["kind"] == "frame" and row["state"] == "measured": # frames a second
        rate = dict.fromkeys(("min", "median", "max"), 1 / row["frame_seconds"]["total"])
    expected = {f"seconds_{q}": seconds.get(q) for q in ("min", "median", "max")}
    expected |= {f"rate_{q}": rate.get(q) for q in ("min", "median", "max")}
    expected |= {"samples": seconds.get("samples"), "frame_seconds": row.get("frame_seconds", {}).get("total"),
                 "device_seconds_median": row.get("device_seconds", {}).get("median")}
    expected |= {name: row.get(name) for name in header if name not in cell.keys() & expected.keys()
                 and name not in ("part", "kind", "device", "state", "note", "side", "fuse", "threads", "model", "wires")}
    for name, value in expected.items():
        found = float(cell[name]) if cell[name] else None
        if (found is None) != (value is None) or found is not None and abs(found / value - 1) > 1e-6:
            sys.exit(f"{name} is {found}, not {value}: {row}")
END
}

# A picture is more than one colour, and a drawing has lines.
@test "--plot draws PNGs and SVGs" {
    need_schema
    local some="scaling.png scaling.svg speedup.png speedup.svg throughput.png throughput.svg"
    [ "$(ls "$files/plots" | xargs)" = "$some" ]
    [ "$(ls "$files/all-plots" | xargs)" = "models.png models.svg $some" ]
    "$PYTHON" - "$files"/plots/* "$files"/all-plots/* <<'END'
import sys
import xml.etree.ElementTree
from PIL import Image

for path in sys.argv[1:]:
    if path.endswith(".png"):
        picture = Image.open(path).convert("RGB")
        if min(picture.size) < 400 or len(picture.getcolors(1 << 24)) < 10:
            sys.exit(f"{path} shows nothing")
    else:
        root = xml.etree.ElementTree.parse(path).getroot()
        if not root.tag.endswith("svg") or len(list(root.iter("{http://www.w3.org/2000/svg}path"))) < 10:
            sys.exit(f"{path} shows nothing")
END
}

# ---- Models -----------------------------------------------------------------------------------

@test "every model is measured, with one window, five spreads, and NumPy beside it" {
    names=$("$ohmscape" models | awk '/^Models/ { inside = 1; next } /^$/ { exit } inside { print $1 }')
    [ "$(wc -l <<<"$names")" -ge 10 ]
    for model in $names linear-ion-drift:window=joglekar,p=2; do
        expect_rows "$files/models.json" "[.rows[] | select(.part == \"models\" and (.model | sub(\":substeps=1$\"; \"\")) == \"$model\") | \"\(.kind) \(.device)\"]
            | sort == [\"peer numpy-float32\", \"update native\"]"
    done
    expect_rows "$files/models.json" '[.rows[] | select(.part == "models" and (.model | test("~"))) | .model | split(":")[0]]
        == ["sin-state", "linear-ion-drift", "vteam", "yakopcic", "mmss"]'
    need_schema # which has numpy
    expect_rows "$files/models.json" '[.rows[] | select(.part == "models" and .state != "measured") | "\(.device) \(.note)"]
        == ["numpy-float32 no NumPy version of jart-vcm", "numpy-float32 no NumPy version of table-step"]'
    expect_rows "$files/models.json" 'all(.rows[] | select(.part == "models"); .side == 64)'
}

@test "models are held against sin-state, themselves without a spread, and NumPy" {
    expect_rows "$files/models.json" '
        def near(a; b): (a / b - 1 | fabs) < 1e-6;
        def rate: .synapse_steps_per_second.median;
        [.rows[] | select(.part == "models")] as $rows
        | def of($kind; $model): $rows[] | select(.kind == $kind and .model == $model) | rate;
        [$rows[] | select(.kind == "update")] | length == 18 and all(
            .fuse == 16 and near(.times_sin_state; rate / of("update"; "sin-state"))
            and if .model | test("~")
                then near(.times_without_spread; rate / of("update"; .model | split(":")[0])) and .times_numpy == null
                elif .model == "jart-vcm:substeps=1" or .model == "table-step" then .times_numpy == null
                else near(.times_numpy; rate / of("peer"; .model)) and .times_without_spread == null end)'
}

# What the spread costs would otherwise be mixed with what another value does.
@test "parameters are spread about their defaults" {
    for model in $(jq -r '.rows[] | select(.times_without_spread).model' "$files/models.json"); do
        spread=$("$ohmscape" run --json --device native -n 1 -t 1 --model "$model" | jq -r .model)
        plain=$("$ohmscape" run --json --device native -n 1 -t 1 --model "${model%%:*}" | jq -r .model)
        [ "$spread" != "$plain" ]
        [ "${spread/\~lognormal:0.1/}" = "$plain" ] || fail "$spread" "$plain"
    done
}

@test "--model measures one model beside sin-state; its digest is that of ohmscape run" {
    need_opencl
    measure models --devices native,0.0 --sizes 16,64 --model vteam:k_on=-20 --json "$tmp/a.json"
    expect_success
    expect_valid "$tmp/a.json"
    expect_rows "$tmp/a.json" '[.rows[] | "\(.device) \(.model) \(.side) \(.fuse)"] | sort ==
        ["0.0 sin-state 64 16", "0.0 vteam:k_on=-20 64 16", "native sin-state 64 16", "native vteam:k_on=-20 64 16",
         "numpy-float32 sin-state 64 0", "numpy-float32 vteam:k_on=-20 64 0"]'
    jq -r '.rows[] | select(.digest) | "\(.model) \(.steps) \(.digest)"' "$tmp/a.json" >"$tmp/digests"
    [ "$(wc -l <"$tmp/digests")" -eq 4 ]
    while read -r model steps digest; do
        [ "$(digest_of --device native -n 64 -t "$steps" --model "$model")" = "$digest" ] || fail "$model"
    done <"$tmp/digests"
}

@test "what NumPy has no version of is skipped with the reason" {
    measure models --devices native --sizes 64 --model linear-ion-drift:window=biolek --json "$tmp/a.json"
    expect_success
    expect_valid "$tmp/a.json"
    need_schema
    expect_rows "$tmp/a.json" '[.rows[] | select(.state == "skipped").note] == ["no NumPy version of linear-ion-drift with window=biolek"]'
    grep -qE '^ +64 +numpy-float32 +linear-ion-drift:window=biolek +skipped: no NumPy' <<<"$output" || fail "$output"
    [ "$(tail -1 <<<"$output")" = "3 measured, 1 skipped, 0 lost" ]
}

# A python3 that runs our programs with one thing changed: $1 becomes $2.
change_peer() {
    mkdir -p "$tmp/bin"
    cat >"$tmp/bin/python3" <<END
#!/bin/sh
[ "\$1" = -c ] || exec "$PYTHON" "\$@"
program=\$(printf '%s\n' "\$2" | sed 's|$1|$2|')
shift 2
exec "$PYTHON" -c "\$program" "\$@"
END
    chmod +x "$tmp/bin/python3"
}

# In its trials, and in the samples alone.
@test "a peer of another law is lost, with no rate of it, and others are not" {
    need_schema
    while IFS='|' read -r model from to; do
        grep -qF "$from" bench/peers_models.py
        change_peer "$from" "$to"
        run --separate-stderr timeout "$patience" env PYTHON="$tmp/bin/python3" "$ohmscape" bench models \
            --devices native --sizes 64 --seconds 0.02 --model "$model" --json "$tmp/a.json"
        expect_success
        expect_valid "$tmp/a.json"
        expect_rows "$tmp/a.json" "[.rows[] | select(.state == \"lost\")] | length == 1 and all(.model == \"$model\" and .kind == \"peer\"
            and (.note | test(\"^different results: after [0-9]+ steps mean [-0-9.e]+ and std [0-9.e-]+, not \")))"
        [ "$(tail -1 <<<"$output" | sed 's/^[0-9]* //')" = "measured, 0 skipped, 1 lost" ]
    done <<'END'
linear-ion-drift:r_off=8000|p.mu / p.d|p.mu / 2 / p.d
linear-step:noise=0|d += self.up|d -= self.up
vteam:k_on=-20|model.start(init)|model.start(init); model.w *= 1 - 0.5 * (task["side"] == 64 and spec.name == "vteam")
END
}

# ---- Readouts and wires -----------------------------------------------------------------------

@test "each device has its readouts, updates, copy and circuits, and each peer its row" {
    for device in $(jq -r '.devices[].id' "$files/vectors.json"); do
        expect_rows "$files/vectors.json" "[.rows[] | select(.part == \"read\" and .device == \"$device\" and .state == \"measured\")
            | \"\(.kind) \(.model) \(.batch)\"] == [\"read sin-state 1\", \"transposed sin-state 1\", \"read sin-state 64\",
            \"outer sin-state null\", \"copy null null\", \"read yakopcic 1\", \"exact yakopcic 1\"]"
        expect_rows "$files/vectors.json" "[.rows[] | select(.part == \"wires\" and .device == \"$device\" and .state == \"measured\")
            | \"\(.kind) \(.wires) \(.sweeps != null)\"]
            == [\"solve row=1,col=1 true\", \"update null false\", \"update row=1,col=1 true\"]"
    done
    expect_rows "$files/vectors.json" '[.rows[] | select(.kind == "peer") | "\(.part) \(.device) \(.batch)"]
        == ["read numpy-float32 1", "read numpy-float32 64", "wires scipy null", "wires badcrossbar null"]'
    need_schema # which has numpy
    expect_rows "$files/vectors.json" 'all(.rows[] | select(.device == "numpy-float32"); .state == "measured")'
}

@test "readouts and wires are held against copies, linear readouts, ideal lines, NumPy and the native engine" {
    expect_rows "$files/vectors.json" '
        def near(a; b): (a / b - 1 | fabs) < 1e-6;
        def rate: .synapse_steps_per_second.median;
        def same(f): map(select(f and .state == "measured")) | if length == 0 then null else .[0] | rate end;
        def is(a; b): b as $other | if $other == null then a == null else near(a; rate / $other) end;
        .rows as $rows | all($rows[] | select(.state == "measured" and .kind != "copy" and .kind != "peer"); . as $r
        | ($rows | map(select(.part == $r.part))) as $part
        | is(.times_native; $part | same(.device == "native" and .kind == $r.kind and .model == $r.model
                                         and .batch == $r.batch and .wires == $r.wires))
        and is(.times_copy; $part | same(.device == $r.device and .kind == "copy"))
        and is(.times_linear; if .kind == "exact" then $part | same(.device == $r.device and .kind == "read" and .model == "yakopcic")
                              else null end)
        and is(.times_numpy; if .kind == "read" then $part | same(.kind == "peer" and .model == $r.model and .batch == $r.batch)
                             else null end)
        and is(.times_ideal; if .kind == "update" and .wires then $part | same(.device == $r.device and .kind == "update" and .wires == null)
                             else null end)
        and (.sweeps == null or near(.seconds_per_cell_sweep; .seconds_per_synapse_step / .sweeps))
        and .launches == (if .batch then .steps / .batch | ceil else .steps end))'
}

@test "digests of currents are the same on every device, and of any number of vectors" {
    expect_rows "$files/vectors.json" '[.rows[] | select(.digest and (.kind | test("read|transposed|exact|solve")))]
        | group_by([.kind, .model, .batch]) | length == 6 and all([.[].digest] | unique | length == 1)
        and ([.[][0].digest] | unique | length) == length'
}

# expect_lost PEER FROM TO PART: a peer in which something was changed is lost, and nothing else.
expect_lost() {
    grep -qF "$2" "bench/peers_$4.py"
    change_peer "$2" "$3"
    run --separate-stderr timeout "$patience" env PYTHON="$tmp/bin/python3" "$ohmscape" bench "$4" \
        --devices native --sizes 16 --seconds 0.02 --json "$tmp/a.json"
    expect_success
    expect_valid "$tmp/a.json"
    expect_rows "$tmp/a.json" "[.rows[] | select(.state == \"lost\")] | length > 0 and all(.kind == \"peer\" and (.device | test(\"^$1\"))
        and (.note | test(\"^different results: currents are off by [-0-9.e]+ of the largest, more than \")))"
    expect_rows "$tmp/a.json" 'all(.rows[] | select(.kind != "peer"); .state == "measured")'
}

@test "a peer that finds other currents is lost, and others are not" {
    need_schema
    expect_lost numpy 'y = x @ w' 'y = x @ w * np.float32(1.0001)' read
}

@test "a solver that finds other currents is lost, and others are not" {
    need_schema
    "$PYTHON" -c 'import scipy' 2>/dev/null || skip "no scipy"
    expect_lost scipy 'return nodes' 'return (1 + 1e-6) * nodes' wires
}

@test "peers that are not installed are skipped with the command that installs them" {
    mkdir -p "$tmp/none"
    for module in numpy scipy badcrossbar; do
        echo 'raise ImportError' >"$tmp/none/$module.py"
    done
    run --separate-stderr timeout "$patience" env PYTHONPATH="$tmp/none" "$ohmscape" bench read wires \
        --devices native --sizes 16 --seconds 0.02 --json "$tmp/a.json"
    expect_success
    expect_valid "$tmp/a.json"
    expect_rows "$tmp/a.json" '[.rows[] | select(.state != "measured") | "\(.device): \(.note)"] == [
        "numpy-float32: no numpy: apt install python3-numpy", "numpy-float32: no numpy: apt install python3-numpy",
        "scipy: no scipy: apt install python3-scipy, or pip install scipy",
        "badcrossbar: no badcrossbar: pip install badcrossbar"]'
    grep -qE '^ +16 +scipy +peer +row=1,col=1 +skipped: no scipy: ' <<<"$output" || fail "$output"
    [ "$(tail -1 <<<"$output")" = "10 measured, 4 skipped, 0 lost" ]
}

@test "circuits too large for the direct solvers are left to ours" {
    measure wires --devices native --sizes 513 --json "$tmp/a.json"
    expect_success
    expect_valid "$tmp/a.json"
    expect_rows "$tmp/a.json" '[.rows[] | select(.kind == "peer")] | length == 2 and all(.state == "skipped" and (.note | test("more than 262,144 cells")))'
}

@test "readouts and wires are of the model that is asked for" {
    measure read wires --devices native --sizes 16 --model yakopcic --json "$tmp/a.json"
    expect_success
    expect_valid "$tmp/a.json"
    expect_rows "$tmp/a.json" 'all(.rows[] | select(.kind != "copy"); .model == "yakopcic")
        and [.rows[] | select(.kind == "read").batch] == [1, 64] and any(.rows[]; .kind == "exact" and .times_linear)'
}

@test "--compare tells vectors and wires apart" {
    measure read wires --devices native --sizes 64 --compare "$files/vectors.json"
    expect_success
    compared=$(sed -n '/^compared/,$p' <<<"$output")
    [ "$(grep -cE '^(read|wires) ' <<<"$compared")" -eq "$(tail -1 <<<"$output" | awk '{ print $1 }')" ]
    for row in 'read .*  1 vector  sin-state' 'read .*  64 vectors  sin-state' 'wires .* update .*  row=1,col=1  sin-state:r_on'; do
        grep -qE "^$row" <<<"$compared" || fail "$row" "$output"
    done
}

# ---- A part alone -----------------------------------------------------------------------------

# expect_parts PARTS ARG...: a run has these parts of results alone, in this order.
expect_parts() {
    measure --devices native --sizes 64,16 "${@:2}" --json "$tmp/part.json"
    expect_success
    [ "$(jq -r '[.rows[].part] | reduce .[] as $p ([]; if .[-1] == $p then . else . + [$p] end) | join(" ")' "$tmp/part.json")" = "$1" ] ||
        fail "$(cat "$tmp/part.json")"
    expect_valid "$tmp/part.json"
}

@test "each part can be had alone, throughput without asking" {
    expect_parts throughput
    expect_parts "synapses fuse threads launch memory" scaling
    expect_rows "$tmp/part.json" '[.rows[] | select(.part == "synapses").side] == [64, 16]
        and all(.rows[]; .part == "synapses" or .side == 64)' # the rest of it is of the largest size
    expect_parts frames frames
    expect_parts models models --model sin-state
    expect_parts read read
    expect_parts wires wires
    expect_parts "throughput peers" peers throughput --sizes 16
}

@test "fuse, model and stimulus are what is asked for" {
    measure --devices native --sizes 16 --fuse 4,32,auto --model sin-resistance --stimulus constant --json "$tmp/a.json"
    expect_success
    expect_valid "$tmp/a.json"
    expect_rows "$tmp/a.json" '.model == "sin-resistance" and .stimulus == "constant"'
    expect_rows "$tmp/a.json" '[.rows[] | select(.kind == "update" and .threads == 0).fuse] == [4, 32, 0]'
    read -r steps digest < <(jq -r '.rows[0] | "\(.steps) \(.digest)"' "$tmp/a.json")
    [ "$(digest_of --device native -n 16 -t "$steps" --model sin-resistance --stimulus constant)" = "$digest" ]
}

@test "-q prints nothing, whatever is written" {
    measure -q --devices native --sizes 16 --json "$tmp/a.json" --csv "$tmp/a.csv" --compare "$files/all.json"
    expect_success
    [ -z "$output" ]
    [ -s "$tmp/a.json" ]
    [ -s "$tmp/a.csv" ]
}

@test "--json FOLDER names the file after the machine" {
    measure -q --devices native --sizes 16 --json "$out"
    expect_success
    name=$(ls "$out")
    slug=$(jq -r '.machine | "\(.processor) \(.instructions) \(.threads) threads" | ascii_downcase | gsub("[^a-z0-9]+"; "-")' "$out/$name")
    [ "$name" = "$slug.json" ]
    expect_valid "$out/$name"
}

@test "plots without the native engine, and into a folder with a quote in its name" {
    need_opencl
    measure -q --devices 0.0 --sizes 16,64 --plot "$tmp/it's"
    expect_success
    [ "$(ls "$tmp/it's" | xargs)" = "throughput.png throughput.svg" ]
}

# ---- Comparing --------------------------------------------------------------------------------

# A row of the old results was so much faster that no noise makes up for it, another as much slower, and all
# others had so wide a spread that nothing can be said.
@test "--compare marks what is slower or faster beyond both spreads, and nothing else" {
    measure -q --devices native --sizes 16,64 --json "$tmp/old.json"
    expect_success
    jq 'def times(x; y; z): .synapse_steps_per_second |= (.min *= x | .median *= y | .max *= z);
        .rows |= map(if .side == 64 and .kind == "update" and .fuse == 1 then times(1000; 1000; 1000)
                     elif .side == 16 and .kind == "philox" then times(0.001; 0.001; 0.001)
                     else times(0.001; 1; 1000) end)' "$tmp/old.json" >"$tmp/planted.json"
    measure --devices native --sizes 16,64 --compare "$tmp/planted.json"
    expect_success
    grep -qxF "compared with $tmp/planted.json" <<<"$output"
    [ "$(grep -c '  slower$' <<<"$output")" -eq 1 ]
    grep -qE '^throughput +64 +native +update +1 .*  slower$' <<<"$output" || fail "$output"
    [ "$(grep -c '  faster$' <<<"$output")" -eq 1 ]
    grep -qE '^throughput +16 +native +philox .*  faster$' <<<"$output" || fail "$output"
    [ "$(sed -n '/^compared/,$p' <<<"$output" | grep -cE '^throughput +(16|64) +native ')" -eq 12 ]
}

# With factors that noise may reach, marks are held against the numbers of both runs.
@test "--compare's marks and ratios are those of the two files" {
    need_schema
    measure -q --devices native --sizes 64 --json "$tmp/old.json"
    expect_success
    jq '.rows |= map(if .kind == "update" then .synapse_steps_per_second |= map_values(. * 3)
                     elif .kind == "copy" then .synapse_steps_per_second |= map_values(. / 3) else . end)' \
        "$tmp/old.json" >"$tmp/planted.json"
    measure --devices native --sizes 64 --compare "$tmp/planted.json" --json "$tmp/new.json"
    expect_success
    "$PYTHON" - "$tmp/planted.json" "$tmp/new.json" "$output" <<'END'
import json, sys

old, new = (json.load(open(path))["rows"] for path in sys.argv[1:3])
table = sys.argv[3].split("compared with")[1].splitlines()[2:]
for was, row, line in zip(old, new, table, strict=False):
    then, now = was["synapse_steps_per_second"], row["synapse_steps_per_second"]
    mark = "slower" if now["max"] < then["min"] else "faster" if now["min"] > then["max"] else ""
    words = line.split()
    if words[-1] == "slower" or words[-1] == "faster":
        found = words.pop()
    else:
        found = ""
    expected = [f"{then['median']:.3g}", f"{now['median']:.3g}", f"{now['median'] / then['median']:.3f}"]
    if found != mark or words[:3] != [row["part"], "64", "native"] or words[-3:] != expected:
        sys.exit(f"{line!r} is not {expected} {mark!r}")
END
}

@test "rows that are not in the old file, or no rows, are compared with nothing" {
    measure -q --devices native --sizes 16 --json "$tmp/a.json"
    expect_success
    jq '.rows = [1, "row", null, [], {}, {part: 3}, {part: "throughput", kind: "copy", device: "native", side: 16,
        fuse: 0, threads: 0, synapse_steps_per_second: "fast"}]' "$tmp/a.json" >"$tmp/strange.json"
    for change in '.rows = []' '.rows[].side = 17' '.rows[].device = "9.9"' '.rows[].threads = 7' \
        'del(.rows[].synapse_steps_per_second)'; do
        jq "$change" "$tmp/a.json" >"$tmp/other.json"
        for old in strange other; do
            measure --devices native --sizes 16 --seconds 0.001 --compare "$tmp/$old.json"
            expect_success
            grep -qx 'none of its rows was measured now' <<<"$output" || fail "$change" "$output"
        done
    done
}

@test "--compare tells models apart" {
    measure models --devices native --sizes 64 --model sin-state --compare "$files/models.json"
    expect_success
    compared=$(sed -n '/^compared/,$p' <<<"$output")
    [ "$(grep -c '^models ' <<<"$compared")" -eq "$(tail -1 <<<"$output" | awk '{ print $1 }')" ]
    while read -r device kind model then; do
        grep -qE "^models +64 +$device +$kind +(16)? +$then .*  $model\$" <<<"$compared" || fail "$device $model $then" "$output"
    done < <(jq -r '.rows[] | select(.part == "models" and .state == "measured" and (.model | test("^sin-state")))
        | "\(.device) \(.kind) \(.model) \(.synapse_steps_per_second.median)"' "$files/models.json" |
        awk '{ $4 = sprintf("%.3g", $4); gsub(/\+/, "[+]", $4); print }')
    # A file from before there were models.
    jq 'del(.rows[].model)' "$files/models.json" >"$tmp/old.json"
    measure throughput models --devices native --sizes 64 --model sin-state --compare "$tmp/old.json"
    expect_success
    compared=$(sed -n '/^compared/,$p' <<<"$output")
    [ "$(grep -c '^throughput ' <<<"$compared")" -eq 6 ]
    ! grep -q '^models ' <<<"$compared"
}

# ---- Devices that are slow, wrong or lost -----------------------------------------------------

# Each strip does its steps 20 times more on a copy, which is then taken into the state as nothing at all: t's
# upper half is 0, which no compiler knows.
@test "a slow engine shows" {
    need_opencl
    copy_kernels
    awk '/^OHM_FN void strip_advance\(/ { inside = 1 }
        inside && /^    strip_steps\(/ {
            call = $0
            sub(/&s,/, "\\&copy,", call)
            print "    for (int i = 0; i < 20; i++) {"
            print "        strip_run copy = s;"
            print "    " call
            print "        for (int k = 0; k < 4; k++)"
            print "            s.w[k] = v_from_bits(v_bits(s.w[k]) ^ v_bits(copy.w[k]) * (u32)(t >> 32));"
            print "    }"
            inside = 0
        }
        { print }' kernels/advance.h >"$tmp/kernels/advance.h"
    [ "$(wc -l <"$tmp/kernels/advance.h")" -gt "$(wc -l <kernels/advance.h)" ]
    measure -q --devices native,0.0 --sizes 256 --fuse auto --json "$tmp/old.json"
    expect_success
    export OHMSCAPE_KERNELS=$tmp/kernels
    measure --devices native,0.0 --sizes 256 --fuse auto --compare "$tmp/old.json"
    expect_success # the digests are right
    grep -qE '^throughput +256 +0\.0 +update +auto .* 0\.[01][0-9]+  slower$' <<<"$output" || fail "$output"
}

@test "a wrong engine ends the benchmark, with no rate of it and no file" {
    need_opencl
    copy_kernels
    sed -i 's/-0x1\.22e43ep-3f/-0x1.22e44ep-3f/' "$tmp/kernels/elementary.h" # a coefficient of v_sin
    ! cmp -s "$tmp/kernels/elementary.h" kernels/elementary.h
    export OHMSCAPE_KERNELS=$tmp/kernels
    for part in throughput scaling peers 'models --model sin-state:r_on=0.2' wires; do
        # shellcheck disable=SC2086 # its option too
        measure $part --devices native,0.0 --sizes 64 --json "$out/a.json" --csv "$out/a.csv"
        [ "$status" -eq 1 ]
        expect_message '^either 0\.0, update.* or native, update.* computes wrong results: after [0-9]+ steps of 64 x 64 the digests are [0-9a-f]{16} and [0-9a-f]{16}$' bench
        ! grep -qE '^ +64 +0\.0 +update' <<<"$output" || [ $part = scaling ] || fail "$output"
        ! grep -qE '^[0-9]+ measured' <<<"$output"
        [ -z "$(ls -A "$out")" ]
    done
}

@test "a device that is lost in the middle costs its own rows alone" {
    need_opencl
    layer=$(realpath "${BUILD:-build}/tests/fault.so")
    [ -e "$layer" ] || skip "the layer is not built"
    export OPENCL_LAYERS=$layer
    # Within the first run of 256 launches, and later.
    for after in 200 2000; do
        export OPENCL_FAULT_AFTER=$after
        measure throughput --devices native,0.0 --sizes 64 --seconds 0.05 --json "$tmp/a.json" --csv "$tmp/a.csv"
        expect_success
        expect_valid "$tmp/a.json"
        expect_rows "$tmp/a.json" '[.rows[] | select(.device == "0.0")] | length == 5 and all(.state == "lost" and (.note | test("^clEnqueueNDRangeKernel failed: CL_OUT_OF_RESOURCES")))'
        expect_rows "$tmp/a.json" '[.rows[] | select(.device == "native")] | length == 6 and all(.state == "measured" and .seconds.samples >= 3)'
        [ "$(tail -1 <<<"$output")" = "6 measured, 0 skipped, 5 lost" ]
        grep -qE '^ +64 +0\.0 +copy +lost: clEnqueueNDRangeKernel failed' <<<"$output" || fail "$output"
        [ "$(wc -l <"$tmp/a.csv")" -eq 12 ]
    done
}

# ---- What cannot be measured ------------------------------------------------------------------

@test "sizes that do not fit are skipped with the reason, and counted" {
    measure throughput scaling peers models read wires frames --devices native --sizes 1000000,2147483648 --json "$tmp/a.json" --plot "$tmp/plots"
    expect_success
    [ -z "$(ls -A "$tmp/plots")" ]
    [[ ${lines[-1]} =~ ^1\ measured,\ [0-9]+\ skipped,\ 0\ lost$ ]] # a launch, at 64 x 64
    expect_valid "$tmp/a.json"
    for side in 1000000 2147483648; do
        expect_rows "$tmp/a.json" "[.rows[] | select(.side == $side)] | ([.[].part] | unique | length) >= 4 and all(.state == \"skipped\")"
        grep -qE "^ *$side +native +update +auto +skipped: a crossbar of $side x $side needs .*iB" <<<"$output" || fail "$output"
    done
    measure --devices native --sizes 1000000,16
    expect_success
    [ "${lines[-1]}" = "6 measured, 2 skipped, 0 lost" ]
}

# refused CODE PATTERN ARG...: an error before the sweep, which would take minutes, and no file.
refused() {
    expect_error "$1" "$2" bench --sizes 4096 --seconds 100 "${@:3}"
    [ -z "$(ls -A "$out")" ] || fail "wrote $(ls -A "$out"): ${*:3}"
}

@test "bad values are refused, each with its line" {
    files=(--json "$out/a.json" --csv "$out/a.csv" --plot "$out/plots")
    refused 2 '^"speed" is not throughput, scaling, peers, models, read, wires, frames or all$' speed "${files[@]}"
    refused 2 '^"" is not throughput' "" "${files[@]}"
    refused 1 '^there is no OpenCL device 9\.9$' --devices 9.9 "${files[@]}"
    refused 2 '^unknown device "frobnicator"' --devices native,frobnicator "${files[@]}"
    refused 2 '^unknown device ""' --devices native, "${files[@]}"
    refused 2 '^--devices: native is given twice$' --devices native,native "${files[@]}"
    for list in 0 x 64, ,64 64,,64 -1 64.5 2147483649 auto2 ''; do
        refused 2 '^--sizes: ".*" is not a whole number from 1 to 2147483648$' --sizes "$list" "${files[@]}"
    done
    refused 2 '^--sizes: more than 64 values$' --sizes "$(seq -s, 65)" "${files[@]}"
    refused 2 '^--sizes: 64 is given twice$' --sizes 64,32,64 "${files[@]}"
    refused 2 '^--fuse: auto is given twice$' --fuse auto,auto "${files[@]}"
    refused 2 "^--json and --csv: both name $out/a$" --json "$out/a" --csv "$out/a"
    for list in 0 1,0 x 65537 1,; do
        refused 2 '^--fuse: ".*" is not a whole number from 1 to 65536$' --fuse "$list" "${files[@]}"
    done
    for seconds in 0 nan -1 inf 3601 1s ''; do
        refused 2 '^--seconds: ".*" is not a number above 0 and up to 3600$' --seconds "$seconds" "${files[@]}"
    done
    refused 2 '^unknown model "resistor"' --model resistor "${files[@]}"
    refused 2 '^unknown .*"noise"' --stimulus noise "${files[@]}"
    refused 2 '^peers: the other implementations support only sin-state with uniform voltages$' peers --model sin-resistance "${files[@]}"
    refused 2 '^peers: ' all --stimulus uniform:hi=4 "${files[@]}"
    for option in devices model stimulus json csv compare plot; do
        refused 2 "^--$option: \"\" is not a name$" "--$option" ''
    done
    refused 2 '^unknown option --frobnicate$' --frobnicate "${files[@]}"
}

@test "what can't be written is said before the sweep" {
    echo text >"$tmp/file"
    refused 1 '^cannot write .*/none/a\.json: No such file or directory$' --json "$tmp/none/a.json" --csv "$out/a.csv" --plot "$out/plots"
    refused 1 '^cannot write .*/none/a\.csv: No such file or directory$' --csv "$tmp/none/a.csv" --json "$out/a.json" --plot "$out/plots"
    refused 1 '^cannot write .*/out: it is not a regular file$' --csv "$out" --json "$tmp/a.json"
    refused 1 '^cannot create the folder .*/none/plots: No such file or directory$' --plot "$tmp/none/plots" --json "$out/a.json"
    refused 1 '^cannot write into .*/file: Not a directory$' --plot "$tmp/file" --json "$out/a.json"
    chmod +x "$tmp/file"
    refused 1 '^cannot write into .*/file: Not a directory$' --plot "$tmp/file" --json "$out/a.json"
    [ "$(cat "$tmp/file")" = text ]
    [ ! -e "$tmp/a.json" ]
}

@test "folders without permission are said before the sweep" {
    [ "$(id -u)" -ne 0 ] || skip "root may write anywhere"
    mkdir -m 555 "$tmp/closed"
    refused 1 '^cannot write .*/closed.*: Permission denied$' --json "$tmp/closed"
    refused 1 '^cannot write .*/closed.*: Permission denied$' --csv "$tmp/closed/a.csv"
    refused 1 '^cannot write into .*/closed: Permission denied$' --plot "$tmp/closed"
}

@test "without gnuplot --plot says what to install, before the sweep" {
    mkdir "$tmp/empty"
    run --separate-stderr timeout 60 env PATH="$tmp/empty" "$ohmscape" bench --sizes 4096 --seconds 100 --plot "$out/plots" --json "$out/a.json"
    [ "$status" -eq 1 ]
    [ -z "$output" ]
    expect_message '^--plot needs gnuplot, which is not installed$' bench
    [ "${stderr_lines[1]}" = "hint: apt install gnuplot-nox" ]
    [ -z "$(ls -A "$out")" ]
}

@test "results that can't be compared with are refused" {
    files=(--json "$out/a.json" --csv "$out/a.csv" --plot "$out/plots")
    all=$BATS_FILE_TMPDIR/all.json
    refused 1 '^cannot read .*/none\.json: No such file or directory$' --compare "$tmp/none.json" "${files[@]}"
    refused 1 '^cannot read .*: Is a directory$' --compare "$tmp" "${files[@]}"
    : >"$tmp/empty.json"
    refused 1 'empty\.json is empty$' --compare "$tmp/empty.json" "${files[@]}"
    echo 'side  device' >"$tmp/text.json"
    head -c 2000 "$all" >"$tmp/cut.json"
    head -c 5000 /dev/zero >"$tmp/zeros.json"
    for file in text cut zeros; do
        refused 1 "$file\.json is not JSON, or damaged\$" --compare "$tmp/$file.json" "${files[@]}"
    done
    "$ohmscape" devices --json >"$tmp/other.json"
    refused 1 'other\.json was not written by `ohmscape bench --json`$' --compare "$tmp/other.json" "${files[@]}"
    for text in '[]' 3 null '"ohmscape-bench"' '{"format": 1}'; do
        echo "$text" >"$tmp/other.json"
        refused 1 'other\.json was not written by `ohmscape bench --json`$' --compare "$tmp/other.json" "${files[@]}"
    done
    for version in 2 0 null '"1"' 1.5; do
        jq ".format_version = $version" "$all" >"$tmp/version.json"
        refused 1 'version\.json has another format version$' --compare "$tmp/version.json" "${files[@]}"
    done
    for change in '.rows = 3' '.rows = {}' 'del(.rows)'; do
        jq "$change" "$all" >"$tmp/rows.json"
        refused 1 'rows\.json is damaged: it has no rows$' --compare "$tmp/rows.json" "${files[@]}"
    done
}

# ---- Signals ----------------------------------------------------------------------------------

# start ARG...: a benchmark in the background that would take long.
start() {
    "$ohmscape" bench --devices native --json "$tmp/a.json" --csv "$tmp/a.csv" "$@" >"$tmp/out.txt" 2>"$tmp/err" 3>&- &
    pid=$!
}

# wait_for COMMAND...: until it succeeds.
wait_for() {
    for _ in $(seq $((20 * patience))); do
        ! "$@" || return 0
        sleep 0.05
    done
    fail "never: $*" "$(cat "$tmp/out.txt" "$tmp/err")"
}

catches_signals() {
    local mask
    mask=$(awk '/^SigCgt:/ { print $2 }' "/proc/$pid/status")
    [ $((0x$mask >> 1 & 1)) -eq 1 ]
}

# interrupt SIGNAL CODE: ends it with CODE, and with files of what was measured.
interrupt() {
    kill "-$1" "$pid"
    status=0
    wait "$pid" || status=$?
    pid=
    [ "$status" -eq "$2" ] || fail "exit status $status" "$(cat "$tmp/out.txt" "$tmp/err")"
    [ ! -s "$tmp/err" ] || fail "$(cat "$tmp/err")"
    expect_rows "$tmp/a.json" '.interrupted and (.rows | all(.state == "measured" or (.state == "skipped" and .note == "interrupted")))'
    [ "$(wc -l <"$tmp/a.csv")" -eq $(($(jq '.rows | length' "$tmp/a.json") + 1)) ]
    grep -qE '^[0-9]+ measured, [0-9]+ skipped, 0 lost$' "$tmp/out.txt"
    expect_valid "$tmp/a.json"
}

@test "SIGINT ends a long run in order, before anything is measured" {
    start --sizes 64 --seconds 60
    wait_for catches_signals
    interrupt INT 130
}

@test "SIGINT and SIGTERM keep what was measured until then" {
    for signal in INT TERM; do
        start --sizes "16,$(seq -s, 64 126)" --seconds 0.05
        wait_for grep -qE '^ +16 +native +arithmetic' "$tmp/out.txt"
        interrupt $signal $([ $signal = INT ] && echo 130 || echo 143)
        expect_rows "$tmp/a.json" 'any(.rows[]; .state == "measured" and .digest)'
    done
}
