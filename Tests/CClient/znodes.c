/* Creating, reading, changing and deleting znodes, and what their Stat says. */
#include "session.h"

#include <stdlib.h>
#include <string.h>

static int create(zhandle_t *handle, const char *path, const char *value, int mode) {
    return zoo_create(handle, path, value, (int)strlen(value), &ZOO_OPEN_ACL_UNSAFE, mode, NULL, 0);
}

static void creates_and_reads(zhandle_t *handle) {
    char path[128], data[64];
    int length = sizeof data;
    struct Stat stat, made;

    claim_code(create(handle, "/c-znodes", "root", ZOO_PERSISTENT), ZOK, "create");
    claim_code(create(handle, "/c-znodes", "", ZOO_PERSISTENT), ZNODEEXISTS, "create again");
    claim_code(create(handle, "/c-none/child", "", ZOO_PERSISTENT), ZNONODE, "create below nothing");
    claim_code(create(handle, "/c-znodes/", "", ZOO_PERSISTENT), ZBADARGUMENTS, "create with a slash at the end");
    claim_code(
        zoo_create2(
            handle, "/c-znodes/a", "one", 3, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, path, sizeof path, &made),
        ZOK, "create2");
    claim(strcmp(path, "/c-znodes/a") == 0, "create2 returns the path");
    claim(made.version == 0 && made.czxid == made.mzxid && made.pzxid == made.czxid, "create2 returns a fresh Stat");

    claim_code(zoo_get(handle, "/c-znodes/a", 0, data, &length, &stat), ZOK, "get");
    claim(length == 3 && memcmp(data, "one", 3) == 0, "get returns the data");
    claim(memcmp(&stat, &made, sizeof stat) == 0, "get returns the Stat that create2 gave");
    claim_code(zoo_get(handle, "/c-none", 0, data, &length, &stat), ZNONODE, "get of nothing");
}

static void keeps_null_apart_from_empty(zhandle_t *handle) {
    char data[8];
    int length = sizeof data;
    zoo_create(handle, "/c-znodes/null", NULL, -1, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, NULL, 0);
    claim_code(zoo_get(handle, "/c-znodes/null", 0, data, &length, NULL), ZOK, "get of null data");
    claim(length == -1, "null data comes back as null");
    length = sizeof data;
    create(handle, "/c-znodes/empty", "", ZOO_PERSISTENT);
    zoo_get(handle, "/c-znodes/empty", 0, data, &length, NULL);
    claim(length == 0, "empty data comes back as empty");
}

static void sets(zhandle_t *handle) {
    struct Stat before, after, parent;
    zoo_exists(handle, "/c-znodes/a", 0, &before);
    claim_code(zoo_set2(handle, "/c-znodes/a", "second", 6, 0, &after), ZOK, "set of version 0");
    claim(
        after.version == 1 && after.mzxid > before.mzxid && after.czxid == before.czxid && after.dataLength == 6,
        "set changes version, mzxid and length");
    claim_code(zoo_set(handle, "/c-znodes/a", "third", 5, 0), ZBADVERSION, "set of a version gone by");
    claim_code(zoo_set(handle, "/c-none", "", 0, -1), ZNONODE, "set of nothing");
    zoo_exists(handle, "/c-znodes", 0, &parent);
    claim(parent.cversion == 3 && parent.numChildren == 3 && parent.version == 0, "the parent counts its children");
    claim(parent.pzxid > parent.mzxid, "the parent's pzxid follows its children");
}

static void lists_children(zhandle_t *handle) {
    struct String_vector names;
    struct Stat stat;
    claim_code(zoo_get_children2(handle, "/c-znodes", 0, &names, &stat), ZOK, "get_children2");
    claim(names.count == 3 && stat.numChildren == 3, "all three children are listed");
    deallocate_String_vector(&names);
    claim_code(zoo_get_children(handle, "/c-znodes/a", 0, &names), ZOK, "get_children of a leaf");
    claim(names.count == 0, "a leaf has none");
    deallocate_String_vector(&names);
}

static void numbers_sequential_znodes(zhandle_t *handle) {
    char first[128], second[128];
    create(handle, "/c-znodes/s", "", ZOO_PERSISTENT);
    zoo_create(
        handle, "/c-znodes/s/n-", "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT_SEQUENTIAL, first, sizeof first);
    claim(strcmp(first, "/c-znodes/s/n-0000000000") == 0, "the first number is 0");
    claim_code(zoo_delete(handle, first, -1), ZOK, "delete of a sequential znode");
    zoo_create(
        handle, "/c-znodes/s/n-", "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL_SEQUENTIAL, second, sizeof second);
    claim(strcmp(second, "/c-znodes/s/n-0000000001") == 0, "numbers are not used again");
    claim_code(create(handle, "/c-znodes/s/n-0000000001/x", "", 0), ZNOCHILDRENFOREPHEMERALS, "below an ephemeral");
}

static void deletes(zhandle_t *handle) {
    claim_code(zoo_delete(handle, "/c-znodes/a", 7), ZBADVERSION, "delete of another version");
    claim_code(zoo_delete(handle, "/c-znodes", -1), ZNOTEMPTY, "delete of a parent");
    claim_code(zoo_delete(handle, "/c-znodes/a", 1), ZOK, "delete");
    claim_code(zoo_exists(handle, "/c-znodes/a", 0, NULL), ZNONODE, "what was deleted does not exist");
    claim_code(zoo_delete(handle, "/c-znodes/a", -1), ZNONODE, "delete of nothing");
}

static void synced(int code, const char *value, const void *context) {
    struct events *events = (struct events *)context;
    events->type[0] = code;
    strncpy(events->path[0], value, sizeof events->path[0] - 1);
    __atomic_store_n(&events->count, 1, __ATOMIC_SEQ_CST);
}

static void large_and_synced(zhandle_t *handle) {
    static char data[1000000], back[1000001];
    int length = sizeof back;
    struct events events = {0};
    memset(data, 'x', sizeof data);
    claim_code(
        zoo_create(
            handle, "/c-znodes/large", data, sizeof data, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, NULL, 0),
        ZOK, "create with a million bytes");
    zoo_get(handle, "/c-znodes/large", 0, back, &length, NULL);
    claim(length == sizeof data && memcmp(data, back, sizeof data) == 0, "a million bytes come back");
    zoo_async(handle, "/c-znodes", synced, &events);
    claim(receives(&events, 1) && events.type[0] == ZOK, "sync is answered");
    claim(strcmp(events.path[0], "/c-znodes") == 0, "sync returns the path");
}

void test_znodes(const char *server) {
    zhandle_t *handle = connected(server, NULL);
    creates_and_reads(handle);
    keeps_null_apart_from_empty(handle);
    sets(handle);
    lists_children(handle);
    numbers_sequential_znodes(handle);
    deletes(handle);
    large_and_synced(handle);
    zookeeper_close(handle);
}
