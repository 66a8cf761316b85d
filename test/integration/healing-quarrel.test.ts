import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { flowSkipReason } from '../support/flow.ts';
import { logOf, Patient } from '../support/healing.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';

const skip = labSkipReason() || flowSkipReason();

const SECONDS = 3;
const TIMES = 60;

/** Of one message: what may come at once, beside one a second, of which the last may be late. */
const LINES_AT_ONCE = 10 + 3;

interface Quarrel {
  readonly what: string;
  /** What somebody insists on, as lines of shell. */
  readonly insist: (patient: Patient) => Promise<string>;
  /** How many messages the daemon has for it. */
  readonly messages: number;
}

const QUARRELS: readonly Quarrel[] = [
  {
    what: 'the MTU and the route',
    insist: async () => 'ip link set flannel.1 mtu 1000; ip route replace 10.5.0.0/16 via 10.99.0.1 dev eth0',
    messages: 1,
  },
  {
    what: 'a neighbour and a forwarding entry',
    insist: async (patient) => {
      const [mac] = (await patient.shell('bridge fdb show dev flannel.1')).split(' ');
      const wrong = `${patient.there.address} lladdr 02:de:ad:be:ef:03`;
      return `ip neighbour replace ${wrong} dev flannel.1; bridge fdb replace ${mac} dev flannel.1 dst 10.99.0.99`;
    },
    messages: 2,
  },
  // What is put back, that misses are answered, what the kernel refuses meanwhile, and that something could not be done.
  { what: 'that there is no device', insist: async () => 'ip link del flannel.1 || true', messages: 4 },
];

describe(`a quarrel in which somebody does the same ${TIMES} times in ${SECONDS} s`, { skip }, () => {
  const lab = labForSuite({ hosts: 2, containers: 1 });
  let patient: Patient;
  before(async () => {
    patient = await Patient.admit(lab());
  });

  for (const { what, insist, messages } of QUARRELS) {
    it(`costs little, fills no log, and ends well: ${what}`, async (test) => {
      const line = await insist(patient);
      let before: string[] = [];
      let once = 0;
      await patient.under(async () => {
        before = await patient.state();
        once = await costOfOne(patient, line, before);
      });
      const { share, lines, seconds } = await quarrel(patient, line);
      const figures = `${what}: ${Math.round(100 * share)} % of a processor, ${lines.length} lines`;
      test.diagnostic(figures);
      assert.ok(lines.length >= 1 && lines.length <= messages * (LINES_AT_ONCE + seconds), lines.join('\n'));
      // On a slow machine a single repair takes long too, and of the sixty not half may be made.
      assert.ok(share < Math.max(0.7, ((TIMES / 2) * once) / SECONDS), `${figures}, ${once} s for one`);
      await patient.under(() => patient.holds(before));
      const { there, back } = await patient.under(async () => undefined);
      assert.deepEqual([there.lost, back.lost], [0, 0], 'in the end it is as it should be');
    });
  }
});

/** The processor time that the daemon takes to put one harm right, in seconds. */
async function costOfOne(patient: Patient, line: string, before: string[]): Promise<number> {
  const { pid } = patient.host.daemon.process;
  const used = processorSeconds(pid);
  await patient.shell(line);
  await patient.holds(before);
  return processorSeconds(pid) - used;
}

/** What it cost the daemon, as the share of a processor, the lines of its log, and how long it really took. */
async function quarrel(
  patient: Patient,
  line: string,
): Promise<{ share: number; lines: string[]; seconds: number }> {
  const { host } = patient;
  const { pid } = host.daemon.process;
  const [from, used, begin] = [logOf(host).length, processorSeconds(pid), performance.now()];
  await patient.shell(`for i in $(seq ${TIMES}); do ${line}; sleep ${SECONDS / TIMES}; done`);
  const seconds = (performance.now() - begin) / 1000;
  const share = (processorSeconds(pid) - used) / seconds;
  return { share, lines: logOf(host).slice(from), seconds };
}

/** Of all its threads, in user and kernel mode: fields 14 and 15, in hundredths of a second (proc(5)). */
function processorSeconds(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number);
  return ((user ?? 0) + (system ?? 0)) / 100;
}
