#ifndef FAULTY_FILES_H
#define FAULTY_FILES_H

#include <stdint.h>

/* A disk in memory under the real SQLite, which can fail as disks fail.
 *
 * Every write is visible at once and durable only after a sync of its file, as with a real kernel; a sync that
 * fails leaves it visible, and never durable. Whatever
 * is random comes from the seed, so a failure can be replayed. One thread and one connection at a time. */
typedef struct faulty_disk faulty_disk;

enum faulty_kind {
    /* From that operation on nothing works, until faulty_disk_mend or faulty_disk_lose_power. */
    FAULTY_POWER_OFF = 1,
    /* That one operation fails; the next works again, so that a retry would be caught. */
    FAULTY_IO_ERROR = 2,
    /* From that operation on every write fails for want of room. */
    FAULTY_FULL = 3
};

/* Registers the disk as the sqlite3_vfs of that name. */
faulty_disk *faulty_disk_create(const char *name, uint64_t seed);
void faulty_disk_destroy(faulty_disk *disk);

/* Writes, syncs, truncations and deletions so far. */
int64_t faulty_disk_operations(const faulty_disk *disk);
/* Lets operation number `operation` fail, counted as above. */
void faulty_disk_fail_at(faulty_disk *disk, int64_t operation, enum faulty_kind kind);

/* Openings of files and reads so far, and which of them fails: once, or from then on. */
int64_t faulty_disk_reads(const faulty_disk *disk);
void faulty_disk_fail_read_at(faulty_disk *disk, int64_t number, int is_lasting);
/* Works again; what was refused is not there. */
void faulty_disk_mend(faulty_disk *disk);

/* Forgets what no sync has covered: each such write is kept, lost, or torn at its 512-byte sectors. The disk
 * works again afterwards. Connections must have been given up. */
void faulty_disk_lose_power(faulty_disk *disk);
/* Ends the process only: everything written stays. */
void faulty_disk_kill(faulty_disk *disk);

/* What the folder is asked for beside SQLite. Those that change it return SQLite's code for a failure, and are durable
 * after a sync of the folder; a power cut leaves some of what came after, up to one of them. */
int64_t faulty_disk_size(const faulty_disk *disk, const char *path);
int faulty_disk_rename(faulty_disk *disk, const char *path, const char *name);
int faulty_disk_remove(faulty_disk *disk, const char *path);
int faulty_disk_link(faulty_disk *disk, const char *path, const char *name);
/* The bytes are durable, the name is not. */
int faulty_disk_write(faulty_disk *disk, const char *path, const void *bytes, int64_t count);
const void *faulty_disk_bytes(const faulty_disk *disk, const char *path);
/* What is read from now on is what the disk has, and what it is still to be given. */
void faulty_disk_forget_cached(faulty_disk *disk, const char *path);
int faulty_disk_sync_folder(faulty_disk *disk);
/* The path of file number `index`, in no order; NULL behind the last. */
const char *faulty_disk_name(const faulty_disk *disk, int index);

#endif
