#include <stdlib.h>
#include <string.h>

#include "disk.h"

/* Which file has which name: as seen, as durable, and the changes between them. The changes reach the disk in
 * their order, as a file system with a journal has it. */

file *folder_find(const entry *entries, const char *path) {
    for (; entries; entries = entries->next)
        if (strcmp(entries->path, path) == 0) return entries->file;
    return NULL;
}

static void set(entry **entries, const char *path, file *file) {
    for (entry **each = entries; *each; each = &(*each)->next) {
        if (strcmp((*each)->path, path) != 0) continue;
        entry *found = *each;
        if (file) {
            found->file = file;
        } else {
            *each = found->next;
            free(found->path);
            free(found);
        }
        return;
    }
    if (!file) return;
    entry *added = malloc(sizeof(entry));
    if (!added) abort();
    *added = (entry){.next = *entries, .path = strdup(path), .file = file};
    *entries = added;
}

void folder_name(faulty_disk *disk, const char *path, file *file, int is_linked) {
    set(&disk->now, path, file);
    naming *added = malloc(sizeof(naming));
    if (!added) abort();
    *added = (naming){.path = strdup(path), .file = file, .is_linked = is_linked};
    if (disk->last) disk->last->next = added; else disk->first = added;
    disk->last = added;
}

/* Takes the first change away, into the durable folder where it `is_kept`. */
static void settle_first(faulty_disk *disk, int is_kept) {
    naming *change = disk->first;
    if (is_kept) set(&disk->durable, change->path, change->file);
    disk->first = change->next;
    if (!disk->first) disk->last = NULL;
    free(change->path);
    free(change);
}

void folder_sync(faulty_disk *disk) {
    while (disk->first) settle_first(disk, 1);
}

static void clear(entry **entries) {
    while (*entries) {
        entry *next = (*entries)->next;
        free((*entries)->path);
        free(*entries);
        *entries = next;
    }
}

void folder_lose(faulty_disk *disk, uint64_t *random) {
    int is_kept = 1;
    int is_linked = 0;
    while (disk->first) {
        if (!is_linked && next_random(random) % 3 == 0) is_kept = 0;
        is_linked = disk->first->is_linked;
        settle_first(disk, is_kept);
    }
    clear(&disk->now);
    for (entry *each = disk->durable; each; each = each->next) set(&disk->now, each->path, each->file);
}

void folder_free(faulty_disk *disk) {
    while (disk->first) settle_first(disk, 0);
    clear(&disk->now);
    clear(&disk->durable);
}
