// Which run's two integer networks, PTQ's and QAT's, the engine worker has. Not for training: trainings.ts; not for the
// slider's: stops.ts.
import type { ConvertResult, TrainingRef } from '../worker/api';
import type { Events } from './events';
import type { ProjectRun } from './run';
import type { StepId } from './steps';
import type { StepResults } from './types';
import type { Workers } from './workers';

/** Latency is compared at one thread on both sides. */
export const THREADS = 1;

export class IntegerNetworks {
  /** The run whose networks are both there. */
  private of: ProjectRun | undefined;

  /** @param workers those there are now */
  constructor(
    private readonly workers: () => Pick<Workers, 'train' | 'engine'>,
    private readonly events: Events,
  ) {}

  has(run: ProjectRun): boolean {
    return this.of === run;
  }

  /** Converts what a run has trained and quantizes what it began with; both are there from then on. */
  async convert(run: ProjectRun, trained: TrainingRef): Promise<StepResults['convert']> {
    const { train, engine } = this.workers();
    const qat = await train.convert(trained);
    const ptq = await this.quantized(run, 'convert');
    this.of = undefined;
    await engine.load('ptq', ptq.model, THREADS);
    const info = await engine.load('qat', qat.model, THREADS);
    const layers = await engine.profile('qat');
    run.int8Model = qat.model;
    run.learnedPtq = run.recipe.rounding === 'learned' ? ptq.model : undefined;
    this.of = run;
    return { qat: withoutModel(qat), ptq: withoutModel(ptq), engine: { ...info, layers } };
  }

  /** Brings back both networks of a converted run, unless they are there. @param step that shows the progress */
  async bring(run: ProjectRun, step: StepId): Promise<void> {
    if (this.has(run)) return;
    const { engine } = this.workers();
    const ptq = run.learnedPtq ?? (await this.quantized(run, step)).model;
    this.of = undefined;
    await engine.load('ptq', ptq, THREADS);
    await engine.load('qat', run.int8Model!, THREADS);
    this.of = run;
  }

  /** The worker is another one: it has none. */
  forget(): void {
    this.of = undefined;
  }

  private quantized(run: ProjectRun, step: StepId): Promise<ConvertResult> {
    const label = run.recipe.rounding === 'learned' ? 'PTQ, learning how to round' : 'PTQ calibration';
    return this.workers().train.ptq(run.recipe, this.events.progress(run, step, label));
  }
}

function withoutModel({ bytes, fp32Bytes, activations }: ConvertResult): Omit<ConvertResult, 'model'> {
  return { bytes, fp32Bytes, activations };
}
