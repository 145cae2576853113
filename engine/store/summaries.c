/* summaries.c - a question that may do with less than the ledger comes to the index here
 * (model/summary.h). */
#include "engine/store/index_keep.h"
#include "engine/store/reader.h"

static at_status get_summary(void *self, const at_summary **out, at_error *err) {
    return at_index_get_summary(out, self, err);
}

static at_status keep_summary(void *self, const at_summary *summary, at_error *err) {
    return at_index_keep_summary(self, summary, err);
}

static at_status get_part(void *self, const at_ledger_part **out, at_error *err) {
    at_reader *reader = self;
    *out = NULL;
    if (reader->ledger || reader->index.descriptor < 0)
        return AT_OK;
    const at_status status = at_index_part_ledger(
        out, &reader->index, (at_thing)reader->identity.class_count, reader->arena, err);
    return at_index_passed_over(&reader->index, status) ? AT_OK : status;
}

static at_status get_ledger(void *self, const at_ledger **out, at_error *err) {
    return at_reader_ledger_unnamed(out, self, err);
}

const at_summaries *at_reader_summaries(at_reader *reader) {
    reader->summaries = (at_summaries){.self = reader,
                                       .get = get_summary,
                                       .keep = keep_summary,
                                       .part = get_part,
                                       .ledger = get_ledger};
    return &reader->summaries;
}
