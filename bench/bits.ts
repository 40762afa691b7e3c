// npm run bench -- bits: what fewer bits of weights and activations buy in bytes and in time: the real network, quantized
// after training to each width, on our engine at batch 1 and one thread. docs/performance.md tells how to read it.
import { serializeInt8Model } from '../src/int8/serialize';
import { median, percentile } from '../src/report/statistics';
import { quantizedTo } from '../tests/golden/converted';
import { environment, measureInPage, withPage, type BenchResult } from './harness';
import type { BitsArgument, BitsFigures } from './pages/bits';

const WIDTHS = {
  w8a8: { weightBits: 8, activationBits: 8 },
  w4a8: { weightBits: 4, activationBits: 8 },
  w4a4: { weightBits: 4, activationBits: 4 },
  w2a2: { weightBits: 2, activationBits: 2 },
} as const;
type Name = keyof typeof WIDTHS;
const NAMES = Object.keys(WIDTHS) as Name[];
const ROUNDS = 40;
const REPEATS = 200;
/** What the figures are judged by: times as fast as W8A8, at least; part of its file's bytes, at most. */
const FASTER: Partial<Record<Name, number>> = { w4a4: 1.2, w2a2: 1.3 };
const SMALLER: Partial<Record<Name, number>> = { w4a4: 0.53, w2a2: 0.3 };

export async function run(): Promise<BenchResult> {
  const files = NAMES.map((name) => serializeInt8Model(quantizedTo(WIDTHS[name])));
  const models = files.map((file) => Buffer.from(file).toString('base64'));
  const [measured, browser] = await withPage(
    async (page) =>
      [
        await measureInPage<BitsFigures[]>(page, 'bits', {
          ...{ models, rounds: ROUNDS, repeats: REPEATS },
        } satisfies BitsArgument),
        page.context().browser()!.version(),
      ] as const,
    { webgpu: false },
  );
  const figures = NAMES.map((name, i) => ({ name, ...figuresOf(measured[i]), bytes: files[i].length }));
  const [w8a8] = figures;
  const bits = Object.fromEntries(figures.map(({ name, ...rest }) => [name, rest])) as Record<Name, Figures>;
  const speed = (name: Name) => w8a8.median_ms / bits[name].median_ms;
  const size = (name: Name) => bits[name].bytes / w8a8.bytes;
  const judged = [
    ...entries(FASTER).map(([name, least]) => judge(`ratios.${name}_vs_w8a8`, speed(name), 'at least', least)),
    ...entries(SMALLER).map(([name, most]) => judge(`bytes of ${name} of w8a8's`, size(name), 'at most', most)),
  ];
  return {
    table: [
      ['batch 1, one thread', 'median ms', 'p95 ms', 'min ms', 'file MB', 'touched MB', 'times as fast'],
      ...figures.map(({ name, median_ms, p95_ms, min_ms, bytes, bytes_touched }) => [
        name,
        ...[median_ms, p95_ms, min_ms].map((ms) => ms.toFixed(3)),
        ...[bytes, bytes_touched].map((n) => (n / 1e6).toFixed(2)),
        speed(name).toFixed(2),
      ]),
      ...judged,
      ...layerRows(measured),
    ],
    json: {
      environment: environment(browser),
      bits,
      ratios: {
        ...Object.fromEntries(NAMES.slice(1).map((name) => [`${name}_vs_w8a8`, speed(name)])),
        ...Object.fromEntries(NAMES.slice(1).map((name) => [`${name}_bytes_of_w8a8`, size(name)])),
      },
      ratios_of_minima: Object.fromEntries(
        NAMES.slice(1).map((name) => [`${name}_vs_w8a8`, w8a8.min_ms / bits[name].min_ms]),
      ),
      layers: Object.fromEntries(NAMES.map((name, i) => [name, measured[i].layers])),
    },
  };
}

type Figures = ReturnType<typeof figuresOf> & { readonly bytes: number };

/** `bytes_touched`: weights as the chosen kernels read them, and maps. */
function figuresOf({ times, layers, build }: BitsFigures) {
  const touched = layers.reduce((sum, { weight_bytes, activation_bytes }) => sum + weight_bytes + activation_bytes, 0);
  return {
    ...{ median_ms: median(times), p95_ms: percentile(times, 0.95), min_ms: Math.min(...times) },
    ...{ samples: times.length, build, bytes_touched: touched },
  };
}

const entries = (of: Partial<Record<Name, number>>) => Object.entries(of) as [Name, number][];

function judge(what: string, value: number, bound: 'at least' | 'at most', limit: number): string[] {
  const met = bound === 'at least' ? value >= limit : value <= limit;
  return [`${what}, ${bound} ${limit}`, value.toFixed(2), met ? 'met' : 'MISSED'];
}

/** Each layer that multiplies, alone: its kernel and microseconds at each width. */
function layerRows(measured: readonly BitsFigures[]): string[][] {
  const [first] = measured;
  return [
    ['layer alone, us', ...NAMES],
    ...first.layers.flatMap(({ name, live_macs }, i) =>
      live_macs === 0
        ? []
        : [[name, ...measured.map(({ layers }) => `${layers[i].us.toFixed(1)}  ${layers[i].kernel}`)]],
    ),
  ];
}
