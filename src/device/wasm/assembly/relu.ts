// ReLU; a NaN stays one, whatever its sign. Not for its gradient.
import { ReluArgs } from './args';
import { load4, store4 } from './simd';

export function relu(args: ReluArgs, item: i32): void {
  const zero = f32x4.splat(0);
  const first = item * args.sizePerItem;
  const end = min(first + args.sizePerItem, args.size);
  let i = first;
  for (; i + 4 <= end; i += 4) {
    const offset = <usize>i * 4;
    v128.store(args.y + offset, f32x4.max(v128.load(args.x + offset), zero));
  }
  if (i < end) {
    const offset = <usize>i * 4;
    store4(args.y + offset, f32x4.max(load4(args.x + offset, end - i), zero), end - i);
  }
}
