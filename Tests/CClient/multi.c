/* Several operations as one: all of them or none. */
#include "session.h"

#include <string.h>

static void succeeds_as_one(zhandle_t *handle) {
    char names[2][64];
    struct Stat changed, first, second;
    zoo_op_t operations[5];
    zoo_op_result_t results[5];
    zoo_create_op_init(&operations[0], "/c-multi/a", "1", 1, &ZOO_OPEN_ACL_UNSAFE, 0, names[0], sizeof names[0]);
    zoo_create_op_init(
        &operations[1], "/c-multi/a/s-", "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_SEQUENCE, names[1], sizeof names[1]);
    zoo_set_op_init(&operations[2], "/c-multi/a", "22", 2, 0, &changed);
    zoo_check_op_init(&operations[3], "/c-multi/a", 1);
    zoo_delete_op_init(&operations[4], "/c-multi/old", -1);

    claim_code(zoo_multi(handle, 5, operations, results), ZOK, "multi of all five kinds");
    claim(strcmp(names[1], "/c-multi/a/s-0000000000") == 0, "a child of what the same multi made has its number");
    claim(changed.version == 1 && changed.dataLength == 2, "set within a multi returns its Stat");
    zoo_exists(handle, "/c-multi/a", 0, &first);
    zoo_exists(handle, "/c-multi/a/s-0000000000", 0, &second);
    claim(first.czxid == second.czxid && first.mzxid == first.czxid, "a multi has one zxid");
    claim_code(zoo_exists(handle, "/c-multi/old", 0, NULL), ZNONODE, "its delete was done");
}

static void fails_as_one(zhandle_t *handle) {
    zoo_op_t operations[4];
    zoo_op_result_t results[4];
    zoo_create_op_init(&operations[0], "/c-multi/b", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, NULL, 0);
    zoo_delete_op_init(&operations[1], "/c-multi/a/s-0000000000", -1);
    zoo_check_op_init(&operations[2], "/c-multi/a", 99);
    zoo_create_op_init(&operations[3], "/c-multi/c", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, NULL, 0);

    claim_code(zoo_multi(handle, 4, operations, results), ZBADVERSION, "multi with a wrong version");
    claim(results[0].err == ZOK && results[1].err == ZOK, "what came before the failure has no error");
    claim_code(results[2].err, ZBADVERSION, "the failure has its own error");
    claim_code(results[3].err, ZRUNTIMEINCONSISTENCY, "what came after it was not tried");
    claim_code(zoo_exists(handle, "/c-multi/b", 0, NULL), ZNONODE, "nothing of a failed multi is created");
    claim_code(zoo_exists(handle, "/c-multi/a/s-0000000000", 0, NULL), ZOK, "nor deleted");
}

void test_multi(const char *server) {
    zhandle_t *handle = connected(server, NULL);
    zoo_create(handle, "/c-multi", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, NULL, 0);
    zoo_create(handle, "/c-multi/old", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, NULL, 0);
    succeeds_as_one(handle);
    fails_as_one(handle);
    zookeeper_close(handle);
}
