// ReLU, sums and the bias of a channel. A NaN is handed on.
import type { Numbers } from './numbers';

export const relu = (x: Numbers): Float64Array => Float64Array.from(x).map((value) => Math.max(value, 0));

/** dy where y > 0: at 0 PyTorch's ReLU has no gradient. @param y its output */
export const reluGrad = (dy: Numbers, y: Numbers): Float64Array =>
  Float64Array.from(dy).map((value, i) => (y[i] > 0 ? value : 0));

export const add = (a: Numbers, b: Numbers): Float64Array => Float64Array.from(a).map((value, i) => value + b[i]);

/** @param x [..., C]; @param bias [C] */
export const addBias = (x: Numbers, bias: Numbers): Float64Array =>
  Float64Array.from(x).map((value, i) => value + bias[i % bias.length]);
