/**
 * request.h - the freeze request, as far as data fills it.
 *
 * Sections A to P are those of the freezing certificate in Annex I of Regulation (EU) 2018/1805;
 * `limits`, `undertakings` and `signature` follow. What only a person may state is listed by name
 * under `open`, with D (drafted from data, a person confirms) or H (a person alone), and never left
 * out in silence.
 *
 * Ownership: everything lives in the arena; content and findings are borrowed.
 */
#ifndef ASSETTRACE_EVIDENCE_REQUEST_H
#define ASSETTRACE_EVIDENCE_REQUEST_H

#include "engine/evidence/currencies.h"
#include "engine/evidence/entry.h"
#include "engine/evidence/property.h"

#define AT_REQUEST_SCHEMA "assettrace/freeze-request/1"

typedef struct at_request_group {
    const char *id;
    at_entry_list entries;
} at_request_group;

typedef struct at_request {
    const at_bundle_content *content;
    const at_case_view *view;
    const at_property_list *property;
    at_request_group *persons, *items;
    size_t person_count, item_count;
    at_entry_list places; /* where the request would be executed */
    at_arena *arena;
    at_cites *cites;
} at_request;

/* A file of the bag that the request lists. */
typedef struct at_attachment {
    const char *path;
    char sha256[AT_SHA256_TEXT_BYTES];
} at_attachment;

/** Gather what records say of subjects and items, and mark those records as cited. */
AT_CHECKED at_status at_request_collect(at_request *out, const at_bundle_content *content,
                                        const at_case_view *view, const at_property_list *property,
                                        at_cites *cites, at_arena *arena, at_error *err);
/** Every currency an entry uses. */
AT_CHECKED at_status at_request_currencies(at_currencies *list, const at_request *request,
                                           at_error *err);
AT_CHECKED at_status at_request_write(at_text *out, at_request *request,
                                      const at_currencies *currencies,
                                      const at_attachment *attachments, size_t attachment_count,
                                      at_error *err);

/**
 * The request as text in one language, from the JSON alone: fixed labels from phrases.def, values
 * as they stand, records numbered at the end. The same JSON gives the same text.
 */
AT_CHECKED at_status at_request_render(at_text *out, const at_json_value *request, int language,
                                       at_error *err);

#endif
