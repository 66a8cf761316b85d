import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { runCommand } from '../../src/lab/command.ts';
import { flowSkipReason } from '../support/flow.ts';
import { type Damage, lineOf, logOf, Patient } from '../support/healing.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { statsOf } from '../support/static-peer.ts';

const skip = labSkipReason() || flowSkipReason();

/** So long the underlay is away: longer than the daemon needs to see it. */
const AWAY_MS = 300;

/** The daemon looks every ten seconds at what nobody tells it of. */
const LOOK_MS = 12_000;

const DAMAGES: readonly Damage[] = [
  {
    what: 'ip_forward turned off',
    harm: (patient) => patient.shell('echo 0 > /proc/sys/net/ipv4/ip_forward'),
    told: /^warn put back .*ip_forward was off/,
    within: 400,
  },
  {
    what: 'forwarding of the tunnel device turned off',
    harm: (patient) => patient.shell('echo 0 > /proc/sys/net/ipv4/conf/flannel.1/forwarding'),
    told: /^warn put back .*"forwarding was off"/,
    within: 400,
  },
  {
    what: "the underlay's address removed and added",
    harm: (patient) =>
      away(patient, 'address del 10.99.0.11/24 dev eth0', 'address add 10.99.0.11/24 dev eth0'),
    told: /^info the underlay is back/,
    within: AWAY_MS + 3000,
  },
  {
    what: "the underlay's interface down and up",
    harm: (patient) => away(patient, 'link set eth0 down', 'link set eth0 up'),
    told: /^info the underlay is back/,
    within: AWAY_MS + 3000,
  },
];

/** Takes the underlay away until the daemon has said so, and then for a while longer. */
async function away(patient: Patient, take: string, give: string): Promise<void> {
  const from = logOf(patient.host).length;
  await patient.ip(take);
  await lineOf(patient.host, /^warn the underlay is gone/, from);
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
  await patient.ip(give);
}

describe('a host whose settings or underlay somebody changes under traffic is healed:', { skip }, () => {
  const lab = labForSuite({ hosts: 2, containers: 1 });
  let patient: Patient;
  before(async () => {
    patient = await Patient.admit(lab());
  });

  for (const damage of DAMAGES) {
    it(damage.what, (test) => patient.suffer(test, damage));
  }

  it("the underlay's interface deleted, the tunnel with it, and made anew with another number", async (test) => {
    const { host } = patient;
    const { device } = await statsOf(host);
    const isThere = async () => (await host.namespace.attempt('ip', ['link', 'show', 'flannel.1'])).status;
    await patient.suffer(test, {
      what: 'the underlay deleted and made anew',
      harm: async () => {
        const from = logOf(host).length;
        await patient.ip('link del eth0');
        await lineOf(host, /^warn the underlay is gone/, from);
        assert.notEqual(await isThere(), 0, 'the kernel deletes the tunnel device with its underlay');
        await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
        const peer = `peer name eth0 netns ${host.namespace.name}`;
        const input = `link add h1 type veth ${peer}\nlink set h1 master br0 up\n`;
        await runCommand('ip', ['-n', `${lab().name}-switch`, '-batch', '-'], { input });
        await patient.ip('link set eth0 up', 'address add 10.99.0.11/24 dev eth0');
      },
      told: /^warn put back .*flannel\.1 was deleted/,
      within: AWAY_MS + 5000,
    });
    const after = await statsOf(host);
    assert.equal(after.device?.mac, device?.mac);
    assert.notEqual(after.device?.ifindex, device?.ifindex);
    assert.ok(after.ready);
  });

  it('its neighbour parameters changed, so that nobody is asked', async (test) => {
    const { program, here, there, host } = patient;
    const unasked = there.address.replace(/\d+$/, '1');
    await patient.suffer(test, {
      what: 'neighbour parameters',
      harm: async () => {
        const from = logOf(host).length;
        await patient.shell(
          'cd /proc/sys/net/ipv4/neigh/flannel.1; echo 0 > app_solicit; echo 3 > ucast_solicit; echo 5 > delay_first_probe_time',
        );
        const begin = performance.now();
        const lost = await patient.shell(`ping -c 1 -W 0.2 ${unasked} || true`);
        assert.match(lost, / 0 received/, 'while nobody is asked, a first packet goes nowhere');
        await lineOf(host, /^warn put back .*neighbour parameters were changed/, from, LOOK_MS);
        test.diagnostic(`put back after ${((performance.now() - begin) / 1000).toFixed(1)} s`);
        const flow = await program.start({
          from: here.namespace,
          to: lab().host(2).namespace,
          address: unasked,
          rate: 100,
          seconds: 1,
        });
        const { received, missing } = await flow.end();
        test.diagnostic(`to an address that nobody asked for: ${missing.total} of 100 lost`);
        assert.ok(received > 0);
        await patient.ip(`neighbour del ${unasked} dev flannel.1`);
      },
      told: /^warn put back .*neighbour parameters were changed/,
      within: 0,
    });
  });
});
