// The order of the slider's work: loading once, one stop at a time, a stop that was left lets go after its piece.
import { expect, test, vi } from 'vitest';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import { FIRST_IMAGES, Stops, type Answer } from './stops';
import type { Workers } from './workers';

const widths = (bits: number) => ({ ...DEFAULT_RECIPE, weightBits: bits, activationBits: bits });

/** Workers that note what they are asked. */
function setUp(load = async () => {}) {
  const calls: string[] = [];
  const engine = {
    calibrated: async () => void calls.push('calibrated'),
    quantize: async (_: string, { weightBits }: { weightBits: number }) => {
      calls.push(`quantize ${weightBits}`);
      return { description: '', threads: 1, planMilliseconds: 1, bytes: 1, convertMilliseconds: 1 };
    },
    classify: async (_: string, split: string, start: number, count: number) => {
      calls.push(`${split} ${start}`);
      const labels = new Uint8Array(count);
      return { labels, predictions: labels.map((_, i) => Number(i >= start / 10)) };
    },
    latency: async () => ({ median_ms: 0.5 }),
  };
  const train = {
    calibrate: async ({ equalize }: { equalize: boolean }) =>
      void calls.push(equalize ? 'calibrate equalized' : 'calibrate'),
  };
  const loaded = vi.fn(load);
  const workers = { train, engine } as unknown as Workers;
  return {
    calls,
    loaded,
    stops: new Stops(
      () => workers,
      loaded,
      () => 2,
    ),
  };
}

async function read(answers: AsyncGenerator<Answer>, until = Infinity): Promise<Answer[]> {
  const all: Answer[] = [];
  for await (const answer of answers) if (all.push(answer) >= until) break;
  return all;
}

test('loads and calibrates once; answers grow and hold every image once', async () => {
  const { calls, loaded, stops } = setUp();
  const never = new AbortController().signal;
  const all = await read(stops.answers(widths(4), never));
  expect(all.map(({ classified }) => classified.labels.length)).toEqual([
    ...[250, 500, 750, 1000, 1000],
    ...Array.from({ length: 16 }, (_, i) => 1250 + 250 * i),
  ]);
  expect(all.filter(({ milliseconds }) => milliseconds !== undefined)[0].classified.labels.length).toBe(FIRST_IMAGES);
  // Right: start / 10 of each piece.
  expect(all[3].accuracy).toBe((0 + 25 + 50 + 75) / 1000);
  await read(stops.answers(widths(3), never), 1);
  expect(loaded).toHaveBeenCalledOnce();
  expect(calls.slice(0, 4)).toEqual(['calibrate', 'calibrated', 'quantize 4', 'validation 0']);
  expect(calls.filter((call) => call.startsWith('cal'))).toHaveLength(2);
});

test('another network is calibrated when its turn has come, and only then', async () => {
  const { calls, loaded, stops } = setUp();
  const never = new AbortController().signal;
  const first = stops.answers(widths(4), never);
  await first.next();
  const equalized = stops.answers({ ...widths(3), equalize: true }, never);
  const asked = equalized.next();
  await first.return(undefined);
  await asked;
  await equalized.return(undefined);
  await read(stops.answers({ ...widths(2), equalize: true }, never), 1);
  expect(calls.filter((call) => !call.startsWith('validation'))).toEqual([
    ...['calibrate', 'calibrated', 'quantize 4'],
    ...['calibrate equalized', 'calibrated', 'quantize 3', 'quantize 2'],
  ]);
  expect(loaded).toHaveBeenCalledTimes(2);
});

test('the next stop waits for the piece of the one before, which then ends; one that was passed by is not quantized', async () => {
  const { calls, stops } = setUp();
  const hands = [4, 3, 2].map(() => new AbortController());
  const first = stops.answers(widths(4), hands[0].signal);
  await first.next();
  hands[0].abort();
  const rest = read(first);
  const second = read(stops.answers(widths(3), hands[1].signal));
  hands[1].abort();
  const third = read(stops.answers(widths(2), hands[2].signal), 1);
  expect((await rest).length).toBe(0);
  expect(await second).toEqual([]);
  expect(await third).toHaveLength(1);
  expect(calls.filter((call) => call.startsWith('quantize'))).toEqual(['quantize 4', 'quantize 2']);
});

test('what fails is tried again by the next stop, and holds up none', async () => {
  let fails = true;
  const { loaded, stops } = setUp(async () => {
    if (fails) throw new Error('no network');
  });
  const { signal } = new AbortController();
  await expect(read(stops.answers(widths(4), signal))).rejects.toThrow('no network');
  fails = false;
  expect(await read(stops.answers(widths(4), signal), 1)).toHaveLength(1);
  expect(loaded).toHaveBeenCalledTimes(2);
});
