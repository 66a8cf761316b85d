/*
 * The least that it takes to write forwarding entries: 64 messages per write, the last of which asks for an
 * acknowledgement.
 *
 *   forwarding DEVICE COUNT
 *
 * Prints the time from before the first message is made to after the last acknowledgement.
 */
#include "netlink.h"

#include <arpa/inet.h>

struct forwarding {
  struct nlmsghdr head;
  struct ndmsg neighbour;
  struct mac_attribute mac;
  struct address_attribute endpoint;
};

static void prepare_forwarding(struct forwarding *entry, int ifindex, uint32_t index) {
  *entry = (struct forwarding){
      .head = {.nlmsg_len = sizeof *entry,
               .nlmsg_type = RTM_NEWNEIGH,
               .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE},
      .neighbour = {.ndm_family = AF_BRIDGE, .ndm_ifindex = ifindex, .ndm_state = NUD_PERMANENT, .ndm_flags = NTF_SELF},
      .mac = {.head = attribute(NDA_LLADDR, 6), .mac = {0x02, 0x4c, 0, index >> 16, index >> 8, index}},
      .endpoint = {.head = attribute(NDA_DST, 4), .address = htonl(0x0a640000 + index)},
  };
}

/* Reads until the acknowledgement of the batch's last message; a refusal ends the program. */
static void await_acknowledgement(int fd, uint32_t sequence) {
  struct {
    struct nlmsghdr head;
    struct nlmsgerr error;
    char rest[1024];
  } reply;
  do {
    if (recv(fd, &reply, sizeof reply, 0) < (ssize_t)sizeof reply.head) {
      fail("recv");
    }
    if (reply.head.nlmsg_type == NLMSG_ERROR && reply.error.error != 0) {
      errno = -reply.error.error;
      fail("forwarding entry");
    }
  } while (reply.head.nlmsg_seq != sequence);
}

static void write_forwarding(const char *device, unsigned long count) {
  struct forwarding entries[MOST_AT_ONCE];
  int ifindex = index_of(device);
  int fd = open_netlink();
  uint64_t begin = now();
  for (unsigned long at = 0; at < count; at += MOST_AT_ONCE) {
    unsigned long size = count - at < MOST_AT_ONCE ? count - at : MOST_AT_ONCE;
    for (unsigned long i = 0; i < size; i++) {
      prepare_forwarding(&entries[i], ifindex, (uint32_t)(at + i));
    }
    entries[size - 1].head.nlmsg_flags |= NLM_F_ACK;
    entries[size - 1].head.nlmsg_seq = (uint32_t)at + 1;
    if (send(fd, entries, size * sizeof *entries, 0) < 0) {
      fail("send");
    }
    await_acknowledgement(fd, (uint32_t)at + 1);
  }
  printf("{\"nanoseconds\":%llu}\n", (unsigned long long)(now() - begin));
}

int main(int count, char **words) {
  if (count != 3) {
    fprintf(stderr, "usage: forwarding DEVICE COUNT\n");
    return 2;
  }
  write_forwarding(words[1], number(words[2], 1, 1000000));
  return 0;
}
