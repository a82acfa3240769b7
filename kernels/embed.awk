# Joins a kernel and the headers it includes into one OpenCL source, each header once and where it
# is first included, with #line in front, so that a build log names the true file and line.
#
#   awk -f kernels/embed.awk kernels/crossbar.cl

function embed(path, folder, line, number, name) {
    if (path in seen) return
    seen[path] = 1
    folder = path
    sub(/[^\/]*$/, "", folder)
    printf "#line 1 \"%s\"\n", path
    while ((number_read = (getline line < path)) > 0) {
        number++
        if (line ~ /^#include "/) {
            name = line
            gsub(/^#include "|".*$/, "", name)
            embed(folder name)
            printf "#line %d \"%s\"\n", number + 1, path
        } else if (line !~ /^#include </)
            print line
        else
            print ""
    }
    if (number_read < 0) {
        print "embed.awk: cannot read " path > "/dev/stderr"
        exit 1
    }
    close(path)
}

BEGIN { for (i = 1; i < ARGC; i++) embed(ARGV[i]) }
