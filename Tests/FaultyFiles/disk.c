#include <stdlib.h>
#include <string.h>

#include "disk.h"

/* The disk: its files by path, its faults, and the calls SQLite makes on it as a whole. */

int disk_operation(faulty_disk *disk, int io_error, int is_write) {
    int64_t number = disk->operations++;
    if (disk->is_off) return io_error;
    if (disk->fails_at < 0 || number < disk->fails_at) return SQLITE_OK;
    switch (disk->fails_how) {
    case FAULTY_POWER_OFF: disk->is_off = 1; return io_error;
    case FAULTY_IO_ERROR: disk->fails_at = -1; return io_error;
    case FAULTY_FULL: return is_write ? SQLITE_FULL : SQLITE_OK;
    }
    return SQLITE_OK;
}

int disk_read_fails(faulty_disk *disk) {
    int64_t number = disk->reads++;
    if (disk->is_off) return 1;
    if (disk->read_fails_at < 0 || number < disk->read_fails_at) return 0;
    if (!disk->is_read_lasting) disk->read_fails_at = -1;
    return 1;
}

file *disk_find(const faulty_disk *disk, const char *path) { return folder_find(disk->now, path); }

file *disk_make(faulty_disk *disk, const char *path) {
    file *made = calloc(1, sizeof(file));
    if (!made) abort();
    made->next = disk->files;
    disk->files = made;
    folder_name(disk, path, made, 0);
    return made;
}

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *flags_out) {
    faulty_disk *disk = vfs->pAppData;
    base->pMethods = NULL;
    if (!path || disk_read_fails(disk)) return SQLITE_CANTOPEN;
    file *found = disk_find(disk, path);
    if (!found && !(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
    if (!found) found = disk_make(disk, path);
    /* As SQLite's own files: the first sync of a journal covers the folder, too. */
    faulty_file_start(base, disk, found, flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL));
    if (flags_out) *flags_out = flags;
    return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int sync_folder) {
    faulty_disk *disk = vfs->pAppData;
    int code = disk_operation(disk, SQLITE_IOERR_DELETE, 0);
    if (code != SQLITE_OK) return code;
    disk_remove(disk, path);
    if (sync_folder) folder_sync(disk);
    return SQLITE_OK;
}

void disk_remove(faulty_disk *disk, const char *path) {
    if (disk_find(disk, path)) folder_name(disk, path, NULL, 0);
}

static int access_file(sqlite3_vfs *vfs, const char *path, int flags, int *answer) {
    (void)flags;
    *answer = disk_find(vfs->pAppData, path) != NULL;
    return SQLITE_OK;
}

static int full_path(sqlite3_vfs *vfs, const char *path, int room, char *full) {
    (void)vfs;
    sqlite3_snprintf(room, full, "%s", path);
    return SQLITE_OK;
}

static int randomness(sqlite3_vfs *vfs, int count, char *bytes) {
    /* SQLite's salts come from here: the same on every run. */
    faulty_disk *disk = vfs->pAppData;
    for (int index = 0; index < count; index++) {
        disk->random = disk->random * 6364136223846793005u + 1442695040888963407u;
        bytes[index] = (char)(disk->random >> 56);
    }
    return count;
}

static int sleep_now(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return microseconds;
}

static int current_time(sqlite3_vfs *vfs, sqlite3_int64 *milliseconds) {
    faulty_disk *disk = vfs->pAppData;
    return disk->system->xCurrentTimeInt64(disk->system, milliseconds);
}

faulty_disk *faulty_disk_create(const char *name, uint64_t seed) {
    faulty_disk *disk = calloc(1, sizeof(faulty_disk));
    if (!disk) abort();
    disk->system = sqlite3_vfs_find(NULL);
    disk->random = seed * 0x9E3779B97F4A7C15u + 1;
    disk->fails_at = disk->read_fails_at = -1;
    disk->vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = faulty_file_bytes(),
        .mxPathname = 1024,
        .zName = strdup(name),
        .pAppData = disk,
        .xOpen = open_file,
        .xDelete = delete_file,
        .xAccess = access_file,
        .xFullPathname = full_path,
        .xRandomness = randomness,
        .xSleep = sleep_now,
        .xCurrentTimeInt64 = current_time,
    };
    sqlite3_vfs_register(&disk->vfs, 0);
    return disk;
}

void faulty_disk_destroy(faulty_disk *disk) {
    sqlite3_vfs_unregister(&disk->vfs);
    folder_free(disk);
    while (disk->files) {
        file *next = disk->files->next;
        file_free(disk->files);
        disk->files = next;
    }
    free((void *)disk->vfs.zName);
    free(disk);
}

int64_t faulty_disk_operations(const faulty_disk *disk) { return disk->operations; }

void faulty_disk_fail_at(faulty_disk *disk, int64_t operation, enum faulty_kind kind) {
    disk->fails_at = operation;
    disk->fails_how = kind;
}

int64_t faulty_disk_reads(const faulty_disk *disk) { return disk->reads; }

void faulty_disk_fail_read_at(faulty_disk *disk, int64_t number, int is_lasting) {
    disk->read_fails_at = number;
    disk->is_read_lasting = is_lasting;
}

void faulty_disk_mend(faulty_disk *disk) {
    disk->is_off = 0;
    disk->fails_at = disk->read_fails_at = -1;
}

void faulty_disk_lose_power(faulty_disk *disk) {
    for (file *each = disk->files; each; each = each->next) file_lose(each, &disk->random);
    folder_lose(disk, &disk->random);
    faulty_disk_mend(disk);
}

void faulty_disk_kill(faulty_disk *disk) {
    for (file *each = disk->files; each; each = each->next) file_forget_shared(each);
    faulty_disk_mend(disk);
}

int64_t faulty_disk_size(const faulty_disk *disk, const char *path) {
    const file *found = disk_find(disk, path);
    return found ? found->now.count : 0;
}

int faulty_disk_rename(faulty_disk *disk, const char *path, const char *name) {
    if (disk_operation(disk, 1, 0)) return SQLITE_IOERR;
    file *found = disk_find(disk, path);
    if (!found) return SQLITE_IOERR;
    folder_name(disk, name, found, 1);
    folder_name(disk, path, NULL, 0);
    return 0;
}

int faulty_disk_remove(faulty_disk *disk, const char *path) {
    if (!disk_find(disk, path)) return disk->is_off ? SQLITE_IOERR : SQLITE_OK;
    if (disk_operation(disk, 1, 0)) return SQLITE_IOERR_DELETE;
    disk_remove(disk, path);
    return 0;
}

int faulty_disk_link(faulty_disk *disk, const char *path, const char *name) {
    file *found = disk_find(disk, path);
    if (!found || disk_find(disk, name) || disk_operation(disk, 1, 0)) return 1;
    folder_name(disk, name, found, 0);
    return 0;
}

int faulty_disk_write(faulty_disk *disk, const char *path, const void *bytes, int64_t count) {
    file *found = disk_find(disk, path);
    int code = disk_operation(disk, SQLITE_IOERR_WRITE, 1);
    if (code) return code;
    if (!found) found = disk_make(disk, path);
    file_write(found, bytes, count, 0);
    code = disk_operation(disk, SQLITE_IOERR_FSYNC, 0);
    if (code) {
        file_fail_sync(found);
        return code;
    }
    file_sync(found);
    return 0;
}

void faulty_disk_forget_cached(faulty_disk *disk, const char *path) {
    file *found = disk_find(disk, path);
    if (found) file_forget_cached(found);
}

const void *faulty_disk_bytes(const faulty_disk *disk, const char *path) {
    const file *found = disk_find(disk, path);
    return found ? found->now.bytes : NULL;
}

int faulty_disk_sync_folder(faulty_disk *disk) {
    if (disk_operation(disk, 1, 0)) return SQLITE_IOERR_DIR_FSYNC;
    folder_sync(disk);
    return 0;
}

const char *faulty_disk_name(const faulty_disk *disk, int index) {
    const entry *each = disk->now;
    while (each && index-- > 0) each = each->next;
    return each ? each->path : NULL;
}
