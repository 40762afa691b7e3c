// The order of a healed run's figures, and that all that stand side by side are of the same images.
import { expect, test } from 'vitest';
import { figuresOf, FIRST, type Figures } from './figures';
import type { Workers } from './workers';

/** Models that are right on all images but every nth. */
const WRONG = { qat: 10, ptq: 4, fp32: 20 };
const predictions = (model: keyof typeof WRONG, start: number, count: number) =>
  Uint8Array.from({ length: count }, (_, i) => Number((start + i) % WRONG[model] === 0));

function setUp() {
  const calls: string[] = [];
  const engine = {
    classify: async (model: 'qat' | 'ptq', split: string, start: number, count: number) => {
      calls.push(`${model} ${split} ${start}+${count}`);
      return { labels: new Uint8Array(count), predictions: predictions(model, start, count) };
    },
    latency: async (model: string) => ({ median_ms: model === 'qat' ? 0.4 : 0.5 }),
  };
  const baseline = { start: async () => {}, latency: async () => ({ median_ms: 4 }) };
  const workers = { engine, baseline } as unknown as Workers;
  const fp32 = async (split: string, images: number) => {
    calls.push(`fp32 ${split} ${images}`);
    return { accuracy: 0, images, labels: new Uint8Array(images), predictions: predictions('fp32', 0, images) };
  };
  return { calls, context: { workers, place: { baseUrl: '', own: {} }, images: 2500, fp32, stands: () => true } };
}

test('validation images first, then times, then test images; no two splits side by side', async () => {
  const { calls, context } = setUp();
  const all: Figures[] = [];
  for await (const figures of figuresOf(context)) all.push(figures);
  for (const { split, accuracy } of all)
    for (const figure of Object.values(accuracy)) {
      expect(figure.classified.labels.length).toBe(split === 'test' ? 2500 : FIRST);
    }
  expect(all.slice(0, 3).map(({ accuracy }) => Object.keys(accuracy))).toEqual([
    ['qat'],
    ['qat', 'ptq'],
    ['qat', 'ptq', 'fp32'],
  ]);
  const last = all.at(-1)!;
  expect(last.split).toBe('test');
  expect(last.milliseconds).toEqual({ qat: 0.4, ptq: 0.5, fp32: 4 });
  expect(Object.values(last.accuracy).map(({ accuracy }) => accuracy)).toEqual([0.9, 0.75, 0.95]);
  expect(calls).toEqual([
    ...['qat validation 0+1000', 'ptq validation 0+1000', 'fp32 validation 1000'],
    ...['qat test 0+1000', 'qat test 1000+1000', 'qat test 2000+500'],
    ...['ptq test 0+1000', 'ptq test 1000+1000', 'ptq test 2000+500', 'fp32 test 2500'],
  ]);
});

test('ends when other networks have taken the place of its own', async () => {
  const { calls, context } = setUp();
  let stands = true;
  for await (const { accuracy } of figuresOf({ ...context, stands: () => stands })) if (accuracy.ptq) stands = false;
  expect(calls).toEqual(['qat validation 0+1000', 'ptq validation 0+1000']);
});
