#include "engine/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *code, *text;
} codes[] = {
#define CODE(code_name, code_text) {code_name, code_text},
#include "engine/base/codes.def"
#undef CODE
};

/* A cut text must not end in half a character: the terminal would show rubbish in evidence. */
static void drop_half_character(char *text, size_t length) {
    size_t lead = length;
    while (lead > 0 && length - lead < 4) {
        lead--;
        const unsigned char c = (unsigned char)text[lead];
        if ((c & 0xC0) == 0x80)
            continue;
        const size_t wanted = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        if (lead + wanted > length)
            text[lead] = '\0';
        return;
    }
}

/* Into a buffer of its own first: callers wrap messages, so an argument may be the old message. */
static void format_into(char *out, size_t size, const char *format, va_list arguments) {
    char buffer[sizeof(((at_error *)0)->message)];
    const size_t room = size < sizeof buffer ? size : sizeof buffer;
    const int needed = vsnprintf(buffer, room, format, arguments);
    if (needed < 0)
        buffer[0] = '\0';
    else if ((size_t)needed >= room)
        drop_half_character(buffer, room - 1);
    memcpy(out, buffer, strlen(buffer) + 1);
}

/* In brackets, so that the macro for the analyzer leaves the definition alone. */
at_status(at_fail)(at_error *err, at_status status, const char *code, const char *format, ...) {
    if (err == NULL)
        return status;
    va_list arguments;
    va_start(arguments, format);
    format_into(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    err->status = status;
    err->hint[0] = '\0';
    err->place[0] = '\0';
    const size_t length = strnlen(code, sizeof err->code - 1);
    memmove(err->code, code, length); /* `code` may be the old err->code, when wrapping */
    err->code[length] = '\0';
    return status;
}

void at_hint(at_error *err, const char *format, ...) {
    if (err == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    format_into(err->hint, sizeof err->hint, format, arguments);
    va_end(arguments);
}

void at_place(at_error *err, const char *format, ...) {
    if (err == NULL || err->place[0] != '\0')
        return;
    va_list arguments;
    va_start(arguments, format);
    format_into(err->place, sizeof err->place, format, arguments);
    va_end(arguments);
}

const char *at_code_text(const char *code) {
    for (size_t i = 0; i < AT_COUNT(codes); i++)
        if (strcmp(codes[i].code, code) == 0)
            return codes[i].text;
    return NULL;
}

const char *at_code_at(size_t index) {
    return index < AT_COUNT(codes) ? codes[index].code : NULL;
}
