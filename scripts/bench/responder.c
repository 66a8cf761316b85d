/*
 * Receives a burst of the sender.
 *
 *   responder FILE COUNT RUN QUIET LONGEST
 *
 * It ends when datagrams for all COUNT destinations of the RUN have come, or none for QUIET milliseconds, or after
 * LONGEST milliseconds. FILE: per destination a uint64, when its first datagram came (CLOCK_MONOTONIC, nanoseconds), or
 * 0. The time is the kernel's own stamp, so that this program need not be quick: it looks every few milliseconds and
 * takes no processor time from the sender in between.
 */
#include "common.h"

#include <netinet/in.h>
#include <unistd.h>

#define BUFFER_BYTES (512 * 1024 * 1024)
#define NAP_MICROSECONDS 5000
#define AT_ONCE 64

struct state {
  uint64_t *arrivals;
  uint32_t count, run, arrived, dropped;
};

static int open_udp(int *granted) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};
  int on = 1;
  if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof any) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) != 0) {
    fail("udp socket");
  }
  *granted = grow_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, BUFFER_BYTES);
  return fd;
}

/*
 * How far the wall clock, with which the kernel stamps, is ahead. Whoever interrupts between the readings would falsify
 * it, so the narrowest of several counts.
 */
static uint64_t wall_clock_ahead(void) {
  uint64_t narrowest = UINT64_MAX;
  uint64_t ahead = 0;
  for (int attempt = 0; attempt < 8; attempt++) {
    uint64_t before = now();
    uint64_t wall = now_of(CLOCK_REALTIME);
    uint64_t after = now();
    if (after - before < narrowest) {
      narrowest = after - before;
      ahead = wall - (before + narrowest / 2);
    }
  }
  return ahead;
}

static uint64_t monotonic(const struct timespec *stamp, uint64_t ahead) {
  return (uint64_t)stamp->tv_sec * NANOSECONDS + (uint64_t)stamp->tv_nsec - ahead;
}

static void note(struct state *state, struct msghdr *message, const uint32_t payload[2], uint64_t ahead) {
  struct timespec stamp = {0};
  for (struct cmsghdr *one = CMSG_FIRSTHDR(message); one != NULL; one = CMSG_NXTHDR(message, one)) {
    if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SO_TIMESTAMPNS) {
      memcpy(&stamp, CMSG_DATA(one), sizeof stamp);
    } else if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SO_RXQ_OVFL) {
      memcpy(&state->dropped, CMSG_DATA(one), sizeof state->dropped);
    }
  }
  if (payload[0] == state->run && payload[1] < state->count && state->arrivals[payload[1]] == 0) {
    state->arrivals[payload[1]] = monotonic(&stamp, ahead);
    state->arrived++;
  }
}

/* Takes everything that is there; returns how much that was. */
static unsigned long drain(int fd, struct state *state) {
  static uint32_t payloads[AT_ONCE][2];
  static char controls[AT_ONCE][128];
  uint64_t ahead = wall_clock_ahead();
  unsigned long total = 0;
  for (;;) {
    struct mmsghdr messages[AT_ONCE];
    struct iovec vectors[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++) {
      vectors[i] = (struct iovec){.iov_base = payloads[i], .iov_len = sizeof payloads[i]};
      messages[i].msg_hdr = (struct msghdr){
          .msg_iov = &vectors[i], .msg_iovlen = 1, .msg_control = controls[i], .msg_controllen = sizeof controls[i]};
    }
    int received = recvmmsg(fd, messages, AT_ONCE, MSG_DONTWAIT, NULL);
    if (received < 0 && errno != EAGAIN && errno != EINTR) {
      fail("recvmmsg");
    }
    for (int i = 0; i < received; i++) {
      note(state, &messages[i].msg_hdr, payloads[i], ahead);
    }
    total += received > 0 ? (unsigned long)received : 0;
    if (received < AT_ONCE) {
      return total;
    }
  }
}

int main(int count, char **words) {
  if (count != 6) {
    fprintf(stderr, "usage: responder FILE COUNT RUN QUIET LONGEST\n");
    return 2;
  }
  struct state state = {.count = (uint32_t)number(words[2], 1, MOST_DESTINATIONS),
                        .run = (uint32_t)number(words[3], 0, UINT32_MAX)};
  uint64_t quiet = number(words[4], 1, 600000) * 1000000ull;
  uint64_t longest = number(words[5], 1, 3600000) * 1000000ull;
  state.arrivals = calloc(state.count, sizeof *state.arrivals);
  if (state.arrivals == NULL) {
    fail("memory");
  }
  int granted;
  int fd = open_udp(&granted);
  printf("{\"receiveBytes\":%d}\n", granted);
  fflush(stdout);
  uint64_t begin = now();
  uint64_t last = begin;
  while (state.arrived < state.count && now() - last < quiet && now() - begin < longest) {
    usleep(NAP_MICROSECONDS);
    if (drain(fd, &state) > 0) {
      last = now();
    }
  }
  write_file(words[1], state.arrivals, sizeof *state.arrivals, state.count);
  printf("{\"arrived\":%u,\"dropped\":%u}\n", state.arrived, state.dropped);
  return 0;
}
