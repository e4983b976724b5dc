-- Times are nanoseconds since 1970. In links and readings, lease is the smallest integer where
-- there is none, and due is NULL where it is never.

-- +goose Up
CREATE TABLE tenants (
    id     TEXT PRIMARY KEY,
    record BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE installations (
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    tenant     TEXT NOT NULL,
    generation INTEGER NOT NULL,
    record     BLOB NOT NULL,
    PRIMARY KEY (platform, workspace)
) STRICT, WITHOUT ROWID;
CREATE INDEX installations_tenant ON installations (tenant, platform, workspace);

CREATE TABLE conversations (
    tenant       TEXT NOT NULL,
    platform     TEXT NOT NULL,
    workspace    TEXT NOT NULL,
    account      TEXT NOT NULL,
    conversation TEXT NOT NULL,
    PRIMARY KEY (tenant, platform, workspace, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE suppressed (
    tenant  TEXT NOT NULL,
    account TEXT NOT NULL,
    PRIMARY KEY (tenant, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE firsts (
    tenant TEXT NOT NULL,
    key    TEXT NOT NULL,
    until  INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX firsts_until ON firsts (tenant, until);

CREATE TABLE links (
    id          INTEGER PRIMARY KEY,
    tenant      TEXT NOT NULL,
    key         TEXT NOT NULL,
    state       TEXT NOT NULL,
    grp         TEXT NOT NULL,
    account     TEXT NOT NULL,
    counterpart TEXT NOT NULL,
    address     TEXT NOT NULL,
    holding     INTEGER NOT NULL, -- 1: account and counterpart are in holds
    nonces      TEXT NOT NULL,    -- those in nonces, a space between them
    due         INTEGER,
    leaves      INTEGER,          -- see leaves in commit_links.go
    was_linked  INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    fence       INTEGER NOT NULL,
    lease       INTEGER NOT NULL,
    record      BLOB NOT NULL,
    UNIQUE (tenant, key)
) STRICT;
CREATE INDEX links_due ON links (tenant, due, key) WHERE due IS NOT NULL;
CREATE INDEX links_state ON links (tenant, state, key);
CREATE INDEX links_group ON links (tenant, grp, key);
CREATE INDEX links_account ON links (tenant, account) WHERE account <> '';
CREATE INDEX links_counterpart ON links (tenant, counterpart) WHERE counterpart <> '';
CREATE INDEX links_address ON links (tenant, address) WHERE address <> '';
CREATE INDEX links_leaves ON links (tenant, leaves, was_linked) WHERE leaves IS NOT NULL;

CREATE TABLE link_counts (
    tenant TEXT NOT NULL,
    grp    TEXT NOT NULL,
    state  TEXT NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (tenant, grp, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
    tenant  TEXT NOT NULL,
    pair    TEXT NOT NULL,
    account TEXT NOT NULL,
    link    INTEGER NOT NULL REFERENCES links (id)
) STRICT;
CREATE UNIQUE INDEX holds_once ON holds (tenant, pair, account);

CREATE TABLE nonces (
    tenant TEXT NOT NULL,
    hash   TEXT NOT NULL,
    link   INTEGER NOT NULL REFERENCES links (id),
    PRIMARY KEY (tenant, hash, link)
) STRICT, WITHOUT ROWID;

CREATE TABLE trail (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    link   TEXT NOT NULL, -- empty: it concerns no single link
    record BLOB NOT NULL
) STRICT;
CREATE INDEX trail_tenant ON trail (tenant);
CREATE INDEX trail_link ON trail (tenant, link) WHERE link <> '';

CREATE TABLE groups (
    tenant TEXT NOT NULL,
    id     TEXT NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE readings (
    tenant  TEXT NOT NULL,
    id      TEXT NOT NULL,
    due     INTEGER,
    hint    INTEGER, -- the earliest hint that came since the last claim
    round   INTEGER NOT NULL,
    version INTEGER NOT NULL,
    fence   INTEGER NOT NULL,
    lease   INTEGER NOT NULL,
    record  BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE roster (
    tenant TEXT NOT NULL,
    grp    TEXT NOT NULL,
    member TEXT NOT NULL,
    round  INTEGER NOT NULL,
    gone   INTEGER NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (tenant, grp, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX roster_member ON roster (tenant, member, grp);
CREATE INDEX roster_round ON roster (tenant, grp, round);
CREATE INDEX roster_gone ON roster (tenant, grp, member) WHERE gone = 1;

CREATE TABLE accounts (
    tenant    TEXT NOT NULL,
    account   TEXT NOT NULL,
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    address   TEXT NOT NULL,
    round     INTEGER NOT NULL,
    record    BLOB NOT NULL,
    PRIMARY KEY (tenant, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX accounts_address ON accounts (tenant, platform, address, account) WHERE address <> '';
CREATE INDEX accounts_round ON accounts (tenant, platform, workspace, round);

CREATE TABLE batches (
    tenant  TEXT NOT NULL,
    id      TEXT NOT NULL,
    at      INTEGER NOT NULL,
    version INTEGER NOT NULL,
    record  BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE batches;
DROP TABLE accounts;
DROP TABLE roster;
DROP TABLE readings;
DROP TABLE groups;
DROP TABLE trail;
DROP TABLE nonces;
DROP TABLE holds;
DROP TABLE link_counts;
DROP TABLE links;
DROP TABLE firsts;
DROP TABLE suppressed;
DROP TABLE conversations;
DROP TABLE installations;
DROP TABLE tenants;
