// Whether a browser computed a model's integers: the plain reference engine, run here, is the judge of its predictions.
import type { Project } from '../../src/project/types';
import { imageCodes } from '../../src/convert/image';
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { createReferenceEngine } from '../../src/engine/reference';
import { parseInt8Model } from '../../src/int8/serialize';
import { argmax } from '../../src/report/accuracy';
import type { EngineApi } from '../../src/worker/api';

/** Test images and what the page's QAT INT8 network took them for. */
export interface Answers {
  readonly pixels: readonly number[];
  readonly predicted: readonly number[];
}

/** To be evaluated in the page, after the compare step. @param count the reference engine is slow */
export async function answersOf(count: number): Promise<Answers> {
  const { playground } = globalThis as unknown as { playground: Project };
  const images = await playground.testImages(Array.from({ length: count }, (_, i) => i));
  return {
    pixels: images.flatMap(({ pixels }) => [...pixels]),
    predicted: [...playground.results.compare!.int8.predictions.subarray(0, count)],
  };
}

/** To be evaluated in the page, after the convert step. @returns how much of the first validation images is right, 0..1 */
export async function validationOfIntegers(count: number): Promise<number> {
  const { playground } = globalThis as unknown as { playground: Project };
  const { workers } = playground as unknown as { workers: { engine: EngineApi } };
  const { labels, predictions } = await workers.engine.classify('qat', 'validation', 0, count);
  return labels.filter((label, i) => label === predictions[i]).length / count;
}

/** What the reference engine takes the images for. @param file the model that the page gave to save */
export function referencePredictions(file: Uint8Array, { pixels, predicted }: Answers): number[] {
  const model = parseInt8Model(file);
  const codes = createReferenceEngine(model).run(
    imageCodes(Uint8Array.from(pixels), predicted.length, model, CIFAR10),
    predicted.length,
  );
  const classes = codes.length / predicted.length;
  return predicted.map((_, i) => argmax(codes.subarray(i * classes, (i + 1) * classes)));
}
