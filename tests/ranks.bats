#!/usr/bin/env bats
# Several ranks, started by mpirun: the same bits and files as one, on whatever devices, and ranks that are lost. In
# network namespaces they are of several hosts.
load common

setup() {
    common_setup
    need_ranks
    export OMP_NUM_THREADS=1 # of each rank
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    # More ranks than processors, wherever there is room: of Open MPI 4 and 5.
    export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
    export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe PRTE_MCA_hwloc_default_binding_policy=none
    unset OHMSCAPE_RANKS OHMSCAPE_RANK_TIMEOUT
    # Open MPI has no frame pointers, without which the leak checker does not see whose a leak is.
    [[ ${SANITIZE-} != *address* ]] || export ASAN_OPTIONS=${ASAN_OPTIONS-}:fast_unwind_on_malloc=0
    ohmscape=$(realpath "$ohmscape")
    mkdir "$tmp/f"
}

teardown() {
    [ -z "${pid-}" ] || kill -9 $(pgrep -P "$pid") "$pid" 2>/dev/null || true
    if [ -n "${hosts-}" ]; then remove_hosts; fi
}

need_ranks() {
    need_command mpirun
    [ -e "$(dirname "$ohmscape")/ohmscape-mpi.so" ] || skip "no module for MPI"
}

# ranks N ARG...: runs the program in N ranks; leaves $status, $output and, without what mpirun says itself, $stderr.
ranks() {
    local n=$1
    shift
    run --separate-stderr timeout 120 mpirun -n "$n" "$ohmscape" "$@"
    keep_ours
}

# Drops mpirun's own messages: what stands between two lines of dashes.
keep_ours() {
    stderr=$(awk '/^-------/ { own = !own; next } !own && !/^\[warn\] Epoll/' <<<"$stderr")
    mapfile -t stderr_lines < <([ -z "$stderr" ] || printf '%s\n' "$stderr")
}

# ranks_ok N ARG...: it succeeds, and says nothing on stderr.
ranks_ok() {
    ranks "$@"
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || show "should succeed silently in several ranks" "$@"
}

# ranks_error CODE PATTERN N ARG...: it ends with CODE, and one rank says one error that matches.
ranks_error() {
    local code=$1 pattern=$2
    shift 2
    ranks "$@"
    [ "$status" -eq "$code" ] || show "should exit with $code" "$@" || return
    [ -z "$output" ] || show "should print nothing on stdout" "$@" || return
    expect_message "$pattern" "$@"
}

# What a run has found, on one line.
found() {
    jq -ec '[.digest // error("no digest"), .rest_digest, .state, .resistance, .conductance, .network, .wires]' <<<"$output"
}

# ---- The same bits ----------------------------------------------------------------------------

@test "every drive, the flux and both precisions give one digest and one of all statistics" {
    local cases=(
        '--flux'
        '--precision extended --flux'
        '--model yakopcic --stimulus constant:value=1 --fuse 1'
        '--model yakopcic --stimulus wave'
        '--model yakopcic --stimulus lines'
        '--model yakopcic --stimulus write:row=3,col=4'
        "--model yakopcic --stimulus pattern:file=$PWD/host/example/omega.png"
        '--model yakopcic:noise=0.2,a1=0.17~lognormal:0.3,read_noise=0.1,stuck_open=0.01'
        '--model yakopcic --stimulus spiking:rate=100'
        '--model yakopcic --stimulus spiking:rate=100,plasticity=pair'
        '--model soft-bounds --stimulus lines --wires row=1,col=1'
        '--band-rows 64 --lanes 4'
    )
    local options alone n=2
    for options in "${cases[@]}"; do
        expect_ok run --json --device native --rows 230 --cols 150 -t 40 $options
        alone=$(found)
        ranks_ok $n run --json --device native --rows 230 --cols 150 -t 40 $options
        [ "$(found)" = "$alone" ] || fail "$options:" "$(found)" "is not what one rank finds:" "$alone"
        expect_json ".device.ids | length == $n"
        n=$((n == 4 ? 2 : n + 1))
    done
}

@test "OpenCL devices of two ranks" {
    need_opencl
    ranks_ok 2 run --json --device 0.0,1:native -n 300 -t 40 --flux
    expect_json '.device.ids == ["0:0.0", "1:0.0", "1:native"]'
    [ "$(jq -r .digest <<<"$output")" = "$(digest_of --device native -n 300 -t 40 --flux)" ]
}

# Native and OpenCL, from one number of ranks to another.
@test "a file is the same byte for byte, and goes on in any number of ranks" {
    cd "$tmp/f"
    local options=(--quiet --device native --every 5) n
    expect_ok run "${options[@]}" --rows 300 --cols 100 --flux -t 10 -o a.h5
    cp a.h5 b.h5
    for n in 2 3 4 1; do
        ranks_ok "$n" run "${options[@]}" --from b.h5 -t 10 -o b.h5
        expect_ok run "${options[@]}" --from a.h5 -t 10 -o a.h5
        cmp a.h5 b.h5
    done
    [ "$(ls -A)" = $'a.h5\nb.h5' ]
}

@test "ranks that stream their rows" {
    local args=(--quiet --rows 900 --cols 130 --flux --device native -t 12)
    expect_ok run "${args[@]}" -o "$tmp/f/one.h5"
    ranks_ok 3 run "${args[@]}" --memory 700KiB --scratch "$tmp" -o "$tmp/f/streamed.h5" --json
    expect_json '.storage.streamed and .storage.file_bytes > 900 * 130 * 12'
    cmp "$tmp/f/one.h5" "$tmp/f/streamed.h5"
    ranks_ok 2 run --quiet --from "$tmp/f/streamed.h5" --device native -t 5 --memory 700KiB -o "$tmp/f/two.h5"
    expect_ok run --quiet --from "$tmp/f/one.h5" --device native -t 5 -o "$tmp/f/three.h5"
    cmp "$tmp/f/two.h5" "$tmp/f/three.h5"
    ranks_error 1 'needs at least 288\.0 KiB of memory at a time, and may take 250\.0 KiB' 2 run "${args[@]}" --memory 250KiB
    ranks_error 1 '^rank 1 on .*: cannot keep the crossbar in nowhere' 2 \
        run "${args[@]}" --memory 700KiB --device 1:native --scratch nowhere
}

@test "views, readouts, programming and training" {
    need_python
    cd "$tmp/f"
    readout_fixture
    for options in '' '--exact --transpose' '--wires row=1,col=1'; do
        input=x.npy
        [[ $options != *transpose* ]] || input=u.npy
        expect_ok read --quiet --device native --from s.h5 --input $input --output alone.npy $options
        ranks_ok 3 read --quiet --device native --from s.h5 --input $input --output ranks.npy $options
        cmp alone.npy ranks.npy
    done
    ranks_ok 2 export s.h5 --quiet -o ranks.npy
    cmp g.npy ranks.npy
    expect_ok program --quiet --device native --target g.npy --map direct --model "sin-state:r_on=1e3,r_off=1e5" \
        --verify max=5 -o alone.h5
    ranks_ok 2 program --quiet --device native --target g.npy --map direct --model "sin-state:r_on=1e3,r_off=1e5" \
        --verify max=5 -o ranks.h5
    cmp alone.h5 ranks.h5
    python <<'END'
r = np.random.default_rng(3)
np.savetxt("d.csv", np.c_[r.uniform(0, 1, (60, 80)), r.integers(0, 3, 60)], delimiter=",")
END
    local net=(train --quiet --data d.csv --layers 80,3 --epochs 1 --seed 4)
    expect_ok "${net[@]}" -o alone.h5
    ranks_ok 2 "${net[@]}" -o ranks.h5
    cmp alone.h5 ranks.h5
}

@test "the viewer's pictures" {
    [ -x "$(dirname "$ohmscape")/ohmscape-view" ] || skip "no viewer"
    # Mesa's compiler would take minutes to be followed.
    [[ ${SANITIZE-} != *address* ]] || ASAN_OPTIONS+=:fast_unwind_on_malloc=1:detect_leaks=0
    cd "$tmp/f"
    local options=(view --headless --frames 3 --device native --rows 300 --cols 200 --size 400x300)
    expect_ok "${options[@]}" --screenshot alone.png --quiet
    ranks_ok 2 "${options[@]}" --screenshot ranks.png --quiet
    cmp alone.png ranks.png
    expect_ok "${options[@]}" --quantity voltage --range seen --screenshot alone.png --quiet
    ranks_ok 3 "${options[@]}" --quantity voltage --range seen --screenshot ranks.png --quiet
    cmp alone.png ranks.png
}

# ---- Devices ----------------------------------------------------------------------------------

@test "devices of all ranks are listed and chosen by RANK:" {
    ranks_ok 2 devices --json
    local alone
    alone=$("$ohmscape" devices --json | jq -c '[.devices[].id]')
    expect_json "[.devices[].id] == [(\"0:\" + $alone[]), (\"1:\" + $alone[])]"
    expect_json 'all(.devices[]; .host and (.rank == 0 or .rank == 1))'
    ranks_ok 2 devices
    grep -q '^1:native  *native .* on ' <<<"$output" || fail "$output"
    for selector in '1:native' '1:native,0:native' '0:native,0:native' native; do
        ranks_ok 2 run --json --device "$selector"
        expected=$selector
        [ "$selector" != native ] || expected=0:native,1:native
        expect_json ".device.ids | join(\",\") == \"$expected\""
    done
    ranks_ok 1 run --json --device native
    expect_json '.device.ids == ["native"]'
}

@test "what there is not is one error of rank 0" {
    ranks_error 2 '^there is no rank 3: the 2 ranks are numbered from 0 to 1$' 2 run --device 3:0.0
    ranks_error 2 '^unknown device "1:quantum"' 2 run --device 1:quantum
    ranks_error 1 '^there is no OpenCL device 63\.63 on rank 1 \(' 2 run --device 1:63.63
    ranks_error 2 '^unknown option --frobnicate' 3 run --frobnicate
    expect_error 2 '^there is no rank 1: this program runs alone$' run --device 1:native
    ranks_ok 3 --version
    [ "${#lines[@]}" -eq 1 ]
}

@test "ranks of one machine share its processors, unless they are told their threads" {
    ranks_ok 2 devices --json
    expect_json 'all(.devices[] | select(.type == "native"); .compute_units == 1)'
    unset OMP_NUM_THREADS
    local all
    all=$("$ohmscape" devices --json | jq '.devices[0].compute_units')
    ranks_ok 2 devices --json
    expect_json "[.devices[] | select(.type == \"native\").compute_units] | add == ([$all, 2] | max)"
}

# ---- Failures ---------------------------------------------------------------------------------

@test "without the module each host says so; OHMSCAPE_RANKS=off runs ranks alone" {
    cp "$ohmscape" "$tmp/f/ohmscape"
    run --separate-stderr timeout 60 mpirun -n 3 "$tmp/f/ohmscape" run
    keep_ours
    [ "$status" -eq 1 ]
    expect_message 'ohmscape-mpi\.so is not there$'
    [[ ${stderr_lines[1]} == *'`make mpi`'* ]]
    export OHMSCAPE_RANKS=off
    run --separate-stderr timeout 60 mpirun -n 2 "$tmp/f/ohmscape" --version
    [ "$status" -eq 0 ] && [ "${#lines[@]}" -eq 2 ]
}

@test "ranks of different versions say which" {
    local version
    version=$("$ohmscape" --version)
    version=${version#ohmscape }
    LC_ALL=C sed "s/\([^0-9.]\)${version//./\\.}\x00/\19.9.9\x00/g" "$ohmscape" >"$tmp/f/ohmscape"
    chmod +x "$tmp/f/ohmscape"
    cp "$(dirname "$ohmscape")/ohmscape-mpi.so" "$tmp/f/"
    run "$tmp/f/ohmscape" --version
    [ "$output" = "ohmscape 9.9.9" ] || skip "the version cannot be changed in the program"
    run --separate-stderr timeout 60 mpirun -n 2 "$ohmscape" run : -n 1 "$tmp/f/ohmscape" run
    keep_ours
    [ "$status" -eq 2 ]
    expect_message "^rank 2 on .* and rank 0 on .* do not go together: they are version 9\.9\.9 and $version$"
}

# start_long ARG...: starts a long run of two ranks in the background, until it takes steps.
start_long() {
    timeout 120 mpirun "$@" -n 2 "$ohmscape" run --json --device native -n 1024 -t 72057594037927936 --every 64 \
        -o "$tmp/f/f.h5" >"$tmp/out" 2>"$tmp/err" 3>&- &
    pid=$!
    wait_for_steps
    mpirun_process=$(pgrep -P "$pid" -x 'mpirun|mpirun.openmpi|prterun|prte')
}

# Waits until the ranks have met, after which rank 0 has a handler for SIGINT, and rank 1 has computed for a while.
wait_for_steps() {
    local i start
    for ((i = 0; i < 1200; i++)); do
        [ -z "$(process_of 0)" ] || break
        sleep 0.05
    done
    wait_for_handler "$(process_of 0)"
    start=$(ticks_of "$(process_of 1)")
    for ((i = 0; i < 1200; i++)); do
        [ "$(ticks_of "$(process_of 1)")" -lt $((start + 20)) ] || break
        sleep 0.05
    done
}

# process_of RANK: its process in the run that was started.
process_of() {
    local p
    for p in $(pgrep -f "^$ohmscape run --json .* $tmp/f/f.h5\$"); do
        if tr '\0' '\n' <"/proc/$p/environ" 2>/dev/null | grep -qx "OMPI_COMM_WORLD_RANK=$1"; then echo "$p"; fi
    done
}

ticks_of() {
    awk '{ print $14 + $15 }' "/proc/$1/stat" 2>/dev/null || echo 0
}

# finish_long: waits for its end. Leaves $status, $output and $stderr.
finish_long() {
    status=0
    wait "$pid" || status=$?
    pid=
    output=$(cat "$tmp/out")
    stderr=$(cat "$tmp/err")
    keep_ours
}

# The run failed because of rank 1: the series is saved, and nothing else is left, no process either.
expect_lost() {
    [ "$status" -ne 0 ] && [ "$status" -ne 124 ] || fail "exit status $status" "$stderr"
    [[ ${stderr_lines[0]} =~ ^"ohmscape: error: rank 1 on ".*$1$ ]] || fail "no message:" "$stderr"
    [[ $(ls -A "$tmp/f") == @(|f-series.h5) ]] || fail "left: $(ls -A "$tmp/f")"
    [ -z "$(process_of 0)$(process_of 1)" ] || fail "they go on"
}

# mpirun kills the others a second later: on a busy machine rank 0 may need more to say what has happened.
@test "a rank that is killed ends the run at once" {
    for patience in 1 1 2; do
        export OMPI_MCA_odls_base_sigkill_timeout=$patience
        start_long
        sleep "0.$((RANDOM % 4))"
        kill -9 "$(process_of 1)"
        finish_long
        if [ "$patience" -eq 1 ] && [ -z "$stderr" ]; then
            grep -q 'rank 1 .* exited on signal 9' "$tmp/err" || fail "$(cat "$tmp/err")"
        else
            expect_lost ' has ended'
        fi
        [[ $(ls -A "$tmp/f") == @(|f-series.h5) ]] || fail "left: $(ls -A "$tmp/f")"
        rm -f "$tmp/f"/*
    done
}

@test "a rank that is stopped ends the run when its time is over" {
    export OHMSCAPE_RANK_TIMEOUT=1.5
    start_long
    kill -STOP "$(process_of 1)"
    finish_long
    expect_lost ' has given no sign of life for 1.5 s'
}

@test "no rank is left when rank 0 or mpirun is killed" {
    start_long
    kill -9 "$(process_of 0)"
    finish_long
    [ "$status" -ne 0 ]
    [ -z "$(process_of 0)$(process_of 1)" ]
    start_long
    kill -9 "$mpirun_process"
    finish_long
    for ((i = 0; i < 100; i++)); do
        [ -n "$(process_of 0)$(process_of 1)" ] || break
        sleep 0.05
    done
    [ -z "$(process_of 0)$(process_of 1)" ]
    [ -z "$(ls -A "$tmp/f")" ] || fail "$(ls -A "$tmp/f")"
}

@test "at a signal to mpirun the run saves what it has" {
    export OMPI_MCA_odls_base_sigkill_timeout=2
    for signal in TERM INT; do
        start_long
        kill -s "$signal" "$mpirun_process"
        finish_long
        [ "$status" -ne 0 ]
        expect_json ".interrupted and .steps > 0 and .saved == \"$tmp/f/f.h5\""
        step=$(jq .step <<<"$output")
        [ "$(jq -r .digest <<<"$output")" = "$(digest_of --device native --from "$tmp/f/f.h5" -t 0)" ]
        [ "$(jq -r .digest <<<"$output")" = "$(digest_of --device native -n 1024 -t "$step")" ]
        rm "$tmp/f/f.h5"
    done
}

# As a batch system does, which sends a signal to every rank.
@test "a signal to all ranks saves, and exits as the signal says" {
    start_long
    kill -INT "$(process_of 1)"
    kill -INT "$(process_of 0)"
    finish_long
    [ "$status" -eq 130 ] || fail "exit status $status" "$stderr"
    [ -z "$stderr" ]
    expect_json ".interrupted and .steps > 0 and .saved == \"$tmp/f/f.h5\""
}

@test "a device that rank 1 loses is an error of that rank" {
    need_opencl
    cat >"$tmp/faulty" <<'END'
#!/bin/sh
[ "$OMPI_COMM_WORLD_RANK" = 0 ] || export OPENCL_LAYERS="$LAYER" OPENCL_FAULT_AFTER=30
exec "$@"
END
    chmod +x "$tmp/faulty"
    LAYER=$(realpath "${BUILD:-build}/tests/fault.so")
    export LAYER
    run --separate-stderr timeout 120 mpirun -n 2 "$tmp/faulty" "$ohmscape" run --device 0.0 -n 300 -t 100000 \
        --fuse 16 -o "$tmp/f/f.h5"
    keep_ours
    [ "$status" -eq 1 ]
    [[ ${stderr_lines[0]} =~ ^'ohmscape: error: rank 1 on '.*': clEnqueue' ]] || fail "$stderr"
    [ -z "$(ls -A "$tmp/f")" ]
}

@test "the benchmark measures how a crossbar scales with ranks" {
    [ -x "$(dirname "$ohmscape")/ohmscape-bench" ] || skip "no benchmark"
    need_command gnuplot
    ranks 3 bench scaling --devices 0:native --sizes 64 --seconds 0.01 -q --json "$tmp/f/b.json" --plot "$tmp/f/plots"
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || show "should succeed silently" bench
    output=$(cat "$tmp/f/b.json")
    for part in strong weak; do
        expect_json "[.rows[] | select(.part == \"$part\" and .state == \"measured\") | .ranks] == [1, 2, 3]"
    done
    expect_json '[.rows[] | select(.part == "weak") | .synapses] == [4096, 8192, 12288]'
    expect_json 'all(.rows[] | select(.ranks == 1); .times_one_rank == 1)'
    expect_json 'any(.rows[]; .part == "memory" and .state == "measured" and .device == "0:native")'
    [ -s "$tmp/f/plots/ranks.png" ] && [ -s "$tmp/f/plots/ranks.svg" ]
    find_python jsonschema
    [ -n "$PYTHON" ] || skip "no python3 with jsonschema"
    "$PYTHON" -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open("bench/results.schema.json")))' "$tmp/f/b.json"
}

# ---- Several hosts ----------------------------------------------------------------------------

# make_hosts N: network namespaces ohm-PID-1 … N, each with an address of its own on one bridge, and agent, by which
# mpirun starts processes there.
make_hosts() {
    local i
    [ "$(id -u)" -eq 0 ] || skip "only root may make network namespaces"
    need_command ip
    hosts=$1
    name=ohm-$$
    ip netns add "$name-0" 2>/dev/null || { hosts=; skip "no network namespaces can be made here"; }
    ip -n "$name-0" link add hub type bridge 2>/dev/null || skip "no bridges can be made here"
    ip -n "$name-0" link set hub up
    for ((i = 1; i <= hosts; i++)); do
        ip netns add "$name-$i"
        ip -n "$name-$i" link add eth0 type veth peer name "host$i" netns "$name-0" 2>/dev/null ||
            skip "no virtual links can be made here"
        ip -n "$name-0" link set "host$i" master hub up
        ip -n "$name-$i" addr add "10.213.77.$i/24" dev eth0
        ip -n "$name-$i" link set eth0 up
        ip -n "$name-$i" link set lo up
    done
    cat >"$tmp/agent" <<END
#!/bin/bash
while [[ \$1 == -* ]]; do shift; done
host=\${1##*.}
shift
exec ip netns exec "$name-\$host" unshare --uts --pid --fork --mount-proc --kill-child \
    sh -c "hostname host\$host; \$*"
END
    chmod +x "$tmp/agent"
    places=$(printf '10.213.77.%d:1,' $(seq "$hosts"))
}

remove_hosts() {
    local i
    for ((i = hosts; i >= 0; i--)); do
        kill -9 $(ip netns pids "$name-$i") 2>/dev/null || true # mpirun's own that cannot reach it
        ip netns del "$name-$i" 2>/dev/null || true
    done
}

# on_hosts ARG...: becomes mpirun with these on the first of them, a rank on each.
on_hosts() {
    exec timeout 120 ip netns exec "$name-1" mpirun --mca plm_rsh_agent "$tmp/agent" --mca btl tcp,self \
        --host "${places%,}" -n "$hosts" "$@"
}

@test "four hosts compute and save the same" {
    make_hosts 4
    expect_ok run --quiet --device native --rows 500 --cols 300 -t 50 --flux -o "$tmp/f/alone.h5"
    run --separate-stderr on_hosts "$ohmscape" run --quiet --device native --rows 500 --cols 300 -t 50 --flux \
        -o "$tmp/f/hosts.h5"
    [ "$status" -eq 0 ] || fail "$output" "$stderr"
    cmp "$tmp/f/alone.h5" "$tmp/f/hosts.h5"
    run --separate-stderr on_hosts "$ohmscape" devices --json
    expect_json '[.devices[] | select(.type == "native") | .host][1:] == ["host2", "host3", "host4"]'
}

@test "a host that can no longer be reached ends the run when its time is over" {
    make_hosts 2
    export OHMSCAPE_RANK_TIMEOUT=2
    on_hosts -x OHMSCAPE_RANK_TIMEOUT "$ohmscape" run --json --device native -n 1024 -t 72057594037927936 --every 64 \
        -o "$tmp/f/f.h5" >"$tmp/out" 2>"$tmp/err" 3>&- &
    pid=$!
    wait_for_steps
    ip -n "$name-0" link set host2 down
    for ((i = 0; i < 400; i++)); do
        [ -n "$(process_of 0)" ] || break
        sleep 0.05
    done
    [ -z "$(process_of 0)" ] || fail "rank 0 goes on" "$(cat "$tmp/err")"
    grep -q '^ohmscape: error: rank 1 on host2 has given no sign of life for 2 s$' "$tmp/err" || fail "$(cat "$tmp/err")"
    [[ $(ls -A "$tmp/f") == @(|f-series.h5) ]] || fail "left: $(ls -A "$tmp/f")"
    # mpirun itself waits for the host.
    other=$(process_of 1)
    kill -9 $other $(pgrep -P "$pid") 2>/dev/null || true
}
