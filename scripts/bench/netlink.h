/* Netlink as the benchmark's programs need it. */
#ifndef BENCH_NETLINK_H
#define BENCH_NETLINK_H

#include "common.h"

#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

/* Messages in one write at most. */
#define MOST_AT_ONCE 64

struct address_attribute {
  struct rtattr head;
  uint32_t address;
};

struct mac_attribute {
  struct rtattr head;
  uint8_t mac[6];
  uint8_t padding[2];
};

struct protocol_attribute {
  struct rtattr head;
  uint8_t protocol;
  uint8_t padding[3];
};

static inline struct rtattr attribute(unsigned short type, unsigned short bytes) {
  return (struct rtattr){.rta_len = RTA_LENGTH(bytes), .rta_type = type};
}

static inline int index_of(const char *device) {
  unsigned int index = if_nametoindex(device);
  if (index == 0) {
    fail(device);
  }
  return (int)index;
}

static inline int open_netlink(void) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  int on = 1;
  if (fd < 0 || setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on) != 0) {
    fail("netlink socket");
  }
  struct sockaddr_nl address = {.nl_family = AF_NETLINK};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    fail("bind");
  }
  return fd;
}

#endif
