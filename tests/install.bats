# What `make install` puts in place works from there: the program, the manual, and the library for a
# program that finds it through pkg-config.
load common

prefix=/opt/ohm

setup_file() {
    make_for install "$BATS_FILE_TMPDIR/root"
}

# make_for TARGET ROOT: install or uninstall there.
make_for() {
    env -u PKG_CONFIG_PATH -u PKG_CONFIG_SYSROOT_DIR -u LD_LIBRARY_PATH make --no-print-directory "$1" DESTDIR="$2" PREFIX=$prefix \
        BUILD="${BUILD:-build}" >"$BATS_FILE_TMPDIR/log" 2>&1 ||
        fail "make $1 failed" "$(cat "$BATS_FILE_TMPDIR/log")"
}

setup() {
    common_setup
    root=$BATS_FILE_TMPDIR/root
    export PKG_CONFIG_PATH=$root$prefix/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
    export LD_LIBRARY_PATH=$root$prefix/lib
}

@test "the installed program runs" {
    run "$root$prefix/bin/ohmscape" --version
    [ "$output" = "ohmscape $(pkg-config --modversion ohmscape)" ]
    run "$root$prefix/bin/ohmscape" run --quiet --device native
    [ "$status" -eq 0 ]
    run "$root$prefix/bin/ohmscape" figure --quiet --output "$tmp/figure.png"
    [ "$status" -eq 0 ]
    [ -s "$tmp/figure.png" ]
}

# With the other programs, which it runs, beside it.
@test "the installed benchmark runs" {
    run --separate-stderr "$root$prefix/bin/ohmscape" bench scaling frames --devices native --sizes 16 \
        --seconds 0.01 --json "$tmp/a.json"
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || fail "$output" "$stderr"
    for part in threads memory frames; do
        jq -e "any(.rows[]; .part == \"$part\" and .state == \"measured\")" "$tmp/a.json" >/dev/null || fail "$output"
    done
}

@test "the example compiles through pkg-config and gives the program's digest" {
    [ -z "$SANITIZE" ] || skip "the example is not built with the sanitizers"
    cc -std=c17 -Wall -Wextra -pedantic -Werror "$root$prefix/share/doc/ohmscape/examples/plasticity.c" \
        $(pkg-config --cflags --libs ohmscape) -o "$tmp/plasticity"
    run "$tmp/plasticity" 100 30 10
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 5 ]
    [[ ${lines[4]} == "digest $(digest_of -n 100 -t 30) on "?* ]]
}

@test "the example links with the static library, and what pkg-config says it needs" {
    [ -z "$SANITIZE" ] || skip "the example is not built with the sanitizers"
    unset PKG_CONFIG_SYSROOT_DIR LD_LIBRARY_PATH # what the library needs is not below the root
    local flags
    flags=$(pkg-config --define-variable=prefix="$root$prefix" --static --cflags --libs ohmscape)
    cc "$root$prefix/share/doc/ohmscape/examples/plasticity.c" ${flags/-lohmscape/-l:libohmscape.a} -o "$tmp/plasticity"
    run "$tmp/plasticity" 100 30 10
    [[ ${lines[4]} == "digest $(digest_of -n 100 -t 30) on "?* ]]
}

@test "uninstall leaves nothing" {
    make_for install "$tmp/root"
    make_for uninstall "$tmp/root"
    run find "$tmp/root" -not -type d
    [ -z "$output" ] || fail "left: $output"
}

@test "the headers are C++ too, and stand alone" {
    need_command c++
    for header in ohmscape.h ohmscape_cl.h ohmscape_ceiling.h; do
        echo "#include <$header>" | c++ -x c++ -Wall -Wextra -Werror -fsyntax-only $(pkg-config --cflags ohmscape) -
    done
}

@test "the library exports its own names alone" {
    need_command nm
    run bash -c "nm -D --defined-only '$root$prefix/lib/libohmscape.so' | awk '{print \$3}' | grep -v '^ohm_'"
    [ -z "$output" ]
}

@test "the manual names every command and option" {
    local page=$root$prefix/share/man/man1/ohmscape.1
    for word in 'ohmscape run' 'ohmscape devices' 'ohmscape models' 'ohmscape info' '--stimulus STIMULUS' '--json' 'ohmscape view' 'ohmscape figure' '--screenshot F.png' 'ohmscape bench' '--compare OLD.json'; do
        grep -qF -e "$word" "$page" || fail "the manual lacks $word"
    done
    ! grep -q '@[A-Z]*@' "$page" # places to fill in
}
