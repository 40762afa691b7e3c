// What the models that a run has so far answer to a picture that belongs to no data set: a visitor's own. Not for reading
// or cutting one (src/ui/own), nor for figures: what one picture shows is no accuracy.
import type { TrainingRef } from '../worker/api';
import type { ComparedModel } from './types';
import type { Workers } from './workers';

/** Logits by class, of the models that there are. */
export type OwnAnswers = Partial<Readonly<Record<ComparedModel, Float32Array>>>;

export interface OwnPictureContext {
  readonly workers: Pick<Workers, 'train' | 'engine'>;
  /** Whose control is trained; undefined where none is. */
  readonly training: TrainingRef | undefined;
  /** Both integer networks of the run are in the engine. */
  readonly converted: boolean;
}

/** @param pixels of an image as the network takes it, by its bytes */
export async function answersTo(pixels: Uint8Array, context: OwnPictureContext): Promise<OwnAnswers> {
  const { workers, training, converted } = context;
  const { train, engine } = workers;
  return {
    fp32: await train.logits({ kind: 'fp32' }, pixels),
    ...(training && { control: await train.logits({ kind: 'control', training }, pixels) }),
    ...(converted && { ptq: await engine.logits('ptq', pixels), int8: await engine.logits('qat', pixels) }),
  };
}
