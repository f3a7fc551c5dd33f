#include <stdlib.h>
#include <string.h>

#include "disk.h"

/* What SQLite calls on an open file. Locks always succeed: there is one connection. */

typedef struct {
    sqlite3_file base;
    faulty_disk *disk;
    file *file;
    int syncs_folder;
} handle;

int faulty_file_bytes(void) { return (int)sizeof(handle); }

void faulty_file_start(sqlite3_file *base, faulty_disk *disk, file *file, int syncs_folder) {
    handle *opened = (handle *)base;
    opened->disk = disk;
    opened->file = file;
    opened->syncs_folder = syncs_folder;
    opened->base.pMethods = &faulty_methods;
}

static int close_file(sqlite3_file *base) {
    (void)base;
    return SQLITE_OK;
}

static int read_file(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    handle *self = (handle *)base;
    if (disk_read_fails(self->disk)) return SQLITE_IOERR_READ;
    const extent *now = &self->file->now;
    int64_t available = now->count - offset;
    if (available >= count) {
        memcpy(bytes, now->bytes + offset, (size_t)count);
        return SQLITE_OK;
    }
    memset(bytes, 0, (size_t)count);
    if (available > 0) memcpy(bytes, now->bytes + offset, (size_t)available);
    return SQLITE_IOERR_SHORT_READ;
}

static int write_file(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    handle *self = (handle *)base;
    int code = disk_operation(self->disk, SQLITE_IOERR_WRITE, 1);
    if (code == SQLITE_OK) file_write(self->file, bytes, count, offset);
    return code;
}

static int truncate_file(sqlite3_file *base, sqlite3_int64 size) {
    handle *self = (handle *)base;
    int code = disk_operation(self->disk, SQLITE_IOERR_TRUNCATE, 0);
    if (code == SQLITE_OK) file_truncate(self->file, size);
    return code;
}

static int sync_file(sqlite3_file *base, int flags) {
    (void)flags;
    handle *self = (handle *)base;
    int code = disk_operation(self->disk, SQLITE_IOERR_FSYNC, 0);
    if (code != SQLITE_OK) {
        file_fail_sync(self->file);
        return code;
    }
    file_sync(self->file);
    if (self->syncs_folder) folder_sync(self->disk);
    self->syncs_folder = 0;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size) {
    handle *self = (handle *)base;
    *size = self->file->now.count;
    return SQLITE_OK;
}

static int lock_file(sqlite3_file *base, int level) {
    (void)base, (void)level;
    return SQLITE_OK;
}

static int check_lock(sqlite3_file *base, int *is_reserved) {
    (void)base;
    *is_reserved = 0;
    return SQLITE_OK;
}

static int control_file(sqlite3_file *base, int operation, void *argument) {
    (void)base, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int sector_size(sqlite3_file *base) {
    (void)base;
    return 4096;
}

/* As SQLite's own files on Linux: a torn write does not touch the bytes beside it. */
static int characteristics(sqlite3_file *base) {
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int map_shared(sqlite3_file *base, int index, int bytes, int extend, void volatile **region) {
    handle *self = (handle *)base;
    *region = NULL;
    if (index >= SHARED_REGIONS_MAX) return SQLITE_IOERR_SHMSIZE;
    if (!self->file->shared[index] && extend) {
        self->file->shared[index] = calloc(1, (size_t)bytes);
        if (!self->file->shared[index]) return SQLITE_IOERR_NOMEM;
    }
    *region = self->file->shared[index];
    return SQLITE_OK;
}

static int lock_shared(sqlite3_file *base, int offset, int count, int flags) {
    (void)base, (void)offset, (void)count, (void)flags;
    return SQLITE_OK;
}

static void barrier_shared(sqlite3_file *base) { (void)base; }

static int unmap_shared(sqlite3_file *base, int remove) {
    (void)remove;
    file_forget_shared(((handle *)base)->file);
    return SQLITE_OK;
}

const sqlite3_io_methods faulty_methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = lock_file,
    .xCheckReservedLock = check_lock,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_shared,
    .xShmLock = lock_shared,
    .xShmBarrier = barrier_shared,
    .xShmUnmap = unmap_shared,
};
