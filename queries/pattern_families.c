#include "queries/pattern_support.h"

extern const at_pattern_family family_fan_in;
extern const at_pattern_family family_fan_out;
extern const at_pattern_family family_gather_scatter;
extern const at_pattern_family family_mirror;
extern const at_pattern_family family_pass_through;
extern const at_pattern_family family_round_trips;
extern const at_pattern_family family_scatter_gather;
extern const at_pattern_family family_stack;
extern const at_pattern_family family_structuring;

const at_pattern_family *const at_pattern_families[] = {
    &family_fan_in,         &family_fan_out,
    &family_gather_scatter, &family_mirror,
    &family_pass_through,   &family_round_trips,
    &family_scatter_gather, &family_stack,
    &family_structuring,    NULL,
};
