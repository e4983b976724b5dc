-- What is known of a connection, its sealed secrets, who may steer a tenant, and tickets.

-- +goose Up
ALTER TABLE installations ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE installations ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
UPDATE installations SET record = CAST(json_object('v', 1, 'r', json_object('Version', version, 'Installation',
    json_object('Tenant', tenant, 'Platform', platform, 'Workspace', workspace, 'Generation', generation))) AS BLOB);

CREATE TABLE credentials (
    tenant     TEXT NOT NULL,
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    generation INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    record     BLOB NOT NULL,
    PRIMARY KEY (tenant, platform, workspace, generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE admins (
    tenant  TEXT NOT NULL,
    account TEXT NOT NULL,
    record  BLOB NOT NULL,
    PRIMARY KEY (tenant, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
    id     TEXT PRIMARY KEY,
    tenant TEXT NOT NULL, -- empty: not known yet
    kind   TEXT NOT NULL,
    until  INTEGER NOT NULL,
    record BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_tenant ON tickets (tenant, kind);
CREATE INDEX tickets_until ON tickets (until);

-- +goose Down
DROP TABLE tickets;
DROP TABLE admins;
DROP TABLE credentials;
-- The earlier schema takes every installation for an active one.
DELETE FROM installations WHERE state <> 'active';
UPDATE installations SET record = CAST(json_object('v', 1, 'r',
    json_object('Tenant', tenant, 'Platform', platform, 'Workspace', workspace, 'Generation', generation)) AS BLOB);
ALTER TABLE installations DROP COLUMN version;
ALTER TABLE installations DROP COLUMN state;
