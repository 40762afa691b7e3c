// All runs there are to look at, as runes: those of this page, and those that the shelf keeps of earlier visits. Also which are
// pinned, and which are laid over each other. Not for computing, nor for storing: src/shelf.
import { getContext, setContext, untrack } from 'svelte';
import type { RunName } from '../../project/types';
import type { Recipe } from '../../recipe/recipe';
import { readPastRuns } from '../../shelf/carry-over';
import { figuresOf, recordIn } from '../../shelf/record';
import type { Imported, ListedRun, Listing, RunFigures, RunRecord } from '../../worker/api';
import { curveOf, thinned, type RunCurve } from '../runs/curves';
import { words } from '../words/words.svelte';
import { forget, keep, kept } from './kept';
import type { Playground, RunView } from './playground.svelte';
import { failureOf, type Problem } from './problem';

/** Where earlier versions of the page kept runs. */
const BEFORE = 'qat-playground-runs';
/** What could not be read there, for whoever looks for it. */
const SET_ASIDE = `${BEFORE}-set-aside`;
/** Tabs tell each other here that the shelf has changed. */
const CHANNEL = 'qat-playground-shelf';
const CURVE_POINTS = 100;
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
  /** Whose network and images it is of, see Project.files. */
  readonly files: string;
  /** Which are not those of this project. */
  readonly foreign: boolean;
  /** undefined for a run of an earlier visit. */
  readonly live: RunView | undefined;
  /** Of what is kept of it beside this row: what can be opened again. 0 where nothing is. */
  readonly bytes: number;
}

export class History {
  /** In the order they were first kept. */
  private kept = $state.raw<readonly ListedRun[]>([]);
  /** What is kept and cannot be read. */
  damaged = $state.raw<Listing['damaged']>([]);
  /** Something that an earlier version kept could not be read. */
  setAside = $state(false);
  /** Why what runs here have come to is not kept, and why what was asked for was not done. */
  private notKept = $state.raw<Problem>();
  private notDone = $state.raw<Problem>();
  readonly problem = $derived(this.notKept ?? this.notDone);
  private chosen = $state.raw<readonly string[]>([]);
  private readonly tabs = new BroadcastChannel(CHANNEL);
  /** What runs of this page had come to when they were kept last. */
  private readonly told: Record<string, string> = {};
  private keeping = false;
  private more = false;

  /** Pinned ones first; then those of this page as they were made, then those of earlier visits, the newest first. */
  readonly rows: readonly RunRow[] = $derived.by(() => {
    const { runs } = this.playground;
    const earlier = this.kept.filter(({ id }) => !runs.some((run) => run.id === id)).reverse();
    const rows = [...runs.map((run) => this.rowOf(run)), ...earlier.map((run) => this.rowThen(run))];
    return [...rows.filter(({ pinned }) => pinned), ...rows.filter(({ pinned }) => !pinned)];
  });
  /** In the order they were chosen. */
  readonly overlaid: readonly RunRow[] = $derived(
    this.chosen.flatMap((id) => this.rows.find((row) => row.id === id) ?? []),
  );
  /** Of all that is kept of runs. */
  readonly bytes: number = $derived(this.kept.reduce((sum, { bytes }) => sum + bytes, 0));

  constructor(private readonly playground: Playground) {
    this.tabs.onmessage = () => void this.attempt(() => this.look());
    void this.attempt(() => this.begin());
  }

  private get shelf() {
    return this.playground.project.shelf;
  }

  /** Keeps what runs of this page have come to. To be called in an effect: it follows the runs. */
  follow(): void {
    const { runs } = this.playground;
    untrack(() => void (runs.length > 0 && this.keepNews()));
  }

  /** Pins a run, or lets go of it. */
  async pin({ id, named, recipe, live }: RunRow, pinned: boolean): Promise<void> {
    const before = this.find(id);
    await this.change(async () => {
      if (before && (pinned || before.bytes > 0 || hasResults(before))) return this.shelf.mark(id, { pinned });
      if (!pinned) return this.shelf.remove(id);
      const bare = { id, name: named, recipe, made: Date.now() };
      await this.shelf.keep({ ...((live && this.recordOf(live)) ?? bare), pinned });
    });
  }

  /** Left as it was, or empty, a name stays what it is. */
  async rename({ id, name, live }: RunRow, typed: string): Promise<void> {
    const next = typed.trim() || name;
    if (next === name) return;
    if (live) this.playground.rename(id, next);
    if (this.find(id)) await this.change(() => this.shelf.mark(id, { name: next }));
  }

  /** Forgets a run; one of this page with its training, and its work ends. */
  async remove({ id, live }: Pick<RunRow, 'id' | 'live'>): Promise<void> {
    if (live) await this.playground.remove(id);
    delete this.told[id];
    await this.change(() => this.shelf.remove(id));
  }

  /** Makes a run of an earlier visit live again, as far as it was kept. */
  async open({ id }: RunRow): Promise<void> {
    const record = this.find(id);
    if (record) await this.attempt(() => this.playground.openKept(recordIn(record)));
  }

  /** All that is kept, as one file. @throws PlaygroundError 'storage' */
  exported(): Promise<Blob> {
    return this.shelf.exported();
  }

  /** Takes over such a file, all of it or nothing. @throws PlaygroundError 'bad-file' naming the entry, 'storage' */
  async imported(file: Blob): Promise<Imported> {
    const imported = await this.shelf.imported(file);
    await this.change(async () => {});
    return imported;
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

  private find(id: string): ListedRun | undefined {
    return this.kept.find((run) => run.id === id);
  }

  private rowOf(run: RunView): RunRow {
    const { id, named, name, recipe } = run;
    const { pinned = false, bytes = 0 } = this.find(id) ?? {};
    const files = { files: this.playground.project.files, foreign: false };
    return { id, named, name, label: name, recipe, pinned, ...files, figures: figures(run), live: run, bytes };
  }

  private rowThen({ id, name: named, recipe, pinned, made, files = '', figures, bytes }: ListedRun): RunRow {
    const name = words().runs.called(named);
    const foreign = files !== this.playground.project.files;
    const row = { id, named, name, label: words().runs.nameThen(name, made), recipe, pinned };
    return { ...row, files, foreign, figures, bytes, live: undefined };
  }

  /** A run of this page as it is to be kept; undefined where there is nothing to keep. */
  private recordOf(run: RunView): RunRecord | undefined {
    const { id, named: name, recipe, since } = run;
    const fresh = figures(run);
    const before = this.find(id);
    // A pinned one that has come to nothing yet is its choices.
    if (!fresh && !run.qatEnded) return before && !hasResults(before) ? { ...recordIn(before), recipe } : undefined;
    const curve = curveOf(this.playground.trainingOf(id).curves.qat);
    const { pinned = false, made = since ?? Date.now() } = before ?? {};
    return { id, name, recipe, pinned, made, figures: fresh, curve: curve && thinned(curve, CURVE_POINTS) };
  }

  /** One round after the other, each with what the runs are by then. */
  private async keepNews(): Promise<void> {
    this.more = true;
    if (this.keeping) return;
    this.keeping = true;
    while (this.more) {
      this.more = false;
      let failed: Problem | undefined;
      for (const run of this.playground.runs) {
        const record = this.recordOf(run);
        if (!record) continue;
        // Whatever else changes is no news.
        const text = JSON.stringify([record.recipe, record.figures, record.curve]);
        if (text === this.told[run.id] && !this.shelf.hasNews(run.id)) continue;
        // What could not be kept is tried again when something changes.
        failed = await failureOf(async () => {
          await this.shelf.keep(record);
          this.told[run.id] = text;
          await this.changed();
        });
        if (failed) break;
      }
      this.notKept = failed;
    }
    this.keeping = false;
  }

  /** Does something to the shelf, which may make room for what could not be kept. */
  private change(work: () => Promise<void>): Promise<void> {
    return this.attempt(async () => {
      await work();
      await this.changed();
      if (this.notKept) void this.keepNews();
    });
  }

  /** Looks at the shelf again, in other tabs too. */
  private changed(): Promise<void> {
    this.tabs.postMessage('changed');
    return this.look();
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    this.notDone = await failureOf(work);
  }

  private async look(): Promise<void> {
    const { runs, damaged } = await this.shelf.list();
    this.kept = runs;
    this.damaged = damaged;
  }

  /** What an earlier version of the page kept as text is carried over, once; it stays where it was until that is done. */
  private async begin(): Promise<void> {
    const text = kept(BEFORE);
    if (text === undefined) return this.look();
    const { runs, damaged } = readPastRuns(text);
    this.setAside = damaged;
    if (damaged) keep(SET_ASIDE, text);
    this.kept = runs.map((run) => ({ ...run, bytes: 0 }));
    await this.shelf.add(runs);
    forget(BEFORE);
    await this.look();
  }
}

function figures({ results, states }: RunView): RunFigures | undefined {
  const report = states.compare === 'done' ? results.compare?.report : undefined;
  return report && figuresOf(report);
}

const hasResults = ({ figures, curve }: RunRecord): boolean => figures !== undefined || curve !== undefined;

const KEY = Symbol('history');
/** All runs, for every component below Page. */
export const useHistory = (): History => getContext<History>(KEY);
export const provideHistory = (history: History): History => setContext(KEY, history);
