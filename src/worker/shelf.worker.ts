// The worker that keeps runs for later visits: the shelf behind the typed boundary. What is long to write, to check or to hash
// is none of the page's thread. Not for what is kept: src/shelf.
import { MOST_BYTES } from '../import/refuse';
import { PlaygroundError } from '../core/errors';
import { serializeInt8Model } from '../int8/serialize';
import { readArchive, writeArchive } from '../shelf/archive';
import { contentsOf } from '../shelf/contents';
import type { RunRecord } from '../shelf/record';
import { ShelfStore, type Marks, type WholeRun } from '../shelf/store';
import { exposeAlive } from './alive';
import type { ShelfApi, ToKeep } from './api';
import './errors';

class ShelfWorker implements ShelfApi {
  private readonly store = new ShelfStore();

  list() {
    return this.store.list();
  }

  keep(record: RunRecord, given?: ToKeep) {
    if (!given) return this.store.keep(record);
    const { results, report, model } = given;
    return this.store.keep(record, contentsOf(results, report, model && serializeInt8Model(model)));
  }

  mark(id: string, marks: Marks) {
    return this.store.mark(id, marks);
  }

  add(records: readonly RunRecord[]) {
    return this.store.add(records);
  }

  async read(id: string) {
    const opened = await this.store.read(id);
    if (!opened) return undefined;
    const { file, ...read } = opened;
    return { ...read, file: file && new Blob([file], { type: 'application/octet-stream' }) };
  }

  remove(id: string) {
    return this.store.remove(id);
  }

  async exported() {
    return writeArchive(this.all());
  }

  async imported(file: Blob) {
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

exposeAlive(new ShelfWorker());
