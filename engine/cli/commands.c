/* commands.c: every command, one row each. */
#include "engine/cli/command.h"

static const at_option import_options[] = {
    {"as", 0, "IMPORTER", "the format (see `importers`); else recognised by the first bytes",
     false},
    {"source", 0, "NAMESPACE", "whose ids these are: the bank or register that speaks (default)",
     false},
    {"map", 0, "MAP.json", "the mapping that table_csv reads by", false},
    {"option", 0, "KEY=VALUE", "an option of the importer", true},
    {"scale", 0, "TOKEN=DECIMALS", "a currency that ISO 4217 does not know", true},
    {"dry-run", 'n', NULL, "store nothing; show the first records as they would be stored", false},
    {"records", 0, "COUNT", "with --dry-run: how many records to show (20)", false},
    {"rejects", 0, "FOLDER", "write what was rejected there, as a list and as rows to correct",
     false},
    {"verbose", 'v', NULL, "totals of every account too", false},
    {0},
};

static const at_option inbox_options[] = {
    {"settle", 0, "SECONDS",
     "take what did not change for so long; else what inbox.json says, else what has a marker",
     false},
    {"dry-run", 'n', NULL, "move and store nothing; say what would become of each file", false},
    {0},
};

static const at_option map_options[] = {
    {"records", 0, "COUNT", "with check: how many records to show (5)", false},
    {"rows", 0, "COUNT", "with check: read only the first COUNT rows of FILE (all)", false},
    {0},
};

static const at_option sources_options[] = {
    {"rejects", 0, NULL, "with show: every rejected record", false},
    {"save-rejects", 0, "FOLDER", "with show: write them there, as a list and as rows to correct",
     false},
    {"duplicates", 0, NULL, "with show: every duplicate", false},
    {"warnings", 0, NULL, "with show: every warning", false},
    {"verbose", 'v', NULL, "with show: totals of every account too", false},
    {"reason", 0, "TEXT", "with withdraw, replace: why, for the custody log", false},
    {"map", 0, "MAP.json", "with replace, republish: another mapping than before", false},
    {"dry-run", 'n', NULL, "change nothing; say what would be changed", false},
    {0},
};

static const at_option resolve_options[] = {
    {"reason", 0, "TEXT", "why, for the custody log; with file, of rows that give none", false},
    {"limit", 0, "ROWS", "with review: at most so many rows; what is cut is said (exit code 20)",
     false},
    {"dry-run", 'n', NULL, "change nothing; say whether it fits", false},
    {0},
};

static const at_option show_options[] = {
    {"proof", 0, NULL, "of an ADDRESS: the proof that this record belongs to its source", false},
    {0},
};

static const at_option backup_options[] = {
    {"to", 0, "RECIPIENT", "encrypt to this key (age1...)", true},
    {"plain", 0, NULL, "do not encrypt; whoever finds the file can read it", false},
    {"force", 0, NULL, "replace FILE", false},
    {0},
};

static const at_option restore_options[] = {
    {"identity", 0, "FILE", "the secret key that the backup is encrypted to", false},
    {0},
};

static const at_option check_options[] = {
    {"read-data", 0, NULL, "read every archived file and every fact, and make the trees again",
     false},
    {0},
};

static const at_option limit_options[] = {
    {"limit", 0, "ROWS", "at most so many rows; what is cut is said (exit code 20)", false},
    {0},
};

static const at_option ask_options[] = {
    {"explain", 0, "NODE", "with trace: how the amounts of this account came about, step by step",
     false},
    {"limit", 0, "ROWS", "at most so many rows; what is cut is said (exit code 20)", false},
    {"verbose", 'v', NULL, "on a terminal: whole record addresses", false},
    {0},
};

static const at_option log_options[] = {
    {"from", 0, "SEQ", "begin at this entry", false},
    {"limit", 0, "ROWS", "at most so many entries", false},
    {0},
};

static const at_option run_options[] = {
    {"verbose", 'v', NULL, "on a terminal: whole record addresses", false},
    {0},
};

static const at_option seal_options[] = {
    {"key", 'k', "FILE", "the secret key to seal with (`key new`)", false},
    {"output", 'o', "FOLDER", "the dossier to make", false},
    {"force", 0, NULL, "replace FOLDER", false},
    {"test-key", 0, NULL, "allow a TEST key; `verify` will say so", false},
    {"dry-run", 'n', NULL, "answer the case, seal nothing", false},
    {0},
};

static const at_option verify_options[] = {
    {"root", 0, "FILE", "the public key of a signer you trust", true},
    {"quiet", 'q', NULL, "print the findings that are not good, and the result", false},
    {0},
};

static const at_option key_options[] = {
    {"no-passphrase", 0, NULL, "with new: a TEST key, for trials only", false},
    {"force", 0, NULL, "overwrite existing key files", false},
    {0},
};

const at_option at_help_options[] = {
    {"man", 0, NULL, "the whole manual page, for man(1)", false},
    {0},
};

static const at_action init_actions[] = {
    {"", "[STORE.at]", "make a new empty store", 0, 1, at_cmd_init},
    {0},
};
static const at_action status_actions[] = {
    {"", "", "what the store holds", 0, 0, at_cmd_status},
    {0},
};
static const at_action backup_actions[] = {
    {"", "FILE", "the whole store in one file, encrypted", 1, 1, at_cmd_backup},
    {0},
};
static const at_action restore_actions[] = {
    {"", "FILE STORE.at", "a store out of a backup", 2, 2, at_cmd_restore},
    {0},
};
static const at_action check_actions[] = {
    {"", "", "is the store whole?", 0, 0, at_cmd_check},
    {0},
};
static const at_action doctor_actions[] = {
    {"", "", "is this machine fit for the work?", 0, 0, at_cmd_doctor},
    {0},
};
static const at_action log_actions[] = {
    {"show", "", "list the entries", 0, 0, at_cmd_log_show},
    {"verify", "", "check the chain of hashes, and the log against the store", 0, 0,
     at_cmd_log_verify},
    {0},
};
static const at_action import_actions[] = {
    {"", "FILE... | FOLDER | -", "read files into the store", 1, AT_WORDS_ANY, at_cmd_import},
    {0},
};
static const at_action inbox_actions[] = {
    {"", "FOLDER", "import what was delivered into a folder, and file it away", 1, 1, at_cmd_inbox},
    {0},
};
static const at_action map_actions[] = {
    {"guess", "FILE", "propose a mapping for a delimited file", 1, 1, at_cmd_map_guess},
    {"check", "MAP.json [FILE]", "check a mapping, and read FILE through it into nothing", 1, 2,
     at_cmd_map_check},
    {0},
};
static const at_action sources_actions[] = {
    {"list", "", "every source received", 0, 0, at_cmd_sources_list},
    {"show", "SOURCE", "the receipt of one source", 1, 1, at_cmd_sources_show},
    {"withdraw", "SOURCE", "a new revision without it", 1, 1, at_cmd_sources_withdraw},
    {"replace", "SOURCE FILE", "a new revision with FILE in its place, read as it was read", 2, 2,
     at_cmd_sources_replace},
    {"republish", "SOURCE", "publish a withdrawn source again, from the copy kept", 1, 1,
     at_cmd_sources_republish},
    {0},
};
static const at_action resolve_actions[] = {
    {"review", "", "records of two statements that may show one payment", 0, 0,
     at_cmd_resolve_review},
    {"accept", "DEBIT CREDIT", "these two records show one payment", 2, 2, at_cmd_resolve_accept},
    {"deny", "DEBIT CREDIT", "they do not", 2, 2, at_cmd_resolve_deny},
    {"undo", "DEBIT CREDIT", "take the word on this pair back", 2, 2, at_cmd_resolve_undo},
    {"file", "FILE.csv", "judge as a filled-in review says, all by one revision", 1, 1,
     at_cmd_resolve_file},
    {"list", "", "judgements that stand", 0, 0, at_cmd_resolve_list},
    {0},
};
static const at_action find_actions[] = {
    {"", "TEXT...", "things whose id, name or identifier holds TEXT", 1, AT_WORDS_ANY, at_cmd_find},
    {0},
};
static const at_action show_actions[] = {
    {"", "ID | ADDRESS", "all that is stated about a thing; or a record, its bytes and place", 1, 1,
     at_cmd_show},
    {0},
};
static const at_action queries_actions[] = {
    {"", "[QUERY]", "list the queries, or explain one", 0, 1, at_cmd_queries},
    {0},
};
static const at_action importers_actions[] = {
    {"", "[IMPORTER]", "list the formats, or explain one", 0, 1, at_cmd_importers},
    {0},
};
static const at_action ask_actions[] = {
    {"", "QUERY [KEY=VALUE...]", "answer one question", 1, AT_WORDS_ANY, at_cmd_ask},
    {0},
};
static const at_action run_actions[] = {
    {"", "CASE.json... | FOLDER | -", "answer the questions of a case file", 1, AT_WORDS_ANY,
     at_cmd_run},
    {0},
};
static const at_action diff_actions[] = {
    {"", "A B", "what changed from A to B: answers as JSON, or bundles", 2, 2, at_cmd_diff},
    {0},
};
static const at_action seal_actions[] = {
    {"", "CASE.json", "answer a case and seal the answers into a dossier", 1, 1, at_cmd_seal},
    {0},
};
static const at_action verify_actions[] = {
    {"", "DOSSIER", "does a dossier hold what was sealed, and by whom?", 1, 1, at_cmd_verify},
    {0},
};
static const at_action key_actions[] = {
    {"new", "NAME", "make NAME.key (secret) and NAME.pub", 1, 1, at_cmd_key_new},
    {"show", "FILE.pub", "what a public key file says", 1, 1, at_cmd_key_show},
    {"recipient", "NAME", "make NAME.age-key, to encrypt backups to", 1, 1, at_cmd_key_recipient},
    {0},
};
static const at_action schema_actions[] = {
    {"", "[NAME]", "print a published JSON schema, or list them", 0, 1, at_cmd_schema},
    {0},
};
static const at_action completion_actions[] = {
    {"bash", "", "the script for bash", 0, 0, at_cmd_completion},
    {"fish", "", "the script for fish", 0, 0, at_cmd_completion},
    {"words", "[WORD...]", "what may follow; after -- the words typed so far", 0, AT_WORDS_ANY,
     at_cmd_completion},
    {"zsh", "", "the script for zsh", 0, 0, at_cmd_completion},
    {0},
};
static const at_action help_actions[] = {
    {"", "[COMMAND | TOPIC | QUERY | IMPORTER | E-CODE]", "explain", 0, 2, at_cmd_help},
    {0},
};
static const at_action version_actions[] = {
    {"", "", "print the version", 0, 0, at_cmd_version},
    {0},
};

const at_command at_commands[] = {
    {.name = "init",
     .group = "store",
     .summary = "make a new empty store",
     .actions = init_actions,
     .writes = true,
     .details = "The folder's name ends in .at, so that commands find it from the folders below."},
    {.name = "status",
     .group = "store",
     .summary = "what the store holds",
     .actions = status_actions,
     .takes = AT_TAKES_FORMAT | AT_TAKES_REVISION},
    {.name = "backup",
     .group = "store",
     .summary = "a copy of the whole store in one file",
     .actions = backup_actions,
     .writes = true,
     .takes = AT_TAKES_JSON,
     .options = backup_options,
     .details =
         "A tar archive, encrypted as `age` does it. Others may import and ask meanwhile: it is\n"
         "the store of one moment. The file is read back before it gets its name."},
    {.name = "restore",
     .group = "store",
     .summary = "a store out of a backup",
     .actions = restore_actions,
     .writes = true,
     .takes = AT_TAKES_JSON,
     .options = restore_options,
     .details = "Everything is checked as by `check --read-data` before the store is there. An\n"
                "import that was under way is rolled back."},
    {.name = "check",
     .group = "store",
     .summary = "is the store whole?",
     .actions = check_actions,
     .takes = AT_TAKES_FORMAT,
     .options = check_options,
     .details =
         "Database, custody log, archived files, trees, rows and modes; nothing is changed.\n"
         "Exit code 5 when something was changed or is missing, 69 when it cannot be read;\n"
         "each finding says what to do."},
    {.name = "doctor",
     .group = "store",
     .summary = "is this machine fit for the work?",
     .actions = doctor_actions,
     .takes = AT_TAKES_FORMAT,
     .details = "Each line is ok or warn; a warning says what to do. Nothing is changed."},
    {.name = "log",
     .group = "store",
     .summary = "the custody log: what was done with the evidence",
     .actions = log_actions,
     .action_optional = true,
     .takes = AT_TAKES_FORMAT,
     .options = log_options},
    {.name = "import",
     .group = "sources",
     .summary = "read files into the store",
     .actions = import_actions,
     .writes = true,
     .takes = AT_TAKES_JSON | AT_TAKES_LOCK | AT_TAKES_UNPACK | AT_TAKES_MEMORY,
     .options = import_options,
     .details =
         "Each file is one revision and gets a receipt: every record loaded, duplicate or\n"
         "rejected. A folder is imported as its import.json says, else file by file as\n"
         "recognised. The same bytes twice change nothing. Exit code 3 when records were\n"
         "rejected, 4 when a file could not be read at all and nothing of it was published.\n"
         "--rejects writes two files a source: a list (NDJSON) with offset, line, reason and\n"
         "bytes of each record, and the rows alone between the file's own header and trailer;\n"
         "corrected, they are imported as the file was."},
    {.name = "inbox",
     .group = "sources",
     .summary = "import what was delivered into a folder, and file it away",
     .actions = inbox_actions,
     .writes = true,
     .takes = AT_TAKES_FORMAT | AT_TAKES_LOCK | AT_TAKES_UNPACK | AT_TAKES_MEMORY,
     .options = inbox_options,
     .details =
         "For scheduled jobs. x.csv is finished when x.csv.done lies beside it and is not older;\n"
         "inbox.json can say \"finished\": \"rename\" (files come there by rename alone) or\n"
         "\"settle\", and how each file is read (`schema inbox`). A sub-folder names whose ids\n"
         "its files hold. Files go to done/ or rejects/ under their content's hash, each with\n"
         "its receipt; what a killed run left in work/ is completed by the next. Links, pipes,\n"
         "devices and unprintable names are refused. Exit code 3 when records were rejected, 4\n"
         "when a file was rejected or refused, 11 when another run lasts longer than\n"
         "--lock-wait."},
    {.name = "map",
     .group = "sources",
     .summary = "mappings: which column of a bank's file feeds which field",
     .actions = map_actions,
     .takes = AT_TAKES_FORMAT | AT_TAKES_UNPACK,
     .options = map_options,
     .details =
         "guess prints the mapping (or with --table and its like the reasons alone), and on\n"
         "stderr how sure each point is and why. Nothing is imported. Exit code 0 when all is\n"
         "sure, 3 when something is not, 4 when there is no table in the file. check exits 3 when\n"
         "a row would be rejected or a balance does not follow, 4 when the mapping is wrong."},
    {.name = "sources",
     .group = "sources",
     .summary = "what was received, and taking it back",
     .actions = sources_actions,
     .action_optional = true,
     .writes = true,
     .takes = AT_TAKES_FORMAT | AT_TAKES_REVISION | AT_TAKES_LOCK | AT_TAKES_MEMORY,
     .options = sources_options,
     .details =
         "SOURCE is a number, the beginning of a hash (8 digits or more), or a name. Nothing is\n"
         "deleted: --at an older revision answers as before, and a withdrawal or replacement is\n"
         "undone by republishing what it took away (and withdrawing what it brought)."},
    {.name = "resolve",
     .group = "sources",
     .summary = "judge which records of two statements show one payment",
     .actions = resolve_actions,
     .action_optional = true,
     .writes = true,
     .takes = AT_TAKES_FORMAT | AT_TAKES_REVISION | AT_TAKES_LOCK | AT_TAKES_UNPACK,
     .options = resolve_options,
     .details =
         "DEBIT and CREDIT are addresses of records. `resolve review --csv` has a row for each\n"
         "pair that is open; fill in judgement (accept, deny, undo) and reason, and hand it to\n"
         "`resolve file`. All its rows fit or nothing is changed, and each that does not is said\n"
         "with its line. A wrong pair can be denied too. What rests on a judgement has the grade\n"
         "accepted; --at an older revision answers as before."},
    {.name = "find",
     .group = "look",
     .summary = "things whose id, name or identifier holds a text",
     .actions = find_actions,
     .takes = AT_TAKES_FORMAT | AT_TAKES_REVISION,
     .options = limit_options,
     .details =
         "Case, marks, letter variants and digits do not matter, nor do blanks and dashes in\n"
         "numbers; a phone is found with or without its country code. Exit code 1 when\n"
         "there is none."},
    {.name = "show",
     .group = "look",
     .summary = "all that is stated about a thing, or the bytes of a record",
     .actions = show_actions,
     .takes = AT_TAKES_FORMAT | AT_TAKES_REVISION,
     .options = show_options,
     .details =
         "Of a thing: its ids, names, ties, holdings, identifiers, listings, what statements\n"
         "cover, whom it exchanged money with, and which sources speak of it.\n"
         "An ADDRESS, as answers cite it, is the content's SHA-256, ':', offset, '+', length.\n"
         "On a terminal, or with a format, it is shown with its file, line, encoding, text and\n"
         "what was read from it; piped without a format it is the record's exact bytes.\n"
         "--proof shows that it belongs to the file as received, and tells nothing of the other\n"
         "records: one line of JSON (`schema proof`) that public tools can check."},
    {.name = "queries",
     .group = "look",
     .summary = "list the queries, or explain one",
     .actions = queries_actions,
     .takes = AT_TAKES_FORMAT},
    {.name = "importers",
     .group = "look",
     .summary = "list the formats, or explain one",
     .actions = importers_actions,
     .takes = AT_TAKES_FORMAT},
    {.name = "ask",
     .group = "ask",
     .summary = "answer one question",
     .actions = ask_actions,
     .takes = AT_TAKES_FORMAT | AT_TAKES_REVISION,
     .options = ask_options,
     .details = "Every row ends with its grade and the addresses of the records it rests on; on a\n"
                "terminal with their files and lines. `help QUERY` explains a query's arguments."},
    {.name = "run",
     .group = "ask",
     .summary = "answer the questions of a case file",
     .actions = run_actions,
     .takes = AT_TAKES_FORMAT,
     .options = run_options,
     .details =
         "The case file is explained by `schema case`. Several files or a folder are a batch: one\n"
         "that fails does not stop the others, and with --output FOLDER each has its answers in a\n"
         "file of its own, a table says what became of each, and answers already there for the\n"
         "same bytes, revision and release are kept: an interrupted batch goes on."},
    {.name = "diff",
     .group = "ask",
     .summary = "compare two answers or two bundles",
     .actions = diff_actions,
     .takes = AT_TAKES_FORMAT,
     .details =
         "Needs no store. Rows meet by their ids; exit code 0 when nothing differs, else 1."},
    {.name = "seal",
     .group = "evidence",
     .summary = "answer a case and seal the answers into a dossier",
     .actions = seal_actions,
     .writes = true,
     .takes = AT_TAKES_JSON | AT_TAKES_PASSPHRASE,
     .options = seal_options,
     .details = "The same store and case give the same bundle, byte for byte."},
    {.name = "verify",
     .group = "evidence",
     .summary = "does a dossier hold what was sealed, and by whom?",
     .actions = verify_actions,
     .takes = AT_TAKES_JSON,
     .options = verify_options,
     .details =
         "Needs no store. Exit code 0 only when the signer is one of the roots given; 7 when\n"
         "intact but by nobody known; 5 when something was changed, and says which file."},
    {.name = "key",
     .group = "evidence",
     .summary = "keys to seal with",
     .actions = key_actions,
     .writes = true,
     .takes = AT_TAKES_JSON | AT_TAKES_PASSPHRASE,
     .options = key_options,
     .details = "The files are minisign's. Without an option the passphrase is asked for twice."},
    {.name = "schema",
     .group = "other",
     .summary = "print a published JSON schema, or list them",
     .actions = schema_actions},
    {.name = "completion",
     .group = "other",
     .summary = "complete commands in a shell",
     .actions = completion_actions,
     .details = "Commands, options, queries with their arguments and columns, importers, schemas\n"
                "and error codes; files where nothing else fits. No store is opened for it."},
    {.name = "help",
     .group = "other",
     .summary = "explain",
     .actions = help_actions,
     .options = at_help_options},
    {.name = "version",
     .group = "other",
     .summary = "print the version",
     .actions = version_actions,
     .takes = AT_TAKES_JSON},
    {0},
};
