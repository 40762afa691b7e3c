// The figures of a healed run beside its PTQ and FP32 on the same images, as they come: few validation images first, then
// the test images of its recipe. Not for the article's table (compare.ts), which times more and trains a control.
import type { Place } from '../model/own';
import { agreement } from '../report/accuracy';
import { inPieces, type Classified } from '../report/classified';
import type { Evaluation } from '../report/types';
import type { Split } from '../worker/api';
import type { Workers } from './workers';

type Model = 'fp32' | 'ptq' | 'qat';

/** What one model makes of the first images of a split. */
interface Figure {
  readonly classified: Classified;
  readonly accuracy: number;
}

/** What is known so far; of one split at a time, so that all that stands there is of the same images. */
export interface Figures {
  readonly split: Split;
  readonly accuracy: Partial<Readonly<Record<Model, Figure>>>;
  /** Median milliseconds of one image alone, on one thread. */
  readonly milliseconds: Partial<Readonly<Record<Model, number>>>;
}

export interface FiguresContext {
  readonly workers: Pick<Workers, 'train' | 'engine' | 'baseline'>;
  /** Of the network that FP32 is. */
  readonly place: Place;
  /** Test images of the recipe. */
  readonly images: number;
  /** FP32's answers to the first images of a split. */
  fp32(split: Split, images: number): Promise<Evaluation>;
  /** Both integer networks of the run are in the engine: when they no longer are, the figures end. */
  stands(): boolean;
}

/** Validation images of the first figures. */
export const FIRST = 1000;
const LATENCY_SAMPLES = 60;
const PIECE = 1000;

export async function* figuresOf(context: FiguresContext): AsyncGenerator<Figures> {
  const { workers, place, images, stands } = context;
  const { engine, baseline } = workers;
  let figures: Figures = { split: 'validation', accuracy: {}, milliseconds: {} };
  yield* accuracies('validation', FIRST);
  for (const model of ['qat', 'ptq'] as const) {
    if (!stands()) return;
    yield timed(model, await engine.latency(model, LATENCY_SAMPLES));
  }
  await baseline.start(place, 1);
  yield timed('fp32', await baseline.latency(LATENCY_SAMPLES));
  yield* accuracies('test', images);

  function timed(model: Model, { median_ms }: { readonly median_ms: number }): Figures {
    return (figures = { ...figures, milliseconds: { ...figures.milliseconds, [model]: median_ms } });
  }

  /** What stood there stays until the last of the three is known. */
  async function* accuracies(split: Split, count: number): AsyncGenerator<Figures> {
    const known: Partial<Record<Model, Figure>> = {};
    let labels = new Uint8Array(0);
    for (const model of ['qat', 'ptq', 'fp32'] as const) {
      if (!stands()) return;
      const classified = model === 'fp32' ? await float(labels) : await integers(model);
      if (!classified || !stands()) return;
      labels = classified.labels as Uint8Array<ArrayBuffer>;
      known[model] = { classified, accuracy: agreement(classified.predictions, labels) };
      if (figures.split === split || model === 'fp32') yield (figures = { ...figures, split, accuracy: { ...known } });
    }

    async function float(labels: Uint8Array): Promise<Classified> {
      const { predictions } = await context.fp32(split, count);
      return { labels, predictions };
    }

    function integers(model: 'qat' | 'ptq'): Promise<Classified | undefined> {
      return inPieces(count, PIECE, (start, n) => engine.classify(model, split, start, n), stands);
    }
  }
}
