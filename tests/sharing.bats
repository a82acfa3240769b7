# Sharing the picture's buffer between OpenCL and OpenGL, through the layer tests/layer/gl_sharing.c, which
# lends any OpenCL device the extension and is stricter than a driver: pictures have to be those of the copy
# path, no rule may be broken, and whatever fails is fallen back from, with the reason.
load common

setup() {
    common_setup
    layer=$(realpath "${BUILD:-build}/tests/gl_sharing.so")
    log=$tmp/log
    [ -e "$layer" ] || skip "the layer is not built"
    need_opencl
    export OHMSCAPE_GL_DEBUG=1
    # A sanitizer has to be loaded before everything else, and the layer is not.
    [ -z "$SANITIZE" ] || export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
}

teardown() {
    stop_display # of a test that failed
}

# view FAULT ARG...: runs `view ARG...` over the layer, which fails in that way, or not if it is empty.
view() {
    local fault=$1
    shift
    rm -f "$log"
    run --separate-stderr env OPENCL_LAYERS="$layer" GL_SHARING_LOG="$log" ${fault:+GL_SHARING_FAULT=$fault} \
        timeout 120 "$ohmscape" view --device 0.0 "$@"
}

expect_success() {
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || fail "exit status: $status" "$stderr" "$(cat "$log")"
}

# expect_log PATTERN: what the layer has counted; that no rule was broken and nothing is left goes without
# saying.
expect_log() {
    grep -Eq "^summary: $1.* violations 0 alive 0$" "$log" || fail "not $1:" "$(cat "$log")"
    ! grep -q violation: "$log" || fail "$(cat "$log")"
}

@test "a shared picture is the copied one, for every quantity and reduction" {
    for options in "--quantity resistance" "--quantity voltage --reduction max" "--quantity flux --range seen" \
        "--quantity conductance --log --reduction min --band-rows 37" "--region 10,20,7,9 --quantity state --range seen" \
        "--reduction nearest --lanes 1" "--lanes 1 --region -50,-50,300,300"; do
        common=(-n 130 --flux --headless --frames 3 --size 317x211 $options -q)
        view "" "${common[@]}" --share on --screenshot "$tmp/on.png"
        expect_success
        expect_log "created 1 destroyed 1 acquired 3 released 3 kernels 6"
        view "" "${common[@]}" --share off --screenshot "$tmp/off.png"
        expect_success
        expect_log "created 0"
        cmp "$tmp/on.png" "$tmp/off.png" || fail "differs: $options"
    done
}

@test "several devices draw into the first one's buffer" {
    view "" -n 90 --device 0.0,native --headless --frames 2 --share on --screenshot "$tmp/on.png" -q
    expect_success
    expect_log "created 1 destroyed 1 acquired 2 released 2"
    view "" -n 90 --headless --frames 2 --share off --screenshot "$tmp/off.png" -q
    cmp "$tmp/on.png" "$tmp/off.png"
}

@test "a streamed crossbar is drawn into a shared buffer" {
    view "" -n 300 --headless --frames 2 --share off --screenshot "$tmp/whole.png" -q
    view "" -n 300 --memory 320KiB --headless --frames 2 --share on --screenshot "$tmp/on.png" -q
    expect_success
    expect_log "created 1 destroyed 1 acquired 2 released 2"
    cmp "$tmp/whole.png" "$tmp/on.png"
}

@test "auto shares when it can, and says so" {
    view "" -n 64 --headless --timings
    expect_success
    grep -q "^picture *shared with OpenGL$" <<<"$output"
    expect_log "created 1"
}

# expect_fallback FAULT REASON: auto copies and tells the reason, on fails with it.
expect_fallback() {
    view "$1" -n 64 --headless --frames 3 --size 300x200 --timings --screenshot "$tmp/auto.png"
    expect_success
    grep -Eq "^picture *copied: cannot share buffers with OpenGL: .*$2" <<<"$output" || fail "$1" "$output"
    expect_log "created"
    cmp "$tmp/auto.png" "$tmp/off.png"
    view "$1" -n 64 --headless --share on --screenshot "$tmp/none.png"
    [ "$status" -eq 1 ]
    [[ $stderr == "ohmscape: error: cannot share buffers with OpenGL: "*$2* ]] || fail "$1" "$stderr"
    [ ! -e "$tmp/none.png" ]
    expect_log "created"
}

@test "every way in which sharing fails is fallen back from" {
    view "" -n 64 --headless --frames 3 --size 300x200 --share off -q --screenshot "$tmp/off.png"
    expect_success
    expect_fallback not-listed "does not list cl_khr_gl_sharing"
    expect_fallback no-function "lacks clGetGLContextInfoKHR"
    expect_fallback refuse-device "another device"
    expect_fallback context "clCreateContext failed: CL_INVALID_OPERATION"
    expect_fallback buffer clCreateFromGLBuffer
    expect_fallback acquire clEnqueueAcquireGLObjects
}

@test "the native engine has nothing to share" {
    view "" -n 64 --device native --headless --timings
    expect_success
    grep -q "^picture *copied: .*native engine" <<<"$output"
    view "" -n 64 --device native --headless --share on
    [ "$status" -eq 1 ]
    [[ $stderr == *"native engine"* ]]
}

# ---- In a window ------------------------------------------------------------------------------

# Waits for some more frames, of which viz/ui.cpp tells the number.
see_frames() {
    local last=$(($(frame) + 5))
    for _ in $(seq 1200); do
        [ "$(frame)" -lt "$last" ] || return 0
        sleep 0.05
    done
    fail "no frames:" "$(<"$tmp/err")"
}

frame() {
    awk -F'\t' '$4 == "frame" { print $5 }' "$tmp/controls"
}

# open_window ARG...: starts `view ARG...` over the layers $OPENCL_LAYERS on a display of its own.
open_window() {
    need_command Xvfb
    need_command xdotool
    start_display "$tmp"
    GL_SHARING_LOG="$log" OHMSCAPE_CONTROLS="$tmp/controls" \
        timeout 120 "$ohmscape" view --device 0.0 "$@" >"$tmp/out" 2>"$tmp/err" &
    viewer=$!
    for _ in $(seq 1200); do
        window=$(xdotool search --name '^ohmscape - .*(shared|copied)' 2>/dev/null | head -1) || true
        [ -z "$window" ] || break
        sleep 0.05
    done
}

# Tells it to quit, and leaves what it printed in $output.
close_window() {
    xdotool windowfocus "$window" key q
    status=0
    wait "$viewer" || status=$?
    stop_display
    output=$(<"$tmp/out")
    stderr=$(<"$tmp/err")
}

# resize FAULT ARG...: runs `view ARG...` in a window that is resized once it has drawn.
resize() {
    export OPENCL_LAYERS=$layer GL_SHARING_FAULT=$1
    shift
    open_window "$@"
    for size in "900 700" "640 500" "1000 600"; do
        xdotool windowsize --sync "$window" $size
        see_frames
    done
    close_window
}

@test "a window of another size has another buffer, through GLX and through EGL" {
    for context in glx egl; do
        resize "" -n 200 --share on --context $context --timings --screenshot "$tmp/$context.png"
        expect_success
        grep -q "^picture *shared" <<<"$output"
        expect_log "created [2-9]"
    done
}

@test "a buffer refused in the middle is fallen back from" {
    resize buffer-2 -n 200 --timings
    expect_success
    grep -q "^picture *copied: .*clCreateFromGLBuffer" <<<"$output" || fail "$output"
    expect_log "created 1 destroyed 1"
}

# 0.5 s a launch, of which a picture takes three: a frame that waited for one would show.
@test "drawing waits for no launch" {
    export OPENCL_LAYERS=$layer:${layer%/*}/fault.so OPENCL_FAULT_SLOW=500
    open_window -n 64 --share on --bare --size 200x200 --timings --json -o "$tmp/last.h5"
    for _ in $(seq 1200); do
        [[ $(xdotool getwindowname "$window") != *"step "[01]" "* ]] && break
        sleep 0.05
    done
    close_window
    expect_success
    expect_log "created 1"
    jq -e '.shared and .frames > 20 and .frame.longest < 0.45' <<<"$output" || fail "$output"
}
