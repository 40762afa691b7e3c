// Whether values are finite, and what a visitor is told of a network whose values are not. Not for single ranges: qparams.
import { PlaygroundError } from './errors';

/** Without a branch: a quarter of the time of every(Number.isFinite). */
export function areFinite(values: Float32Array): boolean {
  // NaN from what is no finite number on.
  let zero = 0;
  for (let i = 0; i < values.length; i++) zero += values[i] * 0;
  return zero === 0;
}

/** Of a network that training has spoilt. @param what the sentence that says where it shows */
export const diverged = (what: string): PlaygroundError =>
  new PlaygroundError('diverged', what, 'Lower the learning rate and train again from the pretrained weights.');
