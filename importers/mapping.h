/**
 * mapping.h - a mapping file, checked and made ready: which column feeds which field.
 *
 * The format is published as engine/model/schema/mapping.json ("assettrace/mapping/1"). Two whole
 * examples. A bank statement in Persian, of one account, Jalali dates, amounts in toman, debit and
 * credit columns, a running balance, the newest row first:
 *
 *   {
 *     "schema": "assettrace/mapping/1",
 *     "delimiter": ",", "encoding": "utf-8", "skip_lines": 3, "trailer_lines": 1,
 *     "date": "YYYY/MM/DD hh:mm", "calendar": "jalali", "zone": "+03:30",
 *     "decimal": ".", "grouping": ",", "multiply": 10,
 *     "records": [
 *       {"kind": "account", "once": true,
 *        "fields": {"id": {"constant": "IR120570028870010872160001"},
 *                   "currency": {"constant": "IRR"}, "kind": {"constant": "account"}}},
 *       {"kind": "leg", "statement": {"order": "newest_first", "opening": "1,250,000"},
 *        "fields": {"account": {"constant": "IR120570028870010872160001"},
 *                   "currency": {"constant": "IRR"},
 *                   "time": {"columns": ["تاریخ", "ساعت"]},
 *                   "debit": "بدهکار", "credit": "بستانکار", "balance": "مانده",
 *                   "counterparty": "حساب مقابل", "reference": "شماره پیگیری"}}
 *     ]
 *   }
 *
 * An export of many accounts without a header, decimal commas, one signed amount; every row also
 * gives the counterparty's account, and only booked rows count:
 *
 *   {
 *     "delimiter": ";", "encoding": "windows-1251", "header": false,
 *     "date": "DD.MM.YYYY", "decimal": ",", "grouping": ".",
 *     "where": [{"column": 9, "is": ["BOOKED", "SETTLED"]}],
 *     "records": [
 *       {"kind": "leg",
 *        "fields": {"account": 1, "id": 2, "time": 3, "value_date": 4, "amount": 5, "currency": 6,
 *                   "counterparty": {"column": 7, "prefix": "other-bank/"}, "reference": 8,
 *                   "balance": 10}},
 *       {"kind": "account", "when": [{"column": 7, "empty": false}],
 *        "fields": {"id": {"column": 7, "prefix": "other-bank/"}, "currency": 6,
 *                   "kind": {"constant": "external"}}}
 *     ]
 *   }
 *
 * Values. A text is a column by its name in the header, an integer a column by its number from 1;
 * an object may say constant | column | columns (joined by a blank), prefix, words, and for this
 * field alone date, calendar, multiply. Blanks around a cell are dropped; an empty cell is "not
 * stated". Ids and references have Persian and Arabic digits written as ASCII digits; a reference
 * `namespace/id` points into another namespace. Columns that no field names are ignored.
 *
 * Legs. The amount is either `amount` alone (negative = money out), `amount` with `direction` ("in"
 * or "out", usually through `words`), or `debit` and `credit` of which exactly one is stated (or
 * the other is zero). `seq` is the row number unless mapped, counted backwards where the newest row
 * comes first. With `balance` every row is checked, previous + in - out = balance, per account and
 * currency; a row that does not follow is loaded with the warning E-BALANCE-BREAK, and the
 * account's statement says how many there are. Each account's statement (period, opening, closing,
 * rows, breaks) follows the last row of the file.
 *
 * Dates. `date` is "iso", "unix_seconds", "unix_milliseconds" or a pattern: YYYY, YY (with
 * `century`), MM, M, MMM (an English month, short or long), DD, D, hh, h, mm, ss, f (fraction of a
 * second), a (AM or PM); every other character stands for itself. Doubled letters are exactly two
 * digits, single ones one or two. The part after the date may be missing from a cell: the time is
 * then a whole day. A whole day is not moved by `zone`.
 */
