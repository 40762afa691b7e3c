// One run of a project: its recipe, what its steps gave and of which choices, and its training.
// Not for performing steps: project.ts.
import type { Int8Model } from '../int8/int8-model';
import type { Choice, Recipe } from '../recipe/recipe';
import type { RunHistory, RunKind, TrainResult } from '../worker/api';
import { differing, READ_BY, sameFor, SHARED_STEPS, STEP_IDS, type StepId, type StepState } from './steps';
import type { Run, RunName, StepResults } from './types';
import type { Workers } from './workers';

/** What is the same for all runs with the same backend choice. */
export type SharedResults = Partial<Pick<StepResults, 'load' | 'fuse' | 'verify'>>;

/** What a training that has not ended may go on with changed. */
const ON_THE_WAY: readonly Choice[] = ['learningRate', 'batch'];

/** Under an id of its own in the browser's store. */
export interface OwnTraining {
  readonly id: string;
  /** As it was trained last. */
  recipe: Recipe;
  /** Its QAT run has ended. */
  ended: boolean;
  /** It is to be replaced by a new one. */
  over: boolean;
  /** That know of it; undefined where none do yet. */
  workers: Workers | undefined;
}

export class ProjectRun implements Run {
  int8Model: Int8Model | undefined;
  /** PTQ's, where its roundings were learned: that takes minutes. Any other is made again where it is needed. */
  learnedPtq: Int8Model | undefined;
  training: OwnTraining | undefined;
  private qat: { readonly result: TrainResult; readonly recipe: Recipe } | undefined;
  /** Of each run of its training, as they came. */
  validations: Record<RunKind, RunHistory['validations'][number][]> = { qat: [], control: [] };
  private own: { -readonly [S in StepId]?: StepResults[S] } = {};
  /** The choices of each result. */
  private readonly made: Partial<Record<StepId, Recipe>> = {};

  constructor(
    readonly id: string,
    public name: RunName,
    public recipe: Recipe,
    private readonly shared: (backend: Recipe['backend']) => SharedResults,
    readonly since?: number,
  ) {}

  get results(): Partial<StepResults> {
    return { ...this.own, ...this.shared(this.recipe.backend) };
  }

  state(step: StepId): StepState {
    if (SHARED_STEPS.includes(step)) return this.results[step] ? 'done' : 'open';
    const made = this.made[step];
    if (!made) return 'open';
    return sameFor(step, made, this.recipe) ? 'done' : 'stale';
  }

  /** Nothing was done with it. */
  get untouched(): boolean {
    return !this.training && Object.keys(this.own).length === 0;
  }

  /** As errors say it. */
  get title(): string {
    return typeof this.name === 'number' ? `Run ${this.name}` : this.name;
  }

  /** Of the choices as they are. */
  get qatResult(): TrainResult | undefined {
    return this.qat && sameFor('train', this.qat.recipe, this.recipe) ? this.qat.result : undefined;
  }

  get qatEnded(): boolean {
    const { training, qatResult } = this;
    return (
      qatResult !== undefined || (!!training?.ended && !training.over && sameFor('train', training.recipe, this.recipe))
    );
  }

  get weightsGone(): boolean {
    return this.qat !== undefined && !this.training;
  }

  /** Whether QAT with the choices as they are goes on with the training there is. */
  get goesOn(): boolean {
    const { training, recipe } = this;
    if (!training || training.over) return false;
    return differing(training.recipe, recipe).every(
      (choice) =>
        STEP_IDS.indexOf(READ_BY[choice]) > STEP_IDS.indexOf('train') ||
        (!training.ended && ON_THE_WAY.includes(choice)),
    );
  }

  /** What an earlier visit has given, of the choices as they are. */
  restore(results: Partial<StepResults>, int8Model: Int8Model, learnedPtq: Int8Model | undefined): void {
    for (const step of Object.keys(results) as StepId[]) this.keep(step, results[step]!, this.recipe);
    this.int8Model = int8Model;
    this.learnedPtq = learnedPtq;
  }

  qatDone(result: TrainResult, recipe: Recipe): void {
    this.qat = { result, recipe };
  }

  keep<S extends StepId>(step: S, result: StepResults[S], recipe: Recipe): void {
    if (SHARED_STEPS.includes(step)) Object.assign(this.shared(recipe.backend), { [step]: result });
    else Object.assign(this.own, { [step]: result });
    this.made[step] = recipe;
  }

  /** Forgets what a step gave. */
  forget(step: StepId): void {
    if (SHARED_STEPS.includes(step)) delete this.shared(this.recipe.backend)[step as keyof SharedResults];
    delete this.own[step];
    delete this.made[step];
  }

  /** Forgets what training gave, and what came of it. */
  forgetTrained(): void {
    for (const step of STEP_IDS.slice(STEP_IDS.indexOf('train'))) this.forget(step);
    this.qat = undefined;
    this.int8Model = undefined;
    this.learnedPtq = undefined;
    this.validations = { qat: [], control: [] };
  }
}
