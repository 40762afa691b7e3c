// Whatever is not finite, wherever it arises: one error in one wording, and the state that was kept last is finite.
// The same on WebGPU: tests/browser/webgpu-not-finite.spec.ts.
import { beforeAll, describe, expect, test } from 'vitest';
import { finishes, LEGS, verdictOnAll, verdictOnRunning } from './not-finite-cases';
import { BACKENDS } from './testing';

describe.each(BACKENDS)('on %s', (backend, start) => {
  beforeAll(start);
  // The plain kernels take their time; seven steps over the spots, which come in threes, visit first, middle and last ones.
  const every = backend === 'cpu' ? 7 : 1;

  test.each(LEGS)('$name', async (leg) => {
    const { tried, otherwise } = await verdictOnAll(leg, every);
    expect(otherwise).toEqual({});
    expect(tried).toBeGreaterThan(50);
  });

  test('running statistics, which nothing reads while batch norm takes the batch, are found at the end', async () => {
    for (const leg of LEGS.filter(({ name }) => name === 'FP32' || name === 'QAT at 8 bits'))
      expect(await verdictOnRunning(leg)).toEqual({ tried: 24, otherwise: {} });
  });

  test('without a fault the same training finishes', async () => {
    for (const leg of LEGS) expect(await finishes(leg), leg.name).toBe(true);
  });
});
