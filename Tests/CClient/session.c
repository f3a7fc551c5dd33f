#include "session.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int passed, failed;
static pthread_mutex_t recording = PTHREAD_MUTEX_INITIALIZER;

void claim(bool holds, const char *sentence, ...) {
    va_list arguments;
    va_start(arguments, sentence);
    printf("%s  ", holds ? "ok    " : "NOT OK");
    vprintf(sentence, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
    *(holds ? &passed : &failed) += 1;
}

void claim_code(int code, int expected, const char *sentence) {
    if (code == expected)
        claim(true, "%s", sentence);
    else
        claim(false, "%s: expected %d (%s), got %d (%s)", sentence, expected, zerror(expected), code, zerror(code));
}

int sum_of_claims(void) {
    printf("%d passed, %d failed\n", passed, failed);
    return failed;
}

zhandle_t *connected(const char *server, const clientid_t *session) {
    zhandle_t *handle = zookeeper_init(server, NULL, 10000, session, NULL, 0);
    if (handle == NULL || !reaches_state(handle, ZOO_CONNECTED_STATE, 10)) {
        claim(false, "a client connects to %s", server);
        exit(sum_of_claims());
    }
    return handle;
}

bool reaches_state(zhandle_t *handle, int state, int seconds) {
    for (int i = 0; i < seconds * 100; i++) {
        if (zoo_state(handle) == state)
            return true;
        usleep(10000);
    }
    return false;
}

void record(zhandle_t *handle, int type, int state, const char *path, void *context) {
    struct events *events = context;
    (void)handle;
    (void)state;
    if (type == ZOO_SESSION_EVENT)
        return;
    pthread_mutex_lock(&recording);
    if (events->count < 16) {
        events->type[events->count] = type;
        snprintf(events->path[events->count], sizeof events->path[0], "%s", path);
        events->count++;
    }
    pthread_mutex_unlock(&recording);
}

bool receives(struct events *events, int count) {
    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&recording);
        int seen = events->count;
        pthread_mutex_unlock(&recording);
        if (seen >= count)
            return true;
        usleep(10000);
    }
    return false;
}
