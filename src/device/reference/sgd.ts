// PyTorch's SGD with momentum and weight decay (torch/optim/sgd.py, _single_tensor_sgd; no dampening, not Nesterov).
import type { SgdAttrs } from '../contract';
import type { Numbers } from './numbers';

/** One parameter, its velocity and its gradient: v' = momentum * v + (g + weightDecay * w); w' = w - lr * v'. */
export function sgdMomentum(
  w: Numbers,
  v: Numbers,
  g: Numbers,
  { lr, momentum, weightDecay }: SgdAttrs,
): { w: Float64Array; v: Float64Array } {
  const velocity = Float64Array.from(v).map((old, i) => momentum * old + (g[i] + weightDecay * w[i]));
  return { w: Float64Array.from(w).map((old, i) => old - lr * velocity[i]), v: velocity };
}
