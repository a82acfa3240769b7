// ohmscape devices: lists the devices.
#include "cli.h"
#include "report.h"
#include "../base/error.h"
#include "../base/number.h"
#include "../ohmscape_ranks.h"
#include "commands.h"

#include <stdlib.h>

static const option_entry entries[] = {
    {"json", 0, NULL, "print one JSON object", options_set_flag},
    {0},
};

// Of the rank whose it is, where there are several.
static int rank_of(const ohm_device_info *info) {
    return atoi(info->id);
}

static void print_table(const ohm_device_info *list, size_t count) {
    printf("%-8s %-7s %5s %5s %10s %10s  %s\n", "device", "type", "units", "lanes", "memory", "buffer",
           "name");
    for (size_t i = 0; i < count; i++) {
        char memory[NUMBER_MAX_TEXT], allocation[NUMBER_MAX_TEXT];
        number_format_bytes(list[i].memory, memory);
        number_format_bytes(list[i].max_allocation, allocation);
        printf("%-8s %-7s %5u %5u %10s %10s  %s (%s %s)", list[i].id, ohm_device_type_name(list[i].type),
               list[i].compute_units, list[i].lanes, memory, allocation, list[i].name, list[i].platform,
               list[i].driver);
        if (ohm_ranks_count() > 1) printf(" on %s", ohm_ranks_host(rank_of(&list[i])));
        putchar('\n');
    }
}

static bool print_json(const ohm_device_info *list, size_t count) {
    cJSON *root = cJSON_CreateObject(), *array = cJSON_AddArrayToObject(root, "devices");
    for (size_t i = 0; i < count; i++) {
        cJSON *device = cJSON_CreateObject();
        cJSON_AddStringToObject(device, "id", list[i].id);
        cJSON_AddStringToObject(device, "name", list[i].name);
        cJSON_AddStringToObject(device, "backend", list[i].type == OHM_DEVICE_NATIVE ? "native" : "opencl");
        cJSON_AddStringToObject(device, "type", ohm_device_type_name(list[i].type));
        cJSON_AddStringToObject(device, "platform", list[i].platform);
        cJSON_AddStringToObject(device, "driver", list[i].driver);
        json_add_u64(device, "compute_units", list[i].compute_units);
        json_add_u64(device, "lanes", list[i].lanes);
        json_add_u64(device, "memory", list[i].memory);
        json_add_u64(device, "max_allocation", list[i].max_allocation);
        if (ohm_ranks_count() > 1) {
            cJSON_AddNumberToObject(device, "rank", rank_of(&list[i]));
            cJSON_AddStringToObject(device, "host", ohm_ranks_host(rank_of(&list[i])));
        }
        cJSON_AddItemToArray(array, device);
    }
    return json_print(root);
}

static int devices(int argc, char **argv) {
    bool json = false;
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_devices, &json, argc, argv, &given, &first);
    if (!status && first < argc)
        status = ohm_fail(OHM_BAD_ARGUMENT, "devices takes no argument \"%s\"", argv[first]);
    ohm_device_info *list = NULL;
    size_t count = 0;
    if (!status) status = ohm_devices_list(&list, &count);
    if (status) return cli_fail(status);
    if (json)
        status = print_json(list, count) ? OHM_OK : ohm_fail_memory("the list of devices");
    else
        print_table(list, count);
    free(list);
    if (!status) status = cli_flush();
    return status ? cli_fail(status) : EXIT_SUCCESS;
}

const command command_devices = {
    .name = "devices",
    .arguments = "",
    .summary = "List the devices a crossbar can run on",
    .options = entries,
    .run = devices,
};
