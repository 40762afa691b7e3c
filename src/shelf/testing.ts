// What tests share of kept runs: runs of a tiny network and few images, with all that a shelf can have of one. Not for the
// product.
import { serializeInt8Model } from '../int8/serialize';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import type { Report } from '../report/types';
import { contentsOf } from './contents';
import { figuresOf, type RunRecord } from './record';
import type { KeptResults } from './results';
import type { WholeRun } from './store';

export const recordOf = (id: string, change: Partial<RunRecord> = {}): RunRecord => ({
  ...{ id, name: `Run ${id}`, pinned: false, made: 1_700_000_000_000, recipe: { ...DEFAULT_RECIPE, images: 4 } },
  ...change,
});

const trained = (steps: number) => ({
  ...{ steps, finished: true, diverged: false, losses: Float32Array.from({ length: steps }, (_, i) => 2 / (i + 3)) },
  schedule: [{ step: 0, rate: 1e-4 }],
  ...{ imagesPerSecond: 123.4, tensorsAtStart: 9, tensorsAtEnd: 9 },
});

/** The integer file of two weights. @param weight tells one from another */
export function tinyFile(weight = 3): Uint8Array<ArrayBuffer> {
  const q = { scale: 0.5, zeroPoint: 1, qmin: 0, qmax: 15 };
  const layer = { weightBits: 4, weightScales: Float32Array.of(0.25), bias: Float32Array.of(1) };
  return serializeInt8Model({
    ...{ version: 2, name: 'tiny' },
    tensors: [2, 1].map((c) => ({ h: 1, w: 1, c, q })),
    ops: [{ op: 'linear', name: 'fc', inputs: [0], output: 1, weights: Int8Array.of(weight, -5), ...layer }],
  });
}

export function resultsOf(steps: number, modelBytes: number): KeptResults {
  const network = {
    bytes: modelBytes,
    fp32Bytes: 9000,
    activations: [{ name: 'quant', scale: 0.0186, zeroPoint: 57 }],
  };
  const times = { macs: 2, liveMacs: 2, weightBytes: 16, microseconds: 0.7 };
  const answers = (...predictions: number[]) => ({
    ...{ accuracy: predictions.filter((one, i) => one === i).length / 4, images: 4 },
    ...{ labels: Uint8Array.of(0, 1, 2, 3), predictions: Uint8Array.from(predictions) },
  });
  return {
    prepare: { label: 'x', activationFakeQuants: 21, weightFakeQuants: 21, simulates: true },
    train: {
      ...{ qat: trained(steps), control: trained(steps) },
      validations: { qat: [{ step: steps, accuracy: 0.87, integers: 0.865, images: 200 }], control: [] },
    },
    convert: {
      ...{ qat: network, ptq: { ...network, bytes: 90 } },
      engine: {
        ...{ description: 'WASM SIMD', threads: 1, planMilliseconds: 12.5 },
        layers: [
          {
            name: 'fc',
            kernel: 'dot 2x16',
            proof: { kind: 'dot', max: 127 },
            weightBits: 4,
            activationBits: 4,
            ...times,
          },
          { name: 'avgpool', kernel: 'mean', proof: undefined, weightBits: undefined, activationBits: 8, ...times },
        ],
      },
    },
    compare: {
      fp32: answers(0, 1, 2, 3),
      control: answers(0, 1, 2, 0),
      ptq: answers(0, 0, 0, 3),
      int8: answers(0, 1, 2, 9),
    },
  };
}

function reportOf({ recipe }: RunRecord): Report {
  const time = { median_ms: 1.5, p95_ms: 2, samples: 200, threads: 1, what: 'of a test' };
  return {
    ...{ fp32: { accuracy: 1 }, ptq: { accuracy: 0.5 }, control: { accuracy: 0.75 }, agreement: 0.75 },
    qat: { int8: { accuracy: 0.75 }, simulated: { accuracy: 0.75 } },
    latency: { fp32_wasm: { ...time, median_ms: 6 }, fp32_backend: time, int8: time, ratio: 4 },
    ...{
      size: { fp32_bytes: 9000, int8_bytes: 90, ratio: 100 },
      images: 4,
      backend: 'wasm',
      adapter: '',
      engine: 'WASM',
    },
    options: recipe,
    training: {
      ...{ steps: 3, control_steps: 3, schedule: [{ step: 0, rate: 1e-4 }] },
      ...{ first_loss: 2, last_loss: 0.1, images_per_s: 123.4 },
    },
  };
}

/** With report, results and integer file. @param learned PTQ's too */
export function wholeRun(id: string, change: Partial<RunRecord> = {}, weight = 3, learned = false): WholeRun {
  const record = recordOf(id, change);
  const [file, report] = [tinyFile(weight), reportOf(record)];
  return {
    record: { ...record, figures: figuresOf(report) },
    contents: contentsOf(resultsOf(3, file.length), report, {
      model: file,
      ptq: learned ? tinyFile(-weight) : undefined,
    }),
  };
}
