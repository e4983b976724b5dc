-- Plans and their lines, who can be written to, what people want for themselves, versions of what
-- commands change, how far a rollout is, and what is counted beside states. What the columns of links
-- say of earlier ones is filled in after this, by fillLinks.

-- +goose Up
ALTER TABLE tenants ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
UPDATE tenants SET record = CAST(json_set(record, '$.r.Version', 1) AS BLOB);
ALTER TABLE groups ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
UPDATE groups SET record = CAST(json_set(record, '$.r.Version', 1) AS BLOB);

ALTER TABLE links ADD COLUMN asked INTEGER NOT NULL DEFAULT 0; -- see asked in commit_links.go
ALTER TABLE links ADD COLUMN lot INTEGER;                      -- NULL: not in line for a first question
ALTER TABLE links ADD COLUMN created INTEGER NOT NULL DEFAULT 0;
CREATE INDEX links_line ON links (tenant, grp, lot, state, created) WHERE lot IS NOT NULL;
ALTER TABLE link_counts ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE link_counts ADD COLUMN failing INTEGER NOT NULL DEFAULT 0;

ALTER TABLE links ADD COLUMN approved INTEGER NOT NULL DEFAULT 0; -- 1: by a batch that an admin released
ALTER TABLE links ADD COLUMN parked INTEGER NOT NULL DEFAULT 0;   -- 1: waits for a plan
ALTER TABLE links ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;     -- 1: is kept against the directory
DROP INDEX links_leaves;
CREATE INDEX links_leaves ON links (tenant, leaves, grp, approved, was_linked) WHERE leaves IS NOT NULL;
ALTER TABLE link_counts ADD COLUMN parked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE link_counts ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;

CREATE TABLE proposals (
    tenant  TEXT NOT NULL,
    id      TEXT NOT NULL,
    at      INTEGER NOT NULL,
    version INTEGER NOT NULL,
    record  BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE proposal_lines (
    tenant   TEXT NOT NULL,
    proposal TEXT NOT NULL,
    link     TEXT NOT NULL,
    intent   TEXT NOT NULL,
    drifted  INTEGER NOT NULL, -- 1: it was left out
    record   BLOB NOT NULL,
    PRIMARY KEY (tenant, proposal, link)
) STRICT, WITHOUT ROWID;
CREATE INDEX proposal_lines_intent ON proposal_lines (tenant, proposal, intent, link);
CREATE INDEX proposal_lines_drifted ON proposal_lines (tenant, proposal, link) WHERE drifted = 1;

CREATE TABLE reach (
    tenant   TEXT NOT NULL,
    platform TEXT NOT NULL,
    account  TEXT NOT NULL,
    state    TEXT NOT NULL,
    record   BLOB NOT NULL,
    PRIMARY KEY (tenant, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX reach_state ON reach (tenant, platform, state, account);

CREATE TABLE preferences (
    tenant  TEXT NOT NULL,
    account TEXT NOT NULL,
    record  BLOB NOT NULL,
    PRIMARY KEY (tenant, account)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE preferences;
DROP TABLE reach;
DROP TABLE proposal_lines;
DROP TABLE proposals;
ALTER TABLE link_counts DROP COLUMN kept;
ALTER TABLE link_counts DROP COLUMN parked;
DROP INDEX links_leaves;
CREATE INDEX links_leaves ON links (tenant, leaves, was_linked) WHERE leaves IS NOT NULL;
UPDATE links SET leaves = NULL WHERE approved = 1;
ALTER TABLE links DROP COLUMN kept;
ALTER TABLE links DROP COLUMN parked;
ALTER TABLE links DROP COLUMN approved;
ALTER TABLE link_counts DROP COLUMN failing;
ALTER TABLE link_counts DROP COLUMN asked;
DROP INDEX links_line;
ALTER TABLE links DROP COLUMN created;
ALTER TABLE links DROP COLUMN lot;
ALTER TABLE links DROP COLUMN asked;
UPDATE groups SET record = CAST(json_remove(record, '$.r.Version') AS BLOB);
ALTER TABLE groups DROP COLUMN version;
UPDATE tenants SET record = CAST(json_remove(record, '$.r.Version') AS BLOB);
ALTER TABLE tenants DROP COLUMN version;
