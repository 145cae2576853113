/* bank.c: what the two banks hand over: customers, accounts, statements as their clerks print them,
 * and the mapping by which a statement is read. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/world/world.h"

enum {
    WHEN,
    HOUR,
    NUMBER,
    TEXT,
    ACCOUNT,
    UNIT,
    OTHER,
    OTHER_NAME,
    REF,
    DEBIT,
    CREDIT,
    AMOUNT,
    BALANCE,
    KIND,
    COLUMNS
};

/* How a bank writes. An empty heading is a column it does not have. */
typedef struct wm_format {
    const char *bank, *title;
    const char *columns[COLUMNS];
    const char *kinds[4]; /* transfer, cash in, cash out, fee */
    const char *texts[4];
    char delimiter, group, mark;
    const char *date;
} wm_format;

static const wm_format formats[] = {
    [STYLE_FA] = {"بانک فانوس دریا",
                  "صورتحساب",
                  {"تاریخ", "ساعت", "شماره سند", "شرح", "شماره حساب", "ارز", "حساب مقابل",
                   "نام طرف مقابل", "شماره پیگیری", "بدهکار", "بستانکار", "", "مانده", "نوع"},
                  {"انتقال", "واریز نقدی", "برداشت نقدی", "کارمزد"},
                  {"بابت فاکتور", "علی‌الحساب خرید کالا", "تسویه", "هزینه حمل"},
                  ',',
                  ',',
                  '.',
                  "YYYY/MM/DD hh:mm"},
    [STYLE_AR] = {"مصرف المرساة",
                  "كشف حساب",
                  {"التاريخ والوقت", "", "رقم القيد", "البيان", "رقم الحساب", "العملة",
                   "الحساب المقابل", "اسم الطرف المقابل", "المرجع", "", "", "المبلغ", "الرصيد",
                   "النوع"},
                  {"تحويل", "إيداع نقدي", "سحب نقدي", "عمولة"},
                  {"قيمة فاتورة", "دفعة على الحساب", "تسوية", "أجور شحن"},
                  ';',
                  '.',
                  ',',
                  "DD/MM/YYYY hh:mm"},
    [STYLE_RU] = {"Банк «Причал»",
                  "Выписка по счёту",
                  {"Дата и время", "", "Номер документа", "Назначение", "Счёт", "Валюта",
                   "Счёт контрагента", "Контрагент", "Ссылка", "Дебет", "Кредит", "", "Остаток",
                   "Вид"},
                  {"перевод", "взнос наличными", "выдача наличных", "комиссия"},
                  {"по счёту", "аванс за товар", "расчёт", "фрахт"},
                  ';',
                  ' ',
                  ',',
                  "DD.MM.YYYY hh:mm"},
    [STYLE_EN] = {"Lantern Quay Bank",
                  "Account statement",
                  {"Booked", "", "Entry", "Details", "Account", "Currency", "Counterparty account",
                   "Counterparty", "Reference", "", "", "Amount", "Balance", "Type"},
                  {"Transfer", "Cash deposit", "Cash withdrawal", "Charge"},
                  {"Invoice", "Advance for goods", "Settlement", "Freight"},
                  ';',
                  '.',
                  ',',
                  "DD.MM.YYYY hh:mm"},
};

static const wm_format *format_of(const wm_world *w, int side) {
    return &formats[w->countries[side]->style];
}

static int script_of(wm_style of) {
    return of == STYLE_FA ? FA : of == STYLE_AR ? AR : of == STYLE_RU ? RU : EN;
}

static void put_amount(wm_sheet *to, int64_t minor, const wm_currency *unit, const wm_format *how,
                       wm_style of) {
    char text[AMOUNT_BYTES], shown[4 * AMOUNT_BYTES];
    amount_text(minor, unit, how->group, how->mark, text);
    sheet_field(to, "%s", digits(text, of, shown, sizeof shown));
}

static void put_when(wm_sheet *to, const wm_world *w, int side, int64_t minute,
                     const wm_format *how) {
    wm_style of = w->countries[side]->style;
    int64_t local = minute + w->countries[side]->zone;
    wm_date d = of == STYLE_FA ? jalali(local / 1440) : gregorian(local / 1440);
    int hour = (int)(local / 60 % 24), rest = (int)(local % 60);
    char text[DAY_BYTES], shown[2 * DAY_BYTES];
    if (how->columns[HOUR][0]) {
        snprintf(text, sizeof text, "%04d/%02d/%02d", d.year, d.month, d.day);
        sheet_field(to, "%s", digits(text, of, shown, sizeof shown));
        snprintf(text, sizeof text, "%02d:%02d", hour, rest);
    } else {
        char between_them = of == STYLE_AR ? '/' : '.';
        snprintf(text, sizeof text, "%02d%c%02d%c%04d %02d:%02d", d.day, between_them, d.month,
                 between_them, d.year, hour, rest);
    }
    sheet_field(to, "%s", digits(text, of, shown, sizeof shown));
}

/* The other side of a leg as its bank knows it. */
static void put_other(wm_sheet *to, const wm_world *w, int other, int script) {
    char name[NAME_BYTES] = "";
    if (other != NONE && w->accounts[other].holder != NONE)
        party_name(w, &w->parties[w->accounts[other].holder], script, name);
    sheet_field(to, "%s", other == NONE ? "" : w->accounts[other].iban);
    sheet_field(to, "%s", name);
}

static void put_leg(wm_sheet *to, const wm_world *w, int side, const wm_leg *of) {
    const wm_format *how = format_of(w, side);
    const wm_payment *why = &w->payments[of->payment];
    const wm_account *own = &w->accounts[of->account];
    wm_style writes = w->countries[side]->style;
    int64_t amount = of->credit ? why->amount_in : why->amount;
    put_when(to, w, side, of->minute, how);
    sheet_field(to, "%s", of->id);
    sheet_field(to, "%s", why->kind == PLAIN ? how->texts[of->payment % 4] : how->kinds[why->kind]);
    sheet_field(to, "%s", own->iban);
    sheet_field(to, "%s", own->currency->code);
    put_other(to, w, of->credit ? why->from : why->to, script_of(writes));
    sheet_field(to, "%s", of->credit ? why->other_reference : why->reference);
    if (how->columns[AMOUNT][0]) {
        put_amount(to, of->credit ? amount : -amount, own->currency, how, writes);
    } else {
        for (int credit = 0; credit < 2; credit++) {
            if (credit == of->credit)
                put_amount(to, amount, own->currency, how, writes);
            else
                sheet_field(to, "%s", "");
        }
    }
    put_amount(to, of->balance, own->currency, how, writes);
    sheet_field(to, "%s", how->kinds[why->kind]);
    sheet_end(to);
}

static void put_heading(wm_sheet *to, const wm_format *how, const char *whose) {
    char line[NAME_BYTES];
    to->delimiter = how->delimiter;
    snprintf(line, sizeof line, "%s", how->bank);
    sheet_line(to, line);
    snprintf(line, sizeof line, "%s %s", how->title, whose);
    sheet_line(to, line);
    for (int i = 0; i < COLUMNS; i++)
        if (how->columns[i][0])
            sheet_field(to, "%s", how->columns[i]);
    sheet_end(to);
    to->fixed = to->count;
}

/* Legs of one statement file, the oldest first. */
static void write_statement(wm_world *w, int side, int number) {
    wm_sheet rows = {0};
    const wm_leg *order[LEGS_MAX];
    int count = 0;
    const char *whose = "";
    for (int i = 0; i < w->leg_count; i++) {
        const wm_leg *of = &w->legs[i];
        const wm_account *own = &w->accounts[of->account];
        if (own->statement != number || (int)own->keeper != side)
            continue;
        order[of->seq - 1] = of;
        count++;
        whose = number ? own->iban : "";
    }
    if (count == 0)
        return;
    put_heading(&rows, format_of(w, side), whose);
    for (int i = 0; i < count; i++)
        put_leg(&rows, w, side, order[i]);
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "bank-%c/statement-%02d.csv", 'a' + side, number);
    sheet_write(w, &rows, name, true);
}

static void write_accounts(wm_world *w, wm_keeper which, const char *name,
                           const char *institution) {
    wm_sheet rows = {.delimiter = ','};
    char text[AMOUNT_BYTES];
    sheet_line(&rows, "id,kind,opening,currency,holder_id,country,institution");
    for (int i = 0; i < w->account_count; i++) {
        const wm_account *of = &w->accounts[i];
        if (of->keeper != which)
            continue;
        sheet_field(&rows, "%s", of->iban);
        sheet_field(&rows, "account");
        amount_text(of->opening, of->currency, 0, '.', text);
        sheet_field(&rows, "%s", of->known ? text : "");
        sheet_field(&rows, "%s", of->currency->code);
        if (of->holder == NONE)
            sheet_field(&rows, "%s", "");
        else if (which <= BANK_B)
            sheet_field(&rows, "%s", w->parties[of->holder].customer_id[which]);
        else
            sheet_field(&rows, "%s/%s", register_name(w, of->holder, text),
                        w->parties[of->holder].register_id);
        sheet_field(&rows, "%s", w->countries[of->country]->code);
        sheet_field(&rows, "%s", institution);
        sheet_end(&rows);
    }
    sheet_write(w, &rows, name, false);
}

static void write_customers(wm_world *w, int side, const char *file) {
    wm_sheet rows = {.delimiter = ','};
    char name[NAME_BYTES], day[DAY_BYTES];
    int script = script_of(w->countries[side]->style);
    sheet_line(&rows, "id,type,name,name_lang,birth,country");
    for (int i = 0; i < w->party_count; i++) {
        const wm_party *of = &w->parties[i];
        if (!of->customer_id[side][0])
            continue;
        sheet_field(&rows, "%s", of->customer_id[side]);
        sheet_field(&rows, of->company ? "company" : "person");
        sheet_field(&rows, "%s", party_name(w, of, script, name));
        sheet_field(&rows, "%s", script_lang(w, script));
        sheet_field(&rows, "%s", of->company ? "" : iso_day(of->birth, day));
        sheet_field(&rows, "%s", w->countries[of->country]->code);
        sheet_end(&rows);
    }
    sheet_write(w, &rows, file, false);
}

void write_mapping(wm_world *w, int side, const char *name) {
    const wm_format *how = format_of(w, side);
    const wm_country *of = w->countries[side];
    FILE *file = open_file(w, name);
    int zone = of->zone;
    fprintf(file,
            "{\n  \"schema\": \"assettrace/mapping/1\",\n"
            "  \"delimiter\": \"%c\", \"skip_lines\": 2,\n"
            "  \"date\": \"%s\", \"calendar\": \"%s\", \"zone\": \"+%02d:%02d\",\n"
            "  \"decimal\": \"%c\", \"grouping\": \"%c\",\n  \"records\": [\n"
            "    {\"kind\": \"leg\",\n     \"fields\": {\n",
            how->delimiter, how->date, of->style == STYLE_FA ? "jalali" : "gregorian", zone / 60,
            zone % 60, how->mark, how->group);
    if (how->columns[HOUR][0])
        fprintf(file, "       \"time\": {\"columns\": [\"%s\", \"%s\"]},\n", how->columns[WHEN],
                how->columns[HOUR]);
    else
        fprintf(file, "       \"time\": \"%s\",\n", how->columns[WHEN]);
    fprintf(file,
            "       \"id\": \"%s\", \"account\": \"%s\", \"currency\": \"%s\",\n"
            "       \"counterparty\": \"%s\", \"counterparty_name\": \"%s\",\n"
            "       \"reference\": \"%s\",\n",
            how->columns[NUMBER], how->columns[ACCOUNT], how->columns[UNIT], how->columns[OTHER],
            how->columns[OTHER_NAME], how->columns[REF]);
    if (how->columns[AMOUNT][0])
        fprintf(file, "       \"amount\": \"%s\",", how->columns[AMOUNT]);
    else
        fprintf(file, "       \"debit\": \"%s\", \"credit\": \"%s\",", how->columns[DEBIT],
                how->columns[CREDIT]);
    fprintf(file,
            " \"balance\": \"%s\",\n       \"type\": {\"column\": \"%s\", \"words\": {\n"
            "         \"%s\": \"transfer\", \"%s\": \"cash_in\", \"%s\": \"cash_out\",\n"
            "         \"%s\": \"fee\"}}}}\n  ]\n}\n",
            how->columns[BALANCE], how->columns[KIND], how->kinds[PLAIN], how->kinds[CASH_IN],
            how->kinds[CASH_OUT], how->kinds[FEE]);
    close_file(file);
}

void write_banks(wm_world *w) {
    for (int side = 0; side < 2; side++) {
        char name[NAME_BYTES];
        const char *bank = format_of(w, side)->bank;
        snprintf(name, sizeof name, "bank-%c/accounts.csv", 'a' + side);
        write_accounts(w, side ? BANK_B : BANK_A, name, bank);
        snprintf(name, sizeof name, "bank-%c/customers.csv", 'a' + side);
        write_customers(w, side, name);
        snprintf(name, sizeof name, "bank-%c/statement.map.json", 'a' + side);
        write_mapping(w, side, name);
        for (int number = 0; number <= w->statement_count; number++)
            write_statement(w, side, number);
    }
    write_accounts(w, EXCHANGE, "exchange/accounts.csv", "");
    write_accounts(w, NOTARY, "notary/accounts.csv", "");
}
