/* What the benchmark's three programs share: time, faults, arguments, and the plan of destinations. */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define NANOSECONDS 1000000000ull

/* Where bursts go. */
#define PORT 7113

/* The most destinations of one run, so that a wrong argument cannot ask for all memory. */
#define MOST_DESTINATIONS 4000000ul

static inline uint64_t now_of(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}

static inline uint64_t now(void) { return now_of(CLOCK_MONOTONIC); }

static inline void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

/* A whole number from an argument; anything else ends the program. */
static inline unsigned long number(const char *text, unsigned long least, unsigned long most) {
  char *end;
  errno = 0;
  unsigned long value = strtoul(text, &end, 10);
  if (errno != 0 || *text == '\0' || *end != '\0' || value < least || value > most) {
    fprintf(stderr, "%s; allowed: a whole number from %lu to %lu\n", text, least, most);
    exit(2);
  }
  return value;
}

/*
 * Destination `index`: consecutive ones lie in different leases, and all leases are visited before any again. Each
 * lease is a /24, so there are at most 254 destinations for each.
 */
static inline uint32_t destination(uint32_t base, uint32_t leases, uint32_t index) {
  return base + (index % leases) * 256 + 1 + index / leases;
}

/* Asks for a buffer beyond the machine's limit, and for as much as the limit allows where that is refused. */
static inline int grow_buffer(int fd, int forced, int plain, int bytes) {
  if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof bytes) != 0 &&
      setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof bytes) != 0) {
    fail("socket buffer");
  }
  int granted = 0;
  socklen_t size = sizeof granted;
  if (getsockopt(fd, SOL_SOCKET, plain, &granted, &size) != 0) {
    fail("socket buffer");
  }
  return granted;
}

/* Writes a result as a file of fixed records, in the machine's byte order. */
static inline void write_file(const char *path, const void *records, size_t size, size_t count) {
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(records, size, count, file) != count || fclose(file) != 0) {
    fail(path);
  }
}

#endif
