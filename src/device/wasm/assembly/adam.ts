// Steps of Adam. The formula: src/device/reference/adam.ts.
import { AdamArgs } from './args';
import { load4, store4 } from './simd';

/** Changes up to four values at x and their means. @param n how many @param correction 1 / sqrt(1 - b2^t) */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
export function adam4(
  x: usize,
  meanAt: usize,
  squareAt: usize,
  n: i32,
  value: v128,
  gradient: v128,
  rate: v128,
  correction: v128,
): void {
  const mean = f32x4.add(
    f32x4.mul(load4(meanAt, n), f32x4.splat(0.9)),
    f32x4.mul(gradient, f32x4.splat(0.1)),
  );
  const square = f32x4.add(
    f32x4.mul(load4(squareAt, n), f32x4.splat(0.999)),
    f32x4.mul(f32x4.mul(gradient, gradient), f32x4.splat(0.001)),
  );
  store4(meanAt, mean, n);
  store4(squareAt, square, n);
  const size = f32x4.add(f32x4.mul(f32x4.sqrt(square), correction), f32x4.splat(1e-8));
  store4(x, f32x4.sub(value, f32x4.mul(rate, f32x4.div(mean, size))), n);
}

export function adam(args: AdamArgs, item: i32): void {
  const first = item * args.sizePerItem;
  const end = min(first + args.sizePerItem, args.size);
  const rate = f32x4.splat(args.rate);
  const correction = f32x4.splat(1 / args.correction);
  const weightDecay = f32x4.splat(args.weightDecay);
  for (let i = first; i < end; i += 4) {
    const offset = <usize>i * 4;
    const n = end - i;
    const w = load4(args.w + offset, n);
    const gradient = f32x4.add(load4(args.g + offset, n), f32x4.mul(w, weightDecay));
    adam4(args.w + offset, args.mean + offset, args.square + offset, n, w, gradient, rate, correction);
  }
}
