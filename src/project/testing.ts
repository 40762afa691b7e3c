// Workers that compute nothing, answer at once and note what they were asked. For tests of a project only.
import type { Int8Model } from '../int8/int8-model';
import type { RunKind, SavedTraining, TrainEvent, TrainOptions, TrainingRef, TrainResult } from '../worker/api';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import { RunShelf } from '../shelf/shelf';
import { Life } from './life';
import type { ShelfWorker, Workers } from './workers';

const resultOf = (options: TrainOptions): TrainResult => ({
  steps: options.replay?.steps ?? options.steps,
  finished: true,
  diverged: false,
  losses: new Float32Array(options.replay?.steps ?? options.steps),
  schedule: options.replay?.schedule ?? [{ step: 0, rate: options.learningRate }],
  imagesPerSecond: 1,
  tensorsAtStart: 0,
  tensorsAtEnd: 0,
});

const tensor = { h: 1, w: 1, c: 1, q: { scale: 1, zeroPoint: 0, qmin: 0, qmax: 127 } };
const one = { weights: Int8Array.of(1), weightBits: 8, weightScales: Float32Array.of(1), bias: Float32Array.of(0) };
const MODEL: Int8Model = {
  ...{ version: 2, name: 'idle', tensors: [tensor, tensor] },
  ops: [{ op: 'linear', name: 'fc', inputs: [0], output: 1, ...one }],
};

export class IdleWorkers {
  /** What was asked, in order: 'load', 'train qat 4/8', ... */
  readonly asked: string[] = [];
  /** Ids of trainings: of those asked for, and of those discarded. */
  readonly trained: string[] = [];
  readonly discarded: string[] = [];
  /** How often workers were started, and how often ended. */
  started = 0;
  ended = 0;
  /** Nothing is answered any more. */
  silent = false;
  /** As when a worker throws outside a call. */
  breakDown: (error: Error) => void = () => {};
  /** What a training does before it ends. */
  whileTraining: (kind: RunKind, onEvent: (event: TrainEvent) => void) => unknown = () => {};
  /** What happens instead of an answer, by what is asked. */
  readonly failing = new Map<string, () => never>();
  saved: SavedTraining | undefined;

  readonly start = (): Workers => {
    this.started++;
    const life = new Life();
    this.breakDown = (error) => life.end(error);
    const note = (what: string) => {
      this.asked.push(what);
      this.failing.get(what)?.();
    };
    const answer =
      <T>(what: string, result: T) =>
      async (): Promise<T> => (note(what), this.silent ? new Promise<never>(() => {}) : result);
    const converted = { model: MODEL, bytes: 1, fp32Bytes: 4, activations: [] };
    const evaluation = { accuracy: 0.5, images: 2, labels: new Uint8Array(2), predictions: new Uint8Array(2) };
    const latency = { median_ms: 1, p95_ms: 1, samples: 1, threads: 1, what: '' };
    const train = {
      start: async (_: string, backend: string) => (
        note(`start ${backend}`),
        { backend: 'wasm', adapter: '', reason: backend }
      ),
      ...{ load: answer('load', {}), fuse: answer('fuse', {}), verify: answer('verify', {}) },
      prepare: answer('prepare', { label: '', activationFakeQuants: 1, weightFakeQuants: 1, simulates: true }),
      train: async (options: TrainOptions, { id, recipe }: TrainingRef, onEvent: (event: TrainEvent) => void) => {
        note(`train ${options.kind} ${recipe.weightBits}/${recipe.activationBits}`);
        this.trained.push(id);
        await this.whileTraining(options.kind, onEvent);
        return resultOf(options);
      },
      convert: answer('convert', converted),
      ptq: answer('ptq', converted),
      evaluate: async ({ kind }: { kind: string }) => (note(`evaluate ${kind}`), evaluation),
      latency: answer('latency', latency),
      logits: ({ kind }: { kind: string }) => answer(`logits ${kind}`, new Float32Array(10))(),
      setLearningRate: async (rate: number) => note(`rate ${rate}`),
      savedTrainings: async () => ({ trainings: this.saved ? [this.saved] : [], problems: [] }),
      claim: async (id: string) => (note(`claim ${id}`), this.saved ?? { options: DEFAULT_RECIPE, qat: {} }),
      discard: async (id: string) => void this.discarded.push(id),
    };
    const engine = {
      ...{ start: answer('engine', undefined), profile: answer('profile', []) },
      logits: (slot: string) => answer(`logits ${slot}`, new Float32Array(10))(),
      load: async (slot: string) => (note(`engine ${slot}`), { description: '', threads: 1, planMilliseconds: 1 }),
      evaluate: async (slot: string) => (note(`evaluate ${slot}`), evaluation),
      latency: answer('latency', latency),
    };
    const baseline = { start: answer('baseline', undefined), latency: answer('latency', latency) };
    const workers = {
      ...{ train: life.bound(train), engine: life.bound(engine), baseline: life.bound(baseline) },
      get over() {
        return life.over;
      },
      end: () => (this.ended++, life.end(new Error('ended'))),
    };
    return workers as unknown as Workers;
  };
}

/** A shelf in this thread, on the database there is. */
export const shelfHere = (): ShelfWorker =>
  ({ shelf: new RunShelf(), over: false, end: () => {} }) as unknown as ShelfWorker;
