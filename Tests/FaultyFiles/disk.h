#ifndef FAULTY_DISK_H
#define FAULTY_DISK_H

#include <sqlite3.h>
#include <stddef.h>

#include "FaultyFiles.h"

/* A run of bytes that grows. */
typedef struct {
    unsigned char *bytes;
    int64_t count;
    int64_t room;
} extent;

/* A write or a truncation that no sync has covered yet. */
typedef struct change {
    struct change *next;
    int64_t offset;
    int64_t count; /* -1: the file was cut at `offset` */
    unsigned char bytes[];
} change;

#define SHARED_REGIONS_MAX 64

typedef struct file {
    struct file *next;
    extent now;     /* as the process sees it */
    extent durable; /* as a power cut leaves it, before the changes below */
    change *first, *last;
    void *shared[SHARED_REGIONS_MAX]; /* the WAL index */
} file;

/* A name in the folder. */
typedef struct entry {
    struct entry *next;
    char *path;
    file *file;
} entry;

/* A change of the folder's names that no sync has covered yet: `path` names `file` now, or nothing. */
typedef struct naming {
    struct naming *next;
    char *path;
    file *file;
    int is_linked; /* one operation with the next one: a rename */
} naming;

struct faulty_disk {
    sqlite3_vfs vfs;
    sqlite3_vfs *system;
    file *files;    /* all that ever were */
    entry *now;     /* as the process sees the folder */
    entry *durable; /* as a power cut leaves it, before the changes below */
    naming *first, *last;
    uint64_t random;
    int64_t operations;
    int64_t fails_at;
    enum faulty_kind fails_how;
    int64_t reads;
    int64_t read_fails_at;
    int is_read_lasting;
    int is_off;
};

/* Counts an operation; returns the error it must end with, or SQLITE_OK. */
int disk_operation(faulty_disk *disk, int io_error, int is_write);
/* Counts a read, or the opening of a file; returns whether it must fail. */
int disk_read_fails(faulty_disk *disk);
file *disk_find(const faulty_disk *disk, const char *path);
file *disk_make(faulty_disk *disk, const char *path);
void disk_remove(faulty_disk *disk, const char *path);

/* The folder: what has which name. */
file *folder_find(const entry *entries, const char *path);
void folder_name(faulty_disk *disk, const char *path, file *file, int is_linked);
void folder_sync(faulty_disk *disk);
void folder_lose(faulty_disk *disk, uint64_t *random);
void folder_free(faulty_disk *disk);

void file_write(file *file, const void *bytes, int64_t count, int64_t offset);
void file_truncate(file *file, int64_t size);
void file_sync(file *file);
void file_fail_sync(file *file);
void file_forget_cached(file *file);
void file_lose(file *file, uint64_t *random);
void file_forget_shared(file *file);
void file_free(file *file);

extern const sqlite3_io_methods faulty_methods;
int faulty_file_bytes(void);
void faulty_file_start(sqlite3_file *handle, faulty_disk *disk, file *file, int syncs_folder);
uint64_t next_random(uint64_t *state);

#endif
