// The worker that reads files of a visitor's own, and ends when they are read. No tfjs, no network; nothing of a file is run.
import { PlaygroundError } from '../core/errors';
import { kindOf, KIND_BYTES } from '../import/kinds';
import { MOST_BYTES } from '../import/refuse';
import { parseInt8Model } from '../int8/serialize';
import { exposeAlive } from './alive';
import './errors';
import type { GivenFile, ImportApi, Opened } from './import-api';

/** Larger than a report of many long runs. */
const MOST_TEXT = 16 * 2 ** 20;

const refused = (message: string, hint: string, cause?: unknown) =>
  new PlaygroundError('bad-file', message, hint, { cause });

const WHAT_TO_TAKE = 'Give a recipe, a report or an integer network as this page saves them.';

class ImportWorker implements ImportApi {
  async open(files: readonly GivenFile[]): Promise<Opened> {
    if (files.length !== 1) throw refused(`${files.length} files were given.`, 'Give one file.');
    const [{ path, file }] = files as [GivenFile];
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (file.size > MOST_BYTES) throw refused('It is larger than 512 MiB.', 'Give a smaller file.');
    const head = await bytesOf(file.slice(0, KIND_BYTES));
    const kind = kindOf(head);
    if (kind === 'text') {
      if (file.size > MOST_TEXT) throw refused('It is too large for a recipe or a report.', WHAT_TO_TAKE);
      return { kind, name, text: await file.text() };
    }
    if (kind === 'integers') return { kind, name, bytes: file.size, model: parseInt8Model(await bytesOf(file)) };
    throw refused('It is none of the files that this page reads.', WHAT_TO_TAKE);
  }
}

/** @throws PlaygroundError 'bad-file' where it cannot be read, as a folder cannot */
async function bytesOf(file: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw refused('It could not be read.', 'It may have been moved or changed since: give it again.', cause);
  }
}

exposeAlive(new ImportWorker());
