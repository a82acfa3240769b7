#!/usr/bin/env bats
# Ends that go wrong: full disks, limits, killed runs, readers that are gone, lost devices. Whatever happens, a
# run reports what it has done and saves what can be saved.
load common

setup() {
    common_setup
    export OMP_NUM_THREADS=1 # address space is counted, and they start faster
    mkdir "$tmp/elsewhere"
    export TMPDIR=$tmp/elsewhere
}

teardown() {
    [ -z "${pid-}" ] || kill -9 "$pid" 2>/dev/null || true
    ! mountpoint -q "$tmp/disk" || umount "$tmp/disk"
}

# small_disk SIZE: a disk of this size at $tmp/disk.
small_disk() {
    [ "$(id -u)" -eq 0 ] || skip "only root may mount a small disk"
    mkdir "$tmp/disk"
    mount -t tmpfs -o "size=$1" tmpfs "$tmp/disk" 2>/dev/null || skip "no tmpfs can be mounted here"
}

# limited LIMIT ARG...: runs the program within a limit of `ulimit`, and leaves what `try` leaves.
limited() {
    local limit=$1
    shift
    run --separate-stderr timeout 60 bash -c "ulimit $limit; exec \"\$0\" \"\$@\"" "$ohmscape" "$@"
}

# contents FOLDER: the names in it, on one line.
contents() {
    ls -A "$1" | paste -sd ' '
}

# ---- Full disks and limits --------------------------------------------------------------------

@test "a disk that is full at the end: the report, then the error, the file elsewhere" {
    small_disk 1m
    head -c 900K /dev/zero >"$tmp/disk/filler"
    try run --device native -n 64 -t 2000 --every 1 -o "$tmp/disk/f.h5"
    [ "$status" -eq 1 ]
    grep -q '^state  ' <<<"$output"
    grep -q "^digest        $(digest_of --device native -n 64 -t 2000)$" <<<"$output" || fail "$output"
    grep -q "^saved         $tmp/elsewhere/f-rescued.h5$" <<<"$output" || fail "$output"
    expect_message "^cannot write $tmp/disk/f\.h5: No space left on device$"
    [ "${stderr_lines[1]}" = "hint: saved to $tmp/elsewhere/f-rescued.h5 instead" ]
    [ "$(contents "$tmp/disk")" = filler ]
    expect_ok info --json "$tmp/elsewhere/f-rescued.h5"
    expect_json '.step == 2000 and .series_rows == 2000'

    # Nothing that is there is replaced, and JSON tells where.
    try run --json --device native -n 64 -t 2000 --every 1 -o "$tmp/disk/f.h5"
    [ "$status" -eq 1 ]
    expect_json ".saved == \"$tmp/elsewhere/f-rescued-2.h5\" and (.error | test(\"No space left\")) and .digest"
}

@test "a limit on the size of files is an error of every program, and leaves nothing" {
    mkdir "$tmp/folder"
    export HOME=$tmp/elsewhere XDG_CACHE_HOME=$tmp/cache # where OpenGL keeps its own
    limited '-f 8' run --json --device native -n 64 -o "$tmp/folder/f.h5"
    [ "$status" -eq 1 ] || show "should exit with 1"
    expect_message "^cannot write $tmp/folder/f\.h5: File too large$"
    expect_json '.saved == null and .digest and (.error | test("File too large"))'
    limited '-f 4' iv -o "$tmp/folder/iv.csv"
    [ "$status" -eq 1 ] || show "should exit with 1"
    expect_message "^cannot write $tmp/folder/iv\.csv: File too large$"
    if [ -x "$(dirname "$ohmscape")/ohmscape-bench" ]; then
        limited '-f 1' bench throughput --devices native --sizes 16 --seconds 0.001 -q --json "$tmp/folder/b.json"
        [ "$status" -eq 1 ] || show "should exit with 1"
        expect_message "b\.json: File too large$"
    fi
    if [ -x "$(dirname "$ohmscape")/ohmscape-view" ]; then
        limited '-f 4' figure --device native -o "$tmp/folder/figure.png"
        [ "$status" -eq 1 ] || show "should exit with 1"
        expect_message '.'
    fi
    [ "$(contents "$tmp/folder")" = "" ] || fail "left: $(contents "$tmp/folder")"
    [ "$(contents "$tmp/elsewhere")" = "" ] || fail "left: $(contents "$tmp/elsewhere")"
}

@test "the results of iv that can't be written where they should are elsewhere" {
    small_disk 64k
    try iv -o "$tmp/disk/iv.csv"
    [ "$status" -eq 1 ]
    expect_message "^cannot write $tmp/disk/iv\.csv: No space left on device$"
    expect_ok iv -o "$tmp/iv.csv"
    cmp "$tmp/iv.csv" "$tmp/elsewhere/iv-rescued.csv"
    [ "$(contents "$tmp/disk")" = "" ]
    need_command gnuplot
    head -c 64K /dev/zero >"$tmp/disk/filler" || true
    try iv --plot "$tmp/disk/iv.png"
    [ "$status" -eq 1 ]
    expect_message "^cannot write $tmp/disk/iv\.png: "
    [ "$(tail -c 8 "$tmp/elsewhere/iv-rescued.png" | head -c 4)" = IEND ]
    [ "$(contents "$tmp/disk")" = filler ]
}

# ---- Long series ------------------------------------------------------------------------------

@test "a series longer than memory is recorded, saved and gone on with" {
    [ -z "${SANITIZE-}" ] || skip "sanitizers take more address space than there is"
    # 25,000 rows of 2088 bytes would take 52 MB, and everything else takes more than half of these 80.
    limited '-v 80000' run -q --device native -n 2 -t 25000 --every 1 -o "$tmp/f.h5"
    [ "$status" -eq 0 ] || show "should succeed"
    limited '-v 80000' run -q --device native --from "$tmp/f.h5" -t 5000 --every 1 -o "$tmp/f.h5"
    [ "$status" -eq 0 ] || show "should succeed"
    expect_ok info --json "$tmp/f.h5"
    expect_json '.series_rows == 30000'
    need_python
    expect_ok run -q --device native -n 2 -t 30000 --every 5000 -o "$tmp/few.h5"
    python "$tmp" <<'END'
whole, few = (h5py.File(f"{sys.argv[1]}/{name}.h5")["series"] for name in ("f", "few"))
equal("the steps", whole["step"][:], np.arange(1, 30001))
equal("synapses in each histogram", np.unique(whole["histogram"][:].sum(axis=1)), [4])
for name in few:
    equal(name, whole[name][4999::5000], few[name][:])
END
}

@test "a series that fills the disk ends the run, and what was recorded is saved" {
    small_disk 6m
    try run --json --device native -n 5 -t 72057594037927936 --every 1 -o "$tmp/disk/f.h5"
    [ "$status" -eq 1 ]
    expect_message '^the series ends after [0-9]+ rows: No space left on device: '
    expect_json ".saved == \"$tmp/disk/f.h5\" and (.error | test(\"^the series ends\"))"
    step=$(jq .step <<<"$output")
    expect_ok info --json "$tmp/disk/f.h5"
    expect_json ".step == $step and .series_rows == $((step - 1)) and .series_rows > 10000"
    [ "$(contents "$tmp/disk")" = f.h5 ]
    [ "$(contents "$tmp/elsewhere")" = "" ]
}

# ---- Killed runs ------------------------------------------------------------------------------

@test "a killed run leaves nothing of a long series" {
    mkdir "$tmp/folder"
    "$ohmscape" run -q --device native -n 5 -t 72057594037927936 --every 1 -o "$tmp/folder/f.h5" 3>&- &
    pid=$!
    for ((i = 0; i < 600; i++)); do # until the series has a file
        ! ls -l "/proc/$pid/fd" 2>/dev/null | grep -q "$tmp/folder/.*deleted" || break
        sleep 0.05
    done
    [ "$i" -lt 600 ]
    kill -9 "$pid"
    wait "$pid" || true
    [ "$(contents "$tmp/folder")" = "" ]
}

@test "only temporaries of ours whose writer is gone are removed" {
    need_python
    mkdir -p "$tmp/folder/.f.h5.ohmscape-folder"
    cd "$tmp/folder"
    touch .f.h5.ohmscape-{abcdef,012345,locked} "$tmp/target"
    others=(.f.h5.ohmscape-abcdefg .f.h5.ohmscape-abcde .g.h5.ohmscape-abcdef f.h5.ohmscape-abcdef f.h5.abcdef
        .f.h5 .f.h5x.ohmscape-abcdef)
    touch "${others[@]}"
    ln -s "$tmp/target" .f.h5.ohmscape-linked
    cd - >/dev/null
    python "$tmp/folder" "${others[@]}" <<'END'
import fcntl, struct
folder, others = sys.argv[1], sys.argv[2:]
with open(f"{folder}/.f.h5.ohmscape-locked", "w") as f: # as a writer that lives does
    fcntl.fcntl(f, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)) # F_OFD_SETLK
    equal("a run", ohmscape("run", "-q", "--device", "native", "-o", f"{folder}/f.h5"), (0, "", ""))
    expected = others + ["f.h5"] + [f".f.h5.ohmscape-{name}" for name in ("locked", "folder", "linked")]
    equal("what is left", sorted(os.listdir(folder)), sorted(expected))
equal("a run", ohmscape("run", "-q", "--device", "native", "-o", f"{folder}/f.h5"), (0, "", ""))
equal("a temporary with a lock that is gone", os.path.exists(f"{folder}/.f.h5.ohmscape-locked"), False)
END
    [ -e "$tmp/target" ]
}

@test "a name as long as names may be is saved" {
    name=$(printf 'x%.0s' $(seq 252)).h5
    expect_ok run -q --device native -o "$tmp/elsewhere/$name"
    [ "$(contents "$tmp/elsewhere")" = "$name" ] || fail "$(contents "$tmp/elsewhere")"
}

# ---- Readers that are gone --------------------------------------------------------------------

@test "a run whose reader is gone still saves" {
    for streams in '' '2>&1'; do
        rm -f "$tmp/f.h5"
        run bash -c "{ \"\$0\" run --device native -n 40 -o \"\$1\" $streams; echo \$? >\"\$2\"; } | :" \
            "$ohmscape" "$tmp/f.h5" "$tmp/code"
        [ "$(cat "$tmp/code")" -eq 1 ] || [ "$(cat "$tmp/code")" -eq 0 ] || fail "exit status $(cat "$tmp/code")"
        expect_ok info "$tmp/f.h5"
    done
}

@test "a closed standard stream does not get into the file" {
    expected=$(digest_of --device native -n 2 -t 30000)
    run bash -c '"$0" run --device native -n 2 -t 30000 --every 1 -o "$1" >&- 2>&-' "$ohmscape" "$tmp/f.h5"
    [ "$status" -eq 1 ]
    [ "$(digest_of --device native --from "$tmp/f.h5" -t 0)" = "$expected" ]
}

# ---- Steps that fail --------------------------------------------------------------------------

@test "a stimulus that can no longer be read ends the run where it is" {
    need_python
    python "$tmp" <<'END'
with h5py.File(f"{sys.argv[1]}/v.h5", "w") as f:
    f.create_dataset("voltage", data=np.full((300, 100, 100), 0.25, "f4"), chunks=(1, 100, 100), fletcher32=True)
END
    "$ohmscape" run --json --device native -n 100 --stimulus file:path="$tmp/v.h5" -t 72057594037927936 \
        --every 100 -o "$tmp/f.h5" >"$tmp/out" 2>"$tmp/err" 3>&- &
    pid=$!
    wait_for_handler "$pid"
    for ((i = 0; i < 600; i++)); do # until it steps: before it does, it has read the file twice, which is too large to be kept
        [ "$(awk '/^rchar/ { print $2 }' "/proc/$pid/io")" -lt 40000000 ] || break
        sleep 0.05
    done
    head -c 8M /dev/urandom | dd of="$tmp/v.h5" bs=1M conv=notrunc status=none # which the checksums show
    status=0
    wait "$pid" || status=$?
    stderr=$(cat "$tmp/err")
    [ "$status" -eq 1 ] || fail "exit status $status: $stderr"
    mapfile -t stderr_lines <"$tmp/err"
    expect_message "^$tmp/v\.h5: "
    output=$(cat "$tmp/out")
    step=$(jq .step <<<"$output")
    expect_json ".steps == .step and .step > 0 and .saved == \"$tmp/f.h5\" and .error"
    same=$(digest_of --device native -n 100 --stimulus constant:value=0.25 -t "$step")
    [ "$same" = "$(jq -r .digest <<<"$output")" ]
    expect_ok info --json "$tmp/f.h5"
    expect_json ".step == $step and .series_rows == $((step / 100)) and .digest == \"$same\""
}

@test "a device that is lost: what was reached is reported, and the series is saved" {
    need_opencl
    layer=$(realpath "${BUILD:-build}/tests/fault.so")
    [ -f "$layer" ] || skip "no $layer"
    echo old >"$tmp/f.h5"
    OPENCL_LAYERS=$layer OPENCL_FAULT_AFTER=50 try run --json --device 0.0 -n 100 -t 1000 --fuse 1 --every 30 \
        -o "$tmp/f.h5"
    [ "$status" -eq 1 ] || show "should exit with 1"
    [[ ${stderr_lines[0]} == *CL_OUT_OF_RESOURCES* ]] || fail "$stderr"
    [[ $stderr == *"so the state is lost"* ]] || fail "$stderr"
    expect_json ".step > 0 and .steps == .step and .digest == null and .saved == null"
    expect_json ".saved_series == \"$tmp/f-series.h5\" and (.error | test(\"CL_OUT_OF_RESOURCES\"))"
    [ "$(cat "$tmp/f.h5")" = old ]
    step=$(jq .step <<<"$output")
    expect_error 1 'has a series but no state' run --from "$tmp/f-series.h5"
    expect_error 1 'has a series but no state' info "$tmp/f-series.h5"
    need_python
    expect_ok run -q --device native -n 100 -t "$step" --every 30 -o "$tmp/native.h5"
    python "$tmp" <<'END'
lost, native = (h5py.File(f"{sys.argv[1]}/{name}.h5")["series"] for name in ("f-series", "native"))
rows = len(lost["step"])
if not rows:
    sys.exit("no rows")
for name in native:
    equal(name, lost[name][:], native[name][:rows])
END
}

# Later if that was before the first step.
@test "iv that is interrupted writes what it has" {
    for delay in 0.05 0.5 2 8; do
        "$ohmscape" iv --periods 9000 --model sin-state -o "$tmp/iv.csv" 3>&- &
        pid=$!
        wait_for_handler "$pid"
        sleep "$delay"
        kill -INT "$pid"
        status=0
        wait "$pid" || status=$?
        [ "$status" -eq 130 ]
        [ ! -e "$tmp/iv.csv" ] || [ "$(wc -l <"$tmp/iv.csv")" -le 1 ] || break
    done
    [ "$(head -c 7 "$tmp/iv.csv")" = time_s, ]
    [ "$(wc -l <"$tmp/iv.csv")" -gt 1 ]
}
