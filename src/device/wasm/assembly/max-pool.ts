// Max pooling; a window that holds a NaN gives NaN, which tfjs's own kernel passes over.
import { MaxPoolArgs } from './args';
import { load4, store4 } from './simd';

/** Item = sample. Every window must hold a pixel. */
export function maxPool(args: MaxPoolArgs, item: i32): void {
  const pixel = <usize>args.c * 4;
  const row = <usize>args.w * pixel;
  const x = args.x + <usize>item * <usize>args.h * row;
  let y = args.y + <usize>item * <usize>(args.oh * args.ow) * pixel;
  for (let oy = 0; oy < args.oh; oy++) {
    const top = oy * args.sh - args.padTop;
    const firstRow = max(top, 0);
    const rows = min(top + args.kh, args.h) - firstRow;
    for (let ox = 0; ox < args.ow; ox++, y += pixel) {
      const left = ox * args.sw - args.padLeft;
      const first = max(left, 0);
      const columns = min(left + args.kw, args.w) - first;
      greatest(x + <usize>firstRow * row + <usize>first * pixel, y, rows, columns, row, pixel);
    }
  }
}

/** The greatest values of rows x columns pixels from x on. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function greatest(x: usize, y: usize, rows: i32, columns: i32, row: usize, pixel: usize): void {
  let c: usize = 0;
  for (; c + 64 <= pixel; c += 64) {
    let m0 = v128.load(x + c);
    let m1 = v128.load(x + c, 16);
    let m2 = v128.load(x + c, 32);
    let m3 = v128.load(x + c, 48);
    let nan0 = i32x4.splat(0);
    let nan1 = nan0;
    let nan2 = nan0;
    let nan3 = nan0;
    let line = x + c;
    for (let r = rows; r > 0; r--, line += row) {
      let p = line;
      for (let k = columns; k > 0; k--, p += pixel) {
        const v0 = v128.load(p);
        const v1 = v128.load(p, 16);
        const v2 = v128.load(p, 32);
        const v3 = v128.load(p, 48);
        m0 = f32x4.pmax(m0, v0);
        nan0 = v128.or(nan0, f32x4.ne(v0, v0));
        m1 = f32x4.pmax(m1, v1);
        nan1 = v128.or(nan1, f32x4.ne(v1, v1));
        m2 = f32x4.pmax(m2, v2);
        nan2 = v128.or(nan2, f32x4.ne(v2, v2));
        m3 = f32x4.pmax(m3, v3);
        nan3 = v128.or(nan3, f32x4.ne(v3, v3));
      }
    }
    v128.store(y + c, v128.or(m0, nan0));
    v128.store(y + c, v128.or(m1, nan1), 16);
    v128.store(y + c, v128.or(m2, nan2), 32);
    v128.store(y + c, v128.or(m3, nan3), 48);
  }
  for (; c < pixel; c += 16) {
    const lanes = <i32>(pixel - c) / 4;
    let m = load4(x + c, lanes);
    let nan = i32x4.splat(0);
    let line = x + c;
    for (let r = rows; r > 0; r--, line += row) {
      let p = line;
      for (let k = columns; k > 0; k--, p += pixel) {
        const v = load4(p, lanes);
        m = f32x4.pmax(m, v);
        nan = v128.or(nan, f32x4.ne(v, v));
      }
    }
    store4(y + c, v128.or(m, nan), lanes);
  }
}
