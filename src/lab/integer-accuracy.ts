// The integer network that a trained state stands for, judged on images for a moment: converted, run on an engine of its own,
// gone again. Not for networks that stay loaded under a name: integers.ts.
import { convert } from '../convert/convert';
import { imageCodes } from '../convert/image';
import { PlaygroundError } from '../core/errors';
import { macrotask } from '../core/macrotask';
import type { ImageRange, ImageSource, Split } from '../data/source';
import type { Int8Engine } from '../engine/types';
import type { Int8Model } from '../int8/int8-model';
import { agreement, predictions } from '../report/accuracy';
import { inPieces, type Classified } from '../report/classified';
import type { StartEngine } from './teacher';
import type { QuantizedNetwork } from './three-networks';

/** Images at a time: a pause or a stop is heard between two pieces. */
const PIECE = 250;

export interface Integers {
  /** Of the first `count` images of a split, 0..1. @param count that there are */
  accuracy(images: ImageSource, split: Split, count: number): Promise<number>;
  dispose(): void;
}

/** To be disposed of. @returns why there are none, where the network has none that run exactly or no engine starts */
export async function startIntegers(
  { graph, params, quantizers }: QuantizedNetwork,
  start: StartEngine,
): Promise<Integers | PlaygroundError> {
  try {
    const model = convert(graph, params, quantizers);
    const engine = await start(model);
    return {
      async accuracy(images, split, count) {
        const classify = async (start: number, n: number) => {
          await macrotask();
          return classified(model, engine, images, { split, start, count: n });
        };
        const { labels, predictions } = (await inPieces(count, PIECE, classify, () => true))!;
        return agreement(predictions, labels);
      },
      dispose: () => engine.dispose(),
    };
  } catch (error) {
    if (error instanceof PlaygroundError) return error;
    throw error;
  }
}

/** What an engine that runs this model takes images for. */
export async function classified(
  model: Int8Model,
  engine: Int8Engine,
  images: ImageSource,
  { split, start, count }: ImageRange,
): Promise<Classified> {
  const { pixels, labels } = await images.images(split, start, count);
  const codes = engine.run(imageCodes(pixels, count, model, images.spec), count);
  return { labels, predictions: predictions(codes, codes.length / count) };
}
