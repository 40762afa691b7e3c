// Labelled images of a visitor's own, from numpy arrays or CIFAR-10's binary files: bytes of RGB and a class each, all of one
// size. Not for pictures that a browser has to decode, nor for another size.
import { elements } from '../core/params';
import { CLASSES, MOST_IMAGES, quoted, refuse } from './refuse';
import { readNpz } from './npy';
import type { FileTensor } from './tensor';

/** Images, row by row, and what each is. */
export interface LabelledSet {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** [count][height][width][RGB]. */
  readonly pixels: Uint8Array;
  /** Of each image, an index into `classes`. */
  readonly labels: Uint8Array;
  readonly classes: readonly string[];
}

/** Longer sides are made smaller by a browser, not by us. */
const MOST_SIDE = 1024;

const SET = {
  what: 'labelled images',
  hint:
    'Give arrays "images" (bytes, [count, height, width, 3] or [count, 3, height, width]) and "labels" (whole numbers from 0), ' +
    "or one of CIFAR-10's binary files.",
};

/** @throws PlaygroundError 'bad-file' naming the array, or the image and its label */
export function imagesOfNpz(file: Uint8Array): LabelledSet {
  const arrays = readNpz(file);
  const array = (names: readonly string[]): FileTensor => {
    const name = names.find((one) => arrays.has(one));
    const there = [...arrays.keys()].slice(0, 5).map(quoted).join(', ');
    return name === undefined ? refuse(SET, `it has no array ${quoted(names[0])}, but ${there}`) : arrays.get(name)!;
  };
  const images = array(['images', 'x', 'X', 'data']);
  const labels = array(['labels', 'y', 'Y', 'targets']);
  const { shape } = images;
  const [count] = shape;
  const last = shape.length === 4 && shape[3] === 3;
  if (!last && !(shape.length === 4 && shape[1] === 3))
    refuse(SET, `its images have the shape [${shape.join(', ')}], without three colours`);
  const [height, width] = last ? shape.slice(1, 3) : shape.slice(2);
  checkSize(count, height, width);
  if (labels.shape[0] !== count || elements(labels.shape) !== count)
    refuse(SET, `${count} images have labels of the shape [${labels.shape.join(', ')}]`);
  const bytes = asBytes(images.values());
  const pixels = last ? bytes : withColoursLast(bytes, count, height * width);
  const classOf = labels.values();
  const wrong = classOf.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= CLASSES.max);
  if (wrong >= 0)
    refuse(
      SET,
      `image ${wrong} has the label ${classOf[wrong]}; labels are whole numbers from 0 to ${CLASSES.max - 1}`,
    );
  const names = Array.from(
    { length: classOf.reduce((most, label) => Math.max(most, label), 0) + 1 },
    (_, i) => `class ${i}`,
  );
  return checked({ count, width, height, pixels, labels: Uint8Array.from(classOf), classes: names });
}

const CIFAR = { side: 32, colours: 3 };
/** Bytes of a label and of an image. */
export const CIFAR_RECORD = 1 + CIFAR.side * CIFAR.side * CIFAR.colours;

/** @param classes names, in the order of CIFAR-10's labels @throws PlaygroundError 'bad-file' */
export function imagesOfCifarBinary(file: Uint8Array, classes: readonly string[]): LabelledSet {
  const count = file.length / CIFAR_RECORD;
  if (!Number.isInteger(count))
    refuse(SET, `${file.length} bytes are no whole number of CIFAR-10's records of ${CIFAR_RECORD}`);
  checkSize(count, CIFAR.side, CIFAR.side);
  const labels = Uint8Array.from({ length: count }, (_, i) => file[i * CIFAR_RECORD]);
  const wrong = labels.findIndex((label) => label >= classes.length);
  if (wrong >= 0) refuse(SET, `image ${wrong} has the label ${labels[wrong]}; CIFAR-10 has ${classes.length} classes`);
  const area = CIFAR.side * CIFAR.side;
  const planes = new Uint8Array(count * area * CIFAR.colours);
  for (let i = 0; i < count; i++)
    planes.set(file.subarray(i * CIFAR_RECORD + 1, (i + 1) * CIFAR_RECORD), i * area * CIFAR.colours);
  const pixels = withColoursLast(planes, count, area);
  return checked({ count, width: CIFAR.side, height: CIFAR.side, pixels, labels, classes });
}

/** Refuses a set with which nothing can be learned. @throws PlaygroundError 'bad-file' */
function checked(set: LabelledSet): LabelledSet {
  const { classes, labels } = set;
  if (classes.length < CLASSES.min || classes.length > CLASSES.max)
    refuse(SET, `it has ${classes.length} classes; ${CLASSES.min} to ${CLASSES.max} can be told apart`);
  const empty = classes.findIndex((_, label) => !labels.includes(label));
  if (empty >= 0) refuse(SET, `no image is of ${quoted(classes[empty])}`);
  return set;
}

function checkSize(count: number, height: number, width: number): void {
  if (count === 0) refuse(SET, 'it has no images');
  if (count > MOST_IMAGES) refuse(SET, `it has ${count.toLocaleString('en')} images; 20,000 are the most`);
  if (!(height >= 1 && width >= 1 && height <= MOST_SIDE && width <= MOST_SIDE))
    refuse(SET, `its images are ${width} x ${height} pixels; each side has 1 to ${MOST_SIDE}`);
}

/** Values 0 to 255, or shares of 1 where none is larger. */
function asBytes(values: Float32Array): Uint8Array {
  let largest = 0;
  for (const value of values) {
    if (!(value >= 0 && value <= 255)) refuse(SET, `a pixel is ${value}; pixels are 0 to 255, or 0 to 1`);
    largest = Math.max(largest, value);
  }
  const isShare = largest <= 1 && values.some((value) => !Number.isInteger(value));
  return Uint8Array.from(values, (value) => Math.round(isShare ? 255 * value : value));
}

/** From planes of a colour each to pixels. */
function withColoursLast(planes: Uint8Array, count: number, area: number): Uint8Array {
  const pixels = new Uint8Array(planes.length);
  for (let i = 0; i < count; i++)
    for (let colour = 0; colour < 3; colour++)
      for (let at = 0; at < area; at++) pixels[(i * area + at) * 3 + colour] = planes[(i * 3 + colour) * area + at];
  return pixels;
}
