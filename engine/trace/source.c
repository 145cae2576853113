#include "engine/trace/source.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/day.h"
#include "engine/trace/event.h"

static const char form_hint[] =
    "write LABEL=transfer:ID[,AMOUNT] or LABEL=account:ID@TIME[,AMOUNT]";

static at_status refuse(const char *text, const char *why, at_error *err) {
    const at_status status =
        at_fail(err, AT_USAGE, "E-TRACE-SOURCE", "source \"%s\" %s", text, why);
    at_hint(err, "%s", form_hint);
    return status;
}

static bool is_label(const char *text, size_t bytes) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-";
    return bytes > 0 && bytes <= AT_TRACE_LABEL_BYTES_MAX && strspn(text, allowed) >= bytes;
}

static bool is_digits(const char *text) {
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* `at` stands on the opening quote. The id without its quotes, and what follows them. */
static at_status read_quoted(const char **id_out, const char **rest_out, const char *at,
                             const char *text, at_arena *arena, at_error *err) {
    char *id = NULL;
    size_t bytes = 0;
    AT_TRY(AT_NEW(&id, arena, strlen(at), err));
    for (at++; at[0] != '"' || at[1] == '"'; at++) {
        if (at[0] == '\0')
            return refuse(text, "opens a quote and does not close it", err);
        at += at[0] == '"';
        id[bytes++] = *at;
    }
    *id_out = id;
    *rest_out = at + 1;
    return AT_OK;
}

static at_status read_amount(int64_t *out, const char *digits, const char *text, at_error *err) {
    if (!is_digits(digits))
        return refuse(text, "ends in an amount that is not digits", err);
    if (!at_int_parse(out, digits))
        return at_fail(err, AT_LIMIT, "E-AMOUNT-RANGE", "amount \"%s\" does not fit 64 bits",
                       digits);
    return AT_OK;
}

/* The id and, behind it, "@TIME" (accounts) and ",AMOUNT" as the text after the quotes has them. */
static at_status read_parts(at_trace_source *source, const char *at, const char *text,
                            at_arena *arena, at_error *err) {
    const char *rest = at;
    if (*at == '"')
        AT_TRY(read_quoted(&source->id, &rest, at, text, arena, err));
    const char *comma = strrchr(rest, ',');
    if (comma != NULL && (is_digits(comma + 1) || (*at == '"' && !source->on_account)))
        AT_TRY(read_amount(&source->amount, comma + 1, text, err));
    else
        comma = rest + strlen(rest);
    const char *end = comma;
    if (source->on_account) {
        end = memrchr(rest, '@', (size_t)(comma - rest));
        if (end == NULL)
            return refuse(text, "has an account without @TIME", err);
        const char *time = NULL;
        AT_TRY(at_arena_copy(&time, arena, end + 1, (size_t)(comma - end - 1), err));
        AT_TRY(at_time_parse_start(&source->time_us, time, err));
    }
    if (*at == '"' && end != rest)
        return refuse(text, "goes on after the quoted id", err);
    if (*at != '"')
        AT_TRY(at_arena_copy(&source->id, arena, rest, (size_t)(end - rest), err));
    return *source->id != '\0' ? AT_OK : refuse(text, "names nothing", err);
}

at_status at_trace_source_parse(at_trace_source *out, const char *text, at_arena *arena,
                                at_error *err) {
    static const char transfer[] = "transfer:", account[] = "account:";
    at_trace_source source = {.amount = AT_AMOUNT_NONE, .row = AT_NONE, .node = AT_NONE};
    const char *equals = strchr(text, '=');
    if (equals == NULL)
        return refuse(text, "has no LABEL=", err);
    if (!is_label(text, (size_t)(equals - text))) {
        const at_status status =
            at_fail(err, AT_USAGE, "E-TRACE-LABEL", "label \"%.*s\" cannot name a source",
                    (int)(equals - text), text);
        at_hint(err, "use 1 to %d of A-Z a-z 0-9 . _ -", AT_TRACE_LABEL_BYTES_MAX);
        return status;
    }
    AT_TRY(at_arena_copy(&source.label, arena, text, (size_t)(equals - text), err));
    const char *at = equals + 1;
    source.on_account = at_text_starts(at, account);
    if (source.on_account)
        at += sizeof account - 1;
    else if (at_text_starts(at, transfer))
        at += sizeof transfer - 1;
    else
        return refuse(text, "names neither a transfer nor an account", err);
    AT_TRY(read_parts(&source, at, text, arena, err));
    *out = source;
    return AT_OK;
}

void at_trace_source_bind(at_trace_source *source, const at_ledger *ledger) {
    static const char suffix[] = "/fee";
    enum { ID_BYTES_MAX = 4096 };
    const size_t bytes = strlen(source->id), tail = sizeof suffix - 1;
    source->fee = false;
    source->row = at_ledger_row(ledger, source->id);
    if (source->row != AT_NONE || bytes <= tail || bytes >= ID_BYTES_MAX ||
        strcmp(source->id + bytes - tail, suffix) != 0)
        return;
    char owner[ID_BYTES_MAX];
    memcpy(owner, source->id, bytes - tail);
    owner[bytes - tail] = '\0';
    const uint32_t row = at_ledger_row(ledger, owner);
    if (row != AT_NONE && ledger->fee[row] > 0) {
        source->row = row;
        source->fee = true;
    }
}

static bool is_same(const at_trace_source *a, const at_trace_source *b) {
    if (a->on_account != b->on_account || strcmp(a->label, b->label) != 0)
        return false;
    if (a->on_account)
        return a->node == b->node && a->time_us == b->time_us;
    return a->row == AT_NONE ? b->row == AT_NONE && strcmp(a->id, b->id) == 0
                             : a->row == b->row && a->fee == b->fee;
}

at_status at_trace_sources_check(const at_trace_source *sources, size_t count,
                                 const at_ledger *ledger, at_error *err) {
    for (size_t i = 0; i < count; i++) {
        const at_trace_source *source = &sources[i];
        if (source->on_account && !at_node_held(ledger->nodes[source->node].kind))
            return at_fail(err, AT_USAGE, "E-TRACE-ACCOUNT",
                           "source \"%s\": \"%s\" is %s and holds no ledger", source->label,
                           source->id, at_node_kind_text(ledger->nodes[source->node].kind));
        for (size_t j = 0; j < i; j++)
            if (is_same(&sources[j], source))
                return at_fail(err, AT_USAGE, "E-TRACE-TWICE", "source \"%s\" names \"%s\" twice",
                               source->label, source->id);
    }
    return AT_OK;
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

at_status at_trace_labels(const char ***out, uint32_t *count_out, const at_trace_source *sources,
                          size_t count, at_arena *arena, at_error *err) {
    const char **labels = NULL;
    AT_TRY(AT_NEW(&labels, arena, count, err));
    for (size_t i = 0; i < count; i++)
        labels[i] = sources[i].label;
    qsort(labels, count, sizeof *labels, compare_texts);
    uint32_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || strcmp(labels[kept - 1], labels[i]) != 0)
            labels[kept++] = labels[i];
    *out = labels;
    *count_out = kept;
    return AT_OK;
}
