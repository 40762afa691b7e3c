// PyTorch's SGD with momentum and weight decay over a list of parameters, in place.
import { SgdArgs, SgdParameter } from './args';

/** g += weightDecay * w; v = momentum * v + g; w -= lr * v. Item = chunk of a parameter. */
export function sgd(args: SgdArgs, item: i32): void {
  let parameter = changetype<SgdParameter>(args.parameters);
  while ((item - parameter.firstItem) * args.itemFloats >= parameter.size)
    parameter = changetype<SgdParameter>(changetype<usize>(parameter) + offsetof<SgdParameter>());
  const first = (item - parameter.firstItem) * args.itemFloats;
  update(args, parameter, <usize>first * 4, <usize>min(first + args.itemFloats, parameter.size) * 4);
}

function update(args: SgdArgs, parameter: SgdParameter, begin: usize, end: usize): void {
  const pw = parameter.w;
  const pg = parameter.g;
  const pv = parameter.v;
  const lr = f32x4.splat(args.lr);
  const momentum = f32x4.splat(args.momentum);
  const decay = f32x4.splat(args.weightDecay);
  let i = begin;
  for (; i + 16 <= end; i += 16) {
    const w = v128.load(pw + i);
    const g = f32x4.add(v128.load(pg + i), f32x4.mul(decay, w));
    const v = f32x4.add(f32x4.mul(momentum, v128.load(pv + i)), g);
    v128.store(pv + i, v);
    v128.store(pw + i, f32x4.sub(w, f32x4.mul(lr, v)));
  }
  for (; i < end; i += 4) {
    const w = load<f32>(pw + i);
    const g = load<f32>(pg + i) + args.weightDecay * w;
    const v = args.momentum * load<f32>(pv + i) + g;
    store<f32>(pv + i, v);
    store<f32>(pw + i, w - args.lr * v);
  }
}
