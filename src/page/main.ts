import type { Path } from './api.ts';
import { Connection } from './connection.ts';
import { byId, setText } from './elements.ts';
import { FactsPanel } from './facts-panel.ts';
import { JournalPanel } from './journal-panel.ts';
import { KernelPanel } from './kernel-panel.ts';
import { LatencyPanel } from './latency-panel.ts';
import { LookupPanel } from './lookup-panel.ts';
import { PastPanel } from './past-panel.ts';
import { Poller, type PollerParts } from './poller.ts';
import { nextTask } from './tasks.ts';
import { TOP_ROWS, TopPanel } from './top-panel.ts';

/** Milliseconds between two questions. The hour moves by ten seconds; the kernel's table is read for each answer. */
const OFTEN = 1000;
const LESS_OFTEN = 2000;
const SELDOM = 5000;

/** What asks the daemon. */
interface Runnable {
  start(): void;
  stop(): void;
}

/** Makes the panels, a task for each that takes long, and feeds them. */
async function start(): Promise<void> {
  const facts = new FactsPanel();
  const lookup = new LookupPanel();
  const top = new TopPanel((address) => lookup.lookUp(address));
  const kernel = new KernelPanel();
  await nextTask();
  const journal = new JournalPanel();
  await nextTask();
  const latency = new LatencyPanel();
  await nextTask();
  const past = new PastPanel();
  await nextTask();
  whileVisible([...pollersOf({ facts, top, kernel, latency, past }), journal]);
}

interface Panels {
  readonly facts: FactsPanel;
  readonly top: TopPanel;
  readonly kernel: KernelPanel;
  readonly latency: LatencyPanel;
  readonly past: PastPanel;
}

/** Joins the panels to the questions that feed them. */
function pollersOf({ facts, top, kernel, latency, past }: Panels): Runnable[] {
  const connection = new Connection((lost) => facts.showConnection(lost));
  const history = poller(connection, 'past', {
    path: '/v1/history',
    pause: () => (past.span === 'hour' ? SELDOM : OFTEN),
    show: (answer) => past.show(answer),
  });
  const lessOften = () => LESS_OFTEN;
  const spread = poller(connection, 'latency', {
    path: '/v1/latency',
    parameters: () => ({ span: past.span }),
    pause: lessOften,
    show: (answer) => latency.show(answer, past.span),
  });
  const most = poller(connection, 'top', {
    path: '/v1/top',
    parameters: () => ({ limit: String(TOP_ROWS), span: past.span }),
    pause: lessOften,
    show: (answer) => top.show(answer, past.span),
  });
  past.onSpan = () => {
    for (const one of [history, spread, most]) {
      one.start();
    }
  };
  const head = poller(connection, 'head', {
    path: '/v1/stats',
    pause: lessOften,
    show: (stats) => facts.show(stats),
  });
  return [
    head,
    history,
    spread,
    most,
    poller(connection, 'kernel', {
      path: '/v1/kernel',
      pause: () => SELDOM,
      show: (answer) => kernel.show(answer),
    }),
  ];
}

/** A poller that says in a panel when the daemon cannot answer. */
function poller<P extends Path>(
  connection: Connection,
  panel: string,
  parts: Omit<PollerParts<P>, 'connection' | 'trouble'>,
): Poller<P> {
  return new Poller({ ...parts, connection, trouble: troubleIn(panel) });
}

/** Where a panel says that the daemon cannot answer its question. */
function troubleIn(panel: string): (text: string | undefined) => void {
  const place = byId(`${panel}-trouble`, HTMLParagraphElement);
  return (text) => {
    place.hidden = text === undefined;
    setText(place, text === undefined ? '' : `The daemon cannot tell: ${text}`);
  };
}

/** Runs things while the page can be seen: nobody is asked while nobody looks. */
function whileVisible(things: readonly Runnable[]): void {
  const turn = () => {
    for (const thing of things) {
      if (document.hidden) {
        thing.stop();
      } else {
        thing.start();
      }
    }
  };
  document.addEventListener('visibilitychange', turn);
  turn();
}

start().catch(reportError);
