// The trainings of a project's runs: QAT, its control, and what is saved of them. Not for training: the train worker does.
import { proxy } from 'comlink';
import { PlaygroundError } from '../core/errors';
import type { Recipe } from '../recipe/recipe';
import type { RunHistory, RunKind, SavedTrainings, TrainingRef, TrainOptions, TrainResult } from '../worker/api';
import type { Events } from './events';
import { freezeSchedule } from './freeze-schedule';
import { newId } from '../core/ids';
import { unawaited } from './life';
import { ofOtherFiles } from './other-files';
import type { OwnTraining, ProjectRun } from './run';
import type { Workers } from './workers';

const VALIDATIONS_PER_RUN = 4;
/** Tell 87 % from 88.5 %: the 95 % interval is 1.5 points to each side. */
const VALIDATION_IMAGES = 2000;

export class Trainings {
  /** The run whose QAT is being trained: its learning rate is open. */
  private practising: ProjectRun | undefined;

  /**
   * @param workers those there are now @param askToKeep asks the browser for its promise to keep what is saved
   * @param mark of a visitor's files, see markOf: ids of trainings end in it
   */
  constructor(
    private readonly workers: () => Workers,
    private readonly events: Events,
    private readonly askToKeep: () => void,
    private readonly mark: string,
  ) {}

  /** QAT of this run is being trained. */
  trainsQat(run: ProjectRun): boolean {
    return this.practising === run;
  }

  setLearningRate(rate: number): void {
    const workers = this.workers();
    unawaited(workers, workers.train.setLearningRate(rate));
  }

  /** QAT with these choices: begun, gone on with, or as it ended. */
  async qat(run: ProjectRun, recipe: Recipe): Promise<TrainResult> {
    if (run.qatResult) return run.qatResult;
    run.forgetTrained();
    const training = await this.begin(run, recipe);
    training.recipe = recipe;
    this.practise(run);
    try {
      const result = await this.legOf(run, 'qat', recipe);
      training.recipe = { ...recipe, learningRate: run.recipe.learningRate };
      training.ended = true;
      run.qatDone(result, training.recipe);
      return result;
    } catch (error) {
      training.ended = false; // What was taken up may be damaged: then it trains anew.
      throw error;
    } finally {
      this.practise(undefined);
    }
  }

  /** QAT, then its control. @returns keeps what they gave */
  async both(run: ProjectRun, recipe: Recipe): Promise<() => void> {
    const qat = await this.qat(run, recipe);
    const training = run.training;
    if (!training) throw notKept(run);
    await this.introduce(training);
    const control = await this.legOf(run, 'control', training.recipe, qat);
    return () => run.keep('train', { qat, control }, training.recipe);
  }

  /** The training of a run, known to the workers there are. @throws PlaygroundError 'storage' where it is kept no longer */
  async of(run: ProjectRun): Promise<TrainingRef> {
    const { training } = run;
    if (!training) throw notKept(run);
    await this.introduce(training);
    return { id: training.id, recipe: training.recipe };
  }

  /** What is saved in this browser, but for the trainings of these runs. @throws PlaygroundError 'storage' */
  async saved(but: readonly ProjectRun[]): Promise<SavedTrainings> {
    const { trainings, problems } = await this.workers().train.savedTrainings();
    const own = but.map(({ training }) => training?.id);
    return { trainings: trainings.filter(({ id }) => !own.includes(id)), problems };
  }

  /** Makes a saved training this page's own. @throws PlaygroundError 'storage' when it cannot be had, or is of other files */
  async claim(id: string): Promise<OwnTraining> {
    if (markIn(id) !== this.mark) throw ofOtherFiles('training', 'resume', markIn(id) !== '');
    const workers = this.workers();
    const { options, qat } = await workers.train.claim(id);
    return { id, recipe: options, ended: qat.ended, over: false, workers };
  }

  /** @param seconds to wait for who has it @throws PlaygroundError 'storage' when another tab trains it */
  discard(id: string, seconds?: number): Promise<void> {
    return this.workers().train.discard(id, seconds);
  }

  /** The worker is another one: nothing trains. */
  forget(): void {
    this.practising = undefined;
  }

  private practise(run: ProjectRun | undefined): void {
    this.practising = run;
    this.events.changed();
  }

  /** The training there is, where QAT goes on with it, else a new one in its place. */
  private async begin(run: ProjectRun, recipe: Recipe): Promise<OwnTraining> {
    const workers = this.workers();
    const old = run.training;
    if (old && run.goesOn) {
      await this.introduce(old);
      return old;
    }
    const training = { id: marked(newId(), this.mark), recipe, ended: false, over: false, workers };
    run.training = training;
    // What takes its place begins: a store that fails must not keep it from that.
    if (old) await workers.train.discard(old.id).catch(() => {});
    return training;
  }

  private async introduce(training: OwnTraining): Promise<void> {
    const workers = this.workers();
    if (training.workers === workers) return;
    training.workers = workers;
    await workers.train.claim(training.id);
  }

  /** @param replay the run whose steps and learning rates this one takes */
  private legOf(
    run: ProjectRun,
    kind: RunKind,
    recipe: Recipe,
    replay?: Pick<TrainResult, 'steps' | 'schedule'>,
  ): Promise<TrainResult> {
    run.validations[kind] = [];
    return this.workers().train.train(
      { ...trainOptions(kind, recipe), replay },
      { id: run.training!.id, recipe },
      proxy((event) => {
        this.events.tell(run, { type: 'train', run: kind, event });
        if (event.type === 'restored') run.validations[kind] = [...event.history.validations];
        if (event.type === 'validation') run.validations[kind].push(validationOf(event));
        if (event.type === 'saved' && event.step > 0) this.askToKeep();
      }),
    );
  }
}

const validationOf = ({ step, accuracy, integers, images }: RunHistory['validations'][number]) => ({
  ...{ step, accuracy, images },
  ...(integers !== undefined && { integers }),
});

/** The error for a run of an earlier visit whose training made room for others. */
export const notKept = ({ title }: ProjectRun): PlaygroundError =>
  new PlaygroundError(
    'storage',
    `The weights that ${title} trained are not kept in this browser any more.`,
    'What was kept of it stays; to have its weights, run its train step again.',
  );

const MARK = '~';
const marked = (id: string, mark: string): string => (mark ? id + MARK + mark : id);
const markIn = (id: string): string => id.split(MARK)[1] ?? '';

/** @param own it began with a visitor's files, not with the page's network and images */
/** What a recipe trains, by kind of run. */
export function trainOptions(kind: RunKind, recipe: Recipe): TrainOptions {
  const { steps, batch, learningRate, schedule, seed } = recipe;
  return {
    ...{ kind, steps, batch, learningRate, schedule, seed },
    momentum: 0.9,
    weightDecay: 1e-4,
    averaging: recipe.averaging,
    oscillations: recipe.oscillations,
    reestimateBatchNorm: recipe.reestimateBatchNorm,
    optimizer: recipe.optimizer,
    augmentation: recipe.augmentation,
    // The float network cannot learn from itself.
    distillation: kind === 'qat' ? recipe.distillation : 0,
    // At the earliest when as many images were trained on as are to be judged: judging costs less than training.
    validateEvery: Math.ceil(Math.max(steps / VALIDATIONS_PER_RUN, VALIDATION_IMAGES / batch)),
    validationImages: VALIDATION_IMAGES,
    ...freezeSchedule(recipe),
  };
}
