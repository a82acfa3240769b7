#!/usr/bin/env bats
# The stimulus spiking, from the command line.
load common

setup() {
    python_setup
}

network() {
    expect_ok run --quiet --device native --rows 60 --cols 20 --stimulus "spiking:$1" --json "${@:2}"
}

@test "a network runs, is saved with its spikes, and goes on to the same bits" {
    local rules=(overlap pair triplet none) rule
    for rule in "${rules[@]}"; do
        network "rate=80,weight=0.04,lateral=inhibit,theta_plus=1e-4,plasticity=$rule" -t 200 -o whole.h5
        jq -e '.neurons == 20 and .spikes > 20' <<<"$output" >/dev/null
        whole=$(jq -c '[.digest, .spikes]' <<<"$output")
        network "rate=80,weight=0.04,lateral=inhibit,theta_plus=1e-4,plasticity=$rule" -t 90 -o part.h5
        expect_ok run --quiet --from part.h5 --device native -t 110 --json -o end.h5
        [ "$(jq -c '[.digest, .spikes]' <<<"$output")" = "$whole" ]
        python <<'END'
import h5py
a, b = h5py.File("whole.h5"), h5py.File("end.h5")
for name in ("neurons", "spikes"):
    for key in a[name]:
        equal(f"{name}/{key}", a[name][key][:].tolist(), b[name][key][:].tolist())
step, neuron = a["spikes/step"][:], a["spikes/neuron"][:]
equal("order", bool((np.diff(step.astype(int)) >= 0).all()), True)
equal("range", bool(step.max() < 200 and neuron.max() < 20), True)
END
    done
}

# The step: inputs that are in their pulse are read, then neurons take their step.
@test "membranes and spikes, against the equations in NumPy" {
    network "rate=120,weight=0.03,refractory=3e-3,theta_plus=5e-4,tau_theta=0.05,plasticity=none" -t 150 -o s.h5
    expect_ok export s.h5 --quiet --quantity conductance -o g.npy
    python <<'END'
import h5py
s = h5py.File("s.h5")
g = np.load("g.npy").astype(float)
# The inputs' spikes: Philox words of (input/4, 0, step).
def words(counter, key):
    c, k = [np.uint64(x) for x in counter], [np.uint64(x) for x in key]
    low = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(b >> np.uint64(32)) ^ c[1] ^ k[0], b & low, (a >> np.uint64(32)) ^ c[3] ^ k[1], a & low]
        k = [(k[0] + np.uint64(0x9E3779B9)) & low, (k[1] + np.uint64(0xBB67AE85)) & low]
    return c
amplitude = float(s.attrs["stimulus.amplitude"])
keep, keep_theta = np.exp(-1e-3 / 0.01), np.exp(-1e-3 / 0.05)
gain = 0.03 / (amplitude * 10)  # the most conductive device has 0.1 ohm
v, theta, rest, spikes = np.full(20, -0.074), np.zeros(20), np.zeros(20, int), []
for t in range(150):
    w = np.array([words((i, 0, t, 18 << 24), (1, 0)) for i in range(15)]).reshape(-1).astype(float)
    x = np.where(w / 2**32 < 0.12, amplitude, 0)
    current = x @ g
    theta *= keep_theta
    free = rest == 0
    rest[~free] -= 1
    v[free] = -0.074 + (v[free] + 0.074) * keep + gain * current[free]
    fired = free & (v >= -0.054 + theta)
    spikes += [(t, j) for j in np.flatnonzero(fired)]
    v[fired], rest[fired] = -0.06, 3
    theta[fired] += 5e-4
equal("spikes", list(zip(s["spikes/step"][:].tolist(), s["spikes/neuron"][:].tolist())), spikes)
close("membrane", float(np.abs(s["neurons/membrane"][:] - v).max()), 0, 1e-8)
close("current", float(np.abs(s["neurons/current"][:] - current).max()), 0, 1e-6 * current.max())
equal("there are spikes", len(spikes) > 30, True)
END
}

@test "rates come from pictures and patterns, spikes from files" {
    python <<'END'
np.save("one.npy", np.where(np.arange(60) < 30, 4.0, 0).astype("f4").reshape(6, 10))
patterns = np.zeros((2, 60)); patterns[0, :20] = 1; patterns[1, 40:] = 1
np.save("two.npy", patterns)
np.save("spikes.npy", np.array([[0, 3], [0, 5], [7, 3]]))
END
    network "file=one.npy,rate=1000,weight=1e-6" -t 1 -o s.h5
    expect_ok export s.h5 --quiet --quantity voltage -o v.npy
    python <<'END'
v = np.load("v.npy")
equal("the brightest fire at every step", (v[:30] != 0).all() and (v[30:] == 0).all(), True)
END
    network "file=two.npy,rate=1000,weight=1e-6,show=5e-3,pause=2e-3,tail_time=0" -t 4 -o a.h5
    expect_ok run --quiet --from a.h5 -t 2 -o b.h5
    rm two.npy # the file has the patterns
    expect_ok run --quiet --from b.h5 -t 4 -o c.h5
    for f in a b c; do expect_ok export $f.h5 --quiet --quantity voltage -o $f.npy; done
    python <<'END'
a, b, c = (np.flatnonzero(np.load(f"{f}.npy")[:, 0]).tolist() for f in "abc")
equal("first pattern", a, list(range(20)))
equal("pause", b, [])
equal("second pattern", c, list(range(40, 60)))
END
    network "file=spikes.npy,input=spikes,weight=1e-6,tail_time=0" -t 1 -o s.h5
    expect_ok export s.h5 --quiet --quantity voltage -o v.npy
    python <<<'equal("rows", np.flatnonzero(np.load("v.npy")[:, 0]).tolist(), [3, 5])'
}

@test "phases of an experiment go on with the neurons" {
    cat >phases.ini <<'END'
rows = 60
cols = 20
[one]
stimulus = spiking:rate=80,weight=0.04,plasticity=pair
steps = 60
[two]
stimulus = spiking:rate=80,weight=0.04,plasticity=pair,keep=1000
steps = 60
END
    expect_ok run phases.ini --quiet --device native --json
    apart=$(jq -c '[.digest, .spikes]' <<<"$output")
    network "rate=80,weight=0.04,plasticity=pair" -t 120
    [ "$(jq -c '[.digest, .spikes]' <<<"$output")" = "$apart" ]
}

@test "what a network cannot be is refused, and nothing is written" {
    python <<'END'
np.save("nan.npy", np.full((1, 60), np.nan, "f4"))
np.save("size.npy", np.ones((3, 59)))
np.save("order.npy", np.array([[3, 1], [2, 1]]))
np.save("range.npy", np.array([[3, 60]]))
np.save("half.npy", np.array([[3.5, 1]]))
np.save("void.npy", np.array([[3, np.nan]]))
END
    refused() { # options, exit status, message
        expect_error "$2" "$3" run --quiet --device native --rows 60 --cols 20 --stimulus "spiking:$1" -t 5 -o no.h5
        [ ! -e no.h5 ]
    }
    refused network=recurrent 2 "as many rows as columns, not 60 and 20"
    refused threshold=-0.07 2 "threshold -0.07 V is not above reset -0.06 V"
    refused rate=2000 2 "more than one spike in each step"
    refused tau_m=0 2 "tau_m"
    refused a_plus=2 2 "a_plus"
    refused pulse=1e-5 2 "do not take from one to 2\^24 steps"
    refused file=missing.npy 1 "missing.npy"
    refused file=nan.npy 1 "nan.npy\[0, 0\] is nan, not a rate of 0 or more"
    refused file=size.npy 1 "size.npy is 3 x 59, but the network has 60 inputs"
    refused file=size.npy,input=spikes 1 "spikes take two"
    refused file=order.npy,input=spikes 1 "order.npy\[1\] is spike \(2, 1\): it is before the one above it"
    refused file=range.npy,input=spikes 1 "there is no such input"
    refused file=void.npy,input=spikes 1 "void.npy\\[0\\] is spike \\(3, nan\\): there is no such input"
    refused file=half.npy,input=spikes 1 "its step is not a whole number"
    expect_error 2 "goes with no wires" run --quiet --device native -n 20 --stimulus spiking --wires row=1,col=1 -t 5 -o no.h5
    [ ! -e no.h5 ]
}
