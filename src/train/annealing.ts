// How the learning rate runs over a training: which share of the chosen rate each step takes.
// Not for the chosen rate itself, which the visitor may change on the way: schedule.ts keeps those.
import { impossible } from '../core/impossible';

/**
 * 'constant': the chosen rate at every step. 'step': a tenth of it in the second third of the steps, a hundredth in the
 * last. 'cosine': from the chosen rate, its peak, to zero at the end. 'one_cycle': up to it first, then to (nearly) zero.
 */
export type ScheduleKind = 'constant' | 'step' | 'cosine' | 'one_cycle';

/** OneCycleLR's defaults: the share of the steps that goes up, what it begins at, and what it ends at from there. */
const CYCLE = { up: 0.3, start: 1 / 25, end: 1 / 1e4 };

/**
 * Share (0..1) of the chosen rate that the step after `step` of `steps` steps takes: torch.optim.lr_scheduler's, stepped
 * once a batch. 'step': StepLR of step_size = ceil(steps / 3), gamma = 0.1. 'cosine': CosineAnnealingLR of T_max = steps,
 * eta_min = 0, (1 + cos(pi * step / steps)) / 2. 'one_cycle': OneCycleLR of total_steps = steps, max_lr the chosen rate.
 */
export function shareOfRate(kind: ScheduleKind, step: number, steps: number): number {
  switch (kind) {
    case 'constant':
      return 1;
    case 'cosine':
      return cosine(1, 0, step / steps);
    case 'step':
      return 0.1 ** Math.floor(step / Math.ceil(steps / 3));
    case 'one_cycle': {
      const top = CYCLE.up * steps - 1;
      if (step <= top) return cosine(CYCLE.start, 1, step / top);
      return cosine(1, CYCLE.start * CYCLE.end, (step - top) / (steps - 1 - top));
    }
    default:
      return impossible(kind, 'schedule');
  }
}

/** From one value to the other along half a cosine. @param share of the way, 0..1 */
const cosine = (from: number, to: number, share: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
