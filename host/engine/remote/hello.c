#include "hello.h"
#include "../../base/error.h"
#include "../../drive/input.h"
#include "../opencl/opencl.h"
#include "protocol.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BYTE_ORDER_MARK 0x01020304u

// ---- This process -----------------------------------------------------------------------------

// Digest of all that the kernels, and with them the native loops, are made of.
static uint64_t kernels_digest(void) {
    const kernel_file *files[] = {
        &kernel_file_crossbar, &kernel_file_read,   &kernel_file_readout, &kernel_file_readout_exact,
        &kernel_file_network,  &kernel_file_pulses, &kernel_file_view,
    };
    uint64_t all = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        all = all * 31 + input_digest((const uint8_t *)files[i]->source, strlen(files[i]->source));
    return all;
}

static void read_line(const char *path, char *text, size_t size) {
    FILE *f = fopen(path, "re");
    if (!f || !fgets(text, (int)size, f)) text[0] = '\0';
    if (f) fclose(f);
    text[strcspn(text, "\n")] = '\0';
}

void hello_make(hello *h) {
    const uint32_t sizes[HELLO_SIZES] = {sizeof(hello),        sizeof(order),  sizeof(engine_order),
                                         sizeof(launch_order), sizeof(answer), sizeof(ohm_device_info)};
    memset(h, 0, sizeof *h);
    memcpy(h->magic, HELLO_MAGIC, sizeof h->magic);
    h->byte_order = BYTE_ORDER_MARK;
    snprintf(h->version, sizeof h->version, "%s", ohm_version());
    memcpy(h->sizes, sizes, sizeof sizes);
    h->kernels = kernels_digest();
    if (gethostname(h->host, sizeof h->host - 1)) h->host[0] = '\0';
    read_line("/proc/sys/kernel/random/boot_id", h->machine, sizeof h->machine);
    if (!*h->machine) memcpy(h->machine, h->host, sizeof h->host);
    const ssize_t length = readlink("/proc/self/ns/pid", h->processes, sizeof h->processes - 1);
    if (length < 0) snprintf(h->processes, sizeof h->processes, "unknown on %.40s", h->host);
    h->process = (int32_t)getpid();
    if (sched_getaffinity(0, sizeof h->processors, &h->processors)) CPU_ZERO(&h->processors);
}

// ---- Two of them ------------------------------------------------------------------------------

static ohm_status differs(const hello *zero, const hello *other, int rank, const char *what) {
    return ohm_fail(OHM_BAD_ARGUMENT, "rank %d on %.63s and rank 0 on %.63s do not go together: %s", rank,
                    other->host, zero->host, what);
}

ohm_status hello_check(const hello *zero, const hello *other, int rank, size_t bytes) {
    char what[128];
    const size_t least = offsetof(hello, sizes);
    if (bytes < least || memcmp(other->magic, zero->magic, sizeof zero->magic) != 0)
        return ohm_fail(OHM_BAD_ARGUMENT, "rank %d does not speak as ohmscape does: it is another program",
                        rank);
    if (other->byte_order != zero->byte_order)
        return ohm_fail(OHM_BAD_ARGUMENT, "rank %d has another byte order than rank 0", rank);
    if (strncmp(other->version, zero->version, sizeof zero->version) != 0) {
        snprintf(what, sizeof what, "they are version %.19s and %.19s", other->version, zero->version);
        return bytes == sizeof *other
                   ? differs(zero, other, rank, what)
                   : ohm_fail(OHM_BAD_ARGUMENT, "rank %d and rank 0 do not go together: %s", rank, what);
    }
    if (bytes != sizeof *other || memcmp(other->sizes, zero->sizes, sizeof zero->sizes) != 0)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "rank %d and rank 0 do not go together: both are version %s, of different builds",
                        rank, zero->version);
    if (other->kernels != zero->kernels) return differs(zero, other, rank, "their kernels differ");
    return OHM_OK;
}

bool hello_sees(const hello *one, const hello *other) {
    return strncmp(one->machine, other->machine, sizeof one->machine) == 0 &&
           strncmp(one->processes, other->processes, sizeof one->processes) == 0;
}

// ---- All --------------------------------------------------------------------------------------

static bool same_machine(const hello *one, const hello *other) {
    return strncmp(one->machine, other->machine, sizeof one->machine) == 0;
}

void hello_place(const hello *all, rank_entry *entries, int count) {
    int machines = 0;
    for (int i = 0; i < count; i++) {
        rank_entry *e = &entries[i];
        snprintf(e->host, sizeof e->host, "%.63s", all[i].host);
        e->machine = -1;
        for (int k = i - 1; k >= 0 && e->machine < 0; k--) {
            if (!same_machine(&all[i], &all[k])) continue;
            e->machine = entries[k].machine;
            e->local = entries[k].local + 1;
        }
        if (e->machine < 0) e->machine = machines++;
    }
}

unsigned hello_share(const hello *all, int rank, int count) {
    const hello *own = &all[rank];
    unsigned sharers = 0, place = 0;
    for (int i = 0; i < count; i++) {
        cpu_set_t both;
        if (!same_machine(own, &all[i])) continue;
        CPU_AND(&both, &own->processors, &all[i].processors);
        if (!CPU_COUNT(&both)) continue;
        if (i == rank) place = sharers;
        sharers++;
    }
    if (sharers < 2) return 0;
    const unsigned processors = (unsigned)CPU_COUNT(&own->processors);
    const unsigned share = processors / sharers + (place < processors % sharers);
    return share ? share : 1;
}
