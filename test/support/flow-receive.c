/*
 * The receiving end of a flow.
 *
 * It prints {"buffer":BYTES} when it listens, {"first":NUMBER} when the first datagram comes, and after SIGTERM, as soon
 * as nothing more comes:
 *   received                distinct numbers that came
 *   duplicates, reordered   datagrams whose number had come before, or was below one that had
 *   highest                 the highest number that came, -1 when none did
 *   missing                 numbers below the highest that did not come: their total, and the first 100 ranges of them
 *   longestGapMicroseconds  the longest time between two consecutive arrivals
 *   delays                  p50, p99 and max in microseconds from sending to arrival
 *   overflowed              datagrams that the kernel dropped because this program read too slowly: they are missing,
 *                           and the network is not to blame
 *
 * Arrivals carry the kernel's own stamp, so that a program that is late itself reports no delay and no gap.
 */
#include "flow.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/time.h>

#define RECEIVE_BUFFER_BYTES (64 * 1024 * 1024)
#define MOST_RANGES 100

/* An hour at 30,000 a second. Pages of these arrays that nobody touches take no memory. */
#define MOST_NUMBERS (1ull << 27)
/* Microseconds; what takes longer counts as this. */
#define LONGEST_DELAY 10000000ull

/* After the signal what is still on its way is awaited: until none came for the first time, at most for the second. */
#define QUIET_MICROSECONDS 100000
#define LONGEST_DRAIN (1 * NANOSECONDS)

static uint64_t seen[MOST_NUMBERS / 64];
static uint32_t delays[LONGEST_DELAY + 1];

struct tally {
  uint64_t received, duplicates, reordered, beyond, last_arrival, longest_gap;
};

struct arrival {
  struct datagram datagram;
  uint64_t time;
};

volatile uint64_t stopped_at;

static void note_signal(int signal) {
  (void)signal;
  stopped_at = now();
}

void stop_on_sigterm(void) {
  struct sigaction action = {.sa_handler = note_signal};
  if (sigaction(SIGTERM, &action, NULL) != 0) {
    fail("sigaction");
  }
}

/* How far the wall clock, with which the kernel stamps, is ahead: the reading that was interrupted least. */
static uint64_t wall_clock_ahead(void) {
  uint64_t least = UINT64_MAX, ahead = 0;
  for (int i = 0; i < 16; i++) {
    uint64_t before = now(), wall = now_of(CLOCK_REALTIME), taken = now() - before;
    if (taken < least) {
      least = taken;
      ahead = wall - before - taken / 2;
    }
  }
  return ahead;
}

static int listen_on(uint16_t port) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int on = 1;
  struct timeval patience = {.tv_usec = QUIET_MICROSECONDS};
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) {
    fail("udp socket");
  }
  int buffer = grow_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, RECEIVE_BUFFER_BYTES);
  if (bind(fd, (struct sockaddr *)&here, sizeof here) != 0) {
    fail("bind");
  }
  printf("{\"buffer\":%d}\n", buffer);
  fflush(stdout);
  return fd;
}

/* 1 for a datagram of a flow, 0 for anything else or a signal, -1 when nothing came in time. */
static int take(int fd, uint64_t ahead, struct arrival *arrival) {
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(struct timespec))];
  } control;
  struct iovec data = {.iov_base = &arrival->datagram, .iov_len = sizeof arrival->datagram};
  struct msghdr message = {.msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = &control,
                           .msg_controllen = sizeof control};
  ssize_t length = recvmsg(fd, &message, 0);
  if (length < 0) {
    if (errno != EAGAIN && errno != EINTR) {
      fail("recvmsg");
    }
    return errno == EINTR ? 0 : -1;
  }
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  if (head == NULL || head->cmsg_type != SCM_TIMESTAMPNS) {
    fail("time stamp");
  }
  struct timespec stamp;
  memcpy(&stamp, CMSG_DATA(head), sizeof stamp);
  arrival->time = (uint64_t)stamp.tv_sec * NANOSECONDS + (uint64_t)stamp.tv_nsec - ahead;
  return length == sizeof arrival->datagram && arrival->datagram.mark == FLOW_MARK;
}

/* The clocks were compared to within a microsecond: an arrival may seem to lie before its sending. */
static uint64_t microseconds_between(uint64_t begin, uint64_t end) { return end > begin ? (end - begin) / 1000 : 0; }

static void count(struct tally *tally, const struct arrival *arrival) {
  uint64_t index = arrival->datagram.number;
  if (index >= MOST_NUMBERS) {
    fprintf(stderr, "datagram %llu; allowed: numbers below %llu\n", (unsigned long long)index, MOST_NUMBERS);
    exit(1);
  }
  if (tally->last_arrival == 0) {
    printf("{\"first\":%llu}\n", (unsigned long long)index);
    fflush(stdout);
  } else {
    uint64_t gap = microseconds_between(tally->last_arrival, arrival->time);
    tally->longest_gap = gap > tally->longest_gap ? gap : tally->longest_gap;
  }
  tally->last_arrival = arrival->time;
  if (seen[index / 64] >> index % 64 & 1) {
    tally->duplicates++;
    return;
  }
  seen[index / 64] |= 1ull << index % 64;
  tally->received++;
  tally->reordered += index < tally->beyond;
  tally->beyond = index < tally->beyond ? tally->beyond : index + 1;
  uint64_t delay = microseconds_between(arrival->datagram.sent_at, arrival->time);
  delays[delay < LONGEST_DELAY ? delay : LONGEST_DELAY]++;
}

/* The delay that the given number of datagrams did not exceed. */
static uint64_t delay_of(uint64_t rank) {
  uint64_t passed = 0;
  for (uint64_t delay = 0; delay <= LONGEST_DELAY; delay++) {
    passed += delays[delay];
    if (passed >= rank) {
      return delay;
    }
  }
  return LONGEST_DELAY;
}

static void print_missing(const struct tally *tally) {
  unsigned ranges = 0;
  printf("\"missing\":{\"total\":%llu,\"ranges\":[", (unsigned long long)(tally->beyond - tally->received));
  for (uint64_t at = 0, first = 0; at < tally->beyond && ranges < MOST_RANGES; at++) {
    /* What follows a number that came may be the first of a range that ends before the next that came. */
    if (seen[at / 64] >> at % 64 & 1) {
      if (first < at) {
        printf("%s{\"first\":%llu,\"last\":%llu}", ranges++ == 0 ? "" : ",", (unsigned long long)first,
               (unsigned long long)at - 1);
      }
      first = at + 1;
    }
  }
  printf("]}");
}

static void print(const struct tally *tally, uint32_t overflowed) {
  uint64_t received = tally->received;
  printf("{\"received\":%llu,\"duplicates\":%llu,\"reordered\":%llu,\"highest\":%lld,", (unsigned long long)received,
         (unsigned long long)tally->duplicates, (unsigned long long)tally->reordered, (long long)tally->beyond - 1);
  print_missing(tally);
  printf(",\"longestGapMicroseconds\":%llu,\"delays\":{\"p50\":%llu,\"p99\":%llu,\"max\":%llu},\"overflowed\":%u}\n",
         (unsigned long long)tally->longest_gap, (unsigned long long)delay_of((received + 1) / 2),
         (unsigned long long)delay_of(received - received / 100), (unsigned long long)delay_of(received), overflowed);
}

void receive(uint16_t port) {
  uint64_t ahead = wall_clock_ahead();
  int fd = listen_on(port);
  struct tally tally = {0};
  struct arrival arrival;
  for (;;) {
    int taken = take(fd, ahead, &arrival);
    if (taken == 1) {
      count(&tally, &arrival);
    }
    if (stopped_at != 0 && (taken < 0 || now() - stopped_at > LONGEST_DRAIN)) {
      break;
    }
  }
  /* SO_RXQ_OVFL tells the same, but only with a later datagram. */
  uint32_t memory[SK_MEMINFO_VARS] = {0};
  socklen_t size = sizeof memory;
  if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &size) != 0) {
    fail("socket memory");
  }
  print(&tally, memory[SK_MEMINFO_DROPS]);
}
