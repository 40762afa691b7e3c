// Labelled images as the network takes them: pictures that the browser decodes, or arrays of any size, each cut to its largest
// square and averaged to the network's size; then parted. Not for which file is what: import.worker.ts.
import { PlaygroundError } from '../core/errors';
import { bytesPerImage } from '../core/image-spec';
import { averaged } from '../data/averaged';
import { CIFAR10 } from '../data/cifar10-spec';
import { packImages } from '../data/own-images';
import { HEAD_BYTES, saidSize } from '../data/said-size';
import { splitImages } from '../data/split-images';
import { largestSquare } from '../data/square';
import { classFolders, type RefusedPicture } from '../import/class-folders';
import { crc32 } from '../import/crc32';
import type { LabelledSet } from '../import/labelled-images';
import { kindOf, KIND_BYTES } from '../import/kinds';
import type { OnPictures, OpenedImages } from './import-api';

const { w: SIDE } = CIFAR10;
const SIZE = bytesPerImage(CIFAR10);
const MOST_PIXELS = 50e6;
/** A larger picture is first drawn so small, by its shorter side: of 32 averaged pixels each has 64 then. */
const DRAWN = 256;
/** Of each class in the preview. */
const SAMPLES = 3;

/** @throws PlaygroundError 'bad-file' where too few pictures are left, or the folders name no classes */
export async function fromFolders(
  name: string,
  paths: readonly string[],
  read: (path: string) => Promise<Blob>,
  onPictures: OnPictures,
): Promise<OpenedImages> {
  const folders = classFolders(paths);
  if (typeof folders === 'string') throw noSet(folders);
  const { pictures, classes } = folders;
  const refused: RefusedPicture[] = [...folders.refused];
  const [pixels, labels] = [new Uint8Array(pictures.length * SIZE), new Uint8Array(pictures.length)];
  let count = 0;
  for (const [i, { path, label }] of pictures.entries()) {
    try {
      pixels.set(await decoded(await read(path)), count * SIZE);
      labels[count++] = label;
    } catch (error) {
      refused.push({ path, why: error instanceof Error ? error.message : String(error) });
    }
    if (i % 10 === 9 || i === pictures.length - 1) onPictures(i + 1, pictures.length);
  }
  const kept = { pixels: pixels.subarray(0, count * SIZE), labels: labels.subarray(0, count) };
  const empty = classes.find((_, label) => !kept.labels.includes(label));
  if (empty !== undefined) {
    const first = refused.find(({ path }) => path.split('/').at(-2) === empty);
    throw noSet(
      `no picture of the class ${JSON.stringify(empty)} can be used${first ? ` (${first.path}: ${first.why})` : ''}`,
    );
  }
  return asOpened(name, kept, classes, refused);
}

/** @throws PlaygroundError 'bad-file' where no class has three images */
export function resized(name: string, { count, width, height, pixels, labels, classes }: LabelledSet): OpenedImages {
  if (width === SIDE && height === SIDE) return asOpened(name, { pixels, labels }, classes, []);
  const small = new Uint8Array(count * SIZE);
  const data = new Uint8ClampedArray(width * height * 4);
  const square = largestSquare({ width, height });
  for (let i = 0; i < count; i++) {
    for (let at = 0; at < width * height; at++)
      for (let c = 0; c < 3; c++) data[at * 4 + c] = pixels[(i * width * height + at) * 3 + c];
    small.set(averaged({ data, width, height }, square, SIDE), i * SIZE);
  }
  return asOpened(name, { pixels: small, labels }, classes, []);
}

function asOpened(
  name: string,
  set: { readonly pixels: Uint8Array; readonly labels: Uint8Array },
  classes: readonly string[],
  refused: readonly RefusedPicture[],
): OpenedImages {
  const { pixels, labels } = set;
  const splits = splitImages(labels);
  const packed = packImages(set, splits);
  const counts = { train: splits.train.length, validation: splits.validation.length, test: splits.test.length };
  const sum = (crc32(packed) ^ crc32(new TextEncoder().encode(classes.join('\n')))) >>> 0;
  const perClass = classes.map((_, label) => labels.filter((one) => one === label).length);
  const taken = classes.map(() => 0);
  const samples = [...labels.entries()].flatMap(([i, label]) =>
    taken[label]++ < SAMPLES ? [{ pixels: pixels.slice(i * SIZE, (i + 1) * SIZE), label }] : [],
  );
  const images = {
    ...{ name, sum: sum.toString(16).padStart(8, '0'), spec: { ...CIFAR10, classes }, counts },
    blob: new Blob([packed]),
  };
  return { kind: 'images', images, perClass, samples, refused };
}

/** On white, where it is transparent. @throws Error whose message says why not, as half a sentence */
async function decoded(file: Blob): Promise<Uint8Array> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  if (kindOf(head.subarray(0, KIND_BYTES)) !== 'picture') throw new Error('it is no PNG, JPEG, WebP or GIF');
  const said = saidSize(head);
  if (said && said.width * said.height > MOST_PIXELS) throw new Error('it has more than 50 megapixels');
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error('it is damaged, or the browser cannot decode it');
  });
  try {
    const share = Math.min(1, DRAWN / Math.min(bitmap.width, bitmap.height));
    const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * share)));
    if (width * height > MOST_PIXELS) throw new Error('it is too long and thin');
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
    context.fillStyle = 'white';
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    return averaged(context.getImageData(0, 0, width, height), largestSquare({ width, height }), SIDE);
  } finally {
    bitmap.close();
  }
}

const noSet = (why: string): PlaygroundError =>
  new PlaygroundError(
    'bad-file',
    `These are no labelled images: ${why}.`,
    'Give a folder or a zip with a folder for each class, 2 to 100 of them, and PNG or JPEG pictures in each.',
  );
