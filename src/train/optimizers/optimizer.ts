// What moves parameters along their gradients, and what it remembers of earlier steps: the contract of every optimizer.
// Not for gradients (trainer.ts) nor for rates over time (annealing.ts).
import type * as tf from '@tensorflow/tfjs';
import type { ParamStore } from '../../core/params';
import type { SgdAttrs } from '../../device/contract';

/** Parameters that are trained alike, as PyTorch's optimizers group them. */
export interface ParameterGroup {
  /** By PyTorch's name, in tfjs's layout. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /** Whether weight decay counts: not for scales, whose size is that of what they quantize. */
  readonly decays: boolean;
}

/** What is remembered of each parameter, in PyTorch's names and layouts; empty before the first step, or where it is unused. */
export interface Memory {
  /** SGD's velocities; Adam's mean of gradients. */
  readonly momentum: ParamStore;
  /** Adam's mean of their squares. */
  readonly squares: ParamStore;
}

export interface Optimizer {
  /**
   * To be called in a scope: changes the parameters in place.
   * @param gradients by name @param rates of this step @param step how many were taken before
   */
  update(gradients: ReadonlyMap<string, tf.Tensor>, rates: SgdAttrs, step: number): void;
  read(): Promise<Memory>;
  dispose(): void;
}

/** Gives what is remembered at the start a place on the device. */
export type StartOptimizer = (groups: readonly ParameterGroup[], memory: Memory) => Optimizer;
