// A Session without workers: ticks instead of work, invented results in the right types. For tests of the page only.
import { PlaygroundError } from '../../src/core/errors';
import type { Int8Model } from '../../src/int8/int8-model';
import { DEFAULT_RECIPE, type Recipe } from '../../src/recipe/recipe';
import type { Report } from '../../src/report/types';
import { STEP_IDS, type Session, type SessionEvent, type StepId, type StepResults } from '../../src/session/types';
import type { LabelledImages, SavedTraining, SavedTrainings, TrainResult, WebGpuStatus } from '../../src/worker/api';
import { FakeStops } from './fake-stops';
import { fakeComparison, fakeImages, fakeModel, fakeResults } from './fake-results';

export interface FakeOptions {
  /** The step that fails at its first attempt, train by diverging; 'control' when the train step comes to it; '' for none. */
  readonly fail: string;
  /** Milliseconds of a tick: each step takes a few. */
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
  /** The device is lost at this QAT step; 0 never. */
  readonly loseAt: number;
}

export class FakeSession implements Session {
  options: Recipe = { ...DEFAULT_RECIPE, steps: 60, weightBits: 8 };
  readonly results: { -readonly [S in StepId]?: StepResults[S] } = {};
  int8Model: Int8Model | undefined;
  /** Every control that was called, in order. */
  readonly calls: string[] = [];
  private readonly listeners = new Set<(event: SessionEvent) => void>();
  qatEnded = false;
  private failing: string;
  private paused = false;
  private stopped = false;
  private single = false;
  trainingId: string | undefined;
  readonly stops = new FakeStops();
  /** Saved trainings that are no longer there. */
  private readonly gone = new Set<string>();
  private looks = 0;
  /** QAT steps of an earlier visit. */
  private from = 0;

  constructor(private readonly fake: FakeOptions) {
    this.failing = fake.fail;
  }

  on(listener: (event: SessionEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async run<S extends StepId>(step: S): Promise<StepResults[S]> {
    for (const id of STEP_IDS.slice(0, STEP_IDS.indexOf(step) + 1)) if (!this.results[id]) await this.perform(id);
    return this.results[step] as StepResults[S];
  }

  async runAll(): Promise<Report> {
    await this.run('save');
    return this.results.compare!.report;
  }

  pause(): void {
    this.calls.push('pause');
    this.paused = true;
  }
  resume(): void {
    this.calls.push('resume');
    this.paused = false;
  }
  stepOnce(): void {
    this.calls.push('stepOnce');
    this.single = true;
  }
  stop(): void {
    this.calls.push('stop');
    this.stopped = true;
  }
  setLearningRate(learningRate: number): void {
    this.calls.push(`setLearningRate ${learningRate}`);
    this.options = { ...this.options, learningRate };
  }
  savedTrainings(): Promise<SavedTrainings> {
    const problems = [{ message: 'The saved training is damaged.', hint: 'It was removed.' }];
    return Promise.resolve(
      this.fake.saved === 'damaged' ? { trainings: [], problems } : { trainings: this.saved(), problems: [] },
    );
  }
  takeUp(id: string): Promise<void> {
    this.calls.push(`takeUp ${id}`);
    if (this.fake.taken)
      return Promise.reject(new PlaygroundError('storage', 'It is training in another tab.', 'Close that tab.'));
    const { options, qat } = this.saved().find((training) => training.id === id)!;
    this.gone.add(id);
    this.options = options;
    this.from = qat.step;
    return Promise.resolve();
  }
  discard(id: string): Promise<void> {
    this.calls.push(`discard ${id}`);
    this.gone.add(id);
    return Promise.resolve();
  }
  private saved(): SavedTraining[] {
    const ended = { step: this.options.steps, ended: true };
    const running = { step: 30, ended: false };
    const training = { options: { ...this.options, weightBits: 4 }, savedAt: Date.UTC(2026, 0, 2) };
    const qat = { ...training, id: 'q', qat: running, control: undefined, elsewhere: false };
    const control = { ...training, id: 'c', qat: ended, control: running, elsewhere: false };
    const elsewhere = { ...qat, id: 'e', elsewhere: ++this.looks === 1 };
    const all: Readonly<Record<string, SavedTraining[]>> = {
      ...{ qat: [qat], control: [control], several: [control, qat], elsewhere: [elsewhere] },
    };
    return (all[this.fake.saved] ?? []).filter(({ id }) => !this.gone.has(id));
  }
  testImages(n: number): Promise<LabelledImages> {
    return Promise.resolve(fakeImages(n));
  }
  dispose(): void {
    this.calls.push('dispose');
    this.listeners.clear();
  }

  private emit(event: SessionEvent): void {
    for (const listener of this.listeners) listener(event);
  }
  /** Without a delay still a task of its own, as each message of a worker is. */
  private tick = (): Promise<void> =>
    new Promise((resolve) => {
      if (this.fake.delay > 0) return void setTimeout(resolve, this.fake.delay);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (port1.close(), resolve());
      port2.postMessage(null);
    });

  private async perform(step: StepId): Promise<void> {
    this.emit({ type: 'step-started', step });
    await this.tick();
    if (this.failing === step) this.fail(step);
    Object.assign(this.results, { [step]: await this.result(step) });
    this.emit({ type: 'step-finished', step });
  }

  private fail(step: StepId): never {
    const diverges = this.failing === 'train';
    this.failing = '';
    const message = diverges ? 'The loss is running away.' : 'weights-002.bin could not be fetched: status 503.';
    const hint = diverges ? 'Lower the learning rate.' : 'Check the connection, then press Retry.';
    const remedy = diverges ? { learningRate: this.options.learningRate / 10 } : undefined;
    const details = diverges ? undefined : 'TypeError: Failed to fetch\n    at request (fetch-verified.ts:126:24)';
    this.emit({ type: 'step-failed', step, message, hint, details, remedy });
    throw new PlaygroundError('network', message, hint);
  }

  private async result(step: StepId): Promise<unknown> {
    if (step === 'load' || step === 'verify') await this.count(step, '', step === 'load' ? 'bytes' : 'tests');
    if (step === 'train') {
      const qat = await this.train('qat');
      this.qatEnded = true;
      if (this.failing === 'control') this.fail(step);
      return { qat, control: await this.train('control') };
    }
    if (step === 'convert') this.int8Model = fakeModel();
    if (step === 'compare') {
      for (const label of ['FP32', 'FP32 control', 'QAT simulated', 'QAT INT8', 'PTQ INT8'])
        await this.count('compare', label, 'images');
      return fakeComparison(this.options);
    }
    return fakeResults(this.options, this.fake.webgpu as WebGpuStatus)[step];
  }

  private async count(step: StepId, label: string, what: 'bytes' | 'tests' | 'images'): Promise<void> {
    const total = { bytes: 22_400_000, tests: 110, images: this.options.images }[what];
    for (let tenth = 1; tenth <= 10; tenth++) {
      await this.tick();
      this.emit({ type: 'progress', step, label, progress: { what, done: (total * tenth) / 10, total } });
    }
  }

  private async train(run: 'qat' | 'control'): Promise<TrainResult> {
    const { steps, batch } = this.options;
    this.trainingId = 'own';
    const losses: number[] = [];
    const emit = (event: Extract<SessionEvent, { type: 'train' }>['event']) => this.emit({ type: 'train', run, event });
    const first = run === 'qat' ? this.from : 0;
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
      await this.tick();
      const base = run === 'qat' ? 0.35 : 0.2;
      const loss = base + 0.9 * Math.exp(-step / 12) + 0.12 * Math.abs(Math.sin(step * 12.9898));
      losses.push(loss);
      emit({
        type: 'step',
        step,
        steps,
        loss,
        accuracy: 1 - loss / 3,
        learningRate: this.options.learningRate,
        imagesPerSecond: 38.4,
        secondsLeft: ((steps - step) * batch) / 38.4,
      });
      if (run === 'qat' && step === this.fake.loseAt) {
        const backend = { ...this.results.load!.backend, reason: 'The graphics device was lost. WASM has taken over.' };
        this.results.load = { ...this.results.load!, backend };
        this.emit({ type: 'backend-replaced', backend });
      }
      if (step % 10 === 0)
        emit(
          this.fake.full
            ? { type: 'not-saved', step, message: 'The disk space is full.', hint: 'Free some.' }
            : { type: 'saved', step },
        );
      if (step % 15 === 0)
        emit({ type: 'validation', step, accuracy: 0.87 - base / 10 - 0.1 * Math.exp(-step / 15), images: 256 });
      if (step === Math.ceil(steps * 0.375)) emit({ type: 'bn-frozen', step });
      if (step === Math.ceil(steps * 0.5)) emit({ type: 'observers-frozen', step });
    }
    return {
      steps: losses.length,
      finished: !this.stopped,
      diverged: false,
      losses: Float32Array.from(losses),
      schedule: [{ step: 0, rate: this.options.learningRate }],
      imagesPerSecond: 38.4,
      tensorsAtStart: 300,
      tensorsAtEnd: 300,
    };
  }
}
