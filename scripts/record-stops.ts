// npx tsx scripts/record-stops.ts: asks every stop of the slider of bits once, and FP32, and writes what the page shows before
// its own network is there. To be run on a quiet machine after a change to PTQ or to the weights. Not for measuring speed.
import { writeFileSync } from 'node:fs';
import { environment, measureInPage, withPage } from '../bench/harness';
import type { Fp32Argument, Fp32Figures } from '../bench/pages/fp32';
import type { Move, SliderArgument } from '../bench/pages/slider';
import { BITS } from '../src/core/qparams';
import { FIRST_IMAGES } from '../src/project/stops';

const FILE = new URL('../src/ui/lesson/recorded.json', import.meta.url);
const widths = Array.from({ length: BITS.max - BITS.min + 1 }, (_, i) => BITS.min + i);
const moves = widths.flatMap((weightBits) => widths.map((activationBits) => ({ weightBits, activationBits })));

const [all, fp32, browser] = await withPage(
  async (page) =>
    [
      await measureInPage<readonly Move[]>(page, 'slider', { moves } satisfies SliderArgument),
      await measureInPage<Fp32Figures>(page, 'fp32', { images: FIRST_IMAGES } satisfies Fp32Argument),
      page.context().browser()!.version(),
    ] as const,
  { webgpu: false },
);
const { cpu, date } = environment(browser);
const [{ images, threads }] = all;
const stops = all.map(({ weightBits, activationBits, correct, bytes, image_ms }) => {
  const milliseconds = Number(image_ms.toFixed(3));
  return { weightBits, activationBits, correct, bytes, milliseconds };
});
writeFileSync(FILE, JSON.stringify({ cpu, date, images, threads, fp32, stops }, null, 2) + '\n');
console.log(`Written: ${stops.length} stops.`);
