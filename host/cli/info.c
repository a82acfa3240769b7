// ohmscape info: describes a saved file.
#include "cli.h"
#include "report.h"
#include "../base/error.h"
#include "commands.h"

#include <inttypes.h>
#include <stdlib.h>

static const option_entry entries[] = {
    {"json", 0, NULL, "print one JSON object", options_set_flag},
    {0},
};

static void add_inputs(cJSON *root, const ohm_file_info *info) {
    cJSON *inputs = cJSON_AddArrayToObject(root, "inputs");
    for (size_t i = 0; i < info->input_count; i++) {
        const ohm_input_info *one = &info->inputs[i];
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "name", one->name);
        json_add_u64(object, "size", one->size);
        json_add_digest(object, "digest", one->digest);
        cJSON_AddBoolToObject(object, "kept", one->kept);
        cJSON_AddItemToArray(inputs, object);
    }
}

static bool print_json(const ohm_file_info *info) {
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "version", info->version);
    json_add_definition(root, &info->definition);
    json_add_u64(root, "step", info->step);
    cJSON_AddNumberToObject(root, "idle", info->idle);
    json_add_u64(root, "series_rows", info->series_rows);
    json_add_digest(root, "digest", info->digest);
    cJSON_AddStringToObject(root, "precision", ohm_precision_name(info->kept));
    if (info->kept == OHM_PRECISION_EXTENDED) json_add_digest(root, "rest_digest", info->rest_digest);
    json_add_history(root, info->history, info->history_count);
    add_inputs(root, info);
    return json_print(root);
}

static void print_text(const ohm_file_info *info) {
    report_definition(&info->definition);
    report_history(info->history, info->history_count);
    for (size_t i = 0; i < info->input_count; i++)
        printf("%-14s%s, %" PRIu64 " bytes, digest %016" PRIx64 "%s\n", i ? "" : "inputs",
               info->inputs[i].name, info->inputs[i].size, info->inputs[i].digest,
               info->inputs[i].kept ? "" : ", too large to be stored in this file");
    printf("step          %" PRIu64 "\n", info->step);
    if (info->idle > 0) printf("idle          %g s since that step\n", info->idle);
    printf("series        %" PRIu64 " rows\n", info->series_rows);
    printf("digest        %016" PRIx64 "\n", info->digest);
    printf("precision     %s\n", ohm_precision_name(info->kept));
    if (info->kept == OHM_PRECISION_EXTENDED) printf("rest digest   %016" PRIx64 "\n", info->rest_digest);
    printf("written by    ohmscape %s\n", info->version);
}

static int info(int argc, char **argv) {
    bool json = false;
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_info, &json, argc, argv, &given, &first);
    if (!status && argc - first != 1) status = ohm_fail(OHM_BAD_ARGUMENT, "info takes one file");
    ohm_file_info *file = NULL;
    if (!status) status = ohm_file_read_info(argv[first], &file);
    if (status) return cli_fail(status);
    if (json)
        status = print_json(file) ? OHM_OK : ohm_fail_memory("the report");
    else
        print_text(file);
    ohm_file_info_free(file);
    if (!status) status = cli_flush();
    return status ? cli_fail(status) : EXIT_SUCCESS;
}

const command command_info = {
    .name = "info",
    .arguments = "F.h5",
    .summary = "Describe a saved crossbar",
    .options = entries,
    .run = info,
};
