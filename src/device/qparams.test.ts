// The table of rules and ranges (tests/qparam-table.ts) on the backends that run in Node, through the kernels that turn a
// range into scale and zero point. WASM with threads and relaxed SIMD, and WebGPU: tests/browser.
import { beforeAll, describe, expect, test } from 'vitest';
import { PlaygroundError } from '../core/errors';
import { mismatches, nameOf, OBSERVED, RANGES, RULES, tableCases } from '../../tests/qparam-table';
import { startCpu } from './cpu';
import { runKernel, setUpWasm } from './wasm/testing';

describe.each([
  { backend: 'cpu', start: startCpu, hasScaled: false },
  { backend: 'wasm', start: setUpWasm, hasScaled: true },
])('$backend', ({ start, hasScaled }) => {
  beforeAll(start);

  test.each(RULES.map((rule) => [nameOf(rule), rule] as const))('%s: every range as on the host', (_, rule) => {
    const cases = tableCases(rule, OBSERVED, hasScaled);
    expect(cases.length).toBeGreaterThan(2 * OBSERVED.length);
    expect(cases.flatMap((c) => mismatches(c, runKernel(c.kernel, c.inputs, c.attrs)[0]))).toEqual([]);
  });

  test.each(RULES.map((rule) => [nameOf(rule), rule] as const))('%s: never observed is refused', (_, rule) => {
    const unseen = RANGES.filter((range) => !OBSERVED.includes(range));
    const cases = tableCases(rule, unseen, hasScaled);
    expect(cases.length).toBeGreaterThan(2);
    for (const { kernel, inputs, attrs } of cases)
      expect(() => runKernel(kernel, inputs, attrs)).toThrow(PlaygroundError);
  });
});
