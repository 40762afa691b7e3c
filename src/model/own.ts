// What a visitor has given in the place of the page's network or images, as a project and its workers have it: plain data that
// crosses to workers. Not for reading files (the import worker) nor for loading (resnet18-cifar10.ts).
import type { OwnImages } from '../data/own-images';

export interface OwnNetwork {
  /** Of its file. */
  readonly name: string;
  /** Tells these weights from others. */
  readonly sum: string;
  /** That it tells apart. */
  readonly classes: number;
  /** Its parameters, checked, as safetensors. */
  readonly blob: Blob;
}

/** Nothing in it: the page's own network and images. */
export interface Own {
  readonly network?: OwnNetwork;
  readonly images?: OwnImages;
}

/** The last layer, trained anew for other classes. */
export interface LastLayer {
  /** [classes][features] */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** Where a worker finds what it works with. */
export interface Place {
  /** Of the page's checkpoint/, data/ and wasm/; ends in '/'. */
  readonly baseUrl: string;
  readonly own: Own;
  /** In the place of the network's, once there is one. */
  readonly lastLayer?: LastLayer;
}

/** Tells what was made of these files from what was made of others; empty for the page's own. */
export const markOf = ({ network, images }: Own): string =>
  [network && `n${network.sum}`, images && `i${images.sum}`].filter((part) => part !== undefined).join('');

/** What a run is called until it is named: by its number, and by what is not the page's own, so that no figure passes for one of it. */
export function runNameOf({ network, images }: Own, number: number): string | number {
  const names = [network?.name, images?.name].filter((name) => name !== undefined);
  return names.length > 0 ? `${names.join(' + ')} ${number}` : number;
}

/** Before the ending of a file that is made of them: the page's own, or what the given files are called. */
export function fileNameOf({ network, images }: Own): string {
  return `${network ? stemOf(network.name) : 'resnet18'}-${images ? stemOf(images.name) : 'cifar10'}`;
}

/** A file's name without its ending, of letters that any file system takes. */
function stemOf(name: string): string {
  const stem = name.replace(/\.[^.]*$/, '').replace(/[^\p{L}\p{N}_-]+/gu, '-');
  return stem.slice(0, 40).replace(/^-+|-+$/g, '') || 'own';
}
