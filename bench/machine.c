#include "machine.h"
#include "commit.h"
#include "../host/cli/child.h"
#include "../host/cli/report.h"

#include <ctype.h>
#include <stdio.h>
#include <unistd.h>

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

// Describes the native engine's device, even if it is not benchmarked.
static ohm_device_info native_device(void) {
    ohm_device_info info = {0};
    ohm_devices *devices;
    if (ohm_devices_open("native", &devices)) return info;
    info = *ohm_devices_info(devices, 0);
    ohm_devices_close(devices);
    return info;
}

static void add_build(cJSON *root) {
    cJSON *build = cJSON_AddObjectToObject(root, "build");
    cJSON_AddStringToObject(build, "version", OHM_VERSION);
    cJSON_AddStringToObject(build, "commit", COMMIT);
    cJSON_AddStringToObject(build, "compiler", COMPILER);
}

// Reads the name of the operating system.
static void read_system(char *text, size_t size) {
    FILE *f = fopen("/etc/os-release", "r");
    char line[256];
    snprintf(text, size, "unknown");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "PRETTY_NAME=\"%127[^\"]", text) == 1) break;
    if (f) fclose(f);
}

static void add_machine(cJSON *root) {
    const ohm_device_info native = native_device();
    char system[128];
    read_system(system, sizeof system);
    cJSON *machine = cJSON_AddObjectToObject(root, "machine");
    cJSON_AddStringToObject(machine, "processor", native.name);
    cJSON_AddStringToObject(machine, "instructions", native.driver);
    json_add_u64(machine, "threads", child_processors());
    json_add_u64(machine, "memory", (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
    cJSON_AddStringToObject(machine, "system", system);
}

static void add_devices(const bench *b, cJSON *root) {
    cJSON *devices = cJSON_AddArrayToObject(root, "devices");
    for (size_t i = 0; i < b->contender_count; i++) {
        const ohm_device_info *info = &b->contender[i].info;
        cJSON *device = cJSON_CreateObject();
        cJSON_AddStringToObject(device, "id", info->id);
        cJSON_AddStringToObject(device, "name", info->name);
        cJSON_AddStringToObject(device, "type", ohm_device_type_name(info->type));
        cJSON_AddStringToObject(device, "platform", info->platform);
        cJSON_AddStringToObject(device, "driver", info->driver);
        json_add_u64(device, "compute_units", info->compute_units);
        json_add_u64(device, "lanes", info->lanes);
        json_add_u64(device, "memory", info->memory);
        cJSON_AddItemToArray(devices, device);
    }
}

void machine_describe(const bench *b, cJSON *root) {
    add_build(root);
    add_machine(root);
    add_devices(b, root);
}

// Makes a file name: lower case, with one dash for each run of characters that are neither letters nor
// digits.
static void make_slug(const char *from, char *text, size_t size) {
    size_t used = 0;
    for (; *from && used + 1 < size; from++) {
        if (isalnum((unsigned char)*from))
            text[used++] = (char)tolower((unsigned char)*from);
        else if (used && text[used - 1] != '-')
            text[used++] = '-';
    }
    while (used && text[used - 1] == '-') used--;
    text[used] = '\0';
}

void machine_slug(const bench *b, char *text, size_t size) {
    const ohm_device_info native = native_device();
    const char *gpu = "";
    char whole[384];
    for (size_t i = 0; i < b->contender_count; i++)
        if (b->contender[i].info.type == OHM_DEVICE_GPU) gpu = b->contender[i].info.name;
    snprintf(whole, sizeof whole, "%s, %s, %u threads, %s", native.name, native.driver, child_processors(),
             gpu);
    make_slug(whole, text, size);
}
