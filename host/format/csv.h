// Tables of numbers in text, with commas, plain or compressed by gzip.
#ifndef OHM_CSV_H
#define OHM_CSV_H

#include "../ohmscape.h"

typedef struct csv_table {
    uint64_t rows, cols;
    double *values;  // [rows, cols], to be freed
    unsigned *lines; // [rows], where each stands in the file, to be freed
} csv_table;

// Reads one of at least two lines of numbers. Lines without any, and those that begin with #, count as none.
// A first line that has words or another number of columns than the second is a header, which is passed over.
// Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY, OHM_BAD_FILE, with the line: what is no number, NaN and infinity
// too; another number of columns.
ohm_status csv_read(const char *path, csv_table *t);

// Legal on one that is all zeros.
void csv_free(csv_table *t);

#endif
