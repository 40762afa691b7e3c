// The gradients of fake quantization to its input and to the scales and zero points that are learned (LSQ).
// Sums run in float32 over an item; sumRows adds the items up. Not for the forward pass: fake-quant.ts.
import { FakeQuantLearnedArgs } from './args';
import { code } from './fake-quant';
import { load4, store4 } from './simd';

/** Lanes whose code is in range: none where it is NaN. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function insideOf(q: v128, qmin: v128, qmax: v128): v128 {
  return v128.and(f32x4.ge(q, qmin), f32x4.le(q, qmax));
}

/** d y / d scale: (y - x) / s in range, the clamped code less the zero point out of it. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function byScale(x: v128, q: v128, inside: v128, inv: v128, zeroPoint: v128, qmin: v128, qmax: v128): v128 {
  const steps = f32x4.sub(f32x4.pmin(f32x4.pmax(q, qmin), qmax), zeroPoint);
  return f32x4.sub(steps, v128.and(inside, f32x4.mul(x, inv)));
}

// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function sumOfLanes(v: v128): f32 {
  const low = f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1);
  return low + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** One scale and zero point of all. Item = a stretch of floats; its part is [dscale, dzeroPoint]. */
export function learnedGradTensor(args: FakeQuantLearnedArgs, item: i32): void {
  const qmin = f32x4.splat(args.qmin);
  const qmax = f32x4.splat(args.qmax);
  const inv = v128.load(args.inv);
  const zeroPoint = v128.load(args.zeroPoint);
  const first = item * args.sizePerItem;
  const end = min(args.sizePerItem, args.size - first) * 4;
  const at = <usize>first * 4;
  const x = args.x + at;
  const dy = args.dy + at;
  const out = args.out + at;
  let scales = f32x4.splat(0);
  let zeroPoints = f32x4.splat(0);
  for (let i = 0; i < end; i += 16) {
    const lanes = (end - i) / 4;
    const value = load4(x + i, lanes);
    const g = load4(dy + i, lanes);
    const q = code(value, inv, zeroPoint);
    const inside = insideOf(q, qmin, qmax);
    store4(out + i, v128.and(g, inside), lanes);
    scales = f32x4.add(scales, f32x4.mul(g, byScale(value, q, inside, inv, zeroPoint, qmin, qmax)));
    zeroPoints = f32x4.add(zeroPoints, v128.andnot(g, inside));
  }
  const parts = args.partial + <usize>item * 8;
  store<f32>(parts, args.gradientScale * sumOfLanes(scales));
  store<f32>(parts + 4, -args.zeroPointScale * load<f32>(args.scale) * sumOfLanes(zeroPoints));
}

/** A scale and a zero point per channel. Item = rows; its part is dscale [channels], dzeroPoint [channels]. */
export function learnedGradChannels(args: FakeQuantLearnedArgs, item: i32): void {
  const qmin = f32x4.splat(args.qmin);
  const qmax = f32x4.splat(args.qmax);
  const row = args.channels * 4;
  const first = item * args.sizePerItem;
  const end = <usize>(first + min(args.sizePerItem, args.size - first)) * 4;
  const scales = args.partial + <usize>item * <usize>row * 2;
  const zeroPoints = scales + <usize>row;
  memory.fill(scales, 0, <usize>row * 2);
  for (let at = <usize>first * 4; at < end; at += row) {
    for (let c = 0; c < row; c += 16) {
      const lanes = (row - c) / 4;
      const inv = load4(args.inv + c, lanes);
      const zeroPoint = load4(args.zeroPoint + c, lanes);
      const value = load4(args.x + at + c, lanes);
      const g = load4(args.dy + at + c, lanes);
      const q = code(value, inv, zeroPoint);
      const inside = insideOf(q, qmin, qmax);
      store4(args.out + at + c, v128.and(g, inside), lanes);
      const share = f32x4.mul(g, byScale(value, q, inside, inv, zeroPoint, qmin, qmax));
      store4(scales + c, f32x4.add(load4(scales + c, lanes), share), lanes);
      store4(zeroPoints + c, f32x4.add(load4(zeroPoints + c, lanes), v128.andnot(g, inside)), lanes);
    }
  }
  const factor = f32x4.splat(args.gradientScale);
  const zeroPointFactor = f32x4.splat(-args.zeroPointScale);
  for (let c = 0; c < row; c += 16) {
    const lanes = (row - c) / 4;
    store4(scales + c, f32x4.mul(load4(scales + c, lanes), factor), lanes);
    const by = f32x4.mul(load4(args.scale + c, lanes), zeroPointFactor);
    store4(zeroPoints + c, f32x4.mul(load4(zeroPoints + c, lanes), by), lanes);
  }
}
