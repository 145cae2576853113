/* flow_judged.c - which pairs rest on a person's word.
 *
 * Not only what was accepted: a denial, and a pair taken out, can leave two legs alone with each
 * other. So the rule is asked once more without any word, about the amounts that were judged. */
#include "engine/store/flow.h"
#include "engine/store/pairing.h"

at_status at_flow_mark_judged(at_flow *flow, at_error *err) {
    const at_reader *reader = flow->reader;
    at_pair_word *words = NULL;
    at_pair_leg *legs = NULL;
    at_pair_result *results = NULL;
    at_pair_rule rule = {.window_us = 0};
    at_pair_amounts amounts;
    int64_t *judged = NULL;
    size_t count = 0;
    AT_TRY(at_pairing_words(&words, &count, reader->db, reader->revision, flow->arena, err));
    if (count == 0)
        return AT_OK;
    AT_TRY(at_setting_at(&rule.window_us, reader->db, "leg_window_us", reader->revision, err));
    AT_TRY(AT_NEW(&judged, flow->arena, count, err));
    for (size_t i = 0; i < count; i++)
        judged[i] = words[i].debit;
    AT_TRY(at_pair_amounts_of(&amounts, judged, count, reader->db, flow->arena, err));
    AT_TRY(
        at_pairing_load(&legs, &count, reader->db, &amounts, &reader->identity, flow->arena, err));
    AT_TRY(at_pair_legs(&results, legs, count, &rule, flow->arena, err));
    for (size_t i = 0; i < count; i++) {
        const uint32_t place = at_flow_find_leg(flow, legs[i].number);
        if (legs[i].credit || place == AT_NONE || flow->legs[place].partner == AT_NONE)
            continue;
        const int64_t partner = flow->legs[flow->legs[place].partner].number;
        flow->legs[place].judged =
            results[i].partner == AT_NO_PARTNER || legs[results[i].partner].number != partner;
    }
    return AT_OK;
}
