// Fake quantization and its straight-through gradient. Scales and zero points come from outside: see qparams.ts.
// q = zp + RNE(x * inv), added after rounding; a multiplication by the inverse, never a division.
import { FakeQuantArgs } from './args';

// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
export function code(x: v128, inv: v128, zeroPoint: v128): v128 {
  return f32x4.add(zeroPoint, f32x4.nearest(f32x4.mul(x, inv)));
}

// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
export function codeOf(x: f32, inv: f32, zeroPoint: f32): f32 {
  return zeroPoint + nearest<f32>(x * inv);
}

/** (clamp(q, qmin, qmax) - zp) * s; NaN stays NaN. Item = chunk of rows. */
export function fakeQuant(args: FakeQuantArgs, item: i32): void {
  const qmin = f32x4.splat(args.qmin);
  const qmax = f32x4.splat(args.qmax);
  const first = item * args.sizePerItem;
  const size = min(args.sizePerItem, args.size - first);
  const row = <usize>(args.channels ? args.channels : size) * 4;
  const end = <usize>(first + size) * 4;
  for (let at = <usize>first * 4; at < end; at += row) {
    const x = args.x + at;
    const out = args.out + at;
    let i: usize = 0;
    for (; i + 16 <= row; i += 16) {
      const p = args.channels ? i : 0;
      const zeroPoint = v128.load(args.zeroPoint + p);
      const q = code(v128.load(x + i), v128.load(args.inv + p), zeroPoint);
      const clamped = f32x4.pmin(f32x4.pmax(q, qmin), qmax);
      v128.store(out + i, f32x4.mul(f32x4.sub(clamped, zeroPoint), v128.load(args.scale + p)));
    }
    for (; i < row; i += 4) {
      const p = args.channels ? i : 0;
      const zeroPoint = load<f32>(args.zeroPoint + p);
      const q = codeOf(load<f32>(x + i), load<f32>(args.inv + p), zeroPoint);
      store<f32>(out + i, (min(max(q, args.qmin), args.qmax) - zeroPoint) * load<f32>(args.scale + p));
    }
  }
}

/** dy where qmin <= q <= qmax, else 0. Item = chunk of rows. */
export function fakeQuantGrad(args: FakeQuantArgs, item: i32): void {
  const qmin = f32x4.splat(args.qmin);
  const qmax = f32x4.splat(args.qmax);
  const first = item * args.sizePerItem;
  const size = min(args.sizePerItem, args.size - first);
  const row = <usize>(args.channels ? args.channels : size) * 4;
  const end = <usize>(first + size) * 4;
  for (let at = <usize>first * 4; at < end; at += row) {
    const x = args.x + at;
    const dy = args.dy + at;
    const out = args.out + at;
    let i: usize = 0;
    for (; i + 16 <= row; i += 16) {
      const p = args.channels ? i : 0;
      const q = code(v128.load(x + i), v128.load(args.inv + p), v128.load(args.zeroPoint + p));
      const inside = v128.and(f32x4.ge(q, qmin), f32x4.le(q, qmax));
      v128.store(out + i, v128.and(v128.load(dy + i), inside));
    }
    for (; i < row; i += 4) {
      const p = args.channels ? i : 0;
      const q = codeOf(load<f32>(x + i), load<f32>(args.inv + p), load<f32>(args.zeroPoint + p));
      store<f32>(out + i, q >= args.qmin && q <= args.qmax ? load<f32>(dy + i) : 0);
    }
  }
}
