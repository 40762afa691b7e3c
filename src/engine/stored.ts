// What records say of tensors as they are stored. Not for laying them out: plan.ts.
import type { Step } from './lower';
import type { Plan, StoredTensor } from './plan';

/** @throws for a tensor that an operation absorbed */
export function storedOf({ tensors }: Plan, index: number): StoredTensor {
  const tensor = tensors[index];
  if (!tensor) throw new Error(`tensor ${index} is not stored`);
  return tensor;
}

/** The least and the largest code that a step may write, relative to the zero point; and that, as it is stored. */
export function outputRange(plan: Plan, { output, relu }: Step): { low: number; high: number; zero: number } {
  const { q } = plan.model.tensors[output];
  const { zero } = storedOf(plan, output);
  return { low: relu ? 0 : q.qmin - q.zeroPoint, high: q.qmax - q.zeroPoint, zero };
}

/** 16-byte vectors of codes of a step's output. */
export const codeVectors = (plan: Plan, { output }: Step): number =>
  (plan.model.tensors[output].h * storedOf(plan, output).rowBytes) / 16;
