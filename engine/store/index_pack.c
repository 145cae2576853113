#include "engine/store/index_pack.h"

#include <string.h>

/* Everything is reckoned without signs: a range may be wider than int64. */
static inline uint64_t value_at(const void *values, size_t size, size_t place) {
    switch (size) {
    case 1:
        return ((const uint8_t *)values)[place];
    case 4:
        return ((const uint32_t *)values)[place];
    default:
        return (uint64_t)((const int64_t *)values)[place];
    }
}

static uint64_t common_divisor(uint64_t a, uint64_t b) {
    while (b) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static void add_value(at_index_shaping *shaping, uint64_t value) {
    const int64_t number = (int64_t)value;
    if (shaping->count == 0) {
        shaping->first = value;
        shaping->least = shaping->most = number;
    } else if (shaping->count == 1) {
        shaping->second = value;
    } else {
        shaping->broken =
            shaping->broken || value - shaping->last != shaping->second - shaping->first;
    }
    shaping->least = number < shaping->least ? number : shaping->least;
    shaping->most = number > shaping->most ? number : shaping->most;
    shaping->last = value;
    shaping->count++;
    if (shaping->divisor != 1 && value != shaping->first)
        shaping->divisor = common_divisor(number > (int64_t)shaping->first ? value - shaping->first
                                                                           : shaping->first - value,
                                          shaping->divisor);
}

void at_index_shaping_add(at_index_shaping *shaping, const void *values, size_t size,
                          size_t count) {
    for (size_t i = 0; i < count; i++)
        add_value(shaping, value_at(values, size, i));
}

at_index_column at_index_shape(const at_index_shaping *shaping) {
    at_index_column out = {.count = shaping->count, .unit = 1};
    if (shaping->count == 0)
        return out;
    if (!shaping->broken) {
        out.base = (int64_t)shaping->first;
        out.step = shaping->count > 1 ? (int64_t)(shaping->second - shaping->first) : 0;
        return out;
    }
    out.base = shaping->least;
    out.unit = (int64_t)shaping->divisor;
    for (uint64_t range = ((uint64_t)shaping->most - (uint64_t)shaping->least) / shaping->divisor;
         range; range >>= 8)
        out.width++;
    return out;
}

void at_index_pack(uint8_t *out, const at_index_column *column, const void *values, size_t size,
                   size_t first, size_t count) {
    const size_t width = column->width;
    for (size_t i = 0; i < count; i++) {
        uint64_t stored = value_at(values, size, first + i) - (uint64_t)column->base;
        if (column->unit != 1)
            stored /= (uint64_t)column->unit;
        for (size_t byte = 0; byte < width; byte++)
            out[i * width + byte] = (uint8_t)(stored >> 8 * byte);
    }
}

static inline uint64_t stored_at(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

static inline uint64_t mask_of(uint64_t width) {
    return width == 0 ? 0 : UINT64_MAX >> (64 - 8 * width);
}

int64_t at_index_value(const at_index_column *column, uint64_t place, const uint8_t bytes[8]) {
    return (int64_t)((uint64_t)column->base + (uint64_t)column->step * place +
                     (uint64_t)column->unit * (stored_at(bytes) & mask_of(column->width)));
}

/* One loop for each size, so that it stays one of a few instructions a value. */
#define UNPACK(type)                                                                          \
    do {                                                                                      \
        type *out = (type *)work->out + (work->place - work->first);                          \
        for (size_t i = 0; i < count; i++) {                                                  \
            const uint64_t value =                                                            \
                base + step * i + (width ? unit * (stored_at(bytes + i * width) & mask) : 0); \
            out[i] = (type)value;                                                             \
            above |= value > most;                                                            \
        }                                                                                     \
    } while (0)

void at_index_unpack(at_index_unpacking *work, const uint8_t *bytes, size_t count) {
    const at_index_column *column = work->column;
    const size_t width = column->width;
    const uint64_t step = (uint64_t)column->step, unit = (uint64_t)column->unit;
    const uint64_t base = (uint64_t)column->base + step * work->place, mask = mask_of(width);
    const uint64_t fits = work->size == 1 ? UINT8_MAX : work->size == 4 ? UINT32_MAX : UINT64_MAX;
    const uint64_t most = work->most < fits ? work->most : fits;
    bool above = false;
    if (work->size == 1)
        UNPACK(uint8_t);
    else if (work->size == 4)
        UNPACK(uint32_t);
    else
        UNPACK(int64_t);
    work->place += count;
    work->passed = work->passed || above;
}
