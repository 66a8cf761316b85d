import { readdirSync, readFileSync } from 'node:fs';
import { codeOf } from '../base/errno.ts';
import { residentMiB } from './process-usage.ts';

/** What a process and its descendants use. */
export interface TreeUsage {
  /** Milliseconds of processor time that the threads that are there have run. */
  readonly processorMs: number;
  readonly residentMiB: number;
}

/** A process and its descendants, parents first. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = parentOf(pid);
    if (parent !== undefined) {
      children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
    }
  }
  const tree = [root];
  for (const pid of tree) {
    tree.push(...(children.get(pid) ?? []));
  }
  return tree;
}

/**
 * Kills a process and its descendants. Each is stopped before its children are looked for, so that none escapes.
 */
export function killTree(root: number): void {
  signal(root, 'SIGSTOP');
  for (const pid of processTree(root).reverse()) {
    signal(pid, 'SIGKILL');
  }
}

/** What the tree uses at this moment; processes that end meanwhile count as nothing. */
export function treeUsage(root: number): TreeUsage {
  const tree = processTree(root);
  return {
    processorMs: sum(tree.map(processorMsOf)),
    residentMiB: sum(tree.map((pid) => readOf(`/proc/${pid}/status`, memoryIn))),
  };
}

/** Whether a thread of the tree runs, or would if a processor were there for it. */
export function isTreeRunnable(root: number): boolean {
  return processTree(root).some((pid) => {
    const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? [];
    return threads.some((thread) => fieldsOf(`${pid}/task/${thread}`)?.[0] === 'R');
  });
}

/** The first number of a thread's schedstat is the nanoseconds that it has run (Documentation/scheduler/sched-stats.rst). */
function processorMsOf(pid: number): number {
  const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const nanoseconds = threads.map((thread) =>
    readOf(`/proc/${pid}/task/${thread}/schedstat`, (text) => Number(text.split(' ')[0])),
  );
  return sum(nanoseconds) / 1e6;
}

function parentOf(pid: string): number | undefined {
  const fields = fieldsOf(pid);
  return fields && Number(fields[1]);
}

/** The fields behind the program's name, which stands in parentheses and may hold anything: state, parent, ... (proc(5)). */
function fieldsOf(task: string): string[] | undefined {
  const stat = unlessGone(() => readFileSync(`/proc/${task}/stat`, 'utf8'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readOf(file: string, parse: (text: string) => number): number {
  const text = unlessGone(() => readFileSync(file, 'utf8'));
  return text === undefined ? 0 : parse(text);
}

/** A process that is ending has no memory any more, and no such line. */
function memoryIn(status: string): number {
  return /^VmRSS:/m.test(status) ? residentMiB(status) : 0;
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') {
      return undefined;
    }
    throw error;
  }
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') {
      throw error;
    }
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
