#!/usr/bin/env bats
# ohmscape train and ohmscape test: networks of crossbars, on data made here.
load common

# Three classes of points, which lines part; and 8 x 8 pictures of four digits, with noise, as IDX and as a table.
setup() {
    python_setup
    python <<'END'
import gzip, struct
r = np.random.default_rng(4)
x = r.uniform(-1, 1, (800, 3)); x = x[np.abs(x[:, :2] @ [1, 2] - 0.1) > 0.3][:300]
np.savetxt("points.csv", np.column_stack([x, x[:, :2] @ [1, 2] > 0.1]), fmt="%.4f", delimiter=",")
base = r.integers(0, 16, (4, 64)); label = r.integers(0, 4, 500)
image = np.clip(base[label] + r.integers(-3, 4, (500, 64)), 0, 16)
with gzip.open("digits.csv.gz", "wt") as f:
    f.write("500,64,0,1\n")
    np.savetxt(f, np.column_stack([image, label]), fmt="%d", delimiter=",")
def idx(name, a):
    a = a.astype("u1")
    (gzip.open if name.endswith("gz") else open)(name, "wb").write(struct.pack(">HBB", 0, 8, a.ndim) + struct.pack(">%dI" % a.ndim, *a.shape) + a.tobytes())
idx("x.idx", image[:400].reshape(400, 8, 8)); idx("y.idx.gz", label[:400])
idx("tx.idx.gz", image[400:].reshape(100, 8, 8)); idx("ty.idx", label[400:])
np.save("x.npy", image[:400]); np.save("y.npy", label[:400])
with h5py.File("digits.h5", "w") as f:
    f["images"], f["labels"] = image[:400].reshape(400, 8, 8), label[:400]
    f["test_images"], f["test_labels"] = image[400:].reshape(100, 8, 8), label[400:]
n = np.arange(60); np.savetxt("pulses.csv", np.column_stack([n, 1e-4 - 9e-5 * 0.95 ** n, 1e-5 + 9e-5 * 0.95 ** n]), delimiter=",", header="pulse,up,down", comments="")
END
    printf '%s\n' 'data = points.csv' 'epochs = 6' 'device = native' >points.ini
}

@test "a separable problem is learned by every update, and what is saved is tested the same" {
    local update batch
    for update in stochastic manhattan tiki-taka ideal; do
        batch=1
        [ $update != manhattan ] || batch=8 # or every sample would move every weight by a pulse
        expect_ok train points.ini --update $update --batch $batch --rate 0.05 --range 2 --epochs 12 --json -o net.h5
        jq -e '.test_accuracy > 0.95 and (.records | length) == 12 and .layers == [3, 2] and .test_samples == 60
            and ([.confusion[][]] | add) == 60' <<<"$output" >/dev/null || fail "$update: $output"
        [ $update = ideal ] || jq -e '.pulses > 100' <<<"$output" >/dev/null
        accuracy=$(jq .test_accuracy <<<"$output")
        expect_ok test net.h5 --device native --json
        jq -e --argjson a "$accuracy" '.test_accuracy == $a' <<<"$output" >/dev/null || fail "$update: $output"
    done
}

@test "a hidden layer, and every form of the data, with the same result" {
    local data digest=
    for data in "images = x.idx;labels = y.idx.gz;test-images = tx.idx.gz;test-labels = ty.idx" \
        "images = x.npy;labels = y.npy;test-images = tx.idx.gz;test-labels = ty.idx" "data = digits.h5"; do
        printf '%s\n' 'layers = 64,12,4' 'activation = tanh' 'epochs = 3' 'update = ideal' 'device = native' >d.ini
        tr ';' '\n' <<<"$data" >>d.ini
        expect_ok train d.ini --json
        jq -e '.test_accuracy > 0.95 and .train_samples == 400' <<<"$output" >/dev/null || fail "$data: $output"
        [ -z "$digest" ] || [ "$(jq -c .digests <<<"$output")" = "$digest" ] || fail "$data: another digest"
        digest=$(jq -c .digests <<<"$output")
    done
    expect_ok train --data digits.csv.gz --layers 64,12,4 --epochs 3 --device native --json
    jq -e '.test_accuracy > 0.95 and .train_samples == 400 and .test_samples == 100' <<<"$output" >/dev/null || fail "$output"
}

@test "the same bits on every engine and however it is split, and after a pause" {
    local arguments digest
    expect_ok train --data digits.csv.gz --layers 64,70,4 --epochs 2 --seed 7 --device native --json -o whole.h5
    digest=$(jq -c '[.digests, .pulses, .test_accuracy]' <<<"$output")
    for arguments in "--lanes 1" "--lanes 4" "--band-rows 64" "--device native,native"; do
        # shellcheck disable=SC2086
        expect_ok train --data digits.csv.gz --layers 64,70,4 --epochs 2 --seed 7 --device native $arguments --json
        [ "$(jq -c '[.digests, .pulses, .test_accuracy]' <<<"$output")" = "$digest" ] || fail "$arguments: $output"
    done
    expect_ok train --data digits.csv.gz --layers 64,70,4 --epochs 1 --seed 7 --device native -q -o half.h5
    mkdir elsewhere
    cd elsewhere
    expect_ok train --from ../half.h5 --epochs 2 --device native --json -o later.h5
    [ "$(jq -c '[.digests, .pulses, .test_accuracy]' <<<"$output")" = "$digest" ] || fail "$output"
    cd ..
    expect_ok train --data digits.csv.gz --layers 64,70,4 --epochs 2 --seed 8 --device native --json
    [ "$(jq -c '[.digests, .pulses, .test_accuracy]' <<<"$output")" != "$digest" ]
    need_opencl
    expect_ok train --data digits.csv.gz --layers 64,70,4 --epochs 2 --seed 7 --device 0.0 --json
    [ "$(jq -c '[.digests, .pulses, .test_accuracy]' <<<"$output")" = "$digest" ] || fail "$output"
}

@test "spiking neurons compete for the samples, get labels, and go on to the same bits" {
    local whole
    expect_ok train --data digits.csv.gz --layers 64,20 --update spiking --epochs 2 --device native --json -o whole.h5
    jq -e '.test_accuracy > 0.9 and .records[0].train_accuracy == null and .records[1].train_accuracy > 0.9
        and .layers == [64, 20] and (.confusion | length) == 4 and ([.confusion[][]] | add) == 100' <<<"$output" >/dev/null || fail "$output"
    whole=$(jq -c '[.digests, .test_accuracy, .confusion]' <<<"$output")
    expect_ok train --data digits.csv.gz --layers 64,20 --update spiking --epochs 2 --device native --lanes 1 --json
    [ "$(jq -c '[.digests, .test_accuracy, .confusion]' <<<"$output")" = "$whole" ] || fail "$output"
    expect_ok train --data digits.csv.gz --layers 64,20 --update spiking --epochs 1 --device native -q -o half.h5
    expect_ok train --from half.h5 --epochs 2 --device native --json
    [ "$(jq -c '[.digests, .test_accuracy, .confusion]' <<<"$output")" = "$whole" ] || fail "$output"
    expect_ok test whole.h5 --device native --json
    jq -e '.test_accuracy > 0.9 and .loss == null' <<<"$output" >/dev/null || fail "$output"
    expect_ok train --data digits.csv.gz --layers 64,20 --update spiking --epochs 2 --device native
    [[ $output == *"spiking, spiking:network=feedforward"* ]]
    expect_error 2 "does not go with spiking neurons" test whole.h5 --device native --compensate
    expect_error 2 "spiking networks have one layer" train --data digits.csv.gz --layers 64,20,4 --update spiking
    expect_error 2 "rate does not go with update spiking" train --data digits.csv.gz --update spiking --rate 0.1
    expect_error 2 "stimulus goes with update spiking alone" train --data digits.csv.gz --stimulus spiking
    expect_error 2 "takes a feedforward spiking" train --data digits.csv.gz --update spiking --stimulus lines
}

@test "Ctrl-C ends it at once, saves it and says so; it goes on to the same bits" {
    expect_ok train points.ini --epochs 4 --json
    digest=$(jq -c '[.digests, .pulses]' <<<"$output")
    "$ohmscape" train points.ini --epochs 1000000 --json -o net.h5 >out.json 2>err.txt 3>&- &
    pid=$!
    wait_for_handler "$pid"
    sleep 0.5
    local status=0
    kill -INT "$pid"
    wait "$pid" || status=$?
    [ "$status" -eq 130 ] || fail "exit status $status: $(cat err.txt)"
    jq -e '.saved == "net.h5" and .samples > 0' out.json >/dev/null
    samples=$(jq .samples out.json)
    expect_ok train --from net.h5 --epochs $((samples / 240 + 2)) --device native --json
    again=$(jq -c '[.digests, .pulses]' <<<"$output")
    expect_ok train points.ini --epochs $((samples / 240 + 2)) --json
    [ "$(jq -c '[.digests, .pulses]' <<<"$output")" = "$again" ]
}

@test "devices as measured, and others from the catalogue" {
    local model
    expect_ok train points.ini --table pulses.csv --rate 0.05 --epochs 12 --json
    jq -e '.test_accuracy > 0.9 and (.model | startswith("table-step:r_on=10000,"))' <<<"$output" >/dev/null || fail "$output"
    for model in vteam:k_on=-0.01,k_off=0.005 sin-resistance:alpha=0.001 yakopcic:a_p=40,a_n=40 mmss linear-step@EcRam; do
        expect_ok train points.ini --model $model --rate 0.05 --epochs 6 --json
        jq -e '.test_accuracy > 0.7 and .pulses > 0' <<<"$output" >/dev/null || fail "$model: $output"
    done
}

@test "a table of pulses that is none is refused, with the line" {
    table() {
        printf "$1" >bad.csv
        expect_error 1 "$2" train points.ini --table bad.csv
    }
    table '0,1e-5,9e-5\n1,2e-5,8e-5\n2,nan,7e-5\n3,4e-5,6e-5\n' 'bad.csv, line 3: "nan" is not a number'
    table '0,1e-5,9e-5\n1,2e-5,8e-5\n1,3e-5,7e-5\n3,4e-5,6e-5\n' 'line 3: pulse 1 does not come after pulse 1'
    table 'pulse,up,down\n0,1e-5,9e-5\n1,2e-5,8e-5\n' 'line 3: it ends after 2 rows; at least 4'
    table '0,1e-5\n1,2e-5\n2,3e-5\n3,3e-5\n' 'line 1 has 2 columns: pulse number, conductance up'
    table '0,1e-5,9e-5\n1,2e-5,8e-5\n2,3e-5\n' 'line 3 has 2 columns, and line 1 has 3'
    table '0,1e-5,9e-5\n1,0,8e-5\n2,3e-5,7e-5\n3,4e-5,6e-5\n' 'line 2: a conductance of 0 S'
    table '0,4e-5,9e-5\n1,3e-5,8e-5\n2,2e-5,7e-5\n3,1e-5,6e-5\n' 'pulses up do not raise'
}

@test "time, converters and wires in a test" {
    expect_ok train --data digits.csv.gz --layers 64,12,4 --epochs 3 --device native -q -o net.h5 \
        --model soft-bounds:up_down=0,w_min=-0.6,w_max=0.6,dw_min=0.001,drift_nu=0.06
    expect_ok test net.h5 --device native --json
    accuracy=$(jq .test_accuracy <<<"$output")
    loss=$(jq .loss <<<"$output")
    expect_ok test net.h5 --device native --idle 1e6 --compensate --json
    jq -e '.gains[0] > 1.5 and .gains[1] > 1.5 and .idle == 1e6' <<<"$output" >/dev/null || fail "$output"
    expect_ok test net.h5 --device native --dac bits=8 --adc bits=8 --json
    jq -e --argjson a "$accuracy" --argjson l "$loss" '(.test_accuracy - $a | fabs) <= 0.03 and .loss != $l' <<<"$output" >/dev/null || fail "$output"
    expect_ok test net.h5 --device native --adc bits=1,range=1e-9 --json
    jq -e --argjson a "$accuracy" '.test_accuracy < $a' <<<"$output" >/dev/null || fail "$output"
    expect_ok test net.h5 --device native --wires row=1,col=1 --json
    jq -e --argjson l "$loss" '.loss != $l' <<<"$output" >/dev/null
    expect_ok test net.h5 --device native
    [[ $output == *"classified rightly"*"is \\ taken for"* ]]
}

@test "settings that cannot be are refused, and nothing is written" {
    expect_error 2 "ideal updates need devices whose conductance is linear" train points.ini --update ideal --model vteam -o no.h5
    [ ! -e no.h5 ]
    ini() { # TEXT STATUS MESSAGE
        printf '%b\n' 'data = points.csv' "$1" >bad.ini
        expect_error "$2" "$3" train bad.ini -o net.h5 --device native
        [ ! -e net.h5 ]
    }
    ini 'rate = 0' 2 'bad.ini, line 2: rate: "0" is not a number from 1e-12'
    ini 'rate = nan' 2 'rate: "nan" is not'
    ini 'batch = 0' 2 'batch: "0" is not a number from 1'
    ini 'slots = 32' 2 'slots: "32" is not a number from 1 to 31'
    ini 'layers = 3' 2 'layers: "3" is not 2 to 17 sizes'
    ini 'layers = 4,2' 2 'layers begin with 4 inputs, and the samples have 3'
    ini 'layers = 3,1' 2 'layers end with 1 classes, and the labels go up to 1'
    ini 'update = sgd' 2 'update: "sgd" is not stochastic, manhattan'
    ini 'modell = vteam' 1 'line 2: unknown key "modell"'
    ini 'rate = 1\nrate = 1' 1 'line 3: rate is given twice'
    ini '[layer]' 1 'has no sections'
    ini 'test = 1' 2 'test: "1" is not a fraction'
    ini 'model = nothing' 2 'nothing'
    ini 'update = ideal\nmodel = vteam' 2 'linear in their state'
    ini 'adc = bits=8,gain=2' 2 'bits, codes and range'
    ini 'dac = range=0:1' 2 'both signs'
    ini 'images = x.idx' 2 'give one'
    ini 'table = pulses.csv\nmodel = vteam' 2 'give one'
    expect_error 2 'nothing to train on' train -o net.h5
    expect_error 2 'would overwrite points.csv' train points.ini -o points.csv
    expect_error 1 'cannot read none.h5' train --from none.h5
    expect_error 2 'settled by the network' train --from none.h5 --seed 3
    expect_error 2 'test needs NET.h5' test
    expect_ok run -n 4 -q --device native -o s.h5
    expect_error 1 'is not a network' test s.h5 --device native
}

@test "data that cannot be are refused, and named" {
    bad() { # MESSAGE ARGUMENT...
        expect_error 1 "$1" train "${@:2}" -o net.h5 --device native
        [ ! -e net.h5 ]
    }
    head -c 3000 x.idx >cut.idx
    bad 'cut.idx is cut off: its sizes are those of 25600 bytes, and it has 2984' --images cut.idx --labels y.idx.gz
    head -c 10 x.idx >cut.idx
    bad 'cut.idx is cut off in its sizes' --images cut.idx --labels y.idx.gz
    head -c 300 y.idx.gz | head -c -40 >cut.idx.gz
    head -c 60 y.idx.gz >cut.idx.gz
    bad 'cut.idx.gz is cut off' --images x.idx --labels cut.idx.gz
    bad 'pulses.csv is no IDX file' --images pulses.csv --labels y.idx.gz
    bad 'x.idx has 400 samples, and ty.idx 100 labels' --images x.idx --labels ty.idx
    bad 'x.idx has 3 sides: labels have one' --images x.idx --labels x.idx
    bad 'cannot read none' --images none --labels ty.idx
    printf '1,2,0\n3,4,-1\n' >bad.csv
    bad 'line 2: bad.csv: label 1 is -1' --data bad.csv
    printf '1,2,0\n3,4,0.5\n' >bad.csv
    bad 'label 1 is 0.5' --data bad.csv
    printf '1,2,0\n3,x,1\n' >bad.csv
    bad 'bad.csv, line 2: "x" is not a number' --data bad.csv
    printf '1,2,0\n3,4\n5,6\n7,8,9\n' >bad.csv
    bad 'line 4 has 3 columns' --data bad.csv
    printf '0,0,0\n0,0,1\n0,0,1\n' >bad.csv
    bad 'all inputs of the training set are 0' --data bad.csv --test 0.4
    [ -d /usr/share/datasets/fashion-mnist ] || bad 'the data set fashion-mnist is not installed' --data fashion-mnist
    expect_ok train points.ini --epochs 1 -q -o net.h5
    sed -i '1s/^/0.5,0.5,0.5,1\n/' points.csv
    expect_error 1 'trained on other data' test net.h5 --device native
}

@test "what is drawn and printed" {
    need_command gnuplot
    expect_ok train points.ini --plot a.png
    [ "$(head -c 4 a.png | tail -c 3)" = PNG ]
    [[ $output == *"network       3-2, softmax, 16 devices"*"update        stochastic, rate 0.01"*"trained       1,440 samples"*"drawn         a.png"* ]] || fail "$output"
    [[ $output != *"saved"* ]]
    printf '%s\n' 'output = n.h5' 'plot = b.svg' >>points.ini
    expect_ok train points.ini -q
    [ -z "$output" ]
    [ -s n.h5 ]
    [ -s b.svg ]
    expect_error 2 'ends in .png or .svg' train points.ini --plot a.gif
}
