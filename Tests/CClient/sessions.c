/* Sessions: ephemerals, re-attaching with id and password, and being refused. */
#include "session.h"

#include <string.h>

/* The handle that lost its session to this one comes back for it, and this one again: until one is answered. */
static int exists_in_the_end(zhandle_t *handle, const char *path, struct Stat *stat) {
    int code = ZCONNECTIONLOSS;
    for (int i = 0; i < 50 && code == ZCONNECTIONLOSS; i++) code = zoo_exists(handle, path, 0, stat);
    return code;
}

static void moves_to_another_connection(const char *server) {
    struct Stat stat;
    zhandle_t *first = connected(server, NULL);
    clientid_t session = *zoo_client_id(first);
    claim(session.client_id != 0, "a session has an id");
    claim(zoo_recv_timeout(first) == 10000, "the timeout asked for is granted");
    zoo_create(first, "/c-session", "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL, NULL, 0);

    zhandle_t *second = connected(server, &session);
    claim(zoo_client_id(second)->client_id == session.client_id, "id and password take a session over");
    claim_code(exists_in_the_end(second, "/c-session", &stat), ZOK, "its ephemeral is there");
    claim(stat.ephemeralOwner == session.client_id, "and says whose it is");
    zookeeper_close(second);

    zhandle_t *third = connected(server, NULL);
    claim_code(zoo_exists(third, "/c-session", 0, NULL), ZNONODE, "closing the session ends its ephemeral");
    zookeeper_close(third);

    zhandle_t *late = zookeeper_init(server, NULL, 10000, &session, NULL, 0);
    claim(reaches_state(late, ZOO_EXPIRED_SESSION_STATE, 5), "a closed session cannot be taken over");
    zookeeper_close(late);
    zookeeper_close(first);
}

static void needs_the_password(const char *server) {
    zhandle_t *owner = connected(server, NULL);
    clientid_t session = *zoo_client_id(owner);
    memset(session.passwd, 7, sizeof session.passwd);
    zhandle_t *thief = zookeeper_init(server, NULL, 10000, &session, NULL, 0);
    claim(reaches_state(thief, ZOO_EXPIRED_SESSION_STATE, 5), "a wrong password takes nothing over");
    zookeeper_close(thief);
    claim(reaches_state(owner, ZOO_CONNECTED_STATE, 5), "and the session lives on");
    claim_code(zoo_exists(owner, "/", 0, NULL), ZOK, "with its requests answered");
    zookeeper_close(owner);
}

void test_sessions(const char *server) {
    moves_to_another_connection(server);
    needs_the_password(server);
}
