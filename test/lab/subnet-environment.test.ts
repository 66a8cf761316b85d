import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabFault } from '../../src/lab/lab-fault.ts';
import { parseSubnetEnvironment } from '../../src/lab/subnet-environment.ts';

test('gateway and MTU come from the subnet file', () => {
  const text =
    'FLANNEL_NETWORK=10.5.0.0/16\nFLANNEL_SUBNET=10.5.7.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=false\n';
  assert.deepEqual(parseSubnetEnvironment(text), { gateway: '10.5.7.1/24', mtu: 1450 });
});

test('a file without them is refused with its text', () => {
  assert.throws(
    () => parseSubnetEnvironment('FLANNEL_MTU=1450\n'),
    (error) => {
      assert.ok(error instanceof LabFault);
      assert.match(error.message, /^subnet file: "FLANNEL_MTU=1450\\n"; allowed: lines FLANNEL_SUBNET/);
      return true;
    },
  );
});
