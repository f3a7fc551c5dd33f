#include "GatheredWrites.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* Bytes gathered of one file at most: the frames of a usual commit. */
enum { gathered_max = 64 << 10 };

typedef struct {
    sqlite3_file base;
    /* The file of the vfs below, behind this. */
    sqlite3_file *below;
    /* Bytes that follow one another in the file, from `offset` on, and are not written yet. */
    char *bytes;
    int count;
    sqlite3_int64 offset;
    /* The failure of a write that SQLite was told had succeeded: nothing succeeds after it. */
    int failure;
} handle;

typedef struct {
    sqlite3_vfs base;
    sqlite3_vfs *below;
} layer;

static sqlite3_vfs *below(sqlite3_vfs *vfs) { return ((layer *)vfs)->below; }

/* Writes what is gathered. */
static int pass_on(handle *self) {
    if (self->failure == SQLITE_OK && self->count > 0) {
        self->failure = self->below->pMethods->xWrite(self->below, self->bytes, self->count, self->offset);
        self->count = 0;
    }
    return self->failure;
}

/* What SQLite calls on an open file. */

static int close_file(sqlite3_file *file) {
    handle *self = (handle *)file;
    int failure = pass_on(self);
    int code = self->below->pMethods->xClose(self->below);
    free(self->bytes);
    return failure != SQLITE_OK ? failure : code;
}

static int read_file(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    handle *self = (handle *)file;
    int failure = pass_on(self);
    return failure != SQLITE_OK ? failure
                                : self->below->pMethods->xRead(self->below, bytes, count, offset);
}

static int write_file(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    handle *self = (handle *)file;
    int follows = self->count > 0 && self->offset + self->count == offset;
    if (!follows || self->count + count > gathered_max) {
        int failure = pass_on(self);
        if (failure != SQLITE_OK) return failure;
        if (!self->bytes) self->bytes = malloc(gathered_max);
        if (!self->bytes || count > gathered_max)
            return self->below->pMethods->xWrite(self->below, bytes, count, offset);
        self->offset = offset;
    }
    memcpy(self->bytes + self->count, bytes, (size_t)count);
    self->count += count;
    return self->failure;
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size) {
    handle *self = (handle *)file;
    int failure = pass_on(self);
    return failure != SQLITE_OK ? failure : self->below->pMethods->xTruncate(self->below, size);
}

static int sync_file(sqlite3_file *file, int flags) {
    handle *self = (handle *)file;
    int failure = pass_on(self);
    return failure != SQLITE_OK ? failure : self->below->pMethods->xSync(self->below, flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
    handle *self = (handle *)file;
    int failure = pass_on(self);
    return failure != SQLITE_OK ? failure : self->below->pMethods->xFileSize(self->below, size);
}

static int lock_file(sqlite3_file *file, int level) {
    handle *self = (handle *)file;
    return self->below->pMethods->xLock(self->below, level);
}

static int unlock_file(sqlite3_file *file, int level) {
    handle *self = (handle *)file;
    int failure = pass_on(self);
    int code = self->below->pMethods->xUnlock(self->below, level);
    return failure != SQLITE_OK ? failure : code;
}

static int check_lock(sqlite3_file *file, int *is_reserved) {
    handle *self = (handle *)file;
    return self->below->pMethods->xCheckReservedLock(self->below, is_reserved);
}

/* Among what is asked here is the end of a checkpoint's copying (SQLITE_FCNTL_CKPT_DONE): what was copied is
 * in the file before the index says so. SQLite does not look at the answer; a failure is told by what
 * follows. */
static int control_file(sqlite3_file *file, int operation, void *argument) {
    handle *self = (handle *)file;
    pass_on(self);
    return self->below->pMethods->xFileControl(self->below, operation, argument);
}

static int sector_size(sqlite3_file *file) {
    handle *self = (handle *)file;
    return self->below->pMethods->xSectorSize(self->below);
}

static int characteristics(sqlite3_file *file) {
    handle *self = (handle *)file;
    return self->below->pMethods->xDeviceCharacteristics(self->below);
}

static int map_shared(sqlite3_file *file, int index, int bytes, int extend, void volatile **region) {
    handle *self = (handle *)file;
    return self->below->pMethods->xShmMap(self->below, index, bytes, extend, region);
}

static int lock_shared(sqlite3_file *file, int offset, int count, int flags) {
    handle *self = (handle *)file;
    int failure = pass_on(self);
    int code = self->below->pMethods->xShmLock(self->below, offset, count, flags);
    return failure != SQLITE_OK ? failure : code;
}

static void barrier_shared(sqlite3_file *file) {
    handle *self = (handle *)file;
    pass_on(self);
    self->below->pMethods->xShmBarrier(self->below);
}

static int unmap_shared(sqlite3_file *file, int remove) {
    handle *self = (handle *)file;
    return self->below->pMethods->xShmUnmap(self->below, remove);
}

/* Version 2: files are never mapped into memory, where a page would be read behind what is gathered. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_lock,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_shared,
    .xShmLock = lock_shared,
    .xShmBarrier = barrier_shared,
    .xShmUnmap = unmap_shared,
};

/* What SQLite calls on the vfs. */

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags) {
    handle *self = (handle *)file;
    memset(self, 0, sizeof(handle));
    self->below = (sqlite3_file *)(self + 1);
    memset(self->below, 0, (size_t)below(vfs)->szOsFile);
    int code = below(vfs)->xOpen(below(vfs), name, self->below, flags, out_flags);
    /* SQLite closes a file that has methods, also where it could not be opened. */
    if (self->below->pMethods) self->base.pMethods = &methods;
    return code;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int syncs_folder) {
    return below(vfs)->xDelete(below(vfs), name, syncs_folder);
}

static int access_file(sqlite3_vfs *vfs, const char *name, int flags, int *answer) {
    return below(vfs)->xAccess(below(vfs), name, flags, answer);
}

static int full_path(sqlite3_vfs *vfs, const char *name, int count, char *path) {
    return below(vfs)->xFullPathname(below(vfs), name, count, path);
}

static int randomness(sqlite3_vfs *vfs, int count, char *bytes) {
    return below(vfs)->xRandomness(below(vfs), count, bytes);
}

static int sleep_for(sqlite3_vfs *vfs, int microseconds) {
    return below(vfs)->xSleep(below(vfs), microseconds);
}

static int current_time(sqlite3_vfs *vfs, double *now) {
    return below(vfs)->xCurrentTime(below(vfs), now);
}

static int last_error(sqlite3_vfs *vfs, int count, char *text) {
    return below(vfs)->xGetLastError ? below(vfs)->xGetLastError(below(vfs), count, text) : 0;
}

int gathered_writes_register(const char *name, const char *below_name) {
    sqlite3_vfs *under = sqlite3_vfs_find(below_name);
    if (!under) return SQLITE_NOTFOUND;
    if (sqlite3_vfs_find(name)) return SQLITE_OK;
    layer *added = calloc(1, sizeof(layer));
    char *kept = added ? strdup(name) : NULL;
    if (!kept) {
        free(added);
        return SQLITE_NOMEM;
    }
    added->below = under;
    added->base = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = (int)sizeof(handle) + under->szOsFile,
        .mxPathname = under->mxPathname,
        .zName = kept,
        .xOpen = open_file,
        .xDelete = delete_file,
        .xAccess = access_file,
        .xFullPathname = full_path,
        .xRandomness = randomness,
        .xSleep = sleep_for,
        .xCurrentTime = current_time,
        .xGetLastError = last_error,
    };
    return sqlite3_vfs_register(&added->base, 0);
}

void gathered_writes_unregister(const char *name) {
    sqlite3_vfs *found = sqlite3_vfs_find(name);
    if (!found || found->xOpen != open_file) return;
    sqlite3_vfs_unregister(found);
    free((char *)found->zName);
    free(found);
}
