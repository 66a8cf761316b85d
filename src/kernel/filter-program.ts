import type { FilterInstruction } from '../../native-bindings/netlink-socket.ts';
import {
  BPF_ABS,
  BPF_ALU,
  BPF_AND,
  BPF_B,
  BPF_H,
  BPF_IMM,
  BPF_IND,
  BPF_JEQ,
  BPF_JMP,
  BPF_JSET,
  BPF_K,
  BPF_LD,
  BPF_LDX,
  BPF_MISC,
  BPF_RET,
  BPF_TAX,
  BPF_W,
  SKF_AD_NLATTR,
  SKF_AD_OFF,
} from '../netlink/constants.ts';
import { u16, u32 } from '../netlink/values.ts';

/** Where a test goes on: at the instruction behind it, or at a named one. */
type Target = string | undefined;

/** An instruction, or the name of the one behind it. */
export type Step =
  | { readonly label: string }
  | { readonly code: number; readonly value: number; readonly ifTrue?: Target; readonly ifFalse?: Target };

/** Labels that every program ends with: the whole message passes, or none of it. */
export const PASS = 'pass';
export const DROP = 'drop';

const WHOLE_MESSAGE = 0xffffffff;

/**
 * A classic BPF program (net/core/filter.c) from instructions with labels. It runs on one netlink message, nlmsghdr
 * first, and loads in network order while netlink stands in the machine's: the constants of tests are turned.
 */
export function assemble(steps: readonly Step[]): FilterInstruction[] {
  const whole: Step[] = [
    ...steps,
    { label: DROP },
    { code: BPF_RET | BPF_K, value: 0 },
    { label: PASS },
    { code: BPF_RET | BPF_K, value: WHOLE_MESSAGE },
  ];
  const places = new Map<string, number>();
  let count = 0;
  for (const step of whole) {
    if ('label' in step) {
      places.set(step.label, count);
    } else {
      count += 1;
    }
  }
  return whole
    .filter((step) => 'code' in step)
    .map(({ code, value, ifTrue, ifFalse }, at) => {
      const distance = (target: Target) => (target === undefined ? 0 : (places.get(target) ?? 0) - at - 1);
      return { code, jumpTrue: distance(ifTrue), jumpFalse: distance(ifFalse), value };
    });
}

export const load8 = (at: number): Step => ({ code: BPF_LD | BPF_B | BPF_ABS, value: at });
export const load16 = (at: number): Step => ({ code: BPF_LD | BPF_H | BPF_ABS, value: at });
export const load32 = (at: number): Step => ({ code: BPF_LD | BPF_W | BPF_ABS, value: at });

/** Of a byte, as `load8` loaded it. */
export const equals8 = (value: number, ifTrue: Target, ifFalse?: Target): Step =>
  test(BPF_JEQ, value, ifTrue, ifFalse);
/** Of two bytes in the machine's order, as `load16` loaded them. */
export const equals16 = (value: number, ifTrue: Target, ifFalse?: Target): Step =>
  test(BPF_JEQ, turned16(value), ifTrue, ifFalse);
/** Of four bytes in the machine's order, as `load32` loaded them. */
export const equals32 = (value: number, ifTrue: Target, ifFalse?: Target): Step =>
  test(BPF_JEQ, turned32(value), ifTrue, ifFalse);
/** Of four bytes in network order, such as an address, as `load32` loaded them. */
export const equalsNetwork32 = (value: number, ifTrue: Target, ifFalse?: Target): Step =>
  test(BPF_JEQ, value >>> 0, ifTrue, ifFalse);
/** Keeps those bits of four bytes in network order. */
export const maskNetwork32 = (mask: number): Step => ({ code: BPF_ALU | BPF_AND | BPF_K, value: mask >>> 0 });
/** Whether any of the bits is set in what `load16` loaded. */
export const hasAny16 = (bits: number, ifTrue: Target, ifFalse?: Target): Step =>
  test(BPF_JSET, turned16(bits), ifTrue, ifFalse);

export const goTo = (target: string): Step => test(BPF_JEQ, 0, target, target);

/**
 * Loads the four bytes of an attribute; goes to `ifAbsent` when there is none. The kernel looks for it from `from` on
 * (SKF_AD_NLATTR).
 */
export function loadAttribute32(type: number, from: number, ifAbsent: Target): Step[] {
  return [
    { code: BPF_LDX | BPF_IMM, value: type },
    { code: BPF_LD | BPF_IMM, value: from },
    { code: BPF_LD | BPF_W | BPF_ABS, value: (SKF_AD_OFF + SKF_AD_NLATTR) >>> 0 },
    test(BPF_JEQ, 0, ifAbsent, undefined),
    { code: BPF_MISC | BPF_TAX, value: 0 },
    // Behind the attribute's length and type.
    { code: BPF_LD | BPF_W | BPF_IND, value: 4 },
  ];
}

function test(kind: number, value: number, ifTrue: Target, ifFalse: Target): Step {
  return { code: BPF_JMP | kind | BPF_K, value, ifTrue, ifFalse };
}

function turned16(value: number): number {
  const buffer = Buffer.alloc(2);
  u16.write(buffer, 0, value);
  return buffer.readUInt16BE(0);
}

function turned32(value: number): number {
  const buffer = Buffer.alloc(4);
  u32.write(buffer, 0, value);
  return buffer.readUInt32BE(0);
}
