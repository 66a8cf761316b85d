/*
 * Receives a burst of the sender, where the outer packets come out of its host.
 *
 *   responder DEVICE FILE COUNT RUN QUIET LONGEST
 *
 * It ends when datagrams for all COUNT destinations of the RUN have come, or none for QUIET milliseconds, or after
 * LONGEST milliseconds. FILE: per destination a uint64, when its first datagram came (CLOCK_MONOTONIC, nanoseconds), or
 * 0. The time is the kernel's own stamp, so that this program need not be quick: it looks every few milliseconds and
 * takes no processor time from the sender in between. It reads a ring of packets instead of a UDP socket, because what
 * receives runs on the processor that sent: unpacking would be done by that of what answers (0.5 us instead of 4.4).
 */
#include "common.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/mman.h>
#include <unistd.h>

#define TUNNEL_PORT 8472
#define NAP_MICROSECONDS 5000
#define FRAME_BYTES 256
#define FRAMES (1 << 18)
#define BLOCK_BYTES (1 << 16)

/* What stands on the wire: the outer packet, the VXLAN header (RFC 7348) and the sender's datagram in it. */
struct __attribute__((packed)) encapsulated {
  struct ethhdr outer_link;
  struct iphdr outer;
  struct udphdr outer_ports;
  uint8_t vxlan[8];
  struct ethhdr link;
  struct iphdr inner;
  struct udphdr ports;
  uint32_t run, index;
};

struct state {
  uint64_t *arrivals;
  uint32_t count, run, arrived;
};

/* Outer packets of the tunnel only; what the filter returns is how much of each is kept. */
static void attach_filter(int fd) {
  struct sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct encapsulated, outer_link.h_proto)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 5),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(struct encapsulated, outer.protocol)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 3),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct encapsulated, outer_ports.dest)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TUNNEL_PORT, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, sizeof(struct encapsulated)),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_fprog filter = {.len = sizeof program / sizeof *program, .filter = program};
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0) {
    fail("filter");
  }
}

/* ETH_P_ALL, because a socket for one protocol gets what is left after the ingress hook, which drops. */
static int open_ring(const char *device, uint8_t **ring) {
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  int version = TPACKET_V2;
  struct tpacket_req request = {.tp_block_size = BLOCK_BYTES,
                                .tp_block_nr = FRAMES / (BLOCK_BYTES / FRAME_BYTES),
                                .tp_frame_size = FRAME_BYTES,
                                .tp_frame_nr = FRAMES};
  if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0) {
    fail("packet ring");
  }
  attach_filter(fd);
  *ring = mmap(NULL, (size_t)FRAMES * FRAME_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(device)};
  if (*ring == MAP_FAILED || bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    fail(device);
  }
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

static void note(struct state *state, const struct tpacket2_hdr *frame, uint64_t ahead) {
  struct encapsulated packet;
  if (frame->tp_snaplen < sizeof packet) {
    return;
  }
  memcpy(&packet, (const uint8_t *)frame + frame->tp_mac, sizeof packet);
  if (packet.inner.protocol == IPPROTO_UDP && packet.ports.dest == htons(PORT) && packet.run == state->run &&
      packet.index < state->count && state->arrivals[packet.index] == 0) {
    state->arrivals[packet.index] = (uint64_t)frame->tp_sec * NANOSECONDS + frame->tp_nsec - ahead;
    state->arrived++;
  }
}

/* Takes everything that is there from frame `*next` on; returns how much that was. */
static unsigned long drain(uint8_t *ring, uint32_t *next, struct state *state) {
  uint64_t ahead = wall_clock_ahead();
  unsigned long total = 0;
  for (;; total++) {
    struct tpacket2_hdr *frame = (struct tpacket2_hdr *)(ring + (size_t)*next * FRAME_BYTES);
    if ((__atomic_load_n(&frame->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) == 0) {
      return total;
    }
    note(state, frame, ahead);
    __atomic_store_n(&frame->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    *next = (*next + 1) % FRAMES;
  }
}

static unsigned int dropped_by(int fd) {
  struct tpacket_stats stats = {0};
  socklen_t size = sizeof stats;
  if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) != 0) {
    fail("packet statistics");
  }
  return stats.tp_drops;
}

int main(int count, char **words) {
  if (count != 7) {
    fprintf(stderr, "usage: responder DEVICE FILE COUNT RUN QUIET LONGEST\n");
    return 2;
  }
  struct state state = {.count = (uint32_t)number(words[3], 1, MOST_DESTINATIONS),
                        .run = (uint32_t)number(words[4], 0, UINT32_MAX)};
  uint64_t quiet = number(words[5], 1, 600000) * 1000000ull;
  uint64_t longest = number(words[6], 1, 3600000) * 1000000ull;
  state.arrivals = calloc(state.count, sizeof *state.arrivals);
  if (state.arrivals == NULL) {
    fail("memory");
  }
  uint8_t *ring;
  uint32_t next = 0;
  int fd = open_ring(words[1], &ring);
  printf("{\"frames\":%d}\n", FRAMES);
  fflush(stdout);
  uint64_t begin = now();
  uint64_t last = begin;
  while (state.arrived < state.count && now() - last < quiet && now() - begin < longest) {
    usleep(NAP_MICROSECONDS);
    if (drain(ring, &next, &state) > 0) {
      last = now();
    }
  }
  write_file(words[2], state.arrivals, sizeof *state.arrivals, state.count);
  printf("{\"arrived\":%u,\"dropped\":%u}\n", state.arrived, dropped_by(fd));
  return 0;
}
