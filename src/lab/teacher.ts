// What teaches a network that learns by distillation: the network as it was, at 8 bits, on an integer engine, so that the
// device is free for training. Not for how much of the target its answers are: src/train/loss.ts.
import { dequantizeOutput } from '../convert/image';
import { createReferenceEngine } from '../engine/reference';
import type { Int8Engine } from '../engine/types';
import type { Int8Model } from '../int8/int8-model';
import { quantizeActivation } from '../quant/fake-quant';
import type { Teacher } from '../train/trainer';

/** Makes what runs the teacher. */
export type StartEngine = (model: Int8Model) => Promise<Int8Engine>;

/** Runs anywhere, slowly. */
export const startReference: StartEngine = async (model) => createReferenceEngine(model);

/** @param share of the target, 0..1 @throws PlaygroundError as `start` */
export async function withTeacher<T>(
  model: Int8Model,
  share: number,
  start: StartEngine,
  work: (teacher: Teacher) => Promise<T>,
): Promise<T> {
  const engine = await start(model);
  const [{ h, w, c, q }] = model.tensors;
  const answer = (x: Float32Array) =>
    dequantizeOutput(engine.run(quantizeActivation(x, q), x.length / (h * w * c)), model);
  try {
    return await work({ answer, share });
  } finally {
    engine.dispose();
  }
}
