/* What every part of the C client's test uses: claims, connected handles and recorded watch events. */
#ifndef AVIARY_TEST_SESSION_H
#define AVIARY_TEST_SESSION_H

#include <stdbool.h>
#include <zookeeper/zookeeper.h>

/* Prints `ok` or `NOT OK` with the sentence, which should be true. */
void claim(bool holds, const char *sentence, ...) __attribute__((format(printf, 2, 3)));

/* Claims that `code` is `expected`, naming both when it is not. */
void claim_code(int code, int expected, const char *sentence);

/* How many claims did not hold, after printing the sum as the last line. */
int sum_of_claims(void);

/* A handle in connected state; the program ends when that takes longer than ten seconds. A client id of NULL asks
   for a new session. */
zhandle_t *connected(const char *server, const clientid_t *session);

/* Waits until the handle is in this state; false after `seconds`. */
bool reaches_state(zhandle_t *handle, int state, int seconds);

/* The watcher that records; its context is a `struct events *`. */
void record(zhandle_t *handle, int type, int state, const char *path, void *context);

struct events {
    int count;
    int type[16];
    char path[16][128];
};

/* Waits until `count` events are there; false after five seconds. */
bool receives(struct events *events, int count);

/* The parts. Each works below a path of its own, which it creates. */
void test_znodes(const char *server);
void test_multi(const char *server);
void test_watches(const char *server);
void test_access(const char *server);
void test_sessions(const char *server);

#endif
