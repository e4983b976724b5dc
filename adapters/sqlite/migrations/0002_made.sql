-- What we made on a platform, and a link that holds any number of accounts.

-- +goose Up
CREATE TABLE creations (
    tenant   TEXT NOT NULL,
    platform TEXT NOT NULL,
    account  TEXT NOT NULL,
    link     TEXT NOT NULL,
    gone     INTEGER NOT NULL, -- 1: it is not there any more
    record   BLOB NOT NULL,
    PRIMARY KEY (tenant, platform, account)
) STRICT, WITHOUT ROWID;

-- The accounts that a link has in holds, a space between them.
ALTER TABLE links ADD COLUMN held TEXT NOT NULL DEFAULT '';
UPDATE links SET held = account || ' ' || counterpart WHERE holding = 1;
ALTER TABLE links DROP COLUMN holding;

-- +goose Down
ALTER TABLE links ADD COLUMN holding INTEGER NOT NULL DEFAULT 0;
UPDATE links SET holding = 1 WHERE held <> '';
ALTER TABLE links DROP COLUMN held;
DELETE FROM holds WHERE account NOT IN (SELECT account FROM links WHERE id = holds.link UNION ALL SELECT counterpart FROM links WHERE id = holds.link);
DROP TABLE creations;
