// The typed boundary of the worker that reads files of a visitor's own. Not for logic: import.worker.ts.
import type { Int8Model } from '../int8/int8-model';

/** A file, and where it lay in the folder that was given: 'pets/cat/1.png'; its name where it was given alone. */
export interface GivenFile {
  readonly path: string;
  readonly file: Blob;
}

/** What files turned out to be. */
export type Opened =
  /** JSON or HTML: a recipe or a report, perhaps. */
  { readonly kind: 'text'; readonly name: string; readonly text: string } | OpenedIntegers;

/** An integer network in the playground's own form. */
export interface OpenedIntegers {
  readonly kind: 'integers';
  readonly name: string;
  readonly bytes: number;
  readonly model: Int8Model;
}

export interface ImportApi {
  /** @throws PlaygroundError 'bad-file' naming what is wrong; nothing of what is in a file is ever run */
  open(files: readonly GivenFile[]): Promise<Opened>;
}
