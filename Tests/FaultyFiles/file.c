#include <stdlib.h>
#include <string.h>

#include "disk.h"

/* What one file holds: the bytes as seen, the bytes as durable, and the changes between them. */

enum { sector_bytes = 512 };

uint64_t next_random(uint64_t *state) {
    *state += 0x9E3779B97F4A7C15u;
    uint64_t word = *state;
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9u;
    word = (word ^ (word >> 27)) * 0x94D049BB133111EBu;
    return word ^ (word >> 31);
}

static void extent_resize(extent *extent, int64_t count) {
    if (count > extent->room) {
        int64_t room = extent->room < 4096 ? 4096 : extent->room;
        while (room < count) room *= 2;
        extent->bytes = realloc(extent->bytes, (size_t)room);
        if (!extent->bytes) abort();
        extent->room = room;
    }
    if (count > extent->count) memset(extent->bytes + extent->count, 0, (size_t)(count - extent->count));
    extent->count = count;
}

static void extent_write(extent *extent, const void *bytes, int64_t count, int64_t offset) {
    if (offset + count > extent->count) extent_resize(extent, offset + count);
    memcpy(extent->bytes + offset, bytes, (size_t)count);
}

static void add_change(file *file, const void *bytes, int64_t count, int64_t offset) {
    size_t kept = count > 0 ? (size_t)count : 0;
    change *added = malloc(sizeof(change) + kept);
    if (!added) abort();
    added->next = NULL;
    added->offset = offset;
    added->count = count;
    if (kept) memcpy(added->bytes, bytes, kept);
    if (file->last) file->last->next = added; else file->first = added;
    file->last = added;
}

void file_write(file *file, const void *bytes, int64_t count, int64_t offset) {
    extent_write(&file->now, bytes, count, offset);
    add_change(file, bytes, count, offset);
}

void file_truncate(file *file, int64_t size) {
    extent_resize(&file->now, size);
    add_change(file, NULL, -1, size);
}

static void apply(file *file, const change *change) {
    if (change->count < 0) extent_resize(&file->durable, change->offset);
    else extent_write(&file->durable, change->bytes, change->count, change->offset);
}

/* Some sectors of the write reached the disk and some did not. */
static void tear(file *file, const change *change, uint64_t *random) {
    if (change->count < 0) return;
    int64_t start = 0;
    while (start < change->count) {
        int64_t end = (change->offset + start) / sector_bytes * sector_bytes + sector_bytes - change->offset;
        if (end > change->count) end = change->count;
        if (next_random(random) & 1)
            extent_write(&file->durable, change->bytes + start, end - start, change->offset + start);
        start = end;
    }
}

static void forget_changes(file *file) {
    while (file->first) {
        change *next = file->first->next;
        free(file->first);
        file->first = next;
    }
    file->last = NULL;
}

void file_sync(file *file) {
    for (change *each = file->first; each; each = each->next) apply(file, each);
    forget_changes(file);
}

/* The kernel counts what it could not write as written: it goes on showing it, and never writes it. */
void file_fail_sync(file *file) { forget_changes(file); }

void file_forget_cached(file *file) {
    extent_resize(&file->now, 0);
    if (file->durable.count) extent_write(&file->now, file->durable.bytes, file->durable.count, 0);
    for (change *each = file->first; each; each = each->next) {
        if (each->count < 0) extent_resize(&file->now, each->offset);
        else extent_write(&file->now, each->bytes, each->count, each->offset);
    }
}

void file_lose(file *file, uint64_t *random) {
    for (change *each = file->first; each; each = each->next) {
        switch (next_random(random) % 3) {
        case 0: apply(file, each); break;
        case 1: tear(file, each, random); break;
        default: break;
        }
    }
    forget_changes(file);
    extent_resize(&file->now, file->durable.count);
    if (file->durable.count) memcpy(file->now.bytes, file->durable.bytes, (size_t)file->durable.count);
    file_forget_shared(file);
}

void file_forget_shared(file *file) {
    for (int index = 0; index < SHARED_REGIONS_MAX; index++) {
        free(file->shared[index]);
        file->shared[index] = NULL;
    }
}

void file_free(file *file) {
    forget_changes(file);
    file_forget_shared(file);
    free(file->now.bytes);
    free(file->durable.bytes);
    free(file);
}
