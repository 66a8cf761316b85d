import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { flowSkipReason } from '../support/flow.ts';
import { type Damage, lineOf, logOf, Patient } from '../support/healing.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';

const skip = labSkipReason() || flowSkipReason();

const WRONG = '02:de:ad:be:ef:02';
const NEIGHBOURS_RIGHT = /^warn put entries right/;
const FORWARDING_RIGHT = /^warn put forwarding entries right/;
const WRONG_ENDPOINT = 'dst 10.99.0.99 self permanent';

/** The MAC of the other host, in the one forwarding entry that there is. */
async function macThere(patient: Patient): Promise<string> {
  const [mac = ''] = (await patient.shell('bridge fdb show dev flannel.1')).split(' ');
  return mac;
}

function alter(state: string): Damage['harm'] {
  return (patient) =>
    patient.ip(`neighbour replace ${patient.there.address} lladdr ${WRONG} dev flannel.1 nud ${state}`);
}

const DAMAGES: readonly Damage[] = [
  {
    what: 'all neighbours flushed',
    // It gives up, with status 1, when entries come back as fast as it removes them. A packet that waits for the answer
    // goes with the entry that it removes.
    harm: (patient) => patient.shell('ip neighbour flush dev flannel.1 nud all || true'),
    told: NEIGHBOURS_RIGHT,
    within: 30,
  },
  {
    what: 'a neighbour removed',
    harm: (patient) => patient.ip(`neighbour del ${patient.there.address} dev flannel.1`),
    told: NEIGHBOURS_RIGHT,
    within: 0,
  },
  {
    what: 'a neighbour led elsewhere, PERMANENT',
    harm: alter('permanent'),
    told: NEIGHBOURS_RIGHT,
    within: 100,
  },
  {
    what: 'a neighbour led elsewhere, REACHABLE',
    harm: alter('reachable'),
    told: NEIGHBOURS_RIGHT,
    within: 100,
  },
  {
    what: 'a neighbour removed, and added with the wrong MAC',
    harm: (patient) =>
      patient.ip(
        `neighbour del ${patient.there.address} dev flannel.1`,
        `neighbour replace ${patient.there.address} lladdr ${WRONG} dev flannel.1`,
      ),
    told: NEIGHBOURS_RIGHT,
    within: 100,
  },
  {
    what: 'a neighbour added for an address that has a lease, with the wrong MAC',
    harm: (patient) =>
      patient.ip(
        `neighbour add ${patient.there.address.replace(/\d+$/, '99')} lladdr ${WRONG} dev flannel.1`,
      ),
    told: NEIGHBOURS_RIGHT,
    within: 0,
  },
  {
    what: 'a neighbour added for an address without a lease',
    harm: (patient) => patient.ip(`neighbour add 10.5.0.77 lladdr ${WRONG} dev flannel.1`),
    told: NEIGHBOURS_RIGHT,
    within: 0,
  },
  {
    what: 'a forwarding entry removed',
    harm: async (patient) => patient.shell(`bridge fdb del ${await macThere(patient)} dev flannel.1`),
    told: FORWARDING_RIGHT,
    within: 700,
  },
  {
    what: 'a forwarding entry led elsewhere',
    harm: async (patient) =>
      patient.shell(`bridge fdb replace ${await macThere(patient)} dev flannel.1 ${WRONG_ENDPOINT}`),
    told: FORWARDING_RIGHT,
    within: 700,
  },
  {
    what: 'a forwarding entry added for all MACs that have none, with two endpoints',
    harm: (patient) => {
      const entry = 'bridge fdb append 00:00:00:00:00:00 dev flannel.1';
      return patient.shell(`${entry} ${WRONG_ENDPOINT}; ${entry} dst 10.99.0.12 self permanent`);
    },
    told: FORWARDING_RIGHT,
    within: 0,
  },
  {
    what: 'a forwarding entry added for a MAC that nobody has',
    harm: (patient) => patient.shell(`bridge fdb add ${WRONG} dev flannel.1 ${WRONG_ENDPOINT}`),
    told: FORWARDING_RIGHT,
    within: 0,
  },
];

/** What an operator may have beside: marks of others, other networks, other metrics. */
const FOREIGN = [
  `neighbour add 192.0.2.1 lladdr ${WRONG} dev flannel.1`,
  `neighbour add 10.5.0.78 lladdr ${WRONG} dev flannel.1 protocol static`,
  'route add 192.168.77.0/24 dev flannel.1',
  'route add 10.5.0.0/16 via 10.99.0.1 dev eth0 metric 100',
  'address add 192.0.2.7/24 dev flannel.1',
];

describe('entries that somebody changes under traffic are put right:', { skip }, () => {
  const lab = labForSuite({ hosts: 2, containers: 1 });
  let patient: Patient;
  before(async () => {
    patient = await Patient.admit(lab());
  });

  for (const damage of DAMAGES) {
    it(damage.what, (test) => patient.suffer(test, damage));
  }

  it("what is somebody else's is left alone, while ours is put right beside it", async (test) => {
    const from = logOf(patient.host).length;
    await patient.ip(...FOREIGN);
    for (const [what, harm, told] of [
      ['the MTU', () => patient.ip('link set flannel.1 mtu 1000'), /^warn put back .*the MTU was 1000/],
      ['a neighbour', () => alter('permanent')(patient), NEIGHBOURS_RIGHT],
    ] as const) {
      await patient.suffer(test, { what: `${what}, beside foreign things`, harm, told, within: 100 });
    }
    const neighbours = await patient.shell('ip -4 neighbour show dev flannel.1');
    assert.match(neighbours, /^192\.0\.2\.1 lladdr 02:de:ad:be:ef:02 PERMANENT/m);
    assert.match(neighbours, /^10\.5\.0\.78 lladdr 02:de:ad:be:ef:02 PERMANENT proto static/m);
    const routes = await patient.shell('ip -4 route show');
    assert.match(routes, /^192\.168\.77\.0\/24 dev flannel\.1/m);
    assert.match(routes, /^10\.5\.0\.0\/16 via 10\.99\.0\.1 dev eth0 metric 100/m);
    assert.match(routes, /^10\.5\.0\.0\/16 dev flannel\.1 proto 113/m);
    assert.match(await patient.shell('ip -4 address show dev flannel.1'), /192\.0\.2\.7\/24/);
    await lineOf(patient.host, NEIGHBOURS_RIGHT, from);
    const said = logOf(patient.host).slice(from);
    assert.ok(!said.some((line) => /192\.|10\.5\.0\.78|route/.test(line)), said.join('\n'));
  });
});
