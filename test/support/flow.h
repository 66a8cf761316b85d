/* What the two halves of `flow` share. */
#ifndef FLOW_H
#define FLOW_H

#include "../../scripts/bench/common.h"

#include <signal.h>

/* Tells datagrams of a flow from everything else that may come to its port. */
#define FLOW_MARK 0x6c336d2d666c6f77ull

/* Both ends run on one machine, so its byte order and its CLOCK_MONOTONIC serve. */
struct datagram {
  uint64_t mark, number, sent_at;
};

/* When SIGTERM came (CLOCK_MONOTONIC, nanoseconds), 0 before. */
extern volatile uint64_t stopped_at;

/* Without SA_RESTART, so that the signal ends what waits. */
void stop_on_sigterm(void);

void receive(uint16_t port);

#endif
