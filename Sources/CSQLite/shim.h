#include <sqlite3.h>
#include <sys/syscall.h>
#include <unistd.h>

/* sqlite3_db_config is variadic, which Swift cannot call. */
static inline int aviary_set_checkpoint_on_close(sqlite3 *database, int enabled) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !enabled, (int *)0);
}

/* Linux's sync_file_range with SYNC_FILE_RANGE_WRITE over the whole file, which Swift's Glibc does not have:
   the disk begins to take what was written, and nobody waits. */
static inline void aviary_begin_writeback(int descriptor) {
    syscall(SYS_sync_file_range, descriptor, 0LL, 0LL, 2);
}

/* The same of a part of it, and whoever calls waits until the disk has that part in hand. */
static inline void aviary_write_back(int descriptor, long long offset, long long bytes) {
    syscall(SYS_sync_file_range, descriptor, offset, bytes, 1 | 2 | 4);
}

/* Makes the database file durable by its own xSync, whatever its pragma says. */
static inline int aviary_sync(sqlite3 *database) {
    sqlite3_file *file = 0;
    int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    return code == SQLITE_OK ? file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) : code;
}

/* A virtual table and a cursor over it as SQLite has them, with what answers for them. */
struct aviary_table {
    sqlite3_vtab base;
    void *owner;
};

struct aviary_cursor {
    sqlite3_vtab_cursor base;
    void *owner;
};
