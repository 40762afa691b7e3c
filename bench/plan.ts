// npm run bench -- plan: what the integer engine does layer by layer on the real network: kernels, work, bytes, time.
// Layers are timed alone on one thread; a whole run is timed beside them, since threads and caches join layers.
import asc from 'assemblyscript/asc';
import { serializeInt8Model } from '../src/int8/serialize';
import { loadConverted } from '../tests/golden/converted';
import type { EngineBuild } from '../src/engine/wasm-module';
import { environment, measureInPage, withPage, type BenchResult } from './harness';
import type { PlanArgument, PlanFigures } from './pages/plan';

const REPEATS = 200;

export async function run(): Promise<BenchResult> {
  const { model } = loadConverted('int8_ptq_minmax_add_relu', 'qconfig');
  const int8 = Buffer.from(serializeInt8Model(model)).toString('base64');
  const reader = await compileReader();
  const [builds, browser] = await withPage(
    async (page) => {
      const measure = (build: EngineBuild) =>
        measureInPage<PlanFigures>(page, 'plan', { int8, build, reader, repeats: REPEATS } satisfies PlanArgument);
      return [[await measure('relaxed'), await measure('plain')], page.context().browser()!.version()] as const;
    },
    { webgpu: false },
  );
  const sheets = builds.map(sheetOf);
  return {
    table: sheets.flatMap(({ rows }) => rows),
    json: { environment: environment(browser), ...Object.fromEntries(sheets.map(({ json }) => [json.build, json])) },
  };
}

/** One build's rows of the table, headed by the build, and its figures. */
function sheetOf(figures: PlanFigures) {
  const { build, peak, stream, run_us } = figures;
  const layers = figures.layers.map((layer) => ({ ...layer, roof_us: roof(layer, figures) }));
  const total = (key: 'live_macs' | 'weight_bytes' | 'activation_bytes' | 'us' | 'roof_us') =>
    layers.reduce((sum, layer) => sum + layer[key], 0);
  const sum = {
    kernel: '',
    live_macs: total('live_macs'),
    weight_bytes: total('weight_bytes'),
    activation_bytes: total('activation_bytes'),
    us: total('us'),
    roof_us: total('roof_us'),
  };
  console.log(`Peak, ${build} SIMD: ${peak.gmacs.toFixed(1)} GMAC/s, ${peak.what}, ${peak.kernel}.`);
  console.log(`Memory: ${stream.gb_per_s.toFixed(1)} GB/s, ${stream.what}.`);
  const all = [...layers, { ...sum, name: 'sum of layers' }, { ...sum, name: 'whole run', us: run_us }];
  const rows = all.map((row) => [
    ...[row.name, row.kernel, (row.live_macs / 1e6).toFixed(2)],
    ...[row.weight_bytes, row.activation_bytes].map((bytes) => (bytes / 1024).toFixed(0)),
    row.us.toFixed(1),
    ...(row.live_macs > 0
      ? [gmacs(row).toFixed(1), percent(gmacs(row) / peak.gmacs), row.roof_us.toFixed(1), percent(row.roof_us / row.us)]
      : []),
  ]);
  const heading = ['kernel', 'live MMAC', 'weights KiB', 'maps KiB', 'us', 'GMAC/s', 'of peak', 'roof us', 'of roof'];
  return { rows: [[`layer, ${build} SIMD`, ...heading], ...rows], json: { ...figures, layers, total: sum } };
}

/** Reads memory as the kernels do, by vectors, and does next to nothing with it. */
const READER = `
export function read(bytes: usize): i32 {
  let a = i32x4.splat(0), b = a, c = a, d = a;
  for (let at: usize = 0; at < bytes; at += 64) {
    a = v128.xor(a, v128.load(at));
    b = v128.xor(b, v128.load(at, 16));
    c = v128.xor(c, v128.load(at, 32));
    d = v128.xor(d, v128.load(at, 48));
  }
  return i32x4.extract_lane(v128.xor(v128.xor(a, b), v128.xor(c, d)), 0);
}`;

async function compileReader(): Promise<string> {
  const options = { optimizeLevel: 3, runtime: 'stub', enable: ['simd'], initialMemory: 128 };
  const { error, stderr, binary } = await asc.compileString(READER, options);
  if (error || !binary) throw new Error(`The reader does not compile:\n${stderr.toString()}`);
  return Buffer.from(binary).toString('base64');
}

interface Work {
  readonly live_macs: number;
  readonly weight_bytes: number;
  readonly us: number;
}
const gmacs = ({ live_macs, us }: Work) => live_macs / us / 1e3;
const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

/**
 * Least microseconds of a layer: its products at the peak rate, or its weights as fast as memory is read, whichever is
 * longer. Layers without weights count as they are.
 */
function roof({ live_macs, weight_bytes, us }: Work, { peak, stream }: PlanFigures): number {
  return live_macs === 0 ? us : Math.max(live_macs / peak.gmacs, weight_bytes / stream.gb_per_s) / 1e3;
}
