// The series a crossbar records: one row of the state's statistics each time.
//
// Rows are kept packed, the last of them in memory and those before, once they are more than a megabyte, in a
// file without a name, which goes with the series or with the process. So a series of any length takes a
// fixed amount of memory, and a killed run leaves nothing behind.
#ifndef OHM_SERIES_H
#define OHM_SERIES_H

#include "../ohmscape.h"

typedef ohm_series_row series_row;

// All zeros, it is empty.
typedef struct series {
    char *folder;     // where the file goes, or NULL: see series_append
    uint64_t reserve; // bytes that have to stay free in it, beside as many as the rows take
    uint64_t count;   // rows
    uint64_t stored;  // bytes of them in the file, which is there if this is not 0
    int file;
    uint8_t *tail; // the rows behind these
    size_t tail_bytes;
} series;

// Adds a row; if that fails, the rows before are still there. The file is made in the series' folder or,
// where there is none or it takes no file, in $TMPDIR, /var/tmp or /tmp. It is not filled to the last byte:
// the rows can be saved beside it. Errors: OHM_OUT_OF_MEMORY, OHM_IO_FAILED.
ohm_status series_append(series *s, const series_row *row);

// Removes the rows.
void series_clear(series *s);

// Removes them and the folder's name.
void series_free(series *s);

// Reads the rows from the first on.
typedef struct series_reader {
    const series *series; // which does not change meanwhile
    uint64_t place;       // of the first byte that is not in the piece yet
    uint8_t *piece;
    size_t at, end; // of what is in the piece and not read yet
} series_reader;

// Errors: OHM_OUT_OF_MEMORY.
ohm_status series_reader_open(const series *s, series_reader *r);

// The next count rows, which there are. Errors: OHM_IO_FAILED.
ohm_status series_reader_next(series_reader *r, series_row *rows, size_t count);
void series_reader_close(series_reader *r);

#endif
