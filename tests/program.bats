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
