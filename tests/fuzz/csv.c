/* Goal: no bytes bring the reader of delimited text down, and its records lie one behind the other.
 * Method: the first byte chooses the style; read to the end, in windows of two sizes, which must
 * give the same records. */
#include "importers/csv.h"

#include <assert.h>

enum { SMALL_WINDOW = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static uint64_t read_all(const at_csv_style *style, const uint8_t *data, size_t bytes) {
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    AT_CLEANUP(at_csv_clear) at_csv csv = {0};
    at_csv_record record;
    at_error err = {0};
    bool ended = false;
    uint64_t after = 0, sum = 0;
    if (at_input_open_memory(&in, data, bytes, "fuzz", &err) != AT_OK ||
        at_csv_init(&csv, in, style, &err) != AT_OK)
        return 0;
    while (at_csv_next(&record, &ended, &csv, &err) == AT_OK && !ended) {
        assert(record.origin.offset >= after);
        assert(record.origin.bytes <= bytes - record.origin.offset);
        after = record.origin.offset + record.origin.bytes;
        assert(!record.defect || record.field_count == 0);
        for (size_t i = 0; i < record.field_count; i++)
            assert(record.fields[i].data[record.fields[i].bytes] == '\0');
        sum = sum * 31 + record.origin.offset + record.origin.bytes + record.field_count;
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static const char delimiters[] = ",;\t|";
    if (bytes == 0)
        return 0;
    const at_csv_style style = {.delimiter = delimiters[data[0] & 3],
                                .no_quote = data[0] & 4,
                                .skip_lines = data[0] >> 3 & 1,
                                .trailer_lines = data[0] >> 4 & 1,
                                .encoding = (at_encoding)(data[0] >> 5)};
    at_csv_window(0);
    const uint64_t whole = read_all(&style, data + 1, bytes - 1);
    at_csv_window(SMALL_WINDOW);
    assert(read_all(&style, data + 1, bytes - 1) == whole);
    return 0;
}
