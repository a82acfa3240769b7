#!/usr/bin/env bats
# ohmscape program: devices brought to the conductances that a matrix asks for.
load common

setup() {
    python_setup
    python <<'END'
np.save("w.npy", np.random.default_rng(8).normal(0, 1, (40, 30)).astype("f4"))
END
}

@test "pairs of soft-bounds devices reach their weights, and so does what is read of them" {
    expect_ok program --target w.npy --model soft-bounds --device native -o p.h5 --errors e.npy --json
    jq -e '.devices == 2400 and .reached >= 0.99 * .devices and .cycles <= 100 and .pulses > 2400' <<<"$output" >/dev/null
    scale=$(jq .siemens_per_weight <<<"$output")
    low=$(jq .conductance_low <<<"$output")
    expect_ok export p.h5 --quiet -o g.npy
    SCALE=$scale LOW=$low python <<'END'
w, g, e = (np.load(n + ".npy").astype("f8") for n in "wge")
k, low = float(os.environ["SCALE"]), float(os.environ["LOW"])
target = np.empty((40, 60)); target[:, ::2] = low + np.maximum(k * w, 0); target[:, 1::2] = low + np.maximum(-k * w, 0)
assert np.abs(e - (g - target)).max() < 1e-6 * target.max()
span = (target.max() - low) / 0.8 # the model's range
assert (np.abs(g - target) <= 0.0101 * span).mean() >= 0.99
END
}

@test "the same to the bit again, and on another device" {
    expect_ok program --target w.npy --model soft-bounds --device native --json
    digest=$(jq -r .digest <<<"$output")
    expect_ok program --target w.npy --model soft-bounds --device native,native --json
    [ "$(jq -r .digest <<<"$output")" = "$digest" ]
    "$ohmscape" devices --json | jq -e 'any(.devices[]; .id == "0.0")' >/dev/null || skip "no OpenCL device"
    expect_ok program --target w.npy --model soft-bounds --device 0.0 --json
    [ "$(jq -r .digest <<<"$output")" = "$digest" ]
}

@test "every model by write and verify, whichever way its voltage goes" {
    local model
    for model in sin-state sin-resistance linear-ion-drift vteam yakopcic mmss linear-step exp-step; do
        expect_ok program --target w.npy --model "$model" --map offset --device native --verify tol=0.02,max=400 --json
        jq -e '.reached >= 0.98 * .devices' <<<"$output" >/dev/null || fail "$model: $output"
    done
}

@test "one computed pulse is exact for devices without spread, and stuck devices are counted" {
    expect_ok program --target w.npy --model sin-state:beta=0.005,r_on=1 --method single --device native --verify tol=0.02 --json
    jq -e '.cycles == 1 and .reached == .devices' <<<"$output" >/dev/null
    expect_ok program --target w.npy --model sin-state:stuck=0.2 --device native --json
    jq -e '.reached < 0.87 * .devices and .reached > 0.75 * .devices' <<<"$output" >/dev/null || fail "$output"
}

@test "targets that cannot be are refused, and nothing is written" {
    python <<'END'
np.save("g.npy", np.full((3, 4), 5.0)); g = np.full((3, 4), 1.0); g[1, 2] = 1e9; np.save("far.npy", g)
g[0, 3] = np.inf; np.save("inf.npy", g)
END
    expect_ok program --target g.npy --map direct --device native --json
    expect_error 2 '1 of 12 targets are outside what the devices can have, 0.1 to 10 S: the first is .1, 2., 1e.09 S' \
        program --target far.npy --map direct --device native -o p.h5
    expect_error 1 'the weight .0, 3. is inf' program --target inf.npy --device native -o p.h5
    expect_error 2 'max=0: a number from 1 to 100000 is expected' program --target g.npy --verify max=0
    expect_error 2 'would overwrite g.npy' program --target g.npy --errors g.npy
    [ ! -e p.h5 ]
}

@test "products with the weights, from every map" {
    python <<'END'
r = np.random.default_rng(9)
np.save("x.npy", r.uniform(-0.2, 0.2, (4, 40)).astype("f4")); np.save("u.npy", r.uniform(-0.2, 0.2, (3, 30)).astype("f4"))
END
    local map
    for map in pair offset sliced:3 sliced:2,bits=4; do
        expect_ok program --target w.npy --model linear-step:dw_min=0.0005,up_down=0,w_min=-0.6,w_max=0.6,gamma_up=0,gamma_down=0 \
            --map $map --verify tol=0.001 --device native -o $map.h5 --json
        jq -e '.reached == .devices' <<<"$output" >/dev/null || fail "$map: $output"
        expect_ok read --from $map.h5 --input x.npy --decode -o $map.npy --device native --json
        jq -e '.outputs == 30' <<<"$output" >/dev/null
        [[ $map == sliced* ]] || expect_ok read --from $map.h5 --input u.npy --decode --transpose -o $map-t.npy --device native
    done
    python <<'END'
w, x, u = np.load("w.npy"), np.load("x.npy"), np.load("u.npy")
# A device is up to 0.001 of the range off, 0.8 of which is the largest weight; and sliced weights are rounded.
for name, digits, step in ("pair", 1, 0), ("offset", 2, 0), ("sliced:3", 16 / 21 * 2, 1 / 63), ("sliced:2,bits=4", 16 / 17 * 2, 1 / 255):
    most = np.abs(w).max() * (0.001 / 0.8 * 2 * digits + step / 2)
    assert (np.abs(np.load(name + ".npy") - x @ w) <= np.abs(x).sum(1, keepdims=True) * most).all(), name
    if step: continue
    assert (np.abs(np.load(name + "-t.npy") - u @ w.T) <= 2 * np.abs(u).sum(1, keepdims=True) * most + 1e-6).all(), name
END
    expect_error 2 'sliced weights cannot be driven' read --from sliced:3.h5 --input u.npy --decode --transpose
    expect_error 2 'has 30 columns of weights' read --from pair.h5 --input x.npy --decode --transpose --device native
    expect_ok run -n 4 --quiet --device native -o s.h5
    expect_error 2 'does not say how weights were mapped' read --from s.h5 --input x.npy --decode --device native
    expect_error 2 'sliced:K,bits=B of at most 24 bits' program --target w.npy --map sliced:9,bits=3
}

@test "along the lines, devices with thresholds are programmed, and others disturbed" {
    local select
    for select in half third; do
        expect_ok program --target w.npy --model yakopcic --select $select --device native --json
        jq -e '.reached == .devices' <<<"$output" >/dev/null || fail "$select: $output"
        digest=$(jq -r .digest <<<"$output")
        expect_ok program --target w.npy --model yakopcic --select $select --device native,native --json
        [ "$(jq -r .digest <<<"$output")" = "$digest" ]
        try program --target w.npy --model soft-bounds --select $select --verify max=3 --device native --json
        [ "$status" -eq 0 ]
        [[ $stderr == *"devices that are not selected move too"* ]]
        jq -e '.reached < 0.5 * .devices' <<<"$output" >/dev/null
    done
    expect_ok program --target w.npy --model yakopcic --select third --wires row=0.1,col=0.1 --device native --json -o p.h5
    jq -e '.reached > 0.9 * .devices and (.wires | startswith("resistive:row=0.1"))' <<<"$output" >/dev/null || fail "$output"
    expect_error 2 'pulses reach devices along lines alone' program --target w.npy --wires row=1 --device native
    expect_error 2 'needs one crossbar' program --target w.npy --tile 16x16 --select half
}

@test "gradient descent on readouts" {
    expect_ok program --target w.npy --model soft-bounds --method gdp --device native --json
    jq -e '.method == "gdp" and .reached >= 0.99 * .devices' <<<"$output" >/dev/null || fail "$output"
    digest=$(jq -r .digest <<<"$output")
    expect_ok program --target w.npy --model soft-bounds --method gdp --device native,native --json
    [ "$(jq -r .digest <<<"$output")" = "$digest" ]
}

@test "tiles are kept, and the errors drawn" {
    need_command gnuplot
    expect_ok program --target w.npy --model soft-bounds --tile 16x20 --device native -o p.h5 --plot e.png
    [[ $output == *"drawn         e.png"* ]]
    [ "$(head -c 4 e.png | tail -c 3)" = PNG ]
    expect_ok info p.h5
    [[ $output == *"tile_rows=16,tile_cols=20"* ]]
    expect_error 2 'ROWSxCOLUMNS' program --target w.npy --tile 16
    expect_error 2 'ends in .png or .svg' program --target w.npy --plot e.gif
}

@test "Ctrl-C ends it between pulses, and what was reached is saved" {
    python <<'END'
np.save("big.npy", np.random.default_rng(3).normal(size=(300, 300)))
END
    # So many rows, one after the other, take minutes a cycle.
    "$ohmscape" program --target big.npy --model soft-bounds --select half --device native -o p.h5 --json \
        >out.json 2>err.txt 3>&- &
    pid=$!
    wait_for_handler "$pid"
    local status=0
    kill -INT "$pid"
    wait "$pid" || status=$?
    [ "$status" -eq 130 ] || fail "exit status $status: $(cat err.txt)"
    jq -e '.cycles <= 1' out.json >/dev/null
    expect_ok info p.h5
}
