// The shelf as its worker offers it: networks in and out as they are used, archives as files. A plain class, for Node too. Not
// for which run is kept when: src/project.
import { PlaygroundError } from '../core/errors';
import { MOST_BYTES } from '../import/refuse';
import type { Int8Model } from '../int8/int8-model';
import { serializeInt8Model } from '../int8/serialize';
import type { Report } from '../report/types';
import { readArchive, writeArchive } from './archive';
import { contentsOf, type Opened } from './contents';
import type { RunRecord } from './record';
import type { KeptResults } from './results';
import { ShelfStore, type Imported, type Listing, type Marks, type WholeRun } from './store';

/** What the steps of a run gave, to be kept. */
export interface ToKeep {
  readonly results: KeptResults;
  readonly report: Report | undefined;
  readonly model: Int8Model | undefined;
  /** PTQ's, where it takes minutes to make. */
  readonly ptq: Int8Model | undefined;
}

/** What was kept of a run, and its integer file. */
export type KeptRun = Opened & { readonly file: Blob | undefined };

/** Every function rejects with PlaygroundError 'storage' where the browser does not store. */
export class RunShelf {
  private readonly store = new ShelfStore();

  list(): Promise<Listing> {
    return this.store.list();
  }

  /** @param given what its steps gave; without it what was kept of them stays */
  keep(record: RunRecord, given?: ToKeep): Promise<void> {
    if (!given) return this.store.keep(record);
    const { results, report, model, ptq } = given;
    const files = { model: model && serializeInt8Model(model), ptq: ptq && serializeInt8Model(ptq) };
    return this.store.keep(record, contentsOf(results, report, files));
  }

  mark(id: string, marks: Marks): Promise<void> {
    return this.store.mark(id, marks);
  }

  /** Those of these runs that are not there yet. */
  add(records: readonly RunRecord[]): Promise<void> {
    return this.store.add(records);
  }

  /** undefined where its record is all there is. @throws PlaygroundError 'storage' where it is gone or damaged */
  async read(id: string): Promise<KeptRun | undefined> {
    const opened = await this.store.read(id);
    if (!opened) return undefined;
    const { file, ...read } = opened;
    return { ...read, file: file && new Blob([file], { type: 'application/octet-stream' }) };
  }

  remove(id: string): Promise<void> {
    return this.store.remove(id);
  }

  /** All runs as one zip. */
  exported(): Promise<Blob> {
    return writeArchive(this.all());
  }

  /** Takes over such a zip, all of it or nothing. @throws PlaygroundError 'bad-file' naming the entry that is wrong */
  async imported(file: Blob): Promise<Imported> {
    if (file.size > MOST_BYTES)
      throw new PlaygroundError(
        'bad-file',
        'This file is larger than 512 MiB.',
        'Choose a zip that this page has written.',
      );
    const { runs, verify } = readArchive(new Uint8Array(await file.arrayBuffer()));
    await verify();
    return this.store.import(runs);
  }

  /** One after the other, as they are when their turn comes. */
  private async *all(): AsyncGenerator<WholeRun> {
    for (const { id } of (await this.store.list()).runs) yield await this.store.whole(id);
  }
}
