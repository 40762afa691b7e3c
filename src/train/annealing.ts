// How the learning rate runs over a training: which share of the chosen rate each step takes.
// Not for the chosen rate itself, which the visitor may change on the way: schedule.ts keeps those.
import { impossible } from '../core/impossible';

/** 'constant': the chosen rate at every step. 'cosine': from the chosen rate, its peak, to zero at the end. */
export type ScheduleKind = 'constant' | 'cosine';

/**
 * Share (0..1) of the chosen rate that the step after `step` of `steps` steps takes. 'cosine' is that of
 * torch.optim.lr_scheduler.CosineAnnealingLR with T_max = steps and eta_min = 0, stepped once a batch:
 * (1 + cos(pi * step / steps)) / 2, https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 */
export function shareOfRate(kind: ScheduleKind, step: number, steps: number): number {
  switch (kind) {
    case 'constant':
      return 1;
    case 'cosine':
      return (1 + Math.cos((Math.PI * step) / steps)) / 2;
    default:
      return impossible(kind, 'schedule');
  }
}
