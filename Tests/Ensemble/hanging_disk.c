/* A disk that hangs: put before the C library (LD_PRELOAD), fsync and fdatasync do not return while the file named by
   AVIARY_HANG exists. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_for_the_disk(void)
{
    const char *path = getenv("AVIARY_HANG");
    while (path && access(path, F_OK) == 0)
        usleep(10000);
}

int fsync(int descriptor)
{
    static int (*original)(int);
    if (!original)
        original = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_for_the_disk();
    return original(descriptor);
}

int fdatasync(int descriptor)
{
    static int (*original)(int);
    if (!original)
        original = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_for_the_disk();
    return original(descriptor);
}
