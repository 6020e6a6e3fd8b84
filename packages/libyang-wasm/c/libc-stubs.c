// Functions that wasi-libc lacks or has too slow: there are no time zones and no file descriptors here, and memory only grows.
#include <errno.h>
#include <stdint.h>

void tzset(void);
int dup(int fd);
void *sbrk(intptr_t increment);

void tzset(void) {
}

int dup(int fd) {
  (void)fd;
  errno = ENOSYS;
  return -1;
}

/* Memory grows in large steps: each step costs the host about as much, whatever its size. */
void *sbrk(intptr_t increment) {
  static uintptr_t end;
  uintptr_t page = 65536, size = __builtin_wasm_memory_size(0) * page;
  if (!end) end = size;
  if (increment < 0) return (void *)-1;
  if (end + (uintptr_t)increment > size) {
    uintptr_t needed = (end + (uintptr_t)increment - size + page - 1) / page;
    uintptr_t wanted = size / page / 8;
    if (wanted > 512) wanted = 512;
    if (wanted < needed || __builtin_wasm_memory_grow(0, wanted) == SIZE_MAX) {
      if (__builtin_wasm_memory_grow(0, needed) == SIZE_MAX) return (void *)-1;
    }
  }
  end += (uintptr_t)increment;
  return (void *)(end - (uintptr_t)increment);
}
