import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ArraySplitter } from '../../src/page/array-splitter.ts';

function splitAt(text: string, places: readonly number[]): string[] {
  const splitter = new ArraySplitter();
  const cuts = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return cuts.flatMap((cut, index) => splitter.push(text.slice(cut, cuts[index + 1] ?? text.length)));
}

test('elements come whole, wherever the pieces were cut', () => {
  const value = fc.record({
    text: fc.oneof(fc.string(), fc.constantFrom('}', '{"', '\\', '\\"', '},{')),
    inner: fc.option(fc.record({ deep: fc.string() })),
  });
  fc.assert(
    fc.property(fc.array(value), fc.array(fc.nat()), (values, places) => {
      const text = JSON.stringify(values);
      assert.deepEqual(
        splitAt(text, places).map((one) => JSON.parse(one)),
        JSON.parse(text),
      );
    }),
  );
});

test('an element is there as soon as it has ended', () => {
  const splitter = new ArraySplitter();
  assert.deepEqual(splitter.push('[{"a":1},{"b":'), ['{"a":1}']);
  assert.deepEqual(splitter.push('{}}'), ['{"b":{}}']);
  assert.deepEqual(splitter.push(']'), []);
});
