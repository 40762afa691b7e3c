// A step of Adam, torch.optim.Adam with its defaults: g += wd * w; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
// w -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps).
import type { AdamAttrs } from '../contract';
import type { Numbers } from './numbers';

const [BETA_1, BETA_2, EPS] = [0.9, 0.999, 1e-8];

/** All but g after one step. */
export function adam(
  { w, mean, square, g }: Readonly<Record<'w' | 'mean' | 'square' | 'g', Numbers>>,
  { rate, correction, weightDecay }: AdamAttrs,
): Record<'w' | 'mean' | 'square', Float64Array> {
  const gradient = Float64Array.from(g, (each, i) => each + weightDecay * w[i]);
  const nextMean = gradient.map((each, i) => BETA_1 * mean[i] + (1 - BETA_1) * each);
  const nextSquare = gradient.map((each, i) => BETA_2 * square[i] + (1 - BETA_2) * each * each);
  const size = (i: number) => Math.sqrt(nextSquare[i]) / correction + EPS;
  return { w: nextMean.map((each, i) => w[i] - (rate * each) / size(i)), mean: nextMean, square: nextSquare };
}
