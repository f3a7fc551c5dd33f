#ifndef GATHERED_WRITES_H
#define GATHERED_WRITES_H

/* A sqlite3_vfs over another one that gathers writes which follow one another in a file: SQLite writes a
 * commit to its WAL, and a checkpoint to its database, by pieces of 24 and 4096 bytes, each a system call.
 *
 * What is gathered is written before anything else happens to the file: before it is read, synced, truncated,
 * measured, locked or closed. A sync covers what it would have covered. Where each commit syncs the WAL, as
 * `PRAGMA synchronous = FULL` says, its index, which others read by, tells of nothing that is not written. A
 * write that fails is told by the operation before which it was due, and by each one after that. */

/* Registers the vfs as `name` over the one called `below` (NULL: the default), once.
 *
 * Returns an SQLite result code. */
int gathered_writes_register(const char *name, const char *below);

/* Forgets the vfs, before the one below goes. Nothing may be open in it. */
void gathered_writes_unregister(const char *name);

#endif
