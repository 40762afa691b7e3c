// npm run bench -- slider: from a moved slider of bits to the accuracy of the integer network, through the page's workers.
import { median, percentile } from '../src/report/statistics';
import { environment, measureInPage, withPage, type BenchResult } from './harness';
import type { Move, SliderArgument } from './pages/slider';

const MOVES = 20;
const MEASURED = { weightBits: 4, activationBits: 4 };
/** The slider comes from somewhere. */
const ELSEWHERE = { weightBits: 5, activationBits: 4 };
/** Milliseconds that a move may take, and of it until the network is converted and planned. */
const TARGETS = { median_ms: 1500, convert_ms: 300 };

export async function run(): Promise<BenchResult> {
  const moves = Array.from({ length: 2 * MOVES }, (_, i) => (i % 2 ? MEASURED : ELSEWHERE));
  const [all, browser] = await withPage(
    async (page) =>
      [
        await measureInPage<readonly Move[]>(page, 'slider', { moves } satisfies SliderArgument),
        page.context().browser()!.version(),
      ] as const,
    { webgpu: false },
  );
  const measured = all.filter((_, i) => i % 2);
  const [{ images, threads, correct, bytes }] = measured;
  const times = (of: 'answered_ms' | 'converted_ms' | 'image_ms') => measured.map((move) => move[of]);
  const slider = {
    median_ms: median(times('answered_ms')),
    p95_ms: percentile(times('answered_ms'), 0.95),
    convert_ms: median(times('converted_ms')),
    image_ms: median(times('image_ms')),
    ...{ moves: measured.length, images, threads, bytes, accuracy: correct / images },
  };
  const row = (what: string, value: number, target?: number) => [
    what,
    value.toFixed(1),
    ...(target === undefined ? [] : [`${value <= target ? 'within' : 'MISSES'} ${target}`]),
  ];
  return {
    table: [
      [`W4A4, ${images} images, ${threads} threads, median of ${measured.length} moves`, 'ms', 'target'],
      row('from the move to the accuracy', slider.median_ms, TARGETS.median_ms),
      row('of it converting and planning', slider.convert_ms, TARGETS.convert_ms),
      row('one image alone', slider.image_ms),
    ],
    json: { environment: environment(browser), slider, targets: TARGETS },
  };
}
