// Performs a run's works in their order: one run at a time, two callers sharing what both need, failures told once.
// Not for what a work is: step-work.ts.
import { causeText } from '../core/causes';
import { bug, PlaygroundError } from '../core/errors';
import { macrotask } from '../core/macrotask';
import type { Events } from './events';
import { remedyFor } from './remedy';
import type { ProjectRun } from './run';
import type { StepId } from './steps';
import { checkBeforehand, stepOf, type Work } from './step-work';

interface Means {
  readonly events: Events;
  /** Replaces workers that broke, unless something is computed. */
  readonly freshen: () => void;
  /** Does one work. @returns keeps what it gave */
  readonly work: (run: ProjectRun, work: Work) => Promise<() => void>;
}

export class Performer {
  /** Whose works are asked for, and by how many. */
  private owner: { readonly run: ProjectRun; callers: number } | undefined;
  /** Those of them that are being performed. */
  private readonly performed = new Map<Work, Promise<void>>();

  constructor(private readonly means: Means) {}

  get computing(): ProjectRun | undefined {
    return this.owner?.run;
  }

  /** This very step of the run is being performed. */
  performs(run: ProjectRun, step: StepId): boolean {
    return this.owner?.run === run && [...this.performed.keys()].some((work) => stepOf(work) === step);
  }

  /** @throws PlaygroundError 'bad-argument' */
  refuseWhileAnother(run: ProjectRun): void {
    if (this.owner?.run !== run) this.refuseWhileComputing();
  }

  /** @throws PlaygroundError 'bad-argument' */
  refuseWhileComputing(): void {
    if (this.owner)
      throw new PlaygroundError(
        'bad-argument',
        `${this.owner.run.title} is computing, and there is one device.`,
        'Wait until it is done, or stop it.',
      );
  }

  /**
   * Performs these works in order, each unless it is done. Choices may change on the way: then what has become stale is
   * performed again.
   * @throws PlaygroundError what a work failed by, or would in the end, which is told too; 'bad-argument' while another run
   * computes
   */
  async along(run: ProjectRun, works: readonly Work[]): Promise<void> {
    this.means.freshen();
    const next = () => works.find((work) => !isDone(run, work));
    if (next() === undefined) return;
    this.refuseWhileAnother(run);
    for (const work of works) if (!isDone(run, work)) this.foresee(run, work);
    this.owner ??= { run, callers: 0 };
    const { owner } = this;
    owner.callers++;
    this.means.events.changed();
    try {
      for (let work = next(); work !== undefined; work = next()) {
        await this.sharing(run, work);
        // What listeners draw of its end is another task than what they draw of the next one's start.
        await macrotask();
      }
    } finally {
      owner.callers--;
      if (owner.callers === 0 && this.owner === owner) this.owner = undefined;
      this.means.events.changed();
    }
  }

  /** The workers are others: nothing is performed. */
  forget(): void {
    this.owner = undefined;
    this.performed.clear();
  }

  /** Fails for what would fail a work in the end, before anything is done for it. */
  private foresee(run: ProjectRun, work: Work): void {
    try {
      checkBeforehand(work, run.recipe);
    } catch (error) {
      throw this.failed(run, stepOf(work), error);
    }
  }

  private sharing(run: ProjectRun, work: Work): Promise<void> {
    let performed = this.performed.get(work);
    if (!performed) {
      // It is known to be performed before it says so.
      performed = Promise.resolve()
        .then(() => this.perform(run, work))
        .finally(() => {
          if (this.performed.get(work) === performed) this.performed.delete(work);
        });
      this.performed.set(work, performed);
    }
    return performed;
  }

  private async perform(run: ProjectRun, work: Work): Promise<void> {
    const { events } = this.means;
    const step = stepOf(work);
    events.tell(run, { type: 'step-started', step });
    try {
      const keep = await this.means.work(run, work);
      keep();
    } catch (error) {
      throw this.failed(run, step, error);
    }
    events.tell(run, work === 'qat' ? { type: 'qat-finished', step: 'train' } : { type: 'step-finished', step });
  }

  /** Tells of a failure, with its causes once in the log. */
  private failed(run: ProjectRun, step: StepId, error: unknown): PlaygroundError {
    const failure = error instanceof PlaygroundError ? error : bug(error);
    const { code, message, hint } = failure;
    // What was trained is kept no longer, or cannot be had: the train step asks for it again.
    if (code === 'storage' && (step === 'convert' || step === 'compare')) run.forgetTrained();
    const details = causeText(failure);
    if (details !== undefined) console.error(`Step ${step} failed. ${message}\n${details}`);
    const remedy = run.qatEnded ? undefined : remedyFor(step, code, run.recipe);
    this.means.events.tell(run, { type: 'step-failed', step, code, message, hint, details, remedy });
    return failure;
  }
}

const isDone = (run: ProjectRun, work: Work): boolean =>
  work === 'qat' ? run.qatResult !== undefined : run.state(work) === 'done';
