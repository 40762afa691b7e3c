// Roundings that are learned: soft weights, and steps of Adam on what decides them. The formulas: src/device/reference.
import { adam4 } from './adam';
import { RoundingStepArgs, SoftWeightArgs } from './args';
import { exp4, log4 } from './exponential';
import { load4, store4 } from './simd';

// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function sigmoid4(v: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(v))));
}

/** 1.2 * sigmoid - 0.1 */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function stretched4(sigmoid: v128): v128 {
  return f32x4.sub(f32x4.mul(sigmoid, f32x4.splat(1.2)), f32x4.splat(0.1));
}

// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function clamp4(x: v128): v128 {
  return f32x4.min(f32x4.max(x, f32x4.splat(0)), f32x4.splat(1));
}

export function softWeight(args: SoftWeightArgs, item: i32): void {
  const first = item * args.sizePerItem;
  const end = min(first + args.sizePerItem, args.size);
  for (let i = first; i < end; i += 4) {
    const offset = <usize>i * 4;
    const n = end - i;
    const h = clamp4(stretched4(sigmoid4(load4(args.v + offset, n))));
    store4(args.y + offset, f32x4.add(load4(args.down + offset, n), f32x4.mul(load4(args.step + offset, n), h)), n);
  }
}

export function roundingStep(args: RoundingStepArgs, item: i32): void {
  const first = item * args.sizePerItem;
  const end = min(first + args.sizePerItem, args.size);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const rate = f32x4.splat(args.rate);
  const correction = f32x4.splat(1 / args.correction);
  const pull = f32x4.splat(-2 * args.penalty * args.beta);
  const power = f32x4.splat(args.beta - 1);
  for (let i = first; i < end; i += 4) {
    const offset = <usize>i * 4;
    const n = end - i;
    const v = load4(args.v + offset, n);
    const sigmoid = sigmoid4(v);
    const stretched = stretched4(sigmoid);
    let gradient = f32x4.mul(load4(args.g + offset, n), load4(args.step + offset, n));
    if (args.penalty > 0) {
      const lean = f32x4.sub(f32x4.mul(clamp4(stretched), f32x4.splat(2)), one);
      // At least 2^-100, whose powers are as good as 0.
      const size = f32x4.max(f32x4.abs(lean), f32x4.splat(7.888609e-31));
      const powered = exp4(f32x4.mul(power, log4(size)));
      const sign = v128.and(lean, f32x4.splat(-0.0));
      gradient = f32x4.add(gradient, f32x4.mul(pull, v128.xor(powered, sign)));
    }
    const slope = f32x4.mul(f32x4.mul(f32x4.splat(1.2), sigmoid), f32x4.sub(one, sigmoid));
    const clipped = v128.or(f32x4.lt(stretched, zero), f32x4.gt(stretched, one));
    gradient = f32x4.mul(gradient, v128.andnot(slope, clipped));
    adam4(args.v + offset, args.mean + offset, args.square + offset, n, v, gradient, rate, correction);
  }
}
