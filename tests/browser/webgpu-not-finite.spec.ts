// Whatever is not finite, wherever it arises, on WebGPU: one error in one wording, and the state that was kept last is
// finite. The same on cpu and WASM: src/train/not-finite.test.ts.
import { expect, test } from '@playwright/test';
import { LEGS } from '../../src/train/not-finite-cases';
import { onePage } from './one-page';

type Cases = typeof import('./webgpu-not-finite');

/** Steps over the places, which come in threes: first, middle and last ones are visited. */
const EVERY = 7;
const complaints: string[] = [];
const page = onePage(complaints);
test.afterEach(() => expect(complaints).toEqual([]));

/** Calls one function of webgpu-not-finite.ts in the page. */
function inPage<K extends keyof Cases>(name: K, ...args: Parameters<Cases[K]>): Promise<Awaited<ReturnType<Cases[K]>>> {
  return page().evaluate(
    async ([name, args]) => {
      const cases: Cases = await import('/tests/browser/webgpu-not-finite.ts' as './webgpu-not-finite');
      const run = cases[name as K] as (...args: unknown[]) => Promise<Awaited<ReturnType<Cases[K]>>>;
      return run(...args);
    },
    [name, args] as [string, unknown[]],
  ) as Promise<Awaited<ReturnType<Cases[K]>>>;
}

for (const { name } of LEGS)
  test(name, async () => {
    const { tried, otherwise } = await inPage('all', name, EVERY);
    expect(otherwise).toEqual({});
    expect(tried).toBeGreaterThan(50);
  });

for (const { name } of LEGS.filter(({ name }) => name === 'FP32' || name === 'QAT at 8 bits'))
  test(`${name}: running statistics, which nothing reads while batch norm takes the batch, are found at the end`, async () => {
    expect(await inPage('running', name)).toEqual({ tried: 24, otherwise: {} });
  });

test('without a fault the same training finishes', async () => {
  for (const { name } of LEGS) expect(await inPage('sound', name), name).toBe(true);
});
