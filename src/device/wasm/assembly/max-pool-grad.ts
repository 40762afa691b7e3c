// Gradient of max pooling: each output's gradient goes to the first input of its window that holds the maximum.
import { MaxPoolGradArgs } from './args';
import { load4, store4 } from './simd';

/** Item = sample. */
export function maxPoolGrad(args: MaxPoolGradArgs, item: i32): void {
  const pixel = <usize>args.c * 4;
  const inputs = <usize>(args.h * args.w) * pixel;
  const outputs = <usize>(args.oh * args.ow) * pixel;
  const x = args.x + <usize>item * inputs;
  const dx = args.dx + <usize>item * inputs;
  let y = args.y + <usize>item * outputs;
  let dy = args.dy + <usize>item * outputs;
  memory.fill(dx, 0, inputs);
  for (let oy = 0; oy < args.oh; oy++) {
    for (let ox = 0; ox < args.ow; ox++, y += pixel, dy += pixel) {
      const top = oy * args.sh - args.padTop;
      const left = ox * args.sw - args.padLeft;
      for (let c = 0; c < args.c; c += 4) {
        spread(args, x, y, dy, dx, top, left, <usize>c * 4, min(args.c - c, 4));
      }
    }
  }
}

/** One window, 4 channels at byte `c` of their pixels. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function spread(
  args: MaxPoolGradArgs,
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  top: i32,
  left: i32,
  c: usize,
  lanes: i32,
): void {
  const largest = load4(y + c, lanes);
  const gradient = load4(dy + c, lanes);
  let open = i32x4.splat(-1);
  for (let iy = max(top, 0); iy < min(top + args.kh, args.h); iy++) {
    for (let ix = max(left, 0); ix < min(left + args.kw, args.w); ix++) {
      const at = <usize>((iy * args.w + ix) * args.c) * 4 + c;
      const first = v128.and(open, f32x4.eq(load4(x + at, lanes), largest));
      open = v128.andnot(open, first);
      store4(dx + at, f32x4.add(load4(dx + at, lanes), v128.and(gradient, first)), lanes);
    }
  }
}
