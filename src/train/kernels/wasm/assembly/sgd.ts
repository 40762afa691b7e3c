// PyTorch's SGD with momentum and weight decay, into new tensors.

@unmanaged
export class SgdArgs {
  w: usize;
  g: usize;
  v: usize;
  wNext: usize;
  vNext: usize;
  /** Floats in all, and of one item. */
  size: i32;
  sizePerItem: i32;
  lr: f32;
  momentum: f32;
  weightDecay: f32;
}

/** g += weightDecay * w; v = momentum * v + g; w -= lr * v. Item = chunk. */
export function sgd(args: SgdArgs, item: i32): void {
  const lr = f32x4.splat(args.lr);
  const momentum = f32x4.splat(args.momentum);
  const decay = f32x4.splat(args.weightDecay);
  const first = item * args.sizePerItem;
  const end = <usize>min(first + args.sizePerItem, args.size) * 4;
  let i = <usize>first * 4;
  for (; i + 16 <= end; i += 16) {
    const w = v128.load(args.w + i);
    const g = f32x4.add(v128.load(args.g + i), f32x4.mul(decay, w));
    const v = f32x4.add(f32x4.mul(momentum, v128.load(args.v + i)), g);
    v128.store(args.vNext + i, v);
    v128.store(args.wNext + i, f32x4.sub(w, f32x4.mul(lr, v)));
  }
  for (; i < end; i += 4) {
    const w = load<f32>(args.w + i);
    const g = load<f32>(args.g + i) + args.weightDecay * w;
    const v = args.momentum * load<f32>(args.v + i) + g;
    store<f32>(args.vNext + i, v);
    store<f32>(args.wNext + i, w - args.lr * v);
  }
}
