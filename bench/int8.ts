// npm run bench -- int8: our integer engine against the float and int8 runtimes of the browser and native PyTorch, on the
// real network and test images, in one page and in turn. docs/performance.md tells how to read it.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { TFJS_FILES } from '../scripts/copy-tfjs-wasm';
import { serializeInt8Model } from '../src/int8/serialize';
import { layerCosts, totalCost } from '../src/graph/cost';
import { fuse } from '../src/graph/fuse';
import { resnet18 } from '../src/graph/resnet18';
import { agreement } from '../src/report/accuracy';
import { median, percentile } from '../src/report/statistics';
import { loadConverted } from '../tests/golden/converted';
import { environment, measureInPage, measureInPython, withPage, type BenchResult } from './harness';
import type { ContestantSpec } from './pages/contestants/contestant';
import type { Int8Argument, Measured } from './pages/int8';

const WASM_FOLDER = new URL('../public/wasm/', import.meta.url);
const THREADS = 2;
const CONTESTANTS = {
  ours: { kind: 'ours', build: 'relaxed', threads: 1 },
  ours_threads2: { kind: 'ours', build: 'relaxed', threads: THREADS },
  ours_plain: { kind: 'ours', build: 'plain', threads: 1 },
  tfjs_wasm_fp32: { kind: 'tfjs', backend: 'wasm', threads: 1 },
  tfjs_wasm_fp32_threads2: { kind: 'tfjs', backend: 'wasm', threads: THREADS },
  ort_web_int8: { kind: 'ort', model: 'int8', threads: 1 },
  ort_web_int8_threads2: { kind: 'ort', model: 'int8', threads: THREADS },
  litert_int8: { kind: 'litert', threads: 1 },
  litert_int8_threads2: { kind: 'litert', threads: THREADS },
  ort_web_fp32: { kind: 'ort', model: 'fp32', threads: 1 },
  ort_web_fp32_threads2: { kind: 'ort', model: 'fp32', threads: THREADS },
} as const satisfies Record<string, ContestantSpec>;
const WEBGPU: ContestantSpec = { kind: 'tfjs', backend: 'webgpu', threads: 1 };
const ROUNDS = 24;
const BATCH = 256;
const THROUGHPUT_ROUNDS = 8;

/** Above this share of p95 in the median something else ran, and slow contestants suffer most: ratios flatter us. */
const QUIET = 1.5;

/** Share of test images on which contestants of a kind must agree. An int32 bias turns a near tie of two int8 logits. */
const AGREEMENT = { ours: 1, int8: 0.95, fp32: 0.98 };
/** What the figures are judged by: at least, or below. */
const TARGETS: Readonly<Record<string, { readonly least: number } | { readonly below: number }>> = {
  'ratios.tfjs_wasm_fp32': { least: 10.6 },
  'ratios.ort_web_int8': { least: 7 },
  'ratios.native_int8_jit': { least: 1 },
  'ratios.native_int8_jit_threads2': { least: 1 },
  'scaling.threads2_batch1': { least: 1.6 },
  'scaling.threads2_throughput': { least: 1.8 },
  'ratios.plain_simd': { least: 0.6 },
  wasm_gzip_bytes: { below: 64 * 1024 },
};

interface Timing {
  /** Not of native PyTorch, whose script gives none. */
  readonly min_ms?: number;
  readonly median_ms: number;
  readonly p95_ms: number;
  readonly samples: number;
  readonly threads: number;
  readonly what: string;
}
interface Throughput extends Timing {
  readonly batch: number;
  readonly images_per_s: number;
}
type Native = Readonly<Record<'threads1' | 'threads2', Readonly<Record<string, Timing>>>>;

export async function run(): Promise<BenchResult> {
  const { model } = loadConverted('int8_ptq_minmax_add_relu', 'qconfig');
  const { names, measured, browser, webgpu } = await measureContestants({
    int8: Buffer.from(serializeInt8Model(model)).toString('base64'),
    rounds: ROUNDS,
    batch: BATCH,
    throughputRounds: THROUGHPUT_ROUNDS,
  });
  const byName = Object.fromEntries(names.map((name, i) => [name, measured[i]]));
  const agreements = checkAgreement(byName);
  console.log('Measuring native PyTorch ...');
  const script = ['reference/latency.py', '--json', '-', '--threads', '1', `${THREADS}`];
  const native = measureInPython<{ latency: Native }>(script)?.latency ?? null;

  const latency: Record<string, Timing> = Object.fromEntries(
    names.map((name) => [name, timing(byName[name], byName[name].times)]),
  );
  for (const [threads, models] of Object.entries(native ?? {}))
    for (const [name, time] of Object.entries(models)) latency[`native_${name}_${threads}`] = time;
  const throughput: Record<string, Throughput> = Object.fromEntries(
    names
      .filter((name) => byName[name].batchTimes.length > 0)
      .map((name) => {
        const time = timing(byName[name], byName[name].batchTimes);
        return [name, { ...time, batch: BATCH, images_per_s: (BATCH * 1000) / time.median_ms }];
      }),
  );

  const ratios = ratiosOf(latency, 'median_ms');
  const scaling = {
    threads2_batch1: latency.ours.median_ms / latency.ours_threads2.median_ms,
    threads2_throughput: throughput.ours_threads2.images_per_s / throughput.ours.images_per_s,
  };
  const minima = ratiosOf(latency, 'min_ms');
  const alone = names.map((name) => latency[name]).filter(({ threads }) => threads === 1);
  const noise = Math.max(...alone.map(({ p95_ms, median_ms }) => p95_ms / median_ms));
  if (noise > QUIET)
    console.error(`The machine was not quiet: a p95 is ${noise.toFixed(1)} medians. Trust ratios_of_minima only.`);
  if (webgpu) console.log(`tfjs-webgpu was not measured: ${webgpu}.`);
  const cost = totalCost(layerCosts(fuse(resnet18()).graph));
  const files = gzipSizes();
  const judged = judge({ ratios, scaling, wasm_gzip_bytes: files.total });
  return {
    table: tableOf(latency, throughput, judged, minima),
    json: {
      environment: environment(browser),
      largest_p95_in_medians: noise,
      ratios,
      ratios_of_minima: minima,
      scaling,
      int8: {
        ...latency.ours,
        macs: cost.macs,
        live_macs: cost.liveMacs,
        gmacs: cost.liveMacs / latency.ours.median_ms / 1e6,
      },
      latency,
      throughput,
      wasm_gzip_bytes: files.total,
      wasm_files_gzip_bytes: files.byName,
      agreement: agreements,
      targets: judged,
      skipped: {
        ...(webgpu && { tfjs_webgpu_fp32: webgpu }),
        ...(!native && { native: 'no Python with torch: set PYTHON' }),
      },
    },
  };
}

/** Runs the page. `webgpu` says why tfjs-webgpu is no contestant; it is null where it is one. */
async function measureContestants(argument: Omit<Int8Argument, 'latency' | 'throughput'>) {
  return withPage(
    async (page) => {
      const webgpu = await page.evaluate(noWebGpu);
      const specs: Record<string, ContestantSpec> = {
        ...CONTESTANTS,
        ...(webgpu === null && { tfjs_webgpu_fp32: WEBGPU }),
      };
      const names = Object.keys(specs);
      console.log(`Measuring ${names.join(', ')} ...`);
      const measured = await measureInPage<Measured[]>(page, 'int8', {
        ...argument,
        latency: Object.values(specs),
        throughput: [names.indexOf('ours'), names.indexOf('ours_threads2')],
      } satisfies Int8Argument);
      return { names, measured, webgpu, browser: page.context().browser()!.version() };
    },
    { webgpu: false },
  );
}

/** Runs in the page. @returns why there is no WebGPU worth measuring, or null */
async function noWebGpu(): Promise<string | null> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return 'this browser offers no adapter';
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const name = `${vendor} ${architecture} ${description}`;
  const software = isFallbackAdapter || /swiftshader|llvmpipe|software/i.test(name);
  return software ? `the only adapter is software (${name.trim()})` : null;
}

const timing = ({ what, threads }: Measured, times: readonly number[]): Timing => ({
  ...{ what, threads },
  samples: times.length,
  min_ms: Math.min(...times),
  median_ms: median(times),
  p95_ms: percentile(times, 0.95),
});

/** How many times as fast as each peer our engine is, at the same number of threads; null where one was not measured. */
function ratiosOf(latency: Readonly<Record<string, Timing>>, statistic: 'median_ms' | 'min_ms') {
  const ms = (name: string) => latency[name]?.[statistic] ?? null;
  const over = (name: string, ours: keyof typeof CONTESTANTS) => quotient(ms(name), ms(ours));
  return {
    tfjs_wasm_fp32: over('tfjs_wasm_fp32', 'ours'),
    ort_web_int8: over('ort_web_int8', 'ours'),
    litert_int8: over('litert_int8', 'ours'),
    ort_web_fp32: over('ort_web_fp32', 'ours'),
    tfjs_webgpu_fp32: over('tfjs_webgpu_fp32', 'ours'),
    native_int8_jit: over('native_int8_jit_threads1', 'ours'),
    tfjs_wasm_fp32_threads2: over('tfjs_wasm_fp32_threads2', 'ours_threads2'),
    ort_web_int8_threads2: over('ort_web_int8_threads2', 'ours_threads2'),
    litert_int8_threads2: over('litert_int8_threads2', 'ours_threads2'),
    ort_web_fp32_threads2: over('ort_web_fp32_threads2', 'ours_threads2'),
    native_int8_jit_threads2: over('native_int8_jit_threads2', 'ours_threads2'),
    plain_simd: quotient(ms('ours'), ms('ours_plain')),
  };
}

const quotient = (a: Figure, b: Figure): Figure => (a === null || b === null ? null : a / b);

/**
 * The least agreement among contestants of one kind, over the test images.
 * @throws when it is too low: they then do not run the same network
 */
function checkAgreement(measured: Readonly<Record<string, Measured>>): Record<keyof typeof AGREEMENT, number> {
  const kinds = {
    ours: /^ours/,
    int8: /^ours|int8/,
    fp32: /fp32/,
  };
  const least = (kind: keyof typeof kinds): number => {
    const members = Object.entries(measured).filter(([name]) => kinds[kind].test(name));
    const pairs = members.flatMap(([a, one], i) =>
      members.slice(i + 1).map(([b, other]) => ({ a, b, share: agreement(one.predictions, other.predictions) })),
    );
    for (const { a, b, share } of pairs)
      if (share < AGREEMENT[kind])
        throw new Error(`${a} and ${b} agree on ${share * 100} % of the images only: they run different networks`);
    return Math.min(...pairs.map(({ share }) => share));
  };
  return { ours: least('ours'), int8: least('int8'), fp32: least('fp32') };
}

/** gzip'd sizes of our own WASM files. */
function gzipSizes(): { total: number; byName: Record<string, number> } {
  const files = readdirSync(WASM_FOLDER).filter((file) => file.endsWith('.wasm') && !TFJS_FILES.includes(file));
  const byName = Object.fromEntries(
    files.map((file) => [file, gzipSync(readFileSync(new URL(file, WASM_FOLDER)), { level: 9 }).length]),
  );
  return { total: Object.values(byName).reduce((sum, bytes) => sum + bytes, 0), byName };
}

type Figure = number | null;

/** Every target with the figure and whether it is met; null where it was not measured. */
function judge(figures: Readonly<Record<string, Figure | Readonly<Record<string, Figure>>>>) {
  return Object.entries(TARGETS).map(([name, target]) => {
    const [group, member] = name.split('.');
    const found = figures[group];
    const value = typeof found === 'object' && found !== null ? found[member] : found;
    const met = value === null ? null : 'least' in target ? value >= target.least : value < target.below;
    return { name, value, ...target, met };
  });
}

function tableOf(
  latency: Readonly<Record<string, Timing>>,
  throughput: Readonly<Record<string, Throughput>>,
  judged: ReturnType<typeof judge>,
  minima: Readonly<Record<string, Figure>>,
): string[][] {
  return [
    ['batch 1, image bytes to logits', 'median ms', 'p95 ms', 'min ms', 'samples', 'threads', 'times ours'],
    ...Object.entries(latency).map(([name, { median_ms, p95_ms, min_ms, samples, threads }]) => [
      name,
      ...[median_ms, p95_ms, min_ms].map((value) => value?.toFixed(3) ?? ''),
      ...[samples, threads].map(String),
      (median_ms / latency.ours.median_ms).toFixed(2),
    ]),
    ...Object.entries(throughput).map(([name, { images_per_s }]) => [
      `${name}, images/s in batches of ${BATCH}`,
      images_per_s.toFixed(0),
    ]),
    ...judged.map(({ name, value, met, ...target }) => [
      `${name}, ${'least' in target ? `at least ${target.least}` : `below ${target.below}`}`,
      value === null ? 'none' : value.toFixed(Number.isInteger(value) ? 0 : 2),
      met === null ? 'not measured' : met ? 'met' : 'missed',
    ]),
    ...Object.entries(minima).flatMap(([name, value]) =>
      value === null ? [] : [[`ratios_of_minima.${name}`, value.toFixed(2)]],
    ),
  ];
}
