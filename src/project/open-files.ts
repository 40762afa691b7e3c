// Files of a visitor's own, read by a worker that lives as long as that takes: what is wrong with a file, or how large it is,
// is no matter of the page's. Not for what becomes of them: the page asks.
import { proxy } from 'comlink';
import { PlaygroundError } from '../core/errors';
import type { GivenFile, ImportApi, OnPictures, Opened } from '../worker/import-api';
import type { Own } from '../model/own';
import { lifeOfWorkers } from './workers';

export type { GivenFile, Opened, OpenedImages, OpenedIntegers } from '../worker/import-api';

/**
 * @param signal ends the reading @param onPictures told of pictures that are decoded
 * @throws PlaygroundError 'bad-file' naming what is wrong; 'stopped' where the signal, or the browser, ended it
 */
export async function openFiles(
  files: readonly GivenFile[],
  signal: AbortSignal,
  onPictures: OnPictures,
): Promise<Opened> {
  const { life, watched, end } = lifeOfWorkers({ gone, notLoaded: gone });
  const worker = new Worker(new URL('../worker/import.worker.ts', import.meta.url), { type: 'module', name: 'import' });
  const stop = () => life.end(gone());
  signal.addEventListener('abort', stop);
  try {
    return await watched<ImportApi>('import', worker).open(files, proxy(onPictures));
  } finally {
    signal.removeEventListener('abort', stop);
    end();
  }
}

const gone = (): PlaygroundError =>
  new PlaygroundError(
    'stopped',
    'Reading the files was ended.',
    'Give them again; if the browser ran out of memory, fewer of them.',
  );

/** A project's own files with these in their place. */
export const withOpened = (own: Own, opened: Opened): Own => {
  if (opened.kind === 'network') return { ...own, network: opened.network };
  return opened.kind === 'images' ? { ...own, images: opened.images } : own;
};

/** The load step of such a project trains the last layer anew. */
export { fits } from '../model/resnet18-cifar10';
