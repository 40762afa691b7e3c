// What `npm run report -- --record FILE` writes: a run as the page shows it where it computed nothing itself.
// Not for the report alone (--json).
import { cpus } from 'node:os';
import type { ProjectEvent } from '../src/project/types';
import type { Recipe } from '../src/recipe/recipe';
import type { RecordedRun, ShownResults } from '../src/ui/recorded/recorded-run';
import type { RunHistory, RunKind } from '../src/worker/api';

/** Digits of a loss that a chart can show. */
const DIGITS = 4;

/** Losses and validations, as the events of a training that begins anew tell of them. */
export class Histories {
  readonly runs: Record<RunKind, RunHistory> = {
    qat: { losses: [], validations: [], schedule: [] },
    control: { losses: [], validations: [], schedule: [] },
  };

  take(event: ProjectEvent): void {
    if (event.type !== 'train') return;
    const { losses, validations } = this.runs[event.run];
    const { event: told } = event;
    if (told.type === 'step') losses.push(Number(told.loss.toPrecision(DIGITS)));
    if (told.type === 'validation') {
      const { step, accuracy, integers, images } = told;
      validations.push({ step, accuracy, integers, images });
    }
  }
}

/** As text. */
export function recording(recipe: Recipe, results: ShownResults, { runs: histories }: Histories): string {
  const [cpu] = cpus();
  const run: RecordedRun = {
    ...{ cpu: cpu.model.trim(), date: new Date().toISOString(), recipe, results, histories },
  };
  return `${JSON.stringify(run)}\n`;
}
