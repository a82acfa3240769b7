#!/usr/bin/env bats
# Crossbars that do not fit into the memory they may take, and runs that are saved on the way, from the command line.
load common

setup() {
    python_setup
    mkdir scratch
    export OMP_NUM_THREADS=1
}

teardown() {
    [ -z "${pid-}" ] || kill -9 "$pid" 2>/dev/null || true
    ! mountpoint -q "$tmp/disk" || umount "$tmp/disk"
}

# 2 MiB in 512 rows; the least that it streams through is a half.
array=(--quiet --rows 512 --cols 1024)
small=(--memory 1MiB --host-memory 0 --scratch scratch)

# streamed ARG...: runs, and what it says on stderr is only where the crossbar is.
streamed() {
    expect_ok run "${array[@]}" "${small[@]}" --json "$@"
    expect_json '.storage.streamed and .storage.file_bytes == 2097152 and .storage.visiting_bytes <= 1048576'
    [ "$(ls -A scratch)" = "" ] || fail "left in the scratch folder: $(ls -A scratch)"
}

@test "a streamed run says where its crossbar is, and comes to the same file" {
    expect_ok run "${array[@]}" --device native -t 50 --every 20 -o whole.h5 --json
    expect_json '.storage == {streamed: false, visiting_bytes: 0, memory_bytes: 0, file_bytes: 0, folder: null}'
    streamed --device native -t 50 --every 20 -o streamed.h5
    expect_json '.storage.folder == "scratch"'
    cmp whole.h5 streamed.h5
    try run --rows 512 --cols 1024 "${small[@]}" --device native -t 1
    [ "$status" -eq 0 ]
    [ "$stderr" = "ohmscape: the crossbar does not fit into the memory it may take: 2.0 MiB are in a file in scratch, and \
1.0 MiB visit the device at a time" ] || fail "$stderr"
    # Parts of a run, some of them streamed.
    streamed --device native -t 20 --every 20 -o a.h5
    expect_ok run --quiet --from a.h5 --device native -t 13 --every 20 -o b.h5
    expect_ok run --quiet --from b.h5 --device native "${small[@]}" -t 17 --every 20 -o c.h5
    cmp whole.h5 c.h5
}

@test "a file of many chunks is the same, wherever the crossbar was" {
    local tall=(--quiet --rows 57344 --cols 256 --device native --stimulus constant:value=1 -t 1)
    expect_ok run "${tall[@]}" -o whole.h5
    expect_ok run "${tall[@]}" --memory 8MiB --scratch scratch -o streamed.h5
    cmp whole.h5 streamed.h5
}

@test "an OpenCL device streams from memory, and from a file" {
    need_opencl
    expect_ok run "${array[@]}" --device 0.0 -t 50 -o whole.h5
    expect_ok run "${array[@]}" --device 0.0 --memory 1MiB -t 50 -o streamed.h5 --json
    expect_json '.storage.memory_bytes == 2097152 and .storage.file_bytes == 0'
    cmp whole.h5 streamed.h5
    streamed --device 0.0 -t 50 -o streamed.h5
    cmp whole.h5 streamed.h5
}

@test "a closed loop streams step by step, and says so" {
    expect_ok run "${array[@]}" --device native -t 20 --stimulus spiking:rate=60 -o whole.h5
    streamed --device native -t 20 --stimulus spiking:rate=60 -o streamed.h5
    cmp whole.h5 streamed.h5
    try run --rows 512 --cols 1024 "${small[@]}" --device native -t 1 --stimulus spiking
    [ "${stderr_lines[1]}" = "ohmscape: each step depends on the one before: all of it moves at every step" ]
}

@test "reading, exporting, programming and pictures of a streamed crossbar" {
    local same=(--device native --memory 1MiB --scratch scratch)
    streamed --device native -t 30 -o s.h5
    python <<'END'
np.save("x.npy", np.random.default_rng(3).uniform(-1, 1, (3, 512)).astype("f4"))
np.save("w.npy", np.random.default_rng(4).uniform(-1, 1, (512, 512)).astype("f4"))
END
    expect_ok read --quiet --from s.h5 --input x.npy --output y0.npy
    expect_ok read --quiet --from s.h5 --input x.npy --output y1.npy "${same[@]}"
    cmp y0.npy y1.npy
    expect_ok export s.h5 --quiet -o g0.npy
    expect_ok export s.h5 --quiet -o g1.npy "${same[@]}"
    cmp g0.npy g1.npy
    expect_ok program --quiet --target w.npy --method single --device native -o p0.h5
    expect_ok program --quiet --target w.npy --method single -o p1.h5 "${same[@]}"
    cmp p0.h5 p1.h5
    if [ -x "$(dirname "$ohmscape")/ohmscape-view" ]; then
        expect_ok view --quiet --headless --device native --from s.h5 --frames 3 --screenshot v0.png --size 640x400
        expect_ok view --quiet --headless --from s.h5 --frames 3 --screenshot v1.png --size 640x400 "${same[@]}"
        python <<'END'
from PIL import Image
a, b = (np.asarray(Image.open(f"v{i}.png").convert("RGB")).astype(int) for i in (0, 1))
equal("differing pixels of the crossbar", int((np.abs(a - b).sum(2)[60:340, 100:400] > 0).sum()), 0)
END
    fi
    [ "$(ls -A scratch)" = "" ]
}

@test "too little memory, no folder, no room: refused before any work" {
    expect_error 1 'needs at least 1\.0 MiB of memory at a time, and may take 1023\.0 KiB$' \
        run "${array[@]}" --device native --memory 1023KiB --scratch scratch
    expect_error 1 '^cannot keep the crossbar in nowhere: No such file or directory$' \
        run "${array[@]}" --device native --memory 1MiB --scratch nowhere
    expect_error 1 '^cannot keep the crossbar in : No such file or directory$' \
        run "${array[@]}" --device native --memory 1MiB --scratch ""
    expect_error 1 '^the crossbar does not fit into memory, and needs 1\.0 PiB of disk: scratch has .* free$' \
        run --rows 2147483648 --cols 131072 --device native --memory 1GiB --scratch scratch
    expect_error 2 '^--memory: "0" is not bytes above 0' run --memory 0
    expect_error 2 '^--memory: "much" is not bytes, such as 512MiB or 8GB$' run --memory much
    expect_error 2 '^--host-memory: "-1" is not bytes' run --host-memory -1
    [ "$(ls -A scratch)" = "" ]
}

# mount_disk SIZE
mount_disk() {
    [ "$(id -u)" -eq 0 ] || skip "only root may mount a small disk"
    mkdir disk
    mount -t tmpfs -o "size=$1" tmpfs disk 2>/dev/null || skip "no tmpfs can be mounted here"
}

@test "the disk need not hold the crossbar twice, and a full one loses nothing" {
    mount_disk 3600k # 2 MiB, and what moves at a time
    expect_ok run "${array[@]}" --device native -t 30 -o whole.h5
    expect_ok run "${array[@]}" --device native -t 30 --memory 1MiB -o disk/s.h5
    cmp whole.h5 disk/s.h5
    umount disk
    mount -t tmpfs -o size=2200k tmpfs disk
    export TMPDIR=$tmp/scratch
    try run "${array[@]}" --device native -t 30 --memory 1MiB -o disk/s.h5
    [ "$status" -eq 1 ]
    expect_message '^cannot write disk/s\.h5: No space left on device$'
    cmp whole.h5 scratch/s-rescued.h5
    [ "$(ls -A disk)" = "" ]
}

@test "a scratch folder that is removed meanwhile, and a killed run: nothing is missed, nothing is left" {
    local steps=1000
    [ -z "${SANITIZE-}" ] || steps=200
    expect_ok run "${array[@]}" --device native -t $steps --json
    whole=$(jq -r .digest <<<"$output")
    "$ohmscape" run "${array[@]}" "${small[@]}" --device native -t $steps --json >out 3>&- &
    pid=$!
    for _ in $(seq 600); do # the file is opened, and without a name
        ! ls -l "/proc/$pid/fd" | grep -q "scratch/.*deleted" || break
        sleep 0.02
    done
    rmdir scratch
    wait "$pid"
    [ "$(jq -r .digest out)" = "$whole" ]
    mkdir scratch
    for _ in 1 2 3 4 5; do
        "$ohmscape" run "${array[@]}" "${small[@]}" --device native -t 100000 -o scratch/s.h5 3>&- &
        pid=$!
        wait_for_handler "$pid"
        kill -9 "$pid"
        wait "$pid" || true
    done
    [ "$(ls -A scratch)" = "" ]
}

@test "Ctrl-C ends a streamed run at a step of all its bands, and it goes on from there" {
    "$ohmscape" run "${array[@]}" "${small[@]}" --device native -t 100000 -o s.h5 --json >out 3>&- &
    pid=$!
    wait_for_handler "$pid"
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ] || fail "status $status" "$(cat out)"
    steps=$(jq .step out)
    [ "$(digest_of "${array[@]}" --device native -t "$steps")" = "$(jq -r .digest out)" ]
}

# ---- Checkpoints ------------------------------------------------------------------------------

# Waits until a file is there.
wait_for_file() {
    for _ in $(seq 1200); do
        [ ! -e "$1" ] || return 0
        sleep 0.05
    done
    fail "no $1"
}

@test "a killed run goes on from its last checkpoint, with its series" {
    local args=(--quiet -n 96 --device native --every 500 --until 20000)
    expect_ok run "${args[@]}" -o whole.h5
    "$ohmscape" run -q -n 96 --device native --every 500 --until 50000000 --checkpoint 0.1 -o c.h5 3>&- &
    pid=$!
    wait_for_file c.h5
    kill -9 "$pid"
    wait "$pid" || true
    expect_ok info c.h5 --json
    expect_json '.step > 0'
    step=$(jq .step <<<"$output")
    expect_ok run --quiet --device native --from c.h5 --every 500 --until $((step + 1234)) -o d.h5
    expect_ok run --quiet -n 96 --device native --every 500 -t $((step + 1234)) -o e.h5
    cmp d.h5 e.h5
    expect_ok run --quiet --from d.h5 --until 1 --json # which it has passed
    expect_json '.steps == 0'
}

@test "a checkpoint that fails is said, and the run goes on" {
    mkdir there
    export TMPDIR=$tmp/scratch # where it is rescued to
    "$ohmscape" run -q -n 64 --device native --until 200000 --checkpoint 0.05 -o there/c.h5 --json >out 2>err 3>&- &
    pid=$!
    wait_for_file there/c.h5
    rm -r there
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 1 ] # at the end it cannot be saved there either
    grep -q '^ohmscape: warning: no checkpoint at step [0-9]*: cannot write there/c.h5: No such file or directory$' err ||
        fail "$(cat err)"
    jq -e '.step == 200000' out
}

@test "a checkpoint after which the disk has no room to go on is not made, and the run ends well" {
    local size
    expect_ok run "${array[@]}" --device native -t 2000 -o whole.h5
    for size in 3600k 4300k; do # less than twice the crossbar, and too little to move a second one
        mount_disk "$size"
        try run "${array[@]}" --device native -t 2000 --memory 1MiB --checkpoint 0.05 -o disk/s.h5
        [ "$status" -eq 0 ] || fail "$stderr"
        [[ ${stderr_lines[0]} =~ no\ checkpoint\ at\ step\ [0-9]+:\ cannot\ write\ disk/s\.h5\ and\ go\ on: ]] || fail "$stderr"
        cmp whole.h5 disk/s.h5
        umount disk
        rmdir disk
    done
    mount_disk 5400k
    expect_ok run "${array[@]}" --device native -t 2000 --memory 1MiB --checkpoint 0.05 -o disk/s.h5
    cmp whole.h5 disk/s.h5
}

@test "what checkpoints and until cannot be" {
    expect_error 2 '^--checkpoint saves into a file, so it needs --output$' run --checkpoint 5min
    expect_error 2 '^--checkpoint: "soon" is not a duration, such as 90s, 30min or 2h$' run --checkpoint soon
    expect_error 2 '^--checkpoint: "0" is not a duration' run --checkpoint 0
    expect_error 2 '^--until cannot be combined with --steps$' run --until 5 -t 5
    expect_error 2 '^--until cannot be combined with --idle$' run --until 5 --idle 3
}

@test "the job for Slurm, ended and killed, comes to the same state" {
    local job=$BATS_TEST_DIRNAME/../host/example/slurm.sh
    job=$(realpath "$job")
    export PATH="$(dirname "$ohmscape"):$PATH" ROWS=96 COLS=96 UNTIL=60000 CHECKPOINT=0.05 FILE=job.h5
    export LAUNCH= # this machine alone
    expect_ok run --quiet --rows 96 --cols 96 --device native --until 60000 -o whole.h5
    "$job" --device native >out 3>&- &
    pid=$!
    wait_for_file job.h5
    pkill -KILL -P "$pid" # the node goes down
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 137 ]
    "$job" --device native >out 3>&- & # submitted again; its time is over
    pid=$!
    for _ in $(seq 600); do
        ! pgrep -P "$pid" >/dev/null || break
        sleep 0.02
    done
    wait_for_handler "$(pgrep -P "$pid" | head -1)"
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 143 ] || [ "$status" -eq 0 ] # if it was done before
    run "$job" --device native
    [ "$status" -eq 0 ]
    cmp whole.h5 job.h5
}
