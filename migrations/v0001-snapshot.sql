-- snapshot-<zxid>.db, version 1: the whole tree as it was right after one transaction. Never changed once it
-- has its name. Applied files are never edited: the node compares their checksums when it reads a snapshot.

-- Which of these files made this database.
CREATE TABLE migrations (
    name       TEXT    NOT NULL PRIMARY KEY,  -- the file's name without .sql
    checksum   INTEGER NOT NULL               -- XXH64 of the file's bytes
) STRICT, WITHOUT ROWID;

-- One row about all others.
CREATE TABLE meta (
    zxid         INTEGER NOT NULL PRIMARY KEY,  -- the last transaction that is in here
    time_ms      INTEGER NOT NULL,              -- when it was written, by this node's clock, ms since 1970 UTC
    znodes       INTEGER NOT NULL,              -- rows of that table
    sessions     INTEGER NOT NULL,              -- likewise
    acls         INTEGER NOT NULL,              -- likewise
    digest       INTEGER NOT NULL,              -- the tree's digest, 64 bits as a signed number
    checksum     INTEGER NOT NULL               -- XXH64 of the columns before, seeded with the sum of all rows'
) STRICT, WITHOUT ROWID;

-- The clients' sessions that were open.
CREATE TABLE sessions (
    session    INTEGER NOT NULL PRIMARY KEY,  -- its top byte is the server
    timeout_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row per entry of an access control list. A list without entries has one row that says NULL.
CREATE TABLE acls (
    acl        INTEGER NOT NULL,              -- the list; znodes name it by this number
    position   INTEGER NOT NULL,              -- the entry's place in it, from 0
    perms      INTEGER,                       -- 1 read, 2 write, 4 create, 8 delete, 16 admin
    scheme     TEXT,
    id         TEXT,
    PRIMARY KEY (acl, position)
) STRICT, WITHOUT ROWID;

-- One row per znode. A parent stands before its children, since its path is the beginning of theirs.
CREATE TABLE znodes (
    path            TEXT    NOT NULL PRIMARY KEY,  -- the root is /
    data            BLOB,                          -- NULL where the client gave null
    acl             INTEGER NOT NULL,              -- see acls
    czxid           INTEGER NOT NULL,              -- the transaction that created it
    mzxid           INTEGER NOT NULL,              -- the one that last changed its data
    pzxid           INTEGER NOT NULL,              -- the one that last changed its list of children
    ctime_ms        INTEGER NOT NULL,              -- the leader's clock, ms since 1970 UTC
    mtime_ms        INTEGER NOT NULL,
    version         INTEGER NOT NULL,              -- counts changes of its data
    cversion        INTEGER NOT NULL,              -- counts the children ever created in it
    aversion        INTEGER NOT NULL,              -- counts changes of its ACL
    ephemeral_owner INTEGER NOT NULL               -- 0 persistent, -2^63 container, 0xff… TTL, else the session
) STRICT, WITHOUT ROWID;

CREATE VIEW tree AS
-- The znodes for people. Search and sort by `path`: WHERE path = '/a', or below it
-- WHERE path > '/a/' AND path < '/a0'.
SELECT
    path,
    CASE
        WHEN ephemeral_owner = 0 THEN 'persistent'
        WHEN ephemeral_owner = 0x8000000000000000 THEN 'container'
        WHEN (ephemeral_owner >> 56) & 0xff = 0xff THEN printf('ttl %d ms', ephemeral_owner & 0xffffffffff)
        ELSE printf('ephemeral of 0x%x', ephemeral_owner)
    END                                                            AS kind,
    length(data)                                                   AS data_bytes,
    CAST(data AS TEXT)                                             AS data,
    version,
    printf('0x%x', czxid)                                          AS czxid,
    printf('0x%x', mzxid)                                          AS mzxid,
    printf('0x%x', pzxid)                                          AS pzxid,
    strftime('%Y-%m-%dT%H:%M:%fZ', ctime_ms / 1000.0, 'unixepoch') AS created,
    strftime('%Y-%m-%dT%H:%M:%fZ', mtime_ms / 1000.0, 'unixepoch') AS modified,
    (
        SELECT group_concat(scheme || ':' || id || ':' || iif(perms & 4, 'c', '') || iif(perms & 8, 'd', '')
            || iif(perms & 1, 'r', '') || iif(perms & 2, 'w', '') || iif(perms & 16, 'a', ''), ' ')
        FROM acls WHERE acls.acl = znodes.acl
    )                                                              AS acl
FROM znodes;
