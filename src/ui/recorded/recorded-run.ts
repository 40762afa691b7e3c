// A whole run as it was recorded (npm run report -- --record FILE): what its steps gave, as far as the page shows it without
// the networks themselves. Not for comparing with: another machine's times.
import type { CompareResult, StepResults } from '../../project/types';
import type { Recipe } from '../../recipe/recipe';
import type { RunHistory, RunKind, TrainResult } from '../../worker/api';

/** What each step's card shows. */
export interface ShownResults extends Omit<StepResults, 'train' | 'compare' | 'save'> {
  readonly train: Readonly<Record<RunKind, Pick<TrainResult, 'steps' | 'finished' | 'diverged'>>>;
  readonly compare: Pick<CompareResult, 'report'>;
  readonly save: Omit<StepResults['save'], 'blob'>;
}

export interface RecordedRun {
  readonly cpu: string;
  /** ISO 8601. */
  readonly date: string;
  readonly recipe: Recipe;
  readonly results: ShownResults;
  readonly histories: Readonly<Record<RunKind, RunHistory>>;
}

/** @throws Error where it cannot be fetched */
export async function loadRecordedRun(): Promise<RecordedRun> {
  const response = await fetch(new URL('./recorded-run.json', import.meta.url));
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return (await response.json()) as RecordedRun;
}
