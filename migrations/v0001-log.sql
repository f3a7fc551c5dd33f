-- log.db, version 1: the transactions of one node and what must be atomic with them.
-- Applied files are never edited: the node compares their checksums at every start.

-- Which of these files made this database. Written by the node only.
CREATE TABLE migrations (
    name       TEXT    NOT NULL PRIMARY KEY,  -- the file's name without .sql
    checksum   INTEGER NOT NULL               -- XXH64 of the file's bytes
) STRICT, WITHOUT ROWID;

-- One row per transaction, in the order of the ensemble.
CREATE TABLE log (
    zxid       INTEGER PRIMARY KEY,           -- epoch << 32 | counter
    time_ms    INTEGER NOT NULL,              -- the leader's clock, ms since 1970 UTC
    session    INTEGER NOT NULL,              -- the client's session; its top byte is the server
    cxid       INTEGER NOT NULL,              -- the client's own number of the request
    type       INTEGER NOT NULL,              -- ZooKeeper's op code; -1 is a refused request
    path       TEXT,                          -- the znode, where the transaction has exactly one
    body       BLOB    NOT NULL,              -- the bytes that were proposed: TxnHeader, record, digest
    checksum   INTEGER NOT NULL               -- XXH64 of this row, seeded with the previous row's
) STRICT;

-- Single numbers of this node. A missing row is zero.
CREATE TABLE node (
    name       TEXT    NOT NULL PRIMARY KEY,  -- accepted_epoch, current_epoch,
                                              -- start_zxid: the log holds what follows this one,
                                              -- start_checksum: the checksum of that one's row
    value      INTEGER NOT NULL,
    checksum   INTEGER NOT NULL               -- XXH64 of name and value
) STRICT, WITHOUT ROWID;

CREATE VIEW txns AS
-- The log for people. `id` is the zxid as a number: search and sort by it (WHERE id >= 0x100000001).
SELECT
    zxid                                                          AS id,
    printf('0x%x', zxid)                                          AS zxid,
    zxid >> 32                                                    AS epoch,
    zxid & 0xffffffff                                             AS counter,
    strftime('%Y-%m-%dT%H:%M:%fZ', time_ms / 1000.0, 'unixepoch') AS time,
    printf('0x%x', session)                                       AS session,
    cxid,
    CASE type
        WHEN 1 THEN 'create' WHEN 2 THEN 'delete' WHEN 5 THEN 'setData' WHEN 7 THEN 'setACL'
        WHEN 13 THEN 'check' WHEN 14 THEN 'multi' WHEN 15 THEN 'create2' WHEN 16 THEN 'reconfig'
        WHEN 19 THEN 'createContainer' WHEN 20 THEN 'deleteContainer' WHEN 21 THEN 'createTTL'
        WHEN -1 THEN 'error' WHEN -10 THEN 'createSession' WHEN -11 THEN 'closeSession'
        ELSE CAST(type AS TEXT)
    END                                                           AS type,
    path,
    length(body)                                                  AS body_bytes,
    printf('%016x', checksum)                                     AS checksum,
    body
FROM log;

CREATE VIEW epochs AS
-- One line per leader's reign that left transactions here. Reads the whole log.
SELECT
    zxid >> 32                                                         AS epoch,
    count(*)                                                           AS transactions,
    printf('0x%x', min(zxid))                                          AS first_zxid,
    printf('0x%x', max(zxid))                                          AS last_zxid,
    strftime('%Y-%m-%dT%H:%M:%fZ', min(time_ms) / 1000.0, 'unixepoch') AS first_time,
    strftime('%Y-%m-%dT%H:%M:%fZ', max(time_ms) / 1000.0, 'unixepoch') AS last_time,
    sum(length(body))                                                  AS body_bytes
FROM log GROUP BY zxid >> 32;

CREATE VIEW sessions AS
-- One line per session that wrote, the busiest first. Reads the whole log.
SELECT
    printf('0x%x', session)                                            AS session,
    count(*)                                                           AS transactions,
    sum(type = -1)                                                     AS refused,
    max(type = -11)                                                    AS closed,
    strftime('%Y-%m-%dT%H:%M:%fZ', min(time_ms) / 1000.0, 'unixepoch') AS first_time,
    strftime('%Y-%m-%dT%H:%M:%fZ', max(time_ms) / 1000.0, 'unixepoch') AS last_time
FROM log GROUP BY session ORDER BY count(*) DESC;
