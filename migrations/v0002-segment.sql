-- log-<zxid>.db, version 2: a log is a chain of files, each named by the transaction that it begins after.
-- Applied files are never edited: the node compares their checksums at every start.

-- What this file ends with: one row once the next file has begun, and then nothing here changes any more;
-- none in the newest. The table `node` of each file says what it begins after (start_zxid, start_checksum: what
-- the file before it ends with) and the epochs as they were when it was last written.
CREATE TABLE completion (
    last_zxid     INTEGER NOT NULL PRIMARY KEY,  -- the last transaction; what the next file begins after
    last_checksum INTEGER NOT NULL,              -- the checksum of its row
    rows          INTEGER NOT NULL,              -- how many transactions
    checksum      INTEGER NOT NULL               -- XXH64 of the three, seeded with start_checksum
) STRICT, WITHOUT ROWID;
