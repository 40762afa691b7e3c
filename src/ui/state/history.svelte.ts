// All runs there are to look at, as runes: those of this page, and what is kept of earlier visits. Also which are pinned, and
// which are laid over each other. Not for computing, nor for the form in which they are kept: runs/past-runs.ts.
import { getContext, setContext, untrack } from 'svelte';
import type { RunName } from '../../project/types';
import type { Recipe } from '../../recipe/recipe';
import { curveOf, thinned, type RunCurve } from '../runs/curves';
import {
  CURVE_POINTS,
  figuresOf,
  pastRunsText,
  readPastRuns,
  withinLimit,
  type PastRun,
  type RunFigures,
} from '../runs/past-runs';
import { words } from '../words/words.svelte';
import { keep, kept } from './kept';
import type { Playground, RunView } from './playground.svelte';

const KEPT = 'qat-playground-runs';
/** What could not be read, for whoever looks for it. */
const SET_ASIDE = `${KEPT}-set-aside`;
/** Runs whose lines are told apart. */
export const MOST_OVERLAID = 6;

/** A run of this page or of an earlier visit. */
export interface RunRow {
  readonly id: string;
  /** As it is kept: typed, or its number. */
  readonly named: RunName;
  /** In the language in force. */
  readonly name: string;
  /** Its name among all rows: an earlier run's with its time. */
  readonly label: string;
  readonly recipe: Recipe;
  readonly pinned: boolean;
  /** Of the choices as they are; undefined where it has not come to the end of step 8. */
  readonly figures: RunFigures | undefined;
  /** undefined for a run of an earlier visit. */
  readonly live: RunView | undefined;
}

export class History {
  private kept = $state.raw<readonly PastRun[]>([]);
  /** Something that was kept could not be read. */
  damaged = $state(false);
  private chosen = $state.raw<readonly string[]>([]);

  /** Pinned ones first; then those of this page as they were made, then those of earlier visits, the newest first. */
  readonly rows: readonly RunRow[] = $derived.by(() => {
    const { runs } = this.playground;
    const earlier = this.kept.filter(({ id }) => !runs.some((run) => run.id === id)).reverse();
    const rows = [...runs.map((run) => this.rowOf(run)), ...earlier.map(rowThen)];
    return [...rows.filter(({ pinned }) => pinned), ...rows.filter(({ pinned }) => !pinned)];
  });
  /** In the order they were chosen. */
  readonly overlaid: readonly RunRow[] = $derived(
    this.chosen.flatMap((id) => this.rows.find((row) => row.id === id) ?? []),
  );

  constructor(private readonly playground: Playground) {
    this.kept = this.read();
  }

  /** Keeps what runs of this page have come to. To be called in an effect: it follows the runs. */
  follow(): void {
    const { runs } = this.playground;
    untrack(() => {
      const news = runs.map((run) => this.recordOf(run)).filter((record) => record !== undefined);
      const changed = news.filter((record) => JSON.stringify(record) !== JSON.stringify(this.find(record.id)));
      if (changed.length > 0) this.change((runs) => changed.reduce(put, runs));
    });
  }

  /** Pins a run, or lets go of it. */
  pin({ id, named, recipe, live }: RunRow, pinned: boolean): void {
    const record = (live && this.recordOf(live)) ??
      this.find(id) ?? { id, name: named, recipe, pinned, made: Date.now() };
    const stays = pinned || hasResults(record);
    this.change((runs) => (stays ? put(runs, { ...record, pinned }) : runs.filter((run) => run.id !== id)));
  }

  /** Left as it was, or empty, a name stays what it is. */
  rename({ id, name, live }: RunRow, typed: string): void {
    const next = typed.trim() || name;
    if (next === name) return;
    if (live) this.playground.rename(id, next);
    else this.change((runs) => runs.map((run) => (run.id === id ? { ...run, name: next } : run)));
  }

  /** Forgets a run; one of this page with its training, and its work ends. */
  async remove({ id, live }: RunRow): Promise<void> {
    if (live) await this.playground.remove(id);
    this.change((runs) => runs.filter((run) => run.id !== id));
  }

  isOverlaid(id: string): boolean {
    return this.chosen.includes(id);
  }

  overlay(id: string, shown: boolean): void {
    const others = this.chosen.filter((other) => other !== id);
    this.chosen = shown ? [...others, id] : others;
  }

  /** Takes all lines away. */
  clearOverlay(): void {
    this.chosen = [];
  }

  /** What a run has drawn so far; of one that trains it changes in place, as `drawn` tells. */
  curveOf({ id, live }: RunRow): RunCurve | undefined {
    return live ? curveOf(this.playground.trainingOf(id).curves.qat) : this.find(id)?.curve;
  }

  /** Changes with the curve of a run. */
  drawn({ id, live }: RunRow): number {
    return live ? this.playground.trainingOf(id).curves.qat.version : 0;
  }

  private find(id: string): PastRun | undefined {
    return this.kept.find((run) => run.id === id);
  }

  private rowOf(run: RunView): RunRow {
    const { id, named, name, recipe } = run;
    const pinned = this.find(id)?.pinned ?? false;
    return { id, named, name, label: name, recipe, pinned, figures: figures(run), live: run };
  }

  /** A run of this page as it is to be kept; undefined where there is nothing to keep. */
  private recordOf(run: RunView): PastRun | undefined {
    const { id, named: name, recipe } = run;
    const before = this.find(id);
    const fresh = figures(run);
    if (!fresh && !run.qatEnded) return before && { ...before, name, ...(hasResults(before) ? {} : { recipe }) };
    const curve = curveOf(this.playground.trainingOf(id).curves.qat);
    const { pinned = false, made = Date.now() } = before ?? {};
    return { id, name, recipe, pinned, made, figures: fresh, curve: curve && thinned(curve, CURVE_POINTS) };
  }

  /** Other tabs keep runs too: what they have kept meanwhile stays. */
  private change(edit: (runs: readonly PastRun[]) => readonly PastRun[]): void {
    this.kept = withinLimit(edit(this.read()));
    keep(KEPT, pastRunsText(this.kept));
  }

  private read(): readonly PastRun[] {
    const text = kept(KEPT);
    if (text === undefined) return this.kept;
    const { runs, damaged } = readPastRuns(text);
    if (damaged) {
      keep(SET_ASIDE, text);
      this.damaged = true;
    }
    return runs;
  }
}

function figures({ results, states }: RunView): RunFigures | undefined {
  const report = states.compare === 'done' ? results.compare?.report : undefined;
  return report && figuresOf(report);
}

const hasResults = ({ figures, curve }: PastRun): boolean => figures !== undefined || curve !== undefined;

function rowThen({ id, name: named, recipe, pinned, made, figures }: PastRun): RunRow {
  const name = words().runs.called(named);
  return { id, named, name, label: words().runs.nameThen(name, made), recipe, pinned, figures, live: undefined };
}

/** In the place of the one with its id, or as the newest. */
const put = (runs: readonly PastRun[], record: PastRun): readonly PastRun[] =>
  runs.some(({ id }) => id === record.id)
    ? runs.map((run) => (run.id === record.id ? record : run))
    : [...runs, record];

const KEY = Symbol('history');
/** All runs, for every component below Page. */
export const useHistory = (): History => getContext<History>(KEY);
export const provideHistory = (history: History): History => setContext(KEY, history);
