// The typed boundary of the worker that reads files of a visitor's own. Not for logic: import.worker.ts.
import type { OwnImages } from '../data/own-images';
import type { RefusedPicture } from '../import/class-folders';
import type { Int8Model } from '../int8/int8-model';
import type { OwnNetwork } from '../model/own';

/** A file, and where it lay in the folder that was given: 'pets/cat/1.png'; its name where it was given alone. */
export interface GivenFile {
  readonly path: string;
  readonly file: Blob;
}

/** What files turned out to be. */
export type Opened =
  /** JSON or HTML: a recipe or a report, perhaps. */
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'network'; readonly network: OwnNetwork }
  | OpenedIntegers
  | OpenedImages;

/** An integer network in the playground's own form. */
export interface OpenedIntegers {
  readonly kind: 'integers';
  readonly name: string;
  readonly bytes: number;
  readonly model: Int8Model;
}

/** Labelled images, resized and parted. */
export interface OpenedImages {
  readonly kind: 'images';
  readonly images: OwnImages;
  /** Of each class, in all splits together. */
  readonly perClass: readonly number[];
  /** A few of each class, as the network takes them. */
  readonly samples: readonly { readonly pixels: Uint8Array; readonly label: number }[];
  /** Files that are not among them, and why. */
  readonly refused: readonly RefusedPicture[];
}

export type OnPictures = (done: number, total: number) => void;

export interface ImportApi {
  /**
   * @param onPictures told of pictures that are decoded
   * @throws PlaygroundError 'bad-file' naming what is wrong; nothing of what is in a file is ever run
   */
  open(files: readonly GivenFile[], onPictures: OnPictures): Promise<Opened>;
}
