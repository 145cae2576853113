-- The store's tables, layout 2; what later layouts change is in migrate.c. Facts are only ever inserted. A fact counts at revision R when
-- its source was published at or before R and not withdrawn by then, and when its record is
-- not one of several that say the same of which another counts (record.duplicate_of).
--
-- No foreign keys are enforced: every number written here was made by the same transaction, and the
-- check would cost a lookup for each reference of each row.
-- Times are microseconds UTC, amounts minor units, days days since 1970-01-01; NULL = not stated.

CREATE TABLE revision (
    number INTEGER PRIMARY KEY,
    -- layout 3 allows 'judge' too (migrate.c)
    kind TEXT NOT NULL CHECK (kind IN ('import', 'replace', 'withdraw', 'setting')),
    at_us INTEGER,            -- the clock of whoever published
    source INTEGER,
    announced TEXT NOT NULL   -- SHA-256 of its publish-intent line in the custody log
) STRICT;

CREATE TABLE setting (
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (name, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE name_space (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE source (
    number INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL UNIQUE,
    name_space INTEGER NOT NULL,
    name TEXT NOT NULL,
    received TEXT NOT NULL,   -- SHA-256 of the file; the name it is archived under
    content TEXT NOT NULL,    -- SHA-256 after decompression; the first part of every address
    bytes INTEGER NOT NULL,
    content_bytes INTEGER NOT NULL,
    importer TEXT NOT NULL,
    importer_version INTEGER NOT NULL,
    options TEXT,
    mapping TEXT,
    state TEXT NOT NULL CHECK (state IN ('complete', 'partial')),
    row_count INTEGER NOT NULL,
    loaded_count INTEGER NOT NULL,
    duplicate_count INTEGER NOT NULL,
    rejected_count INTEGER NOT NULL,
    warning_count INTEGER NOT NULL,
    pairs_made INTEGER NOT NULL,
    pairs_ended INTEGER NOT NULL,
    legs_ambiguous INTEGER NOT NULL,
    CHECK (row_count = loaded_count + duplicate_count + rejected_count)
) STRICT;
CREATE INDEX source_content ON source (content);

CREATE TABLE mapping (
    sha256 TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    source INTEGER NOT NULL,
    code TEXT NOT NULL,
    scale INTEGER NOT NULL,
    PRIMARY KEY (source, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE withdrawal (
    source INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL UNIQUE,
    reason TEXT NOT NULL
) STRICT;

-- A name somebody gave something; which of them are the same thing is decided at the question.
CREATE TABLE thing (
    number INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,    -- at_kind
    name_space INTEGER NOT NULL,
    id TEXT NOT NULL,
    UNIQUE (kind, name_space, id)
) STRICT;

CREATE TABLE mention (
    source INTEGER NOT NULL,
    thing INTEGER NOT NULL,
    declared INTEGER NOT NULL, -- bit 1: described; bit 2: described as an account that is no asset
    PRIMARY KEY (source, thing)
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    number INTEGER NOT NULL,  -- among the records of its source, from 1
    offset INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    line INTEGER NOT NULL,
    element TEXT,
    duplicate_of INTEGER,     -- the first record that says the same; none of its own
    content BLOB              -- what it says, hashed; only where no transfer or leg is in it
) STRICT;
CREATE INDEX record_place ON record (source, offset);
CREATE INDEX record_duplicate ON record (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX record_content ON record (content) WHERE content IS NOT NULL;

-- Receipts.

CREATE TABLE receipt_line (
    source INTEGER NOT NULL,
    kind INTEGER NOT NULL,    -- at_receipt_kind: reject or warning
    number INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    line INTEGER NOT NULL,
    element TEXT,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    hint TEXT,
    first INTEGER,            -- the record it contradicts
    PRIMARY KEY (source, kind, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt_total (
    source INTEGER NOT NULL,
    thing INTEGER NOT NULL,
    currency TEXT NOT NULL,
    incoming INTEGER NOT NULL,
    outgoing INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    PRIMARY KEY (source, thing, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt_fact (
    source INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    fact_count INTEGER NOT NULL,
    PRIMARY KEY (source, kind)
) STRICT, WITHOUT ROWID;

-- The Merkle tree of each source (engine/store/leaves.h). The secret of the salts never leaves the
-- store; a subtree is 65,536 records, the last one of a source fewer.

CREATE TABLE source_tree (
    source INTEGER PRIMARY KEY,
    secret BLOB NOT NULL CHECK (length(secret) = 32),
    root BLOB NOT NULL CHECK (length(root) = 32),
    record_count INTEGER NOT NULL
) STRICT;

CREATE TABLE source_subtree (
    source INTEGER NOT NULL,
    position INTEGER NOT NULL, -- from 0
    root BLOB NOT NULL CHECK (length(root) = 32),
    record_count INTEGER NOT NULL,
    least INTEGER NOT NULL,    -- offsets of its records lie between these
    most INTEGER NOT NULL,
    spans BLOB NOT NULL,       -- their places, packed (engine/store/span.h)
    PRIMARY KEY (source, position)
) STRICT;

-- Facts. Columns of references hold thing.number; engine/store/column.c names them all.

CREATE TABLE party (
    fact INTEGER PRIMARY KEY, source INTEGER NOT NULL, record INTEGER NOT NULL,
    thing INTEGER NOT NULL, type TEXT NOT NULL,
    birth_earliest INTEGER, birth_latest INTEGER, birth_precision INTEGER NOT NULL,
    birth_calendar TEXT, birth_text TEXT,
    death_earliest INTEGER, death_latest INTEGER, death_precision INTEGER NOT NULL,
    death_calendar TEXT, death_text TEXT,
    birth_place TEXT, father TEXT, grandfather TEXT, sex TEXT,
    nationality TEXT, residence TEXT, registration TEXT, address TEXT,
    legal_form TEXT, status TEXT, founded_us INTEGER, dissolved_us INTEGER
) STRICT;

CREATE TABLE party_name (
    party INTEGER NOT NULL,   -- party.fact
    position INTEGER NOT NULL,
    text TEXT NOT NULL,
    kind TEXT NOT NULL,
    lang TEXT,
    PRIMARY KEY (party, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    fact INTEGER PRIMARY KEY, source INTEGER NOT NULL, record INTEGER NOT NULL,
    thing INTEGER NOT NULL, kind TEXT NOT NULL, currency TEXT,
    opening INTEGER, opening_scale INTEGER NOT NULL, opening_at_us INTEGER,
    holder INTEGER, institution TEXT, bic TEXT, country TEXT, branch TEXT,
    since_us INTEGER, until_us INTEGER
) STRICT;
CREATE INDEX account_thing ON account (thing);

CREATE TABLE asset (
    fact INTEGER PRIMARY KEY, source INTEGER NOT NULL, record INTEGER NOT NULL,
    thing INTEGER NOT NULL, type TEXT NOT NULL, description TEXT, country TEXT, place TEXT,
    encumbrance TEXT, value INTEGER, currency TEXT, valued_on_us INTEGER, basis TEXT
) STRICT;

CREATE TABLE event (
    fact INTEGER PRIMARY KEY, source INTEGER NOT NULL, record INTEGER NOT NULL,
    thing INTEGER NOT NULL, kind TEXT NOT NULL,
    time_us INTEGER, time_precision INTEGER NOT NULL, time_zone_assumed INTEGER NOT NULL,
    place TEXT, country TEXT, text TEXT, amount TEXT, unit TEXT
) STRICT;

CREATE TABLE event_thing (
    event INTEGER NOT NULL,   -- event.fact
    position INTEGER NOT NULL,
    thing INTEGER NOT NULL,
    PRIMARY KEY (event, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE identifier (
    fact INTEGER PRIMARY KEY, source INTEGER NOT NULL, record INTEGER NOT NULL,
    of INTEGER NOT NULL, type TEXT NOT NULL, text TEXT NOT NULL, key TEXT,
    country TEXT, issuer TEXT, checked TEXT, since_us INTEGER, until_us INTEGER
) STRICT;

CREATE TABLE holding (
    fact INTEGER PRIMARY KEY, source INTEGER NOT NULL, record INTEGER NOT NULL,
    owner INTEGER NOT NULL, owned INTEGER NOT NULL, interest TEXT NOT NULL,
    share_lo_num INTEGER NOT NULL, share_lo_den INTEGER NOT NULL,
    share_hi_num INTEGER NOT NULL, share_hi_den INTEGER NOT NULL,
    share_lo_open INTEGER NOT NULL, share_hi_open INTEGER NOT NULL, share_known INTEGER NOT NULL,
    nominee_for INTEGER, nominee_unnamed INTEGER NOT NULL, stated_by TEXT,
    since_us INTEGER, until_us INTEGER
) STRICT;

-- Transfers: up to 65,536 of one source in one row, a BLOB a column (pack.h, chunk.h). A record in
-- a chunk has a row in `record` only when it repeats another record, says more, or lies in an
-- element; every record's id is source << 40 | its number.
CREATE TABLE chunk (
    chunk INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL,   -- numbers of records
    row_count INTEGER NOT NULL,
    time_first INTEGER NOT NULL, time_last INTEGER NOT NULL,
    offset_first INTEGER NOT NULL, offset_last INTEGER NOT NULL,
    name_count INTEGER NOT NULL, -- accounts that the source names here for the first time
    code_count INTEGER NOT NULL, -- currencies
    name_space BLOB, name BLOB, code BLOB,
    number BLOB, place BLOB, bytes BLOB, line BLOB,
    from_account BLOB, to_account BLOB, time_us BLOB, seq BLOB, amount BLOB, currency BLOB,
    flags BLOB, part BLOB, amount_in BLOB, scale_in BLOB, currency_in BLOB, fee BLOB, type BLOB,
    id BLOB, reverses BLOB
) STRICT;
CREATE INDEX chunk_source ON chunk (source, first);

-- Layout 5 has legs in chunks too, and pairs as columns (migrate.c, pairs.h): this table and those of
-- pairs and ambiguities are gone there.
CREATE TABLE leg (
    fact INTEGER PRIMARY KEY, source INTEGER NOT NULL, record INTEGER NOT NULL,
    id TEXT NOT NULL, id_given INTEGER NOT NULL,
    account INTEGER NOT NULL, credit INTEGER NOT NULL,
    time_us INTEGER NOT NULL, time_precision INTEGER NOT NULL, time_zone_assumed INTEGER NOT NULL,
    value_us INTEGER, value_precision INTEGER NOT NULL, value_zone_assumed INTEGER NOT NULL,
    seq INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    counterparty INTEGER, counterparty_name TEXT, counterparty_institution TEXT,
    counterparty_country TEXT, reference TEXT, balance_after INTEGER,
    fee INTEGER NOT NULL, reverses TEXT, type TEXT NOT NULL
) STRICT;
CREATE INDEX leg_id ON leg (id) WHERE id_given = 1;
CREATE INDEX leg_match ON leg (account, time_us) WHERE id_given = 0;
CREATE INDEX leg_amount ON leg (amount, currency);

CREATE TABLE link (
    fact INTEGER PRIMARY KEY, source INTEGER NOT NULL, record INTEGER NOT NULL,
    a INTEGER NOT NULL, b INTEGER NOT NULL, kind TEXT NOT NULL, suspected INTEGER NOT NULL,
    since_us INTEGER, until_us INTEGER
) STRICT;
CREATE INDEX link_same ON link (source) WHERE kind = 'same_as_stated';

CREATE TABLE listing (
    fact INTEGER PRIMARY KEY, source INTEGER NOT NULL, record INTEGER NOT NULL,
    party INTEGER NOT NULL, list TEXT, programme TEXT, authority TEXT, listing_number TEXT,
    reason TEXT, kind TEXT NOT NULL, since_us INTEGER, until_us INTEGER
) STRICT;

CREATE TABLE label (
    fact INTEGER PRIMARY KEY, source INTEGER NOT NULL, record INTEGER NOT NULL,
    of INTEGER, transfer TEXT, name TEXT NOT NULL, text TEXT
) STRICT;

CREATE TABLE statement (
    fact INTEGER PRIMARY KEY, source INTEGER NOT NULL, record INTEGER NOT NULL,
    account INTEGER NOT NULL, currency TEXT NOT NULL, since_us INTEGER, until_us INTEGER,
    opening INTEGER, closing INTEGER, row_count INTEGER NOT NULL, breaks INTEGER NOT NULL
) STRICT;

-- Two legs of one payment, from a revision on, until one that ends it; legs with several possible
-- partners likewise. What the pairing rule finds in the legs of a revision, nothing more.

CREATE TABLE pairing (
    number INTEGER PRIMARY KEY,
    debit_leg INTEGER NOT NULL,
    credit_leg INTEGER NOT NULL,
    revision INTEGER NOT NULL
) STRICT;

CREATE TABLE pairing_end (
    pairing INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL
) STRICT;

CREATE TABLE ambiguity (
    number INTEGER PRIMARY KEY,
    leg INTEGER NOT NULL,
    revision INTEGER NOT NULL
) STRICT;

CREATE TABLE ambiguity_end (
    ambiguity INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL
) STRICT;

-- A person's word on a pair: accepted 1, denied 0, or taken back -1. The last one of a pair counts.
CREATE TABLE pairing_judgement (
    number INTEGER PRIMARY KEY,
    debit_leg INTEGER NOT NULL,
    credit_leg INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT,
    reason TEXT NOT NULL
) STRICT;
