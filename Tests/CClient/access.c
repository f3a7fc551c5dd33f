/* Who may do what: digest users, ACLs and their versions. */
#include "session.h"

#include <string.h>

static void authenticated(int code, const void *context) {
    struct events *events = (struct events *)context;
    events->type[0] = code;
    __atomic_store_n(&events->count, 1, __ATOMIC_SEQ_CST);
}

static void log_in(zhandle_t *handle, const char *user) {
    struct events events = {0};
    zoo_add_auth(handle, "digest", user, (int)strlen(user), authenticated, &events);
    claim(receives(&events, 1) && events.type[0] == ZOK, "%s logs in", user);
}

static void creators_only(zhandle_t *owner, zhandle_t *stranger) {
    char data[8];
    int length = sizeof data;
    claim_code(
        zoo_create(stranger, "/c-access/x", "", 0, &ZOO_CREATOR_ALL_ACL, 0, NULL, 0), ZINVALIDACL,
        "nobody in particular cannot be the creator");
    claim_code(
        zoo_create(owner, "/c-access/mine", "secret", 6, &ZOO_CREATOR_ALL_ACL, 0, NULL, 0), ZOK,
        "create for the creator alone");
    claim_code(zoo_get(stranger, "/c-access/mine", 0, data, &length, NULL), ZNOAUTH, "a stranger cannot read it");
    claim_code(zoo_set(stranger, "/c-access/mine", "", 0, -1), ZNOAUTH, "nor change it");
    claim_code(
        zoo_create(stranger, "/c-access/mine/x", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, NULL, 0), ZNOAUTH,
        "nor create below it");
    claim_code(zoo_set(owner, "/c-access/mine", "changed", 7, -1), ZOK, "its creator can");
    log_in(stranger, "bob:builder");
    claim_code(zoo_get(stranger, "/c-access/mine", 0, data, &length, NULL), ZNOAUTH, "another user cannot either");
    log_in(stranger, "ann:secret");
    length = sizeof data;
    claim_code(zoo_get(stranger, "/c-access/mine", 0, data, &length, NULL), ZOK, "who logs in as the creator can");
}

static void acl_reads_back(zhandle_t *owner) {
    struct ACL_vector list;
    struct Stat stat;
    claim_code(zoo_get_acl(owner, "/c-access/mine", &list, &stat), ZOK, "get_acl");
    claim(
        list.count == 1 && list.data[0].perms == ZOO_PERM_ALL && strcmp(list.data[0].id.scheme, "digest") == 0 &&
            strncmp(list.data[0].id.id, "ann:", 4) == 0,
        "the creator stands there as a digest user");
    deallocate_ACL_vector(&list);
    claim_code(zoo_set_acl(owner, "/c-access/mine", 3, &ZOO_READ_ACL_UNSAFE), ZBADVERSION, "set_acl of no version");
    claim_code(zoo_set_acl(owner, "/c-access/mine", 0, &ZOO_READ_ACL_UNSAFE), ZOK, "set_acl of version 0");
    zoo_exists(owner, "/c-access/mine", 0, &stat);
    claim(stat.aversion == 1 && stat.version == 1, "set_acl counts in aversion alone");
    claim_code(zoo_set(owner, "/c-access/mine", "", 0, -1), ZNOAUTH, "now even the creator can only read");
}

static void bad_lists(zhandle_t *owner) {
    struct ACL entry = {ZOO_PERM_ALL, {"nonsense", "x"}};
    struct ACL_vector list = {1, &entry};
    claim_code(zoo_create(owner, "/c-access/y", "", 0, &list, 0, NULL, 0), ZINVALIDACL, "an unknown scheme");
    entry.id.scheme = "world";
    claim_code(zoo_create(owner, "/c-access/y", "", 0, &list, 0, NULL, 0), ZINVALIDACL, "world is anyone alone");
    entry.id.scheme = "ip";
    entry.id.id = "127.0.0.1";
    claim_code(zoo_create(owner, "/c-access/local", "", 0, &list, 0, NULL, 0), ZOK, "for this address alone");
    claim_code(zoo_set(owner, "/c-access/local", "x", 1, -1), ZOK, "which this client has");
}

void test_access(const char *server) {
    zhandle_t *owner = connected(server, NULL), *stranger = connected(server, NULL);
    zoo_create(owner, "/c-access", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, NULL, 0);
    log_in(owner, "ann:secret");
    creators_only(owner, stranger);
    acl_reads_back(owner);
    bad_lists(owner);
    zookeeper_close(owner);
    zookeeper_close(stranger);
}
