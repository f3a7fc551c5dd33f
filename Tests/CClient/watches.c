/* Watches: what fires, how often, who sees it, and that a removed one is silent. */
#include "session.h"

#include <string.h>

static bool is(const struct events *events, int index, int type, const char *path) {
    return events->count > index && events->type[index] == type && strcmp(events->path[index], path) == 0;
}

static void create(zhandle_t *handle, const char *path) {
    zoo_create(handle, path, "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, NULL, 0);
}

static void exists_watch(zhandle_t *watcher, zhandle_t *writer) {
    struct events events = {0};
    claim_code(zoo_wexists(watcher, "/c-watch/e", record, &events, NULL), ZNONODE, "exists with a watch, of nothing");
    create(writer, "/c-watch/e");
    claim(receives(&events, 1) && is(&events, 0, ZOO_CREATED_EVENT, "/c-watch/e"), "its creation is seen");
    zoo_set(writer, "/c-watch/e", "x", 1, -1);
    zoo_exists(watcher, "/c-watch/e", 0, NULL);
    claim(events.count == 1, "a watch fires once");
    zoo_wexists(watcher, "/c-watch/e", record, &events, NULL);
    zoo_delete(writer, "/c-watch/e", -1);
    claim(receives(&events, 2) && is(&events, 1, ZOO_DELETED_EVENT, "/c-watch/e"), "its deletion is seen");
}

static void data_and_children_watch(zhandle_t *watcher, zhandle_t *writer) {
    struct events data = {0}, children = {0};
    char buffer[8];
    int length = sizeof buffer;
    struct String_vector names;
    create(writer, "/c-watch/d");
    zoo_wget(watcher, "/c-watch/d", record, &data, buffer, &length, NULL);
    zoo_wget_children(watcher, "/c-watch/d", record, &children, &names);
    create(writer, "/c-watch/d/child");
    claim(receives(&children, 1) && is(&children, 0, ZOO_CHILD_EVENT, "/c-watch/d"), "a new child is seen");
    claim(data.count == 0, "it is no change of data");
    zoo_set(writer, "/c-watch/d", "x", 1, -1);
    claim(receives(&data, 1) && is(&data, 0, ZOO_CHANGED_EVENT, "/c-watch/d"), "a change of data is seen");
}

static void own_watch_comes_before_the_reply(zhandle_t *handle) {
    struct events events = {0};
    create(handle, "/c-watch/own");
    zoo_wexists(handle, "/c-watch/own", record, &events, NULL);
    zoo_set(handle, "/c-watch/own", "x", 1, -1);
    claim(receives(&events, 1) && is(&events, 0, ZOO_CHANGED_EVENT, "/c-watch/own"), "a writer sees its own change");
}

static void removed_watch_is_silent(zhandle_t *watcher, zhandle_t *writer) {
    struct events events = {0};
    char buffer[8];
    int length = sizeof buffer;
    create(writer, "/c-watch/r");
    zoo_wget(watcher, "/c-watch/r", record, &events, buffer, &length, NULL);
    claim_code(
        zoo_remove_all_watches(watcher, "/c-watch/r", ZWATCHTYPE_DATA, 0), ZOK, "all data watches are removed");
    int before = events.count; /* the client library announces the removal itself */
    zoo_set(writer, "/c-watch/r", "x", 1, -1);
    zoo_exists(watcher, "/c-watch/r", 0, NULL);
    claim(events.count == before, "a removed watch does not fire");
    claim_code(
        zoo_remove_all_watches(watcher, "/c-watch/r", ZWATCHTYPE_DATA, 0), ZNOWATCHER, "there is none left");
}

static void ephemerals_end_is_seen(const char *server, zhandle_t *watcher) {
    struct events events = {0};
    zhandle_t *other = connected(server, NULL);
    zoo_create(other, "/c-watch/ephemeral", "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL, NULL, 0);
    zoo_wexists(watcher, "/c-watch/ephemeral", record, &events, NULL);
    zookeeper_close(other);
    claim(
        receives(&events, 1) && is(&events, 0, ZOO_DELETED_EVENT, "/c-watch/ephemeral"),
        "an ephemeral's end is seen when its session closes");
}

void test_watches(const char *server) {
    zhandle_t *watcher = connected(server, NULL), *writer = connected(server, NULL);
    create(writer, "/c-watch");
    exists_watch(watcher, writer);
    data_and_children_watch(watcher, writer);
    own_watch_comes_before_the_reply(watcher);
    removed_watch_is_silent(watcher, writer);
    ephemerals_end_is_seen(server, watcher);
    zookeeper_close(watcher);
    zookeeper_close(writer);
}
