// Bursts: one model by itself classifies a stream of images for a short while, each image timed; and what bursts come to.
// Not for whose turn it is: src/project/race.ts.
import type { Classified } from './classified';
import { median, percentile } from './statistics';

/** Of a stream of images, in its order. */
export interface Burst extends Classified {
  /** Milliseconds of each image alone, from its bytes to its class. */
  readonly times: Float64Array;
}

/** A split of labelled images. */
export interface Stream {
  /** Images in it; after the last one the first comes again. */
  readonly size: number;
  images(start: number, count: number): Promise<{ readonly pixels: Uint8Array; readonly labels: Uint8Array }>;
}

/** Calls before the clock starts: the model whose turn it was before has left the caches full of its own. */
const WARM_UP = 10;
/** Images fetched at a time; fetching is not timed. */
const FETCHED = 100;

/**
 * Classifies images one at a time until they have taken a while together.
 * @param classify bytes of one image to its class; a promise is awaited inside the timed span
 * @param start of the burst in the stream: images that were classified before it @param milliseconds above 0
 */
export async function measureBurst(
  stream: Stream,
  classify: (pixels: Uint8Array) => number | Promise<number>,
  start: number,
  milliseconds: number,
): Promise<Burst> {
  const [labels, predictions, times]: [number[], number[], number[]] = [[], [], []];
  let spent = 0;
  for await (const { pixels, label } of imagesFrom(stream, start)) {
    if (times.length === 0) for (let i = 0; i < WARM_UP; i++) await classify(pixels);
    const begun = performance.now();
    const answer = classify(pixels);
    const predicted = typeof answer === 'number' ? answer : await answer;
    const time = performance.now() - begun;
    labels.push(label);
    predictions.push(predicted);
    times.push(time);
    spent += time;
    if (spent >= milliseconds) break;
  }
  const bytes = { labels: Uint8Array.from(labels), predictions: Uint8Array.from(predictions) };
  return { ...bytes, times: Float64Array.from(times) };
}

/** Images of a stream one by one, without end. */
async function* imagesFrom({ size, images }: Stream, start: number) {
  for (let next = start; ;) {
    const at = next % size;
    const { pixels, labels } = await images(at, Math.min(FETCHED, size - at));
    const bytes = pixels.length / labels.length;
    for (const [i, label] of labels.entries()) yield { pixels: pixels.subarray(i * bytes, (i + 1) * bytes), label };
    next += labels.length;
  }
}

/** What bursts of one model come to. */
export interface Pace {
  /** Median of the bursts' speeds. */
  readonly imagesPerSecond: number;
  /** Of single images. */
  readonly median_ms: number;
  readonly p95_ms: number;
}

/** @param bursts at least one */
export function paceOf(bursts: readonly Burst[]): Pace {
  const times = timesOf(bursts);
  const speeds = bursts.map((burst) => (1000 * burst.times.length) / total(burst.times));
  return { imagesPerSecond: median(speeds), median_ms: median(times), p95_ms: percentile(times, 0.95) };
}

/** Milliseconds of every image, in order. */
export const timesOf = (bursts: readonly Burst[]): number[] => bursts.flatMap(({ times }) => Array.from(times));

const total = (times: Float64Array): number => times.reduce((sum, time) => sum + time, 0);

/** How far a model was after a time of its own. */
export interface Reached {
  readonly images: number;
  readonly right: number;
}

/** Bursts joined, to be looked up by time. */
export class Timeline {
  /** When each image was done, in milliseconds from the start, and how many were right until then. */
  private readonly ends: Float64Array;
  private readonly right: Uint32Array;

  constructor(bursts: readonly Burst[]) {
    let [time, right] = [0, 0];
    this.ends = Float64Array.from(timesOf(bursts), (each) => (time += each));
    const hits = bursts.flatMap(({ labels, predictions }) =>
      Array.from(labels, (label, i) => label === predictions[i]),
    );
    this.right = Uint32Array.from(hits, (hit) => (right += Number(hit)));
  }

  /** Milliseconds of all of them. */
  get length(): number {
    return this.ends.at(-1) ?? 0;
  }

  /** @param milliseconds from the start */
  at(milliseconds: number): Reached {
    let [low, high] = [0, this.ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ends[middle]! <= milliseconds) low = middle + 1;
      else high = middle;
    }
    return { images: low, right: low === 0 ? 0 : this.right[low - 1]! };
  }
}

/** Times in bars of one width. */
export interface Distribution {
  /** Milliseconds of the first bar's left edge, and of each bar. */
  readonly from: number;
  readonly width: number;
  readonly counts: readonly number[];
  /** Times beyond the last bar: the slowest hundredth at most. */
  readonly above: number;
}

/** @param times milliseconds, at least one @param bars at least one */
export function distributionOf(times: readonly number[], bars: number): Distribution {
  const from = percentile(times, 0);
  const end = percentile(times, 0.99);
  const width = (end - from) / bars || 1;
  const counts = new Array<number>(bars).fill(0);
  let above = 0;
  for (const time of times) {
    // The last bar's end itself lies in that bar, however the quotient is rounded.
    const bar = Math.min(Math.ceil((time - from) / width), bars) - 1;
    if (time > end) above++;
    else counts[Math.max(bar, 0)]!++;
  }
  return { from, width, counts, above };
}
