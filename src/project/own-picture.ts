// What the models that a run has so far answer to a picture that belongs to no data set: a visitor's own. Not for reading
// or cutting one (src/ui/own), nor for figures: what one picture shows is no accuracy.
import type { TrainingRef } from '../worker/api';
import type { OwnIntegers } from './own-integers';
import type { ComparedModel } from './types';
import type { Workers } from './workers';

/** Who answers: the run's models, and an integer network out of a visitor's file. */
export type AnsweringModel = ComparedModel | 'own';
/** Logits by class, of the models that there are. */
export type OwnAnswers = Partial<Readonly<Record<AnsweringModel, Float32Array>>>;

export interface OwnPictureContext {
  readonly workers: Pick<Workers, 'train' | 'engine'>;
  /** Whose control is trained; undefined where none is. */
  readonly training: TrainingRef | undefined;
  /** Both integer networks of the run are in the engine. */
  readonly converted: boolean;
  readonly own: Pick<OwnIntegers, 'answer'>;
}

/** @param pixels of an image as the network takes it, by its bytes */
export async function answersTo(pixels: Uint8Array, context: OwnPictureContext): Promise<OwnAnswers> {
  const { workers, training, converted, own } = context;
  const { train, engine } = workers;
  const ofRun = {
    fp32: await train.logits({ kind: 'fp32' }, pixels),
    ...(training && { control: await train.logits({ kind: 'control', training }, pixels) }),
    ...(converted && { ptq: await engine.logits('ptq', pixels), int8: await engine.logits('qat', pixels) }),
  };
  const ofFile = await own.answer(pixels);
  return { ...ofRun, ...(ofFile && { own: ofFile }) };
}
