// Runs kept for later visits: what a run gives to be kept, and a run of an earlier visit made live again. Not for storing: the
// shelf's worker does (src/shelf); nor for the states of trainings, which the train worker saves.
import { fileNameOf, markOf, type Own } from '../model/own';
import type { Imported, Listing, Marks, RunRecord, SavedTrainings, ToKeep } from '../worker/api';
import { restoredResults, toKeep } from './kept-results';
import { ofOtherFiles } from './other-files';
import type { OwnTraining, ProjectRun } from './run';
import type { StepResults } from './types';
import type { ShelfWorker } from './workers';

interface Place {
  readonly own: Own;
  readonly start: () => ShelfWorker;
  readonly runs: () => readonly ProjectRun[];
  /** What is saved of trainings. */
  readonly saved: () => Promise<SavedTrainings>;
  /** A run that nothing was done with, of this record. */
  readonly make: (record: RunRecord) => ProjectRun;
  /** Asks the browser for its promise to keep what is stored. */
  readonly askToKeep: () => void;
}

/** What of a run was kept last. */
type Kept = Pick<Partial<StepResults>, 'convert' | 'compare' | 'train'>;

/** All that asks the worker rejects with PlaygroundError 'storage' where the browser does not store. */
export class Shelf {
  private live: ShelfWorker | undefined;
  private readonly kept = new WeakMap<ProjectRun, Kept>();

  constructor(private readonly place: Place) {}

  list(): Promise<Listing> {
    return this.api.list();
  }

  /** Keeps a record, and with it what its run has newly come to, where it is converted. */
  async keep(record: RunRecord): Promise<void> {
    const run = this.place.runs().find(({ id }) => id === record.id);
    const given = run && this.newsOf(run);
    const kept = run && newest(run);
    const files = markOf(this.place.own);
    const marks = { training: run?.training?.id, ...(files !== '' && { files }) };
    await this.api.keep({ ...record, ...marks }, given);
    if (given) this.kept.set(run!, kept!);
    this.place.askToKeep();
  }

  /** There is more of a run of this page than was kept of it last. */
  hasNews(id: string): boolean {
    const run = this.place.runs().find((run) => run.id === id);
    return run !== undefined && this.newsOf(run) !== undefined;
  }

  mark(id: string, marks: Marks): Promise<void> {
    return this.api.mark(id, marks);
  }

  add(records: readonly RunRecord[]): Promise<void> {
    return this.api.add(records);
  }

  remove(id: string): Promise<void> {
    return this.api.remove(id);
  }

  exported(): Promise<Blob> {
    return this.api.exported();
  }

  /** All of it or nothing. @throws PlaygroundError 'bad-file' naming the entry that is wrong */
  imported(file: Blob): Promise<Imported> {
    return this.api.imported(file);
  }

  /**
   * A run of an earlier visit as it was, as far as it was kept; its training where that is still saved.
   * @throws PlaygroundError 'storage' where it is of another network, or of other images, than the project
   */
  async opened(record: RunRecord): Promise<ProjectRun> {
    const { files = '' } = record;
    if (files !== markOf(this.place.own)) throw ofOtherFiles('run', 'open', files !== '');
    const [kept, training] = await Promise.all([this.api.read(record.id), this.trainingOf(record)]);
    const run = this.place.make(record);
    run.training = training;
    if (!kept?.file) return run;
    const { train } = kept.results;
    run.restore(restoredResults(record.recipe, kept, kept.file, fileNameOf(this.place.own)), kept.model!, kept.ptq);
    if (train) run.qatDone(train.qat, record.recipe);
    if (train) run.validations = structuredClone(train.validations);
    this.kept.set(run, newest(run));
    return run;
  }

  /** Nothing is asked any more. */
  end(): void {
    this.live?.end();
  }

  private get api(): ShelfWorker['shelf'] {
    if (!this.live || this.live.over) this.live = this.place.start();
    return this.live.shelf;
  }

  /** Of a converted run, what it has come to and is not kept yet. */
  private newsOf(run: ProjectRun): ToKeep | undefined {
    const given = toKeep(run);
    const before = this.kept.get(run);
    if (!given || !before) return given;
    const { convert, compare, train } = newest(run);
    // What has become stale since is no news: what was kept of it stays.
    const isNew =
      convert !== before.convert || (given.report && compare !== before.compare) || (!before.train && train);
    return isNew ? given : undefined;
  }

  private async trainingOf({ training: id }: RunRecord): Promise<OwnTraining | undefined> {
    if (id === undefined || this.place.runs().some(({ training }) => training?.id === id)) return undefined;
    const saved = await this.place.saved().catch(() => undefined);
    const found = saved?.trainings.find((training) => training.id === id && training.elsewhere !== true);
    return found && { id, recipe: found.options, ended: found.qat.ended, over: false, workers: undefined };
  }
}

const newest = ({ results: { convert, compare, train } }: ProjectRun): Kept => ({ convert, compare, train });
