// Every optimizer by its name. Not for what they do: a file each.
import { Adam } from './adam';
import type { StartOptimizer } from './optimizer';
import { Sgd } from './sgd';

/** torch.optim's; 'sgd' with momentum. */
export const OPTIMIZERS = {
  sgd: (groups, memory) => new Sgd(groups, memory),
  adam: (groups, memory) => new Adam(groups, memory),
} as const satisfies Record<string, StartOptimizer>;

export type OptimizerId = keyof typeof OPTIMIZERS;
