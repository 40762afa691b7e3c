// Workers of a project that tick instead of working, with invented results in the right types. For tests of the page only.
import { PlaygroundError } from '../../src/core/errors';
import { Life } from '../../src/project/life';
import type { Workers } from '../../src/project/workers';
import type { Place } from '../../src/model/own';
import { DEFAULT_RECIPE, type Recipe } from '../../src/recipe/recipe';
import type {
  BackendInfo,
  FloatSubject,
  OnProgress,
  Position,
  PreparedOptions,
  PtqChoices,
  QuantizedSubject,
  RunKind,
  SavedTraining,
  SavedTrainings,
  SearchPoint,
  SearchRequest,
  TrainEvent,
  TrainOptions,
  TrainingRef,
  TrainResult,
  WebGpuStatus,
} from '../../src/worker/api';
import {
  ENGINE,
  fakeBackend,
  fakeBurst,
  fakeConverted,
  fakeEvaluation,
  fakeLogits,
  fakeLayers,
  FUSED,
  loadedOf,
  timed,
  VERIFIED,
} from './fake-results';
import { FAKE_TENSORS, fakeComparison, FakeSearch } from './fake-layers';
import { fakeChange, fakeDetail, fakeMaps, fakePartings, fakeWalk } from './fake-inspected';
import { fakeActivations, fakeLayerCodes, fakeLook } from './fake-look';
import { FakeStops } from './fake-stops';

interface FakeOptions {
  /** The step that fails at its first attempt, train by diverging; 'control' when the train step comes to it; '' for none. */
  readonly fail: string;
  /** Milliseconds of a tick: each step takes a few. At 0 training steps come in bursts, many in a frame. */
  readonly delay: number;
  readonly webgpu: string;
  /**
   * What is saved: '' nothing, 'qat' or 'control' that run at step 30, 'several', 'elsewhere' in another tab (until
   * the second look), 'damaged'.
   */
  readonly saved: string;
  /** Another tab takes whatever is saved first. */
  readonly taken: boolean;
  /** The disk is full. */
  readonly full: boolean;
  /** What is trained has no integers that run exactly. */
  readonly inexact: boolean;
  /** The device is lost at this QAT step; 0 never. */
  readonly loseAt: number;
}

/** Training steps in a tick without a delay: a slow machine draws a frame between any two ticks, not between two steps. */
const BURST = 50;

/** What a fresh page has chosen. */
export const CHOSEN: Recipe = { ...DEFAULT_RECIPE, steps: 60, weightBits: 8 };

export class FakeWorkers {
  /** Every call that steered, claimed or discarded a training, in order. */
  readonly calls: string[] = [];
  readonly stops = new FakeStops();
  readonly search = new FakeSearch();
  /** Pictures of a visitor's own, as the networks were given them: each once for each model. */
  readonly shown: { readonly model: string; readonly pixels: Uint8Array }[] = [];
  /** Pictures that networks were looked into on. */
  readonly lookedAt: { readonly by: 'maps' | 'partings' | 'walk'; readonly pixels: Uint8Array }[] = [];
  /** Learning of roundings does not end by itself while this is set. */
  endless = false;
  private failing: string;
  private paused = false;
  private stopped = false;
  private single = false;
  private closely: string | undefined;
  /** Saved trainings that are no longer there. */
  private readonly gone = new Set<string>();
  private looks = 0;
  /** QAT steps of an earlier visit, by training. */
  private readonly from = new Map<string, number>();
  private backend: BackendInfo;
  private place: Place = { baseUrl: '', own: {} };
  private onBackend: (backend: BackendInfo) => void = () => {};

  constructor(private readonly fake: FakeOptions) {
    this.failing = fake.fail;
    this.backend = fakeBackend(fake.webgpu as WebGpuStatus);
  }

  readonly start = (): Workers => {
    const life = new Life();
    const workers = {
      ...{ train: life.bound(this.train), engine: life.bound(this.engine), baseline: life.bound(this.baseline) },
      get over() {
        return life.over;
      },
      end: () => {
        this.calls.push('end');
        life.end(new PlaygroundError('stopped', 'The work was ended.', 'Run the step again.'));
      },
    };
    return workers as unknown as Workers;
  };

  private readonly train = {
    start: async (place: Place, _asked: string, onBackend: (backend: BackendInfo) => void) => {
      this.place = place;
      this.onBackend = onBackend;
      return this.backend;
    },
    load: async (onProgress: OnProgress) => {
      await this.count('bytes', 22_400_000, onProgress);
      return loadedOf(this.place.own);
    },
    fuse: () => this.answer(FUSED),
    exported: () => this.answer(Uint8Array.of(4, 5)),
    verify: async (_: unknown, onProgress: OnProgress) => {
      await this.tick();
      this.failOnce('verify');
      await this.count('tests', 110, onProgress);
      return VERIFIED;
    },
    prepare: async ({ qconfig }: PreparedOptions) => {
      await this.tick();
      this.failOnce('prepare');
      const simulates = qconfig === 'fbgemm_qat';
      const label = simulates ? 'get_default_qat_qconfig("fbgemm")' : 'get_default_qconfig("fbgemm")';
      return { label, activationFakeQuants: 28, weightFakeQuants: 21, simulates };
    },
    train: async (options: TrainOptions, training: TrainingRef, onEvent: (event: TrainEvent) => void) => {
      if (options.kind === 'control') this.failOnce('control');
      else if (this.failing === 'train') this.diverge();
      const { beginAt, rounding } = training.recipe;
      if (options.kind === 'qat' && beginAt === 'ptq' && rounding === 'learned')
        await this.learned(({ done, total }) => onEvent({ type: 'roundings', step: 0, done, total }));
      return this.trained(options, training, onEvent);
    },
    convert: () => this.answer(fakeConverted()),
    ptq: ({ rounding }: PtqChoices, onProgress: OnProgress) =>
      rounding === 'learned' ? this.learned(onProgress).then(fakeConverted) : this.answer(fakeConverted()),
    calibrate: () => this.answer({}),
    layerMaps: (_: QuantizedSubject, pixels: Uint8Array) => this.look('maps', pixels, fakeMaps(pixels)),
    layerChange: (_: TrainingRef, id: string) => this.answer(fakeChange(id)),
    partings: ({ kind }: QuantizedSubject, pixels: Uint8Array) =>
      this.look('partings', pixels, fakePartings(kind, pixels)),
    compareLayers: ({ kind }: QuantizedSubject) => this.answer(fakeComparison(kind === 'qat' ? 6 : 0)),
    evaluate: async ({ kind }: FloatSubject, _: string, images: number, onProgress: OnProgress) => {
      await this.count('images', images, onProgress);
      return fakeEvaluation(kind, images);
    },
    logits: ({ kind }: FloatSubject, pixels: Uint8Array) => this.answerTo(kind, pixels),
    latency: () => this.answer(timed(9.42, 'tfjs-webgpu FP32')),
    pause: () => void (this.calls.push('pause'), (this.paused = true)),
    resume: () => void (this.calls.push('resume'), (this.paused = false)),
    step: (closely?: string) => {
      this.calls.push(closely === undefined ? 'step' : `step ${closely}`);
      this.closely = closely;
      this.paused = this.single = true;
    },
    stop: () => void (this.calls.push('stop'), (this.stopped = true)),
    setLearningRate: (rate: number) => void this.calls.push(`setLearningRate ${rate}`),
    savedTrainings: async (): Promise<SavedTrainings> => {
      const problems = [{ message: 'The saved training is damaged.', hint: 'It was removed.' }];
      return this.fake.saved === 'damaged' ? { trainings: [], problems } : { trainings: this.saved(), problems: [] };
    },
    claim: async (id: string): Promise<SavedTraining> => {
      this.calls.push(`claim ${id}`);
      if (this.fake.taken) throw new PlaygroundError('storage', 'It is training in another tab.', 'Close that tab.');
      const training = this.saved().find((training) => training.id === id)!;
      this.gone.add(id);
      this.from.set(id, training.qat.step);
      return training;
    },
    // Ids of this page's own trainings are random.
    discard: async (id: string) => {
      this.calls.push(`discard ${id.length > 1 ? 'own' : id}`);
      this.gone.add(id);
    },
  };

  private readonly engine = {
    start: async () => {},
    exported: async () => {
      await this.tick();
      this.failOnce('export');
      return Uint8Array.of(1, 2, 3);
    },
    calibrated: async () => {},
    tensors: () => this.answer(FAKE_TENSORS),
    detail: ({ clips }: PtqChoices, id: string) => this.answer(fakeDetail(id, clips?.[id])),
    quantize: () => this.answer(ENGINE),
    walk: (_slot: string, pixels: Uint8Array, _layer: string, at: Position) => this.look('walk', pixels, fakeWalk(at)),
    searchWidths: (_: PtqChoices, request: SearchRequest, onPoint: (point: SearchPoint) => void) =>
      this.search.run(request, onPoint, this.tick),
    endSearch: async () => this.search.end(),
    load: (_slot: string, _model: unknown, threads: number) => this.answer({ ...ENGINE, threads }),
    unload: async () => {},
    profile: () => this.answer(fakeLayers()),
    evaluate: async (slot: 'qat' | 'ptq' | 'own', _: string, images: number, onProgress: OnProgress) => {
      await this.count('images', images, onProgress);
      return fakeEvaluation(slot, images);
    },
    // QAT is right on nine images of ten, PTQ on three of four.
    classify: async (slot: 'qat' | 'ptq', _: string, start: number, count: number) => {
      await this.tick();
      const labels = new Uint8Array(count);
      return { labels, predictions: labels.map((_, i) => Number((start + i) % (slot === 'qat' ? 10 : 4) === 0)) };
    },
    logits: (slot: string, pixels: Uint8Array) => this.answerTo(slot, pixels),
    latency: () => this.answer(timed(0.412, 'wasm-relaxed-simd, image quantized and logits dequantized')),
    burst: (slot: string, start: number) => this.answer(fakeBurst(slot === 'race' ? 0.5 : 0.25, start)),
  };

  private readonly baseline = {
    start: async () => {},
    latency: () => this.answer(timed(3.61, 'tfjs-wasm FP32, BN folded, fused conv + bias + ReLU')),
    burst: (start: number) => this.answer(fakeBurst(5, start)),
  };

  private saved(): SavedTraining[] {
    const ended = { step: CHOSEN.steps, ended: true };
    const running = { step: 30, ended: false };
    const training = { options: { ...CHOSEN, weightBits: 4 }, savedAt: Date.UTC(2026, 0, 2) };
    const qat = { ...training, id: 'q', qat: running, control: undefined, elsewhere: false };
    const control = { ...training, id: 'c', qat: ended, control: running, elsewhere: false };
    const elsewhere = { ...qat, id: 'e', elsewhere: ++this.looks === 1 };
    const all: Readonly<Record<string, SavedTraining[]>> = {
      ...{ qat: [qat], control: [control], several: [control, qat], elsewhere: [elsewhere] },
    };
    return (all[this.fake.saved] ?? []).filter(({ id }) => !this.gone.has(id));
  }

  /** Without a delay still a task of its own, as each message of a worker is. */
  private tick = (): Promise<void> =>
    new Promise((resolve) => {
      if (this.fake.delay > 0) return void setTimeout(resolve, this.fake.delay);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (port1.close(), resolve());
      port2.postMessage(null);
    });

  private async answer<T>(result: T): Promise<T> {
    await this.tick();
    return result;
  }

  private look<T>(by: 'maps' | 'partings' | 'walk', pixels: Uint8Array, result: T): Promise<T> {
    this.lookedAt.push({ by, pixels });
    return this.answer(result);
  }

  private answerTo(model: string, pixels: Uint8Array): Promise<Float32Array> {
    this.shown.push({ model, pixels });
    return this.answer(fakeLogits(model, pixels));
  }

  private async count(what: 'bytes' | 'tests' | 'images', total: number, onProgress: OnProgress): Promise<void> {
    for (let tenth = 1; tenth <= 10; tenth++) {
      await this.tick();
      onProgress({ what, done: (total * tenth) / 10, total });
    }
  }

  /** Ten blocks' roundings; they wait while paused. */
  private async learned(onProgress: OnProgress) {
    this.stopped = false;
    for (let block = 1; block <= 10; block++) {
      do await this.tick();
      while ((this.paused || (this.endless && block === 10)) && !this.stopped);
      if (this.stopped)
        throw new PlaygroundError('stopped', 'Learning how to round was stopped.', 'Run the step again.');
      onProgress({ what: 'steps', done: 500 * block, total: 5000 });
    }
  }

  private failOnce(step: string): void {
    if (this.failing !== step) return;
    this.failing = '';
    const cause = Object.assign(new TypeError('Failed to fetch'), {
      stack: 'TypeError: Failed to fetch\n    at request (fetch-verified.ts:126:24)',
    });
    const what = 'weights-002.bin could not be fetched: status 503.';
    throw new PlaygroundError('network', what, 'Check the connection, then press Retry.', { cause });
  }

  private diverge(): never {
    this.failing = '';
    throw new PlaygroundError('diverged', 'The loss is running away.', 'Lower the learning rate.');
  }

  private async trained(
    { kind, steps, batch }: TrainOptions,
    { id, recipe: { learningRate } }: TrainingRef,
    emit: (event: TrainEvent) => void,
  ): Promise<TrainResult> {
    const losses: number[] = [];
    const first = (kind === 'qat' && this.from.get(id)) || 0;
    const earlier = new Array<number>(first).fill(0.5);
    emit({ type: 'restored', step: first, steps, history: { losses: earlier, validations: [], schedule: [] } });
    this.stopped = false;
    for (let step = first + 1; step <= steps && !this.stopped; step++) {
      if (this.paused) {
        emit({ type: 'paused', step: step - 1 });
        while (this.paused && !this.single && !this.stopped) await this.tick();
        this.single = false;
        if (!this.paused) emit({ type: 'resumed', step: step - 1 });
      }
      await (this.fake.delay === 0 && step % BURST > 0 ? undefined : this.tick());
      this.takeStep(kind, step, steps, emit, (loss) => {
        losses.push(loss);
        const left = ((steps - step) * batch) / 38.4;
        const pace = { learningRate, imagesPerSecond: 38.4, secondsLeft: left };
        const codes = { flipping: 0.06 / step, oscillating: 0.003, layers: fakeLayerCodes(step) };
        const seen = kind === 'qat' && { ...codes, activations: fakeActivations(step) };
        emit({ type: 'step', step, steps, loss, accuracy: 1 - loss / 3, ...pace, ...seen });
        if (this.closely) emit({ type: 'looked', step, loss, rate: learningRate, look: fakeLook(this.closely) });
        this.closely = undefined;
      });
    }
    return {
      ...{ steps: losses.length, finished: !this.stopped, diverged: false, losses: Float32Array.from(losses) },
      ...{ schedule: [{ step: 0, rate: learningRate }], imagesPerSecond: 38.4, tensorsAtStart: 300, tensorsAtEnd: 300 },
    };
  }

  private takeStep(
    kind: RunKind,
    step: number,
    steps: number,
    emit: (event: TrainEvent) => void,
    taken: (loss: number) => void,
  ): void {
    const base = kind === 'qat' ? 0.35 : 0.2;
    taken(base + 0.9 * Math.exp(-step / 12) + 0.12 * Math.abs(Math.sin(step * 12.9898)));
    if (kind === 'qat' && step === this.fake.loseAt) {
      this.backend = { ...this.backend, reason: 'The graphics device was lost. WASM has taken over.' };
      this.onBackend(this.backend);
    }
    if (kind === 'qat' && step === 15 && this.fake.inexact)
      emit({ type: 'no-integers', step, message: 'Sums of layer conv1 may overflow.', hint: 'Choose fewer bits.' });
    if (step % 10 === 0) {
      const full = { type: 'not-saved', step, message: 'The disk space is full.', hint: 'Free some.' } as const;
      emit(this.fake.full ? full : { type: 'saved', step });
    }
    if (step % 15 === 0) {
      const accuracy = 0.87 - base / 10 - 0.1 * Math.exp(-step / 15);
      const judged = kind === 'qat' && !this.fake.inexact && { integers: accuracy - 0.02, integerSeconds: 0.84 };
      emit({ type: 'validation', step, accuracy, ...judged, images: 256 });
    }
    if (step === Math.ceil(steps * 0.375)) emit({ type: 'bn-frozen', step });
    if (step === Math.ceil(steps * 0.5)) emit({ type: 'observers-frozen', step });
  }
}
