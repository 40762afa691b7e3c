// The map that a pooling reads: its size, and the channels of a pixel in memory.
import { POOL_CHANNELS, POOL_H, POOL_W } from '../assembly/layout';
import type { Plan } from '../plan';
import { i32, type Field } from '../record';
import { storedOf } from '../stored';

export function mapFields(plan: Plan, input: number): Field[] {
  const { h, w } = plan.model.tensors[input];
  return [i32(POOL_H, h), i32(POOL_W, w), i32(POOL_CHANNELS, storedOf(plan, input).pixelBytes)];
}
