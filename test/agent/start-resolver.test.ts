import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellOfBuffer } from '../../src/agent/start-resolver.ts';
import { silentLog } from '../../src/base/log.ts';
import { MISS_BUFFER_BYTES } from '../../src/misses/resolver-handle.ts';

function warningsFor(receiveBytes: number, wanted = MISS_BUFFER_BYTES): object[] {
  const warnings: object[] = [];
  tellOfBuffer(receiveBytes, wanted, { ...silentLog, warn: (fields) => warnings.push(fields) });
  return warnings;
}

test('a smaller receive buffer than was asked for is warned of once, with what mends it', () => {
  assert.deepEqual(warningsFor(MISS_BUFFER_BYTES), []);
  assert.deepEqual(warningsFor(8_388_608), [
    { receiveBytes: 8_388_608, mend: 'sysctl -w net.core.rmem_max=134217728' },
  ]);
  assert.deepEqual(warningsFor(8_388_608, 8_388_608), [], 'the operator asked for no more');
});
