/* importers/guess_words.c: what banks write above a column, in English, Russian, Persian, Arabic
 * and Azerbaijani, and less of it in German, Turkish and Czech. All words are compared by their
 * folded keys. */
#include <string.h>

#include "importers/guess_part.h"
#include "engine/names/fold.h"

const char *const at_guess_roles[] = {
    "",
    "time",
    "time",
    "value_date",
    "id",
    "account",
    "currency",
    "amount",
    "debit",
    "credit",
    "direction",
    "balance",
    "fee",
    "counterparty",
    "counterparty_name",
    "counterparty_institution",
    "reference",
    "type",
    "from",
    "to",
    "",
};

typedef struct role_words {
    at_guess_role role;
    const char *words; /* separated by '|' */
} role_words;

static const role_words header_words[] = {
    {AT_ROLE_TIME,
     "date|transaction date|trans date|booking date|booked|booked on|posting date|posted|post date|"
     "operation date|entry date|date posted|completed date|date time|datetime|timestamp|time|when|"
     "create time|transaction time|txn date|tran date|accounting date|"
     "дата|дата операции|дата проводки|дата проведения|дата транзакции|дата и время|дата документа|"
     "дата платежа|дата обработки|дата списания|дата зачисления|"
     "تاریخ|تاریخ تراکنش|تاریخ عملیات|تاریخ سند|تاریخ ثبت|تاریخ و ساعت|"
     "التاريخ|تاريخ|تاريخ العملية|تاريخ المعاملة|تاريخ القيد|تاريخ الحركة|"
     "tarix|əməliyyat tarixi|əməliyyatın tarixi|sənədin tarixi|tarix və saat|"
     "buchungstag|buchungsdatum|datum|datum zauctovani|"
     "buchung|umsatztag|дата операции мск|tarih|işlem tarihi|tarih saat|"
     "işlem tarih saati"},
    {AT_ROLE_CLOCK,
     "time|hour|time of day|transaction time|время|время операции|час|ساعت|زمان|ساعت تراکنش|"
     "الوقت|وقت|الساعة|saat|vaxt|əməliyyat vaxtı|uhrzeit|cas|"
     "işlem saati|время мск"},
    {AT_ROLE_VALUE_DATE,
     "value date|value|val date|valuta|effective date|settlement date|дата валютирования|"
     "дата вал|валютирование|تاریخ ارزش|تاریخ موثر|تاريخ الاستحقاق|تاريخ القيمة|تاريخ الحق|"
     "valyuta tarixi|dəyər tarixi|icra tarixi|valutadatum|wertstellung|"
     "wert|wertstellungstag|дата обработки|valör|valör tarihi"},
    {AT_ROLE_ID,
     "id|entry|entry id|transaction id|txn id|tran id|trans id|tx id|operation id|entry no|"
     "transaction no|transaction number|transaction ref|document number|document no|doc no|"
     "voucher|voucher no|номер документа|номер операции|документ|код операции|ид|№ документа|"
     "номер проводки|id операции|"
     "شماره سند|شماره تراکنش|کد رهگیری|سند|شناسه|شناسه تراکنش|سریال|"
     "رقم العملية|رقم المستند|رقم القيد|رقم الحركة|معرف|المعرف|"
     "əməliyyat nömrəsi|sənəd nömrəsi|sənədin nömrəsi|sənəd №|əməliyyat id|belegnummer|"
     "fiş no|dekont no|işlem no|umsatz id"},
    {AT_ROLE_ACCOUNT,
     "account|account number|account no|account id|acc no|own account|iban|my account|card number|"
     "our account|client account|customer account|statement account|"
     "счет|счёт|номер счета|номер счёта|лицевой счет|счет клиента|расчетный счет|мой счет|"
     "شماره حساب|حساب|شبا|شماره شبا|حساب مشتری|"
     "رقم الحساب|الحساب|حساب العميل|الآيبان|رقم الايبان|"
     "hesab|hesab nömrəsi|hesabın nömrəsi|müştəri hesabı|hesab №|konto|kontonummer|"
     "auftragskonto|iban auftragskonto|kart nömrəsi|kartın nömrəsi|شماره سپرده|"
     "hesap no|hesap numarası"},
    {AT_ROLE_CURRENCY,
     "currency|ccy|curr|cur|currency code|transaction currency|account currency|"
     "валюта|валюта операции|валюта счета|вал|код валюты|ارز|نوع ارز|واحد پول|واحد|"
     "العملة|عملة|رمز العملة|valyuta|valyuta kodu|məzənnə kodu|währung|mena|"
     "waehrung|döviz|döviz cinsi|döviz kodu|para birimi"},
    {AT_ROLE_AMOUNT,
     "amount|sum|value|transaction amount|transaction value|amt|amount in account currency|total|"
     "base amt|tx amount|"
     "сумма|сумма операции|сумма транзакции|сумма платежа|сумма в валюте счета|сумма проводки|"
     "مبلغ|مبلغ تراکنش|مبلغ عملیات|"
     "المبلغ|مبلغ|مبلغ العملية|قيمة العملية|القيمة|"
     "məbləğ|əməliyyat məbləği|əməliyyatın məbləği|məbləgh|betrag|umsatz|castka|"
     "tutar|işlem tutarı|miktar|betrag eur"},
    {AT_ROLE_DEBIT,
     "debit|debits|debit amount|dr|dr amount|withdrawal|withdrawals|paid out|money out|out|"
     "payments|"
     "outflow|expense|spent|withdrawal amt|charge|"
     "дебет|по дебету|сумма по дебету|расход|списание|списано|дебет сумма|оборот дт|дт|"
     "расходы|сумма дебет|обороты по дебету|расход операции|"
     "بدهکار|برداشت|مبلغ برداشت|گردش بدهکار|مبلغ بدهکار|"
     "مدين|المدين|سحب|السحب|مسحوبات|المبلغ المدين|مبلغ السحب|خصم|"
     "debet|məxaric|debit məbləği|silinmə|çıxış|xərc|debet məbləği|soll|"
     "belastung|borç|çekilen|giden tutar"},
    {AT_ROLE_CREDIT,
     "credit|credits|credit amount|cr|cr amount|deposit|deposits|paid in|money in|in|receipts|"
     "inflow|income|received|deposit amt|"
     "кредит|по кредиту|сумма по кредиту|приход|зачисление|зачислено|поступление|поступления|"
     "кредит сумма|оборот кт|кт|доход|сумма кредит|обороты по кредиту|приход операции|"
     "بستانکار|واریز|مبلغ واریز|گردش بستانکار|مبلغ بستانکار|"
     "دائن|الدائن|إيداع|الإيداع|إيداعات|المبلغ الدائن|مبلغ الإيداع|إضافة|"
     "kredit|mədaxil|kredit məbləği|daxilolma|giriş|gəlir|haben|"
     "gutschrift|alacak|yatan|gelen tutar"},
    {AT_ROLE_DIRECTION,
     "direction|dr cr|d c|cr dr|debit credit|c d|indicator|sign|side|credit debit|dc|crdr|drcr|"
     "направление|вид операции|дт кт|д к|приход расход|признак|тип|"
     "جهت|بد بس|بدهکار بستانکار|نوع گردش|واریز برداشت|"
     "الاتجاه|مدين دائن|نوع الحركة|"
     "istiqamət|debet kredit|d k|əməliyyat növü|mədaxil məxaric|soll haben|"
     "borç alacak|b a"},
    {AT_ROLE_BALANCE,
     "balance|running balance|closing balance|balance after|available balance|ledger balance|"
     "account balance|saldo|book balance|"
     "остаток|баланс|исходящий остаток|остаток после операции|сальдо|остаток на счете|"
     "مانده|موجودی|مانده حساب|مانده پس از تراکنش|مانده نهایی|"
     "الرصيد|رصيد|الرصيد بعد العملية|رصيد الحساب|الرصيد الجاري|"
     "qalıq|balans|son qalıq|hesab qalığı|kontostand|zustatek|"
     "saldo nach buchung|bakiye|kalan bakiye|остаток средств"},
    {AT_ROLE_FEE,
     "fee|fees|commission|charges|bank charge|service charge|комиссия|сумма комиссии|کارمزد|"
     "مبلغ کارمزد|عمولة|العمولة|رسوم|الرسوم|komissiya|xidmət haqqı|gebühr|poplatek|"
     "entgelt|masraf|komisyon"},
    {AT_ROLE_COUNTERPARTY,
     "counterparty account|beneficiary account|counterparty account number|other account|contra|"
     "contra account|payee account|remitter account|correspondent account|counterparty iban|"
     "counter account|beneficiary iban|account of counterparty|"
     "partner account|offset account|opposite account|recipient account|counterparty id|"
     "счет контрагента|счёт контрагента|корреспондирующий счет|корр счет|счет получателя|"
     "счет плательщика|счет корреспондента|корреспондент счет|р с контрагента|"
     "حساب مقابل|شماره حساب مقابل|حساب مقصد|حساب مبدا|شبای مقصد|شماره حساب مقصد|حساب طرف مقابل|"
     "حساب الطرف المقابل|الحساب المقابل|حساب المستفيد|حساب الطرف الآخر|حساب المحول|"
     "qarşı tərəfin hesabı|qarşı hesab|müxabir hesab|benefisiar hesabı|alan hesab|"
     "kontragent hesabı|"
     "protiucet|gegenkonto|"
     "iban zahlungsbeteiligter|karşı hesap|karşı hesap no|alıcı iban|karşı iban|"
     "شماره شبای مقصد|شماره شبای مبدا|شماره شبای مقصد مبدا"},
    {AT_ROLE_COUNTERPARTY_NAME,
     "counterparty|counterparty name|beneficiary|beneficiary name|payee|payer|remitter|partner|"
     "name of counterparty|recipient|sender|merchant|other party|payee payer|payer payee|"
     "beneficiary remitter|"
     "контрагент|наименование контрагента|получатель|плательщик|имя контрагента|корреспондент|"
     "название контрагента|получатель плательщик|плательщик получатель|"
     "نام طرف مقابل|طرف مقابل|نام ذینفع|ذینفع|نام گیرنده|گیرنده|واریز کننده|نام واریز کننده|"
     "الطرف المقابل|اسم الطرف المقابل|المستفيد|اسم المستفيد|الطرف الآخر|المرسل|"
     "qarşı tərəf|qarşı tərəfin adı|kontragent|benefisiar|alan|göndərən|alıcı|ödəyici|"
     "qarşı tərəfin ad|"
     "auftraggeber|empfänger|beguenstigter zahlungspflichtiger|"
     "auftraggeber empfänger|begünstigter auftraggeber|name zahlungsbeteiligter|"
     "zahlungsempfänger|karşı taraf|alıcı adı|gönderen adı|gönderen alıcı"},
    {AT_ROLE_COUNTERPARTY_INSTITUTION,
     "counterparty bank|beneficiary bank|bank|bank name|bic|swift|bank code|other bank|"
     "correspondent bank|"
     "банк контрагента|банк получателя|банк|бик|бик банка|банк корреспондент|наименование банка|"
     "бик контрагента|"
     "بانک|بانک مقابل|بانک مقصد|نام بانک|البنك|بنك المستفيد|البنك المقابل|"
     "bank adı|qarşı tərəfin bankı|benefisiar bank|bankın kodu|bankleitzahl|"
     "bic swift code|blz|karşı banka|alıcı banka"},
    {AT_ROLE_REFERENCE,
     "reference|ref|reference number|ref no|payment reference|bank reference|customer reference|"
     "end to end|cheque|cheque no|check number|cheque number|chq no|chq ref no|trace|trace number|"
     "референс|номер ссылки|номер платежа|номер поручения|номер п п|рнн|rrn|код авторизации|"
     "شماره پیگیری|شماره مرجع|پیگیری|شماره چک|شماره حواله|شماره ارجاع|"
     "المرجع|رقم المرجع|مرجع|رقم الشيك|رقم الإشارة|"
     "referans|istinad|istinad nömrəsi|arayış nömrəsi|çek nömrəsi|ödəniş nömrəsi|k symbol|"
     "kundenreferenz|kundenreferenz end to end|referans no|işlem referansı"},
    {AT_ROLE_TYPE,
     "type|transaction type|operation type|type of transaction|tx type|transaction code|kind|"
     "category|operation|"
     "тип операции|вид операции|тип|категория|вид платежа|тип транзакции|"
     "نوع|نوع تراکنش|نوع عملیات|نوع سند|نوع العملية|النوع|نوع الحركة|نوع المعاملة|"
     "növ|əməliyyatın növü|əməliyyat növü|əməliyyat tipi|buchungstext|"
     "umsatzart|işlem tipi|işlem türü|işlem"},
    {AT_ROLE_FROM,
     "from|from account|from id|source|source account|source node id|sender account|"
     "sender account id|orig acct|payer account|debit account|debited account|originator|"
     "originator account|account from|src|"
     "счет плательщика|счет дебета|дебет счета|счет отправителя|со счета|счет по дебету|"
     "از حساب|حساب مبدا|حساب برداشت|من حساب|الحساب المدين|hesabdan|göndərən hesab|debet hesabı"},
    {AT_ROLE_TO,
     "to|to account|to id|target|target account|target node id|receiver account|"
     "receiver account id|bene acct|destination|destination account|credit account|"
     "credited account|account to|dst|"
     "счет получателя|счет кредита|кредит счета|на счет|счет по кредиту|"
     "به حساب|حساب مقصد|حساب واریز|إلى حساب|الحساب الدائن|hesaba|alan hesab|kredit hesabı"},
    {AT_ROLE_TEXT,
     "description|details|narrative|purpose|remarks|memo|note|notes|particulars|payment details|"
     "transaction details|status|text|transaction description|"
     "назначение|назначение платежа|описание|описание операции|комментарий|содержание|примечание|"
     "детали|основание|статус|"
     "شرح|توضیحات|بابت|شرح عملیات|شرح تراکنش|وضعیت|یادداشت|"
     "الوصف|البيان|التفاصيل|وصف العملية|تفاصيل|ملاحظات|الحالة|"
     "təyinat|təsvir|ödənişin təyinatı|qeyd|açıqlama|məqsəd|status|verwendungszweck|popis|"
     "açıklama|buchungsdetails"},
};

typedef struct meaning {
    const char *means;
    const char *words;
} meaning;

static const meaning directions[] = {
    {"in",
     "c|cr|credit|crdt|in|incoming|deposit|received|receipt|payment in|h|haben|k|kt|кт|к|"
     "кредит|приход|зачисление|поступление|входящий|пополнение|"
     "واریز|بستانکار|بس|دریافت|ورودی|دائن|إيداع|وارد|إضافة|kredit|mədaxil|daxilolma|giriş|prijem"},
    {"out",
     "d|dr|debit|dbit|out|outgoing|withdrawal|sent|payment|payment out|s|soll|dt|дт|д|"
     "дебет|расход|списание|исходящий|оплата|"
     "برداشت|بدهکار|بد|پرداخت|خروجی|مدين|سحب|صادر|خصم|debet|məxaric|silinmə|çıxış|vydaj|vyber"},
};

static const meaning types[] = {
    {"transfer",
     "transfer|wire|wire transfer|bank transfer|sepa|swift|payment|перевод|платеж|"
     "безналичный перевод|انتقال|حواله|پایا|ساتنا|تحويل|حوالة|köçürmə|ödəniş|transfer in|"
     "transfer out|incoming transfer|outgoing transfer|faster payment|direct debit|standing order|"
     "bacs direct credit|fpi|fpo|bgc|dd|tfr|überweisung|gutschrift|lastschrift|dauerauftrag|eft|"
     "havale|fast|bac|d d|исходящий перевод|"
     "входящий перевод"},
    {"cash_in", "cash deposit|cash in|deposit|взнос наличными|внесение наличных|взнос наличных|"
                "واریز نقدی|إيداع نقدي|nağd mədaxil|nağd vəsaitin daxil edilməsi"},
    {"cash_out", "cash withdrawal|cash out|atm|atm withdrawal|withdrawal|снятие наличных|"
                 "выдача наличных|برداشت نقدی|سحب نقدي|nağd məxaric|nağdlaşdırma"},
    {"purchase", "purchase|покупка|خرید|خريد|شراء|alış"},
    {"card", "card|card payment|pos|deb|kartenzahlung|purchase by card|card purchase|оплата картой|"
             "خرید کارتی|پایانه فروش|شراء بالبطاقة|نقاط بيع|kart ödənişi|kartla ödəniş"},
    {"fee", "fee|charge|commission|bank charge|service charge|комиссия|плата|کارمزد|عمولة|رسوم|"
            "komissiya|xidmət haqqı"},
    {"interest", "interest|проценты|начисление процентов|سود|فائدة|faiz|faiz gəliri"},
    {"loan", "loan|loan disbursement|кредит выдача|выдача кредита|تسهیلات|قرض|kreditin verilməsi"},
    {"repayment", "repayment|loan repayment|погашение кредита|قسط|سداد|kreditin ödənilməsi"},
    {"exchange", "exchange|currency exchange|fx|конвертация|обмен валюты|تبدیل ارز|صرف عملة|"
                 "konvertasiya"},
    {"other", "other|прочее|سایر|أخرى|digər"},
};

static const meaning currencies[] = {
    {"RUB",
     "rur|810|643|руб|рубль|рубли|рублей|российский рубль|₽|rub|rubl"},
    {"USD", "$|us$|840|доллар|доллар сша|долл|دلار|دولار|dollar|abş dolları|us dollar"},
    {"EUR", "€|978|евро|یورو|يورو|euro|avro"},
    {"AZN", "₼|944|манат|manat|азн|azərbaycan manatı|ман"},
    {"IRR", "﷼|364|ریال|rial|rials|риал"},
    {"IQD", "368|دينار عراقي|د ع"},
    {"AED", "784|درهم|dirham|درهم إماراتي|د إ"},
    {"TRY", "949|لیر|lira|lirə|tl|₺"},
    {"GEL", "981|лари|lari"},
    {"KZT", "398|тенге|₸"},
    {"GBP", "£|826|pound|фунт|پوند"},
};

static const char *const account_labels =
    "account|account number|account no|iban|account statement|statement of account|счет|счёт|"
    "лицевой счет|лицевому счету|номер счета|выписка по счету|счету|по счету|"
    "شماره حساب|حساب|صورتحساب|شبا|شماره شبا|شماره سپرده|kontonummer|hesap no|hesap numarası|"
    "رقم الحساب|الحساب|كشف حساب|hesab|hesab nömrəsi|hesabdan çıxarış|konto|card|карта|номер карты";
static const char *const currency_labels =
    "currency|ccy|валюта|валюта счета|ارز|نوع ارز|العملة|عملة|عملة الحساب|valyuta|"
    "hesabın valyutası|account currency|währung|واحد|واحد پول";

enum { KEY_BYTES = 256 };

/* The key of one of the words between '|', into a buffer that all of them fit. */
static at_status next_key(char out[KEY_BYTES], const char **words, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text key = {0};
    char word[KEY_BYTES];
    const char *bar = strchr(*words, '|');
    const size_t bytes = bar != NULL ? (size_t)(bar - *words) : strlen(*words);
    const size_t copied = bytes < KEY_BYTES ? bytes : KEY_BYTES - 1;
    memcpy(word, *words, copied);
    word[copied] = '\0';
    *words += bar != NULL ? bytes + 1 : bytes;
    AT_TRY(at_fold_key(&key, word, err));
    const size_t kept = key.bytes < KEY_BYTES ? key.bytes : KEY_BYTES - 1;
    memcpy(out, at_text_string(&key), kept);
    out[kept] = '\0';
    return AT_OK;
}

/* 100 for the word itself; a name that holds it among others counts by how much of it it is. */
static int fit(const char *key, const char *word) {
    enum { WHOLE = 100, LEAST = 45, MOST = 50 };
    if (word[0] == '\0' || key[0] == '\0')
        return 0;
    if (strcmp(key, word) == 0)
        return WHOLE;
    if (!at_guess_has_word(key, word))
        return 0;
    return LEAST + (int)(MOST * strlen(word) / strlen(key));
}

static at_status best_fit(int *out, const char *key, const char *words, at_error *err) {
    char word[KEY_BYTES];
    while (*words != '\0') {
        AT_TRY(next_key(word, &words, err));
        const int now = fit(key, word);
        *out = now > *out ? now : *out;
    }
    return AT_OK;
}

/* The keys of all words, worked out once for a file. */
struct at_guess_lexicon {
    size_t count, capacity;
    struct {
        at_guess_role role;
        const char *key;
    } * items;
};

static at_status make_lexicon(at_guesser *g, at_error *err) {
    at_guess_lexicon *made = NULL;
    char word[KEY_BYTES];
    AT_TRY(AT_NEW(&made, g->arena, 1, err));
    for (size_t i = 0; i < AT_COUNT(header_words); i++)
        for (const char *words = header_words[i].words; *words != '\0';) {
            AT_TRY(next_key(word, &words, err));
            AT_TRY(AT_GROW(&made->items, &made->capacity, made->count, g->arena, err));
            AT_TRY(at_arena_text(&made->items[made->count].key, g->arena, word, err));
            made->items[made->count++].role = header_words[i].role;
        }
    g->lexicon = made;
    return AT_OK;
}

at_status at_guess_name_roles(int out[AT_ROLE_COUNT], const char *name, at_guesser *g,
                              at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const char *key = NULL;
    memset(out, 0, AT_ROLE_COUNT * sizeof out[0]);
    if (g->lexicon == NULL)
        AT_TRY(make_lexicon(g, err));
    AT_TRY(at_guess_key(&key, name, &scratch, err));
    for (size_t i = 0; i < g->lexicon->count; i++) {
        int *best = &out[g->lexicon->items[i].role];
        const int now = fit(key, g->lexicon->items[i].key);
        *best = now > *best ? now : *best;
    }
    return AT_OK;
}

/* The meaning whose word `text` is; NULL when it is none of them. */
static at_status find_meaning(const char **out, const meaning *meanings, size_t count,
                              const char *text, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const char *key = NULL;
    char word[KEY_BYTES];
    *out = NULL;
    AT_TRY(at_guess_key(&key, text, &scratch, err));
    for (size_t i = 0; i < count && *out == NULL; i++)
        for (const char *words = meanings[i].words; *words != '\0' && *out == NULL;) {
            const char *bar = strchr(words, '|');
            const size_t bytes = bar != NULL ? (size_t)(bar - words) : strlen(words);
            const bool same = strlen(text) == bytes && memcmp(words, text, bytes) == 0;
            AT_TRY(next_key(word, &words, err)); /* signs such as "$" have no key */
            if (same || (key[0] != '\0' && strcmp(key, word) == 0))
                *out = meanings[i].means;
        }
    return AT_OK;
}

at_status at_guess_direction(int *out, const char *word, at_error *err) {
    const char *means = NULL;
    *out = strcmp(word, "+") == 0 ? 1 : strcmp(word, "-") == 0 ? -1 : 0;
    if (*out != 0)
        return AT_OK;
    AT_TRY(find_meaning(&means, directions, AT_COUNT(directions), word, err));
    *out = means == NULL ? 0 : strcmp(means, "in") == 0 ? 1 : -1;
    return AT_OK;
}

at_status at_guess_type(const char **out, const char *word, at_error *err) {
    return find_meaning(out, types, AT_COUNT(types), word, err);
}

at_status at_guess_currency(const char **out, int *times_out, const char *word, at_error *err) {
    static const meaning tomans[] = {{"IRR", "تومان|toman|tomans|туман"}};
    enum { TOMAN = 10 };
    *times_out = 1;
    *out = NULL;
    if (strlen(word) == 3 && word[0] >= 'A' && word[0] <= 'Z' &&
        at_currency_scale(word, NULL, 0) >= 0) {
        *out = word;
        return AT_OK;
    }
    AT_TRY(find_meaning(out, currencies, AT_COUNT(currencies), word, err));
    if (*out != NULL)
        return AT_OK;
    AT_TRY(find_meaning(out, tomans, AT_COUNT(tomans), word, err));
    *times_out = *out != NULL ? TOMAN : 1;
    return AT_OK;
}

at_status at_guess_label(bool *out, char what, const char *line, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const char *key = NULL;
    int found = 0;
    AT_TRY(at_guess_key(&key, line, &scratch, err));
    AT_TRY(best_fit(&found, key, what == 'a' ? account_labels : currency_labels, err));
    *out = found > 0;
    return AT_OK;
}
