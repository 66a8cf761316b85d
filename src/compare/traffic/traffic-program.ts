import { createInterface } from 'node:readline';
import { describeError } from '../../base/fault.ts';
import { Conversation } from '../../kernel/conversation.ts';
import { EchoSocket } from '../../kernel/echo-socket.ts';
import { listLinks } from '../../kernel/links.ts';
import { closeSocket, openRouteSocket } from '../../kernel/sockets.ts';
import { descriptorTransport } from '../../kernel/transport.ts';
import { parseIpv4 } from '../../net/ipv4.ts';
import { parseMac } from '../../net/mac.ts';
import { CompareFault } from '../compare-fault.ts';
import { EchoFrames } from './echo-frames.ts';
import { Sender } from './sender.ts';
import { requestSchema, type TrafficRequest } from './verbs.ts';

/** Enough for as many replies as a burst asks for, where it is granted. */
const RECEIVE_BYTES = 4 * 1024 * 1024;
/** How long a read waits; the kernel rounds it up to its tick. */
const READ_WAIT_MS = 4;

/**
 * Started as a program of its own inside a container: `traffic-program.js INTERFACE SOURCE GATEWAY-MAC`. Says that it is
 * ready, then does what each line of its standard input asks for and answers with a line.
 */
async function main(device: string, source: string, gatewayMac: string): Promise<void> {
  // A packet that is not there is an exception of Node's; its stack would cost more than the read.
  Error.stackTraceLimit = 0;
  const { ifindex, mac } = linkCalled(device);
  if (mac === undefined) {
    throw new CompareFault('device', device, 'one with a MAC address');
  }
  const socket = EchoSocket.open({
    ifindex,
    receiveBytes: RECEIVE_BYTES,
    waitMilliseconds: READ_WAIT_MS,
  });
  const frames = new EchoFrames({
    source: parseIpv4(source),
    sourceMac: mac,
    gatewayMac: parseMac(gatewayMac),
  });
  const sender = new Sender(socket, frames);
  say({ receiveBytes: socket.receiveBytes });
  for await (const line of createInterface({ input: process.stdin })) {
    say(perform(sender, requestSchema.parse(JSON.parse(line))));
  }
  socket.close();
}

function linkCalled(device: string) {
  const descriptor = openRouteSocket();
  try {
    const link = listLinks(new Conversation(descriptorTransport(descriptor))).find(
      ({ name }) => name === device,
    );
    if (link === undefined) {
      throw new CompareFault('device', device, 'one that is there');
    }
    return link;
  } finally {
    closeSocket(descriptor);
  }
}

function perform(sender: Sender, request: TrafficRequest): object {
  const { destinations } = request;
  switch (request.verb) {
    case 'scan':
      return sender.scan(destinations, request.patience);
    case 'burst':
      return sender.burst(destinations, request.patience);
    case 'touch':
      return sender.touch(destinations, request.window, request.patience);
    case 'flood':
      return sender.flood(destinations, request.window, request.duration);
    case 'until':
      return sender.until(destinations, request.wanted, request.patience);
  }
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

const [, , device = '', source = '', gatewayMac = ''] = process.argv;
try {
  await main(device, source, gatewayMac);
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
