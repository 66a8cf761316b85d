/*
 * The least that a program can do with misses: every one is answered with one fixed MAC, from no table.
 *
 *   yardstick DEVICE MAC BATCH
 *   yardstick --message IFINDEX MAC
 *   yardstick --filter IFINDEX PORT
 *
 * Until SIGTERM. BATCH 1: one answer per write. BATCH up to 64: what waits already, so many at most, goes in one write.
 *
 * --message prints the answer to a question about 10.5.7.2 in hexadecimal, --filter the instructions of the filter; a test
 * compares both with the daemon's.
 *
 * Socket, filter, receive buffer and message are those of the daemon (src/kernel/sockets.ts, src/kernel/miss-filter.ts,
 * src/misses/answer.ts).
 */
#include "netlink.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <signal.h>

#define OWN_PROTOCOL 113
/* The kernel grants twice as much, to account for its own bookkeeping. */
#define RECEIVE_BYTES (128 * 1024 * 1024)

struct answer {
  struct nlmsghdr head;
  struct ndmsg neighbour;
  struct address_attribute destination;
  struct mac_attribute mac;
  struct protocol_attribute protocol;
};

static struct {
  unsigned long misses, refused, overruns;
} counted;

static volatile sig_atomic_t ending;

static void end(int signal) {
  (void)signal;
  ending = 1;
}

static void parse_mac(const char *text, uint8_t mac[6]) {
  if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]) != 6) {
    fprintf(stderr, "%s; allowed: a MAC address\n", text);
    exit(2);
  }
}

#define FILTER_LENGTH 18

/*
 * Misses, questions about entries in use, answers, and what others write. Loads of classic BPF are in network order,
 * netlink is in the machine's.
 */
static void make_filter(struct sock_filter program[FILTER_LENGTH], int ifindex, uint32_t port) {
  const struct sock_filter steps[FILTER_LENGTH] = {
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(NLMSG_ERROR), 15, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 20),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl((uint32_t)ifindex), 0, 12),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_GETNEIGH), 0, 2),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 24),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, htons(NUD_INCOMPLETE | NUD_PROBE), 9, 8),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWNEIGH), 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELNEIGH), 0, 6),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 16),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_BRIDGE, 5, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 12),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(port), 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
  };
  memcpy(program, steps, sizeof steps);
}

static void attach_filter(int fd, int ifindex) {
  struct sockaddr_nl own;
  socklen_t size = sizeof own;
  if (getsockname(fd, (struct sockaddr *)&own, &size) != 0) {
    fail("getsockname");
  }
  struct sock_filter program[FILTER_LENGTH];
  make_filter(program, ifindex, own.nl_pid);
  struct sock_fprog filter = {.len = FILTER_LENGTH, .filter = program};
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0) {
    fail("filter");
  }
}

static void print_filter(int ifindex, uint32_t port) {
  struct sock_filter program[FILTER_LENGTH];
  make_filter(program, ifindex, port);
  for (size_t i = 0; i < FILTER_LENGTH; i++) {
    printf("%s[%u,%u,%u,%u]", i == 0 ? "[" : ",", program[i].code, program[i].jt, program[i].jf, program[i].k);
  }
  printf("]\n");
}

/* The address that a miss asks for; 0 for anything else, a refusal of ours among it. */
static uint32_t address_of(const struct nlmsghdr *message, ssize_t length) {
  if (!NLMSG_OK(message, (size_t)length) || message->nlmsg_type != RTM_GETNEIGH) {
    counted.refused += message->nlmsg_type == NLMSG_ERROR;
    return 0;
  }
  const struct ndmsg *neighbour = NLMSG_DATA(message);
  const struct rtattr *one = (const struct rtattr *)(neighbour + 1);
  int left = (int)NLMSG_PAYLOAD(message, sizeof *neighbour);
  for (; RTA_OK(one, left); one = RTA_NEXT(one, left)) {
    if (one->rta_type == NDA_DST && RTA_PAYLOAD(one) == 4) {
      uint32_t address;
      memcpy(&address, RTA_DATA(one), sizeof address);
      return address;
    }
  }
  return 0;
}

static void prepare(struct answer *answer, int ifindex, const uint8_t mac[6]) {
  *answer = (struct answer){
      .head = {.nlmsg_len = sizeof *answer, .nlmsg_type = RTM_NEWNEIGH, .nlmsg_flags = NLM_F_REQUEST | NLM_F_REPLACE},
      .neighbour = {.ndm_family = AF_INET, .ndm_ifindex = ifindex, .ndm_state = NUD_PERMANENT, .ndm_type = RTN_UNICAST},
      .destination = {.head = attribute(NDA_DST, 4)},
      .mac = {.head = attribute(NDA_LLADDR, 6)},
      .protocol = {.head = attribute(NDA_PROTOCOL, 1), .protocol = OWN_PROTOCOL},
  };
  memcpy(answer->mac.mac, mac, 6);
}

/* Waits for one miss and takes up to `batch` of those that are there; returns how many answers are filled in. */
static unsigned int collect(int fd, struct answer answers[], unsigned int batch) {
  static union {
    struct nlmsghdr message;
    char bytes[4096];
  } buffer;
  unsigned int filled = 0;
  for (int flags = 0; filled < batch && !ending; flags = MSG_DONTWAIT) {
    ssize_t length = recv(fd, &buffer, sizeof buffer, flags);
    if (length < 0 && errno == ENOBUFS) {
      counted.overruns++;
    } else if (length < 0 && (errno == EAGAIN || errno == EINTR)) {
      break;
    } else if (length < 0) {
      fail("recv");
    } else {
      uint32_t address = address_of(&buffer.message, length);
      if (address != 0) {
        answers[filled++].destination.address = address;
      }
    }
  }
  return filled;
}

static void answer_misses(const char *device, const char *mac_text, unsigned int batch) {
  static struct answer answers[MOST_AT_ONCE];
  int ifindex = index_of(device);
  uint8_t mac[6];
  parse_mac(mac_text, mac);
  for (unsigned int i = 0; i < batch; i++) {
    prepare(&answers[i], ifindex, mac);
  }
  int fd = open_netlink();
  attach_filter(fd, ifindex);
  struct timeval patience = {.tv_usec = 500000};
  int granted = grow_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, RECEIVE_BYTES);
  int group = RTNLGRP_NEIGH;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
      setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0) {
    fail("membership");
  }
  sigaction(SIGTERM, &(struct sigaction){.sa_handler = end}, NULL);
  printf("{\"receiveBytes\":%d}\n", granted);
  fflush(stdout);
  while (!ending) {
    unsigned int filled = collect(fd, answers, batch);
    counted.misses += filled;
    if (filled > 0 && send(fd, answers, filled * sizeof *answers, 0) < 0) {
      counted.refused += filled;
    }
  }
  printf("{\"misses\":%lu,\"refused\":%lu,\"overruns\":%lu}\n", counted.misses, counted.refused, counted.overruns);
}

static void print_message(int ifindex, const char *mac_text) {
  struct answer answer;
  uint8_t mac[6];
  parse_mac(mac_text, mac);
  prepare(&answer, ifindex, mac);
  answer.destination.address = htonl(0x0a050702);
  for (size_t i = 0; i < sizeof answer; i++) {
    printf("%02x", ((const uint8_t *)&answer)[i]);
  }
}

int main(int count, char **words) {
  if (count == 4 && strcmp(words[1], "--message") == 0) {
    print_message((int)number(words[2], 1, INT32_MAX), words[3]);
    return 0;
  }
  if (count == 4 && strcmp(words[1], "--filter") == 0) {
    print_filter((int)number(words[2], 1, INT32_MAX), (uint32_t)number(words[3], 1, UINT32_MAX));
    return 0;
  }
  if (count != 4) {
    fprintf(stderr, "usage: yardstick DEVICE MAC BATCH | yardstick --message IFINDEX MAC | yardstick --filter IFINDEX PORT\n");
    return 2;
  }
  answer_misses(words[1], words[2], (unsigned int)number(words[3], 1, MOST_AT_ONCE));
  return 0;
}
