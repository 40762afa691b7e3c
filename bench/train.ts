// npm run bench -- train: whole training steps of ResNet18 at batch 32, ours against PyTorch on one CPU thread and
// against stock tfjs in the same browser; what quantization adds; threads; time per kernel, speed per layer.
import { median } from '../src/report/statistics';
import { environment, measureInPage, measureInPython, withPage, type BenchResult } from './harness';
import type { TrainFigures, TrainTask } from './pages/train.worker';

const BATCH = 32;
const OURS = { batch: BATCH, kernels: 'ours', warmUp: 2 } as const;
/** A stock WebGPU step takes the better part of a minute on a software adapter: one to warm up, one to time. */
const TASKS = {
  wasm: { ...OURS, backend: 'wasm', threads: 1, repeats: 11 },
  wasm_threads2: { ...OURS, backend: 'wasm', threads: 2, repeats: 11 },
  wasm_stock: { backend: 'wasm', kernels: 'stock', threads: 1, batch: BATCH, warmUp: 2, repeats: 11 },
  webgpu: { ...OURS, backend: 'webgpu', threads: 1, repeats: 3 },
  webgpu_stock: { backend: 'webgpu', kernels: 'stock', threads: 1, batch: BATCH, warmUp: 1, repeats: 1 },
} as const satisfies Record<string, TrainTask>;

/** Whose kernels and layers the table lists, and from how many milliseconds on; the JSON has all. */
const PROFILED = ['wasm', 'webgpu'] as const;
const SHOWN_MS = 0.3;

interface StepTime {
  readonly median_ms: number;
  readonly min_ms: number;
  readonly max_ms: number;
  readonly samples: number;
}
type StepTimes = Readonly<Record<string, StepTime>>;

export async function run(): Promise<BenchResult> {
  const pytorch = measurePyTorch();
  const figures = {} as Record<keyof typeof TASKS, TrainFigures>;
  let browser = '';
  for (const [name, task] of Object.entries(TASKS))
    await withPage(
      async (page) => {
        browser = page.context().browser()!.version();
        console.log(`Measuring ${name} ...`);
        figures[name as keyof typeof TASKS] = await measureInPage(page, 'train', task);
      },
      { webgpu: task.backend === 'webgpu' },
    );
  const steps = {
    ...Object.fromEntries(Object.entries(figures).map(([name, { times }]) => [name, statistics(times)])),
    ...(pytorch && { pytorch }),
  } as Record<keyof typeof TASKS, StepTimes> & { pytorch?: StepTimes };
  const ms = (name: keyof typeof steps, what: string) => steps[name]![what].median_ms;
  const least = (name: keyof typeof steps, what: string) => steps[name]![what].min_ms;
  const ratios = {
    wasm_vs_pytorch: pytorch && ms('wasm', 'qat') / ms('pytorch', 'qat'),
    /** By the least times, which a machine at work elsewhere hardly moves. */
    wasm_vs_pytorch_least: pytorch && least('wasm', 'qat') / least('pytorch', 'qat'),
    wasm_vs_pytorch_fp32: pytorch && ms('wasm', 'fp32') / ms('pytorch', 'fp32'),
    qat_vs_fp32: {
      wasm: ms('wasm', 'qat') / ms('wasm', 'fp32'),
      webgpu: ms('webgpu', 'qat') / ms('webgpu', 'fp32'),
      pytorch: pytorch && ms('pytorch', 'qat') / ms('pytorch', 'fp32'),
    },
    webgpu_vs_stock: ms('webgpu_stock', 'fp32') / ms('webgpu', 'fp32'),
    webgpu_qat_vs_stock_fp32: ms('webgpu_stock', 'fp32') / ms('webgpu', 'qat'),
    wasm_step_vs_stock_forward: ms('wasm', 'fp32') / ms('wasm_stock', 'forward'),
  };
  const scaling = {
    wasm_threads2: ms('wasm', 'qat') / ms('wasm_threads2', 'qat'),
    wasm_threads2_least: least('wasm', 'qat') / least('wasm_threads2', 'qat'),
    wasm_threads2_fp32: ms('wasm', 'fp32') / ms('wasm_threads2', 'fp32'),
  };
  return {
    table: [
      [`batch ${BATCH}`, 'median ms', 'min', 'max', 'samples', 'images/s'],
      ...Object.entries(steps).flatMap(([name, times]) =>
        Object.entries(times).map(([what, t]) => [
          `${name} ${what}`,
          ...[t.median_ms, t.min_ms, t.max_ms, t.samples, imagesPerSecond(t)].map((value) => value.toFixed(0)),
        ]),
      ),
      ['kernels of a QAT step', 'median ms', 'min', '', 'calls', ''],
      ...PROFILED.flatMap((name) =>
        figures[name]
          .profile!.kernels.filter(({ ms }) => ms >= SHOWN_MS)
          .map(({ kernel, calls, ms, min_ms }) => [
            `${name} ${kernel}`,
            ...[ms.toFixed(1), min_ms.toFixed(1), '', String(calls), ''],
          ]),
      ),
      ['one layer', 'median ms', 'min', '', 'layers', 'GFLOPS'],
      ...PROFILED.flatMap((name) =>
        figures[name].profile!.layers.map(({ kernel, layer, calls, ms, min_ms, gflops }) => [
          `${name} ${kernel} ${layer}`,
          ...[ms.toFixed(2), min_ms.toFixed(2), '', String(calls), gflops.toFixed(1)],
        ]),
      ),
      ['ratios', '', '', '', '', ''],
      ...ratioRows({ ratios, scaling }),
    ],
    json: {
      environment: environment(browser),
      batch: BATCH,
      pytorch: pytorch ? 'one thread' : 'not measured: no PyTorch (set PYTHON)',
      steps,
      images_per_second: mapValues(steps as Record<string, StepTimes>, (times) => mapValues(times, imagesPerSecond)),
      ratios,
      scaling,
      losses: mapValues(figures, ({ losses }) => losses),
      kernels: mapValues(figures, ({ profile }) => profile?.kernels ?? null),
      layers: mapValues(figures, ({ profile }) => profile?.layers ?? null),
    },
  };
}

/** One row for each number within, named by the keys that lead to it. */
function ratioRows(values: object, prefix = ''): string[][] {
  return Object.entries(values).flatMap(([key, value]: [string, object | number | null]) => {
    if (typeof value === 'object' && value !== null) return ratioRows(value, `${prefix}${key}.`);
    return [[prefix + key, value?.toFixed(2) ?? 'not measured']];
  });
}

/** PyTorch's steps on one thread, by reference/train_bench.py under PYTHON or python3; null where that cannot run. */
function measurePyTorch(): StepTimes | null {
  console.log('Measuring PyTorch ...');
  const args = ['reference/train_bench.py', '--batch', `${BATCH}`, '--threads', '1', '--repeats', '11', '--json', '-'];
  return measureInPython<{ steps: StepTimes }>(args)?.steps ?? null;
}

function statistics(times: TrainFigures['times']): StepTimes {
  return mapValues(times, (values) => ({
    median_ms: median(values),
    min_ms: Math.min(...values),
    max_ms: Math.max(...values),
    samples: values.length,
  }));
}

const imagesPerSecond = ({ median_ms }: StepTime) => (BATCH * 1000) / median_ms;

function mapValues<K extends string, A, B>(record: Readonly<Record<K, A>>, change: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries<A>(record).map(([key, value]) => [key, change(value)])) as Record<K, B>;
}
