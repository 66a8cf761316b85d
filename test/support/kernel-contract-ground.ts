import assert from 'node:assert/strict';
import type { Conversation } from '../../src/kernel/conversation.ts';
import { KernelFault } from '../../src/kernel/kernel-fault.ts';
import { addVxlan, type Link, listLinks, setUp } from '../../src/kernel/links.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';

/** The device that a contract test works on: a vxlan device of its own that is up. */
export interface Under {
  readonly conversation: Conversation;
  readonly ifindex: number;
}

export const MAC = parseMac('02:00:00:00:00:07');
export const OTHER_MAC = parseMac('02:00:00:00:00:08');
export const OWN_MAC = parseMac('02:00:00:00:00:01');
export const NODE = parseIpv4('10.99.0.12');
export const OTHER_NODE = parseIpv4('10.99.0.13');
export const CONTAINER = parseIpv4('10.5.7.2');
export const SUBNET = parseIpv4('10.5.1.0');
export const NETWORK = parsePrefix('10.5.0.0/16');
export const NAME = 'l3m-contract';
export const VXLAN = { id: 4077, port: 4077, learning: 0 };
/** No kernel gives it: the numbers of interfaces grow from 1. */
export const NOBODY = 0x7ffffff0;

/** Defines one test of the contract. */
export type Contract = (what: string, body: (under: Under) => void) => void;

export function addDevice(conversation: Conversation): Link {
  conversation.request('add', addVxlan(NAME, OWN_MAC, 1450, VXLAN));
  const link = linkNamed(conversation, NAME);
  conversation.request('up', setUp(link.ifindex));
  return link;
}

export function linkNamed(conversation: Conversation, name: string): Link {
  const link = listLinks(conversation).find((one) => one.name === name);
  assert.ok(link !== undefined, `${name} is there`);
  return link;
}

export function refused(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof KernelFault, String(error));
    assert.equal(error.code, code);
    return true;
  };
}
