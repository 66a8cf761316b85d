/*
 * Sends to destinations that are new to the host.
 *
 *   sender pairs FILE BASE LEASES FIRST COUNT
 *     two ICMP echoes to each destination, one after the other. FILE: two uint64 per destination, both round trips in
 *     nanoseconds, 0 without an answer within three seconds. It blocks until the answer is there, as programs do: its
 *     processor may fall idle meanwhile, and waking it is part of the round trip.
 *
 *   sender burst FILE BASE LEASES FIRST COUNT RATE RUN
 *     one UDP datagram to each destination, RATE a second, 0 for as fast as it can. FILE: per destination a uint64, the
 *     time of sending (CLOCK_MONOTONIC, nanoseconds), and a uint64, the errno with which the kernel refused it, or 0.
 *     A datagram says which RUN it belongs to and which destination it is for.
 *
 * Destinations are FIRST to FIRST + COUNT - 1 of the plan in common.h.
 */
#include "common.h"

#include <arpa/inet.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <unistd.h>

#define PATIENCE_SECONDS 3
#define BUFFER_BYTES (512 * 1024 * 1024)

struct plan {
  const char *file;
  uint32_t base, leases, first, count;
};

struct echo {
  struct icmphdr head;
  uint8_t data[32];
};

static uint16_t checksum(const void *bytes, size_t size) {
  const uint16_t *words = bytes;
  uint32_t sum = 0;
  for (size_t i = 0; i < size / 2; i++) {
    sum += words[i];
  }
  sum = (sum >> 16) + (sum & 0xffff);
  return (uint16_t)~(sum + (sum >> 16));
}

static struct sockaddr_in address_of(const struct plan *plan, uint32_t index) {
  uint32_t address = destination(plan->base, plan->leases, plan->first + index);
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(address)};
}

static int open_icmp(void) {
  int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
  struct icmp_filter filter = {.data = ~(1u << ICMP_ECHOREPLY)};
  struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
  if (fd < 0 || setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof filter) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) {
    fail("icmp socket");
  }
  return fd;
}

/* One round trip in nanoseconds, or 0 when nothing came back; late answers to earlier echoes are passed over. */
static uint64_t round_trip(int fd, const struct sockaddr_in *to, uint16_t sequence) {
  struct echo echo = {.head = {.type = ICMP_ECHO, .un.echo = {.id = htons((uint16_t)getpid()), .sequence = sequence}}};
  echo.head.checksum = checksum(&echo, sizeof echo);
  uint64_t begin = now();
  if (sendto(fd, &echo, sizeof echo, 0, (const struct sockaddr *)to, sizeof *to) < 0) {
    return 0;
  }
  for (;;) {
    struct {
      uint8_t ip_header[20];
      struct echo echo;
    } reply;
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t length = recvfrom(fd, &reply, sizeof reply, 0, (struct sockaddr *)&from, &size);
    uint64_t end = now();
    if (length < 0 || end - begin > PATIENCE_SECONDS * NANOSECONDS) {
      return 0;
    }
    if (length == sizeof reply && from.sin_addr.s_addr == to->sin_addr.s_addr &&
        reply.echo.head.un.echo.id == echo.head.un.echo.id && reply.echo.head.un.echo.sequence == sequence) {
      return end - begin;
    }
  }
}

static void send_pairs(const struct plan *plan) {
  uint64_t(*trips)[2] = calloc(plan->count, sizeof *trips);
  if (trips == NULL) {
    fail("memory");
  }
  int fd = open_icmp();
  for (uint32_t i = 0; i < plan->count; i++) {
    struct sockaddr_in to = address_of(plan, i);
    trips[i][0] = round_trip(fd, &to, 1);
    trips[i][1] = round_trip(fd, &to, 2);
  }
  write_file(plan->file, trips, sizeof *trips, plan->count);
}

/* IP_RECVERR, because without it UDP reports success when the neighbour table is full (net/ipv4/udp.c, udp_send_skb). */
static int open_udp(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int on = 1;
  if (fd < 0 || setsockopt(fd, SOL_IP, IP_RECVERR, &on, sizeof on) != 0) {
    fail("udp socket");
  }
  /* Datagrams that wait for a neighbour are charged to the sender, who must not be held up by that. */
  grow_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, BUFFER_BYTES);
  return fd;
}

/* An error that an earlier datagram earned (ICMP) is reported once, to the next send, which is then repeated. */
static int send_one(int fd, const struct sockaddr_in *to, const uint32_t payload[2]) {
  for (int attempt = 0; attempt < 2; attempt++) {
    if (sendto(fd, payload, 8, MSG_DONTWAIT, (const struct sockaddr *)to, sizeof *to) >= 0) {
      return 0;
    }
    if (errno != EHOSTUNREACH && errno != ECONNREFUSED) {
      break;
    }
  }
  return errno;
}

/* Waits for its turn asleep, so that a paced sender leaves its processor to others. */
static void wait_until(uint64_t due) {
  if (now() < due) {
    struct timespec time = {.tv_sec = (time_t)(due / NANOSECONDS), .tv_nsec = (long)(due % NANOSECONDS)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
  }
}

static void send_burst(const struct plan *plan, unsigned long rate, uint32_t run) {
  uint64_t(*records)[2] = calloc(plan->count, sizeof *records);
  if (records == NULL) {
    fail("memory");
  }
  /* Touched before the clock runs: the pages of the result are not part of the sending. */
  memset(records, 1, plan->count * sizeof *records);
  int fd = open_udp();
  /* The kernel may else let a sleeper sleep 50 us longer. */
  prctl(PR_SET_TIMERSLACK, 1ul);
  uint64_t begin = now(), earliest = 0;
  for (uint32_t i = 0; i < plan->count; i++) {
    if (rate > 0) {
      /* Late, it catches up at twice its pace: at full speed each of its own delays would be a burst to be answered. */
      uint64_t due = begin + i * NANOSECONDS / rate;
      wait_until(due > earliest ? due : earliest);
      earliest = now() + NANOSECONDS / rate / 2;
    }
    struct sockaddr_in to = address_of(plan, i);
    uint32_t payload[2] = {run, i};
    records[i][0] = now();
    records[i][1] = (uint64_t)send_one(fd, &to, payload);
  }
  write_file(plan->file, records, sizeof *records, plan->count);
}

static struct plan read_plan(char **words) {
  struct in_addr base;
  if (inet_pton(AF_INET, words[1], &base) != 1) {
    fprintf(stderr, "%s; allowed: an IPv4 address\n", words[1]);
    exit(2);
  }
  return (struct plan){.file = words[0],
                       .base = ntohl(base.s_addr),
                       .leases = (uint32_t)number(words[2], 1, MOST_DESTINATIONS),
                       .first = (uint32_t)number(words[3], 0, MOST_DESTINATIONS),
                       .count = (uint32_t)number(words[4], 1, MOST_DESTINATIONS)};
}

int main(int count, char **words) {
  if (count == 7 && strcmp(words[1], "pairs") == 0) {
    struct plan plan = read_plan(words + 2);
    send_pairs(&plan);
  } else if (count == 9 && strcmp(words[1], "burst") == 0) {
    struct plan plan = read_plan(words + 2);
    send_burst(&plan, number(words[7], 0, 10000000), (uint32_t)number(words[8], 0, UINT32_MAX));
  } else {
    fprintf(stderr, "usage: sender pairs FILE BASE LEASES FIRST COUNT | sender burst ... RATE RUN\n");
    return 2;
  }
  return 0;
}
