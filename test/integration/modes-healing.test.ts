import { before, describe, it } from 'node:test';
import type { ModeName } from '../../src/overlay/modes.ts';
import { flowSkipReason } from '../support/flow.ts';
import { type Damage, Patient } from '../support/healing.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';

const skip = labSkipReason() || flowSkipReason();

const WRONG = '02:de:ad:be:ef:02';
const PUT_BACK = /^warn put back/;
const PUT_RIGHT = /^warn put entries right/;
const NETWORK_ROUTE = '10.5.0.0/16';

/** Of the other host. */
function subnetOf({ there }: Patient): string {
  return there.address.replace(/\d+$/, '0/24');
}

function gatewayOf({ there }: Patient): string {
  return there.address.replace(/\d+$/, '0');
}

async function macThere(patient: Patient): Promise<string> {
  const [mac = ''] = (await patient.shell('bridge fdb show dev flannel.1')).split(' ');
  return mac;
}

/** Damages that both modes with routes for subnets have to heal; those of lazy are in the files healing-*. */
const DAMAGES: readonly Damage[] = [
  {
    what: 'the interface down and up again',
    harm: (patient) => patient.ip('link set flannel.1 down', 'link set flannel.1 up'),
    // The route for the network is what is told of where there is one.
    told: /^warn put (back|entries right)/,
    within: 400,
  },
  {
    what: 'the device deleted',
    harm: (patient) => patient.ip('link del flannel.1'),
    told: PUT_BACK,
    within: 2500,
  },
  {
    what: 'its address removed',
    harm: (patient) => patient.ip('address flush dev flannel.1'),
    told: PUT_BACK,
    within: 400,
  },
  {
    what: "the subnet's route removed",
    harm: (patient) => patient.ip(`route del ${subnetOf(patient)}`),
    told: PUT_RIGHT,
    within: 400,
  },
  {
    what: "the subnet's route led elsewhere",
    harm: (patient) => patient.ip(`route replace ${subnetOf(patient)} via 10.99.0.1 dev eth0`),
    told: PUT_RIGHT,
    within: 400,
  },
  {
    what: 'all neighbours flushed',
    // It gives up, with status 1, when entries come back as fast as it removes them.
    harm: (patient) => patient.shell('ip neighbour flush dev flannel.1 nud all || true'),
    told: PUT_RIGHT,
    within: 30,
  },
  {
    what: "the subnet's neighbour led elsewhere",
    harm: (patient) => patient.ip(`neighbour replace ${gatewayOf(patient)} lladdr ${WRONG} dev flannel.1`),
    told: PUT_RIGHT,
    within: 100,
  },
  {
    what: 'the forwarding entry removed',
    harm: async (patient) => patient.shell(`bridge fdb del ${await macThere(patient)} dev flannel.1`),
    told: PUT_RIGHT,
    within: 700,
  },
  {
    what: 'the forwarding entry led elsewhere',
    harm: async (patient) => {
      const entry = `${await macThere(patient)} dev flannel.1 dst 10.99.0.99 self permanent`;
      await patient.shell(`bridge fdb replace ${entry}`);
    },
    told: PUT_RIGHT,
    within: 700,
  },
];

const MORE: Readonly<Record<'lazy-subnet' | 'eager', readonly Damage[]>> = {
  'lazy-subnet': [
    {
      what: "the network's route removed",
      harm: (patient) => patient.ip(`route del ${NETWORK_ROUTE} dev flannel.1`),
      told: PUT_BACK,
      within: 0,
    },
    {
      what: "the network's route led elsewhere",
      harm: (patient) => patient.ip(`route replace ${NETWORK_ROUTE} via 10.99.0.1 dev eth0`),
      told: PUT_BACK,
      within: 0,
    },
  ],
  eager: [
    {
      what: 'a route for the network added',
      harm: (patient) => patient.ip(`route add ${NETWORK_ROUTE} dev flannel.1`),
      told: PUT_RIGHT,
      within: 0,
    },
  ],
};

describe('harmed under traffic', { skip }, () => {
  const lab = labForSuite({ hosts: 2, containers: 1 });

  for (const mode of ['lazy-subnet', 'eager'] as const satisfies readonly ModeName[]) {
    describe(`a host, ${mode}, is healed:`, () => {
      let patient: Patient;
      before(async () => {
        const { daemon } = lab().host(1);
        await daemon.stop();
        await daemon.start('--programming', mode);
        patient = await Patient.admit(lab(), mode);
      });

      for (const damage of [...DAMAGES, ...MORE[mode]]) {
        it(damage.what, (test) => patient.suffer(test, damage));
      }
    });
  }
});
