// The recorded run as runes: loaded when a step that was not run shall show what came of it elsewhere, or a link leads to
// one. Not for what this page computed: playground.svelte.ts.
import { getContext, setContext } from 'svelte';
import { errorText } from '../../core/causes';
import type { StepId } from '../../project/types';
import type { RecordedRun } from '../recorded/recorded-run';
import { words } from '../words/words.svelte';
import type { Problem } from './problem';
import { stepOf } from './steps';
import { Training } from './training.svelte';

export class Recorded {
  run = $state.raw<RecordedRun>();
  /** Why it cannot be shown. */
  problem = $state.raw<Problem>();
  /** Its losses and validations, as if they were this page's. */
  readonly training = new Training();
  private shown = $state.raw<readonly StepId[]>([]);

  /** @param load fetches the recorded run */
  constructor(private readonly load: () => Promise<RecordedRun>) {}

  isShown(id: StepId): boolean {
    return this.shown.includes(id);
  }

  hide(id: StepId): void {
    this.shown = this.shown.filter((other) => other !== id);
  }

  /** Of the step that a link names, e.g. '#step-train'; any other link is passed over. */
  async follow(hash: string): Promise<void> {
    const id = stepOf(hash);
    if (id) await this.show(id);
  }

  async show(id: StepId): Promise<void> {
    this.shown = [...this.shown, id];
    if (this.run) return;
    try {
      const run = await this.load();
      for (const kind of ['qat', 'control'] as const) {
        const history = run.histories[kind];
        const { length } = history.losses;
        this.training.take(kind, { type: 'restored', history, step: length, steps: length });
      }
      this.training.end();
      this.problem = undefined;
      this.run = run;
    } catch (error) {
      this.hide(id);
      this.problem = words().recorded.notLoaded;
      console.error(`${this.problem.message}\n${errorText(error)}`);
    }
  }
}

const KEY = Symbol('recorded');
export const provideRecorded = (recorded: Recorded): Recorded => setContext(KEY, recorded);
export const useRecorded = (): Recorded => getContext<Recorded>(KEY);
