// Functions that libyang names and wasi-libc lacks: there are no time zones and no file descriptors here.
#include <errno.h>

void tzset(void);
int dup(int fd);

void tzset(void) {
}

int dup(int fd) {
  (void)fd;
  errno = ENOSYS;
  return -1;
}
