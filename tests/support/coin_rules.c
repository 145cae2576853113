#include "tests/support/coin_rules.h"

const char *const coin_methods[COIN_METHODS] = {"fifo", "lifo",   "prorata", "paripassu",
                                                "libr", "oatway", "poison"};

bool coin_divide(int *out, const int *weights, int count, int amount) {
    int total = 0, missing = amount;
    bool given[COIN_LABELS] = {false};
    for (int i = 0; i < count; i++)
        total += weights[i];
    for (int i = 0; i < count; i++) {
        out[i] = total > 0 ? weights[i] * amount / total : 0;
        missing -= out[i];
    }
    const bool rounded = missing > 0;
    for (; missing > 0; missing--) {
        int best = -1;
        for (int i = 0; i < count; i++)
            if (!given[i] &&
                (best < 0 || weights[i] * amount % total > weights[best] * amount % total))
                best = i;
        given[best] = true;
        out[best]++;
    }
    return rounded;
}

void coin_leave(int *out, const int *held, int count, int amount, enum coin_method method,
                bool preserved, int *rounded) {
    const int tainted = count - 3;
    int dirty = 0;
    for (int i = 0; i < tainted; i++)
        dirty += held[i];
    if (method == COIN_PRORATA) {
        *rounded += coin_divide(out, held, count, amount);
        return;
    }
    int first = 0;
    if (method == COIN_OATWAY && preserved)
        first = dirty < amount ? dirty : amount;
    int rest = amount - first;
    for (int i = tainted; i < count; i++) {
        out[i] = held[i] < rest ? held[i] : rest;
        rest -= out[i];
    }
    coin_divide(out, held, tainted, first + rest);
}
