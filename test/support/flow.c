/*
 * Traffic that counts itself and knows nothing of the daemon: what it reports is what a program on the host sees.
 *
 *   flow send ADDRESS PORT RATE SECONDS
 *     numbered datagrams from one connected socket, RATE a second, until SECONDS have passed or SIGTERM comes. Prints
 *     {"sent":N,"refused":N}. What the kernel refused takes no number, so that numbers 0 to sent - 1 are on their way.
 *
 *   flow spread FIRST COUNT PORT RATE SECONDS
 *     the same, datagram after datagram to COUNT addresses from FIRST on, round and round.
 *
 *   flow receive PORT
 *     counts what arrives until SIGTERM; see flow-receive.c.
 *
 *   flow scan FIRST COUNT RATE PORT
 *     one datagram to each of COUNT addresses from FIRST on, RATE a second. Prints the same as send.
 *
 *   flow connect FIRST COUNT PORT
 *     a TCP connect to each of COUNT addresses from FIRST on, one after another. Prints how each ended and after what
 *     time: [{"error":"EHOSTUNREACH","microseconds":N},...], without an error as "".
 */
#include "flow.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SEND_BUFFER_BYTES (64 * 1024 * 1024)
#define SCAN_SOCKETS 4

/* A sender that fell behind sends so many at once and then sleeps so long: the wire must not pay for its lateness. */
#define MOST_AT_ONCE 32
#define BREATH_NANOSECONDS 100000

struct pace {
  uint64_t begin, rate, late;
};

struct outcome {
  uint64_t sent, refused;
};

static struct pace start_pace(uint64_t rate) {
  /* The kernel may else let a sleeper sleep 50 us longer. */
  prctl(PR_SET_TIMERSLACK, 1ul);
  return (struct pace){.begin = now(), .rate = rate};
}

/* Sleeps until datagram `index` is due; a signal ends the sleep. */
static void await_turn(struct pace *pace, uint64_t index) {
  uint64_t time = now();
  uint64_t due = pace->begin + index * NANOSECONDS / pace->rate;
  if (due > time) {
    pace->late = 0;
  } else if (++pace->late % MOST_AT_ONCE != 0) {
    return;
  } else {
    due = time + BREATH_NANOSECONDS;
  }
  struct timespec until = {.tv_sec = (time_t)(due / NANOSECONDS), .tv_nsec = (long)(due % NANOSECONDS)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static struct sockaddr_in endpoint(const char *text, uint64_t offset, uint64_t port) {
  struct in_addr address;
  if (inet_pton(AF_INET, text, &address) != 1) {
    fprintf(stderr, "%s; allowed: an IPv4 address\n", text);
    exit(2);
  }
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(ntohl(address.s_addr) + (uint32_t)offset)};
}

/* Datagrams that wait for a neighbour are charged to their sender, who must not be held up by that. */
static int open_sender(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    fail("udp socket");
  }
  grow_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, SEND_BUFFER_BYTES);
  return fd;
}

static void print_outcome(struct outcome outcome) {
  printf("{\"sent\":%llu,\"refused\":%llu}\n", (unsigned long long)outcome.sent, (unsigned long long)outcome.refused);
}

static void send_flow(const char *first, uint64_t addresses, uint64_t port, uint64_t rate, uint64_t seconds) {
  int fd = open_sender();
  struct sockaddr_in to = endpoint(first, 0, port);
  uint32_t base = ntohl(to.sin_addr.s_addr);
  /* A connected socket that is told the address nevertheless would look up the route for each datagram. */
  socklen_t to_length = addresses == 1 ? 0 : sizeof to;
  if (addresses == 1 && connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
    fail("connect");
  }
  struct outcome outcome = {0};
  struct pace pace = start_pace(rate);
  for (uint64_t i = 0; i < rate * seconds && stopped_at == 0; i++) {
    await_turn(&pace, i);
    struct datagram datagram = {.mark = FLOW_MARK, .number = outcome.sent, .sent_at = now()};
    to.sin_addr.s_addr = htonl(base + (uint32_t)(i % addresses));
    const struct sockaddr *where = to_length == 0 ? NULL : (const struct sockaddr *)&to;
    if (sendto(fd, &datagram, sizeof datagram, MSG_DONTWAIT, where, to_length) == sizeof datagram) {
      outcome.sent++;
    } else {
      outcome.refused++;
    }
  }
  print_outcome(outcome);
}

static void scan(const char *first, uint64_t count, uint64_t rate, uint64_t port) {
  int sockets[SCAN_SOCKETS];
  for (int i = 0; i < SCAN_SOCKETS; i++) {
    sockets[i] = open_sender();
  }
  struct outcome outcome = {0};
  struct pace pace = start_pace(rate);
  for (uint64_t i = 0; i < count && stopped_at == 0; i++) {
    struct sockaddr_in to = endpoint(first, i, port);
    await_turn(&pace, i);
    if (sendto(sockets[i % SCAN_SOCKETS], "?", 1, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to) == 1) {
      outcome.sent++;
    } else {
      outcome.refused++;
    }
  }
  print_outcome(outcome);
}

static void connect_each(const char *first, uint64_t count, uint64_t port) {
  for (uint64_t i = 0; i < count; i++) {
    struct sockaddr_in to = endpoint(first, i, port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      fail("tcp socket");
    }
    uint64_t begin = now();
    int error = connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ? 0 : errno;
    uint64_t spent = now() - begin;
    printf("%s{\"error\":\"%s\",\"microseconds\":%llu}", i == 0 ? "[" : ",", error == 0 ? "" : strerrorname_np(error),
           (unsigned long long)(spent / 1000));
    close(fd);
  }
  printf("]\n");
}

static int usage(void) {
  fprintf(stderr, "usage: flow send ADDRESS PORT RATE SECONDS\n"
                  "       flow spread FIRST COUNT PORT RATE SECONDS\n"
                  "       flow receive PORT\n"
                  "       flow scan FIRST COUNT RATE PORT\n"
                  "       flow connect FIRST COUNT PORT\n");
  return 2;
}

int main(int count, char **words) {
  const char *mode = count > 1 ? words[1] : "";
  stop_on_sigterm();
  if (count == 6 && strcmp(mode, "send") == 0) {
    send_flow(words[2], 1, number(words[3], 1, 65535), number(words[4], 1, 1000000), number(words[5], 1, 3600));
  } else if (count == 7 && strcmp(mode, "spread") == 0) {
    send_flow(words[2], number(words[3], 1, 1 << 16), number(words[4], 1, 65535), number(words[5], 1, 1000000),
              number(words[6], 1, 3600));
  } else if (count == 3 && strcmp(mode, "receive") == 0) {
    receive((uint16_t)number(words[2], 1, 65535));
  } else if (count == 6 && strcmp(mode, "scan") == 0) {
    scan(words[2], number(words[3], 1, 1 << 24), number(words[4], 1, 1000000), number(words[5], 1, 65535));
  } else if (count == 5 && strcmp(mode, "connect") == 0) {
    connect_each(words[2], number(words[3], 1, 1000), number(words[4], 1, 65535));
  } else {
    return usage();
  }
  return 0;
}
