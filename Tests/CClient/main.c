/* Drives a server through Apache's own C client library: cclient HOST:PORT
   Debian ships that library as libzookeeper-mt. Expectations are Apache's server's; see README.md. */
#include "session.h"

#include <stdio.h>

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: cclient HOST:PORT\n");
        return 2;
    }
    zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
    zoo_deterministic_conn_order(1);
    test_znodes(arguments[1]);
    test_multi(arguments[1]);
    test_watches(arguments[1]);
    test_access(arguments[1]);
    test_sessions(arguments[1]);
    return sum_of_claims() == 0 ? 0 : 1;
}
