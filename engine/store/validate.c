#include "engine/store/validate.h"

#include "engine/store/column.h"

#include <inttypes.h>
#include <string.h>

enum { NAME_SPACE_BYTES_MAX = 64 };

static bool has_control(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            return true;
    return false;
}

at_status at_validate_name_space(const char *name, at_error *err) {
    const size_t bytes = strlen(name);
    if (!bytes || bytes > NAME_SPACE_BYTES_MAX || has_control(name) || strpbrk(name, "/:@") ||
        !at_utf8_valid(name, bytes, NULL)) {
        at_fail(err, AT_BAD_INPUT, "E-NAMESPACE", "\"%s\" cannot name a source", name);
        at_hint(err, "1 to %d bytes without '/', ':', '@' and control characters.",
                (int)NAME_SPACE_BYTES_MAX);
        return AT_BAD_INPUT;
    }
    return AT_OK;
}

static at_status check_id(const char *id, const char *what, at_error *err) {
    const size_t bytes = strlen(id);
    if (!bytes)
        return at_fail(err, AT_BAD_INPUT, "E-ID-EMPTY", "%s is empty", what);
    if (bytes > AT_ID_BYTES_MAX)
        return at_fail(err, AT_LIMIT, "E-ID-TEXT", "%s is longer than %d bytes", what,
                       (int)AT_ID_BYTES_MAX);
    if (id[0] == '@')
        return at_fail(err, AT_BAD_INPUT, "E-ID-RESERVED",
                       "%s \"%s\" begins with \"@\", which is reserved", what, id);
    if (has_control(id) || !at_utf8_valid(id, bytes, NULL))
        return at_fail(err, AT_BAD_INPUT, "E-ID-TEXT",
                       "%s holds a control character or is not UTF-8", what);
    return AT_OK;
}

static at_status check_ref(const at_fact_column *column, const at_ref *ref, const char *what,
                           at_error *err) {
    const bool unnamed = ref->id && !*ref->id && strcmp(column->name, "nominee_for") == 0;
    if (!ref->id || unnamed) {
        if (column->flags & AT_NEEDED)
            return at_fail(err, AT_BAD_INPUT, "E-ID-EMPTY", "%s is not stated", what);
        return AT_OK;
    }
    if (ref->kind <= AT_KIND_NONE || ref->kind >= AT_KIND_COUNT ||
        !(column->kinds & (1u << ref->kind)))
        return at_fail(err, AT_BAD_INPUT, "E-FACT-KIND", "%s cannot be of kind %s", what,
                       at_kind_text(ref->kind));
    if (ref->name_space)
        AT_TRY(at_validate_name_space(ref->name_space, err));
    return check_id(ref->id, what, err);
}

static at_status check_word(const at_fact_column *column, const void *field, const char *what,
                            at_error *err) {
    int32_t place = 0, count = 0;
    memcpy(&place, field, sizeof place);
    while (column->words[count])
        count++;
    if (place < 0 || place >= count)
        return at_fail(err, AT_BAD_INPUT, "E-FACT-WORD", "%s has no word number %d", what, place);
    return AT_OK;
}

static at_status check_choice(const at_fact_column *column, const char *word, const char *what,
                              at_error *err) {
    if (!word && !(column->flags & AT_NEEDED))
        return AT_OK;
    if (!word)
        return at_fail(err, AT_BAD_INPUT, "E-FACT-MISSING", "%s is not stated", what);
    if (at_word_find(column->words, word) >= 0)
        return AT_OK;
    at_fail(err, AT_BAD_INPUT, "E-FACT-WORD", "%s cannot be \"%s\"", what, word);
    const char *nearest = at_text_nearest(word, column->words);
    if (nearest)
        at_hint(err, "Did you mean \"%s\"?", nearest);
    return AT_BAD_INPUT;
}

static at_status check_column(const at_fact_column *column, const at_fact *fact, at_error *err) {
    const void *field = at_column_field(column, fact);
    char what[64] = "";
    const char *kind = at_kind_text(fact->kind), *name = column->name;
    const size_t length = strlen(kind);
    memcpy(what, kind, length);
    what[length] = ' ';
    memcpy(what + length + 1, name, strlen(name) + 1);
    switch (column->form) {
    case AT_FORM_REF:
        return check_ref(column, field, what, err);
    case AT_FORM_WORD:
        return check_word(column, field, what, err);
    case AT_FORM_CHOICE:
        return check_choice(column, *(const char *const *)field, what, err);
    case AT_FORM_TEXT:
        if ((column->flags & AT_NEEDED) && !*(const char *const *)field)
            return at_fail(err, AT_BAD_INPUT, "E-FACT-MISSING", "%s is not stated", what);
        return AT_OK;
    case AT_FORM_OPTIONAL:
        if ((column->flags & AT_NEEDED) && *(const int64_t *)field == INT64_MIN)
            return at_fail(err, AT_BAD_INPUT, "E-TIME-MISSING", "%s is not stated", what);
        return AT_OK;
    default:
        return AT_OK;
    }
}

static at_status check_not_negative(int64_t amount, const char *what, at_error *err) {
    if (amount >= 0)
        return AT_OK;
    if (amount == AT_AMOUNT_NONE)
        return at_fail(err, AT_BAD_INPUT, "E-FACT-MISSING", "%s is not stated", what);
    return at_fail(err, AT_BAD_INPUT, "E-AMOUNT-NEGATIVE", "%s %" PRId64 " is negative", what,
                   amount);
}

static at_status check_currency(const char *code, at_known *known, at_error *err) {
    const at_currency *currency = NULL;
    int scale = 0;
    return code ? at_currency_recall(&currency, &scale, &known->currencies, code, known->tokens,
                                     known->token_count, err)
                : AT_OK;
}

static at_status check_transfer(const at_transfer *transfer, at_error *err) {
    AT_TRY(check_not_negative(transfer->amount, "the amount", err));
    AT_TRY(check_not_negative(transfer->fee, "the fee", err));
    if (transfer->amount_in != AT_AMOUNT_NONE)
        AT_TRY(check_not_negative(transfer->amount_in, "the amount received", err));
    if (transfer->id)
        AT_TRY(check_id(transfer->id, "transfer id", err));
    if (transfer->reverses && strlen(transfer->reverses) > AT_ID_BYTES_MAX)
        return at_fail(err, AT_LIMIT, "E-ID-TEXT", "transfer reverses is longer than %d bytes",
                       (int)AT_ID_BYTES_MAX);
    /* Where no currency of what arrives is stated, the account's own decides, later (T1). */
    const bool same_place = at_text_equal(transfer->from.id, transfer->to.id) &&
                            at_text_equal(transfer->from.name_space, transfer->to.name_space) &&
                            transfer->currency_in &&
                            strcmp(transfer->currency, transfer->currency_in) == 0;
    if (same_place && transfer->amount_in != AT_AMOUNT_NONE &&
        transfer->amount_in != transfer->amount)
        return at_fail(err, AT_BAD_INPUT, "E-TRANSFER-SELF",
                       "a transfer from \"%s\" to itself pays %" PRId64 " and receives %" PRId64,
                       transfer->from.id, transfer->amount, transfer->amount_in);
    return AT_OK;
}

static at_status check_leg(const at_leg *leg, at_error *err) {
    AT_TRY(check_not_negative(leg->amount, "the amount", err));
    AT_TRY(check_not_negative(leg->fee, "the fee", err));
    if (leg->id)
        AT_TRY(check_id(leg->id, "leg id", err));
    if (leg->credit && leg->fee > 0) {
        at_fail(err, AT_BAD_INPUT, "E-LEG-FEE", "a credit carries a fee of %" PRId64, leg->fee);
        at_hint(err, "A fee taken from incoming money is a debit of its own.");
        return AT_BAD_INPUT;
    }
    return AT_OK;
}

static at_status check_account(const at_account *account, at_error *err) {
    const bool outside = account->kind == AT_ACCOUNT_EXTERNAL || account->kind == AT_ACCOUNT_SINK;
    if (outside && account->opening != AT_AMOUNT_NONE)
        return at_fail(err, AT_BAD_INPUT, "E-ACCOUNT-OPENING",
                       "account \"%s\" is %s and cannot have an opening balance", account->self.id,
                       at_account_kinds[account->kind]);
    return AT_OK;
}

static at_status check_holding(const at_share *share, at_error *err) {
    if (share->lo.den > 0 && share->hi.den > 0 && share->lo.num >= 0 &&
        at_ratio_compare(share->lo, share->hi) <= 0 && share->hi.num <= share->hi.den)
        return AT_OK;
    return at_fail(err, AT_BAD_INPUT, "E-SHARE-RANGE", "the share is no part of a whole");
}

/* Eight bytes at a time: is each of them 0x20 to 0x7E? */
static bool is_printable(const char *text, size_t bytes) {
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t bad = 0, word = 0;
    for (; bytes >= sizeof word; bytes -= sizeof word, text += sizeof word) {
        memcpy(&word, text, sizeof word);
        /* A byte's top bit: adding 1 carries 0x7F into it, adding 0x60 all from 0x20 on. */
        bad |= word | (word + ones) | ~((word & 0x7F * ones) + 0x60 * ones);
    }
    for (; bytes > 0; bytes--, text++)
        bad |= (unsigned char)*text < 0x20 || (unsigned char)*text > 0x7E ? 0x80 : 0;
    return (bad & 0x80 * ones) == 0;
}

/* Is nothing to be said of an id? check_id finds the same, and the words. */
static bool is_plain_ref(const at_ref *ref) {
    if (!ref->id || ref->id[0] == '@' || (ref->kind != AT_ACCOUNT && ref->kind != AT_ASSET) ||
        (ref->name_space && at_validate_name_space(ref->name_space, NULL) != AT_OK))
        return false;
    const size_t bytes = strlen(ref->id);
    return bytes > 0 && bytes <= AT_ID_BYTES_MAX &&
           (is_printable(ref->id, bytes) ||
            (!has_control(ref->id) && at_utf8_valid(ref->id, bytes, NULL)));
}

/* Would the list of columns find nothing? It is asked for its words when it would. */
static bool is_plain_transfer(const at_transfer *transfer) {
    return is_plain_ref(&transfer->from) && is_plain_ref(&transfer->to) && transfer->currency &&
           transfer->time.us != AT_TIME_NONE && (int)transfer->type >= 0 &&
           transfer->type <= AT_TRANSFER_OTHER;
}

at_status at_validate(const at_fact *fact, at_known *known, at_error *err) {
    if (fact->kind <= AT_KIND_NONE || fact->kind >= AT_KIND_COUNT)
        return at_fail(err, AT_BAD_INPUT, "E-FACT-KIND", "there is no fact of kind %d",
                       (int)fact->kind);
    const at_fact_table *table = &at_fact_tables[fact->kind];
    const bool plain = fact->kind == AT_TRANSFER && is_plain_transfer(&fact->transfer);
    for (size_t i = 0; !plain && i < table->column_count; i++)
        AT_TRY(check_column(&table->columns[i], fact, err));
    switch (fact->kind) {
    case AT_TRANSFER:
        AT_TRY(check_currency(fact->transfer.currency, known, err));
        AT_TRY(check_currency(fact->transfer.currency_in, known, err));
        return check_transfer(&fact->transfer, err);
    case AT_LEG:
        AT_TRY(check_currency(fact->leg.currency, known, err));
        return check_leg(&fact->leg, err);
    case AT_ACCOUNT:
        AT_TRY(check_currency(fact->account.currency, known, err));
        return check_account(&fact->account, err);
    case AT_ASSET:
        return check_currency(fact->asset.currency, known, err);
    case AT_STATEMENT:
        return check_currency(fact->statement.currency, known, err);
    case AT_HOLDING:
        return check_holding(&fact->holding.share, err);
    case AT_PARTY:
        for (size_t i = 0; i < fact->party.name_count; i++)
            if (!fact->party.names[i].text || !*fact->party.names[i].text ||
                !at_name_kinds[fact->party.names[i].kind])
                return at_fail(err, AT_BAD_INPUT, "E-FACT-MISSING", "a name of a party is empty");
        return AT_OK;
    case AT_EVENT:
        for (size_t i = 0; i < fact->event.thing_count; i++)
            AT_TRY(
                check_ref(&(at_fact_column){.name = "things", .kinds = 0x1Eu, .flags = AT_NEEDED},
                          &fact->event.things[i], "event thing", err));
        return AT_OK;
    case AT_LABEL:
        if (!fact->label.of.id == !fact->label.transfer)
            return at_fail(err, AT_BAD_INPUT, "E-FACT-MISSING",
                           "a label is about one thing or one transfer");
        return AT_OK;
    default:
        return AT_OK;
    }
}
