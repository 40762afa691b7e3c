// Rearranges matrices into what gemm.ts reads: tiles of 4 rows or panels of 8 columns with k outermost, [k][width].
// Lanes past the matrix's edge hold copies of its last column: they are multiplied, but never stored.
import { PackArgs } from './args';

/** Lanes are adjacent in the source: panel[block * depth + k][lane] = source[block + k * stride + lane]. Item = panel. */
export function packColumns(args: PackArgs, item: i32): void {
  const width = args.width;
  const first = item * width;
  const count = min(args.lanes - first, width);
  const stride = args.stride;
  const column = args.source + <usize>first * 4;
  let target = args.target + <usize>item * args.panel;
  for (let block = args.blocks; block < args.blocksEnd; block += sizeof<usize>()) {
    let source = column + load<usize>(block);
    if (count < width) {
      for (let k = args.depth; k > 0; k--, source += stride)
        for (let lane = 0; lane < width; lane++, target += 4)
          store<f32>(target, load<f32>(source + <usize>min(lane, count - 1) * 4));
    } else if (width == 4) {
      for (let k = args.depth; k > 0; k--, source += stride, target += 16) v128.store(target, v128.load(source));
    } else {
      for (let k = args.depth; k > 0; k--, source += stride, target += 32) {
        v128.store(target, v128.load(source));
        v128.store(target, v128.load(source, 16), 16);
      }
    }
  }
}

/** k is adjacent in the source: panel[block * depth + k][lane] = source[block + lane * stride + k]. Item = panel. */
export function packTransposed(args: PackArgs, item: i32): void {
  const width = args.width;
  const step = <usize>width * 4;
  let target = args.target + <usize>item * args.panel;
  for (let block = args.blocks; block < args.blocksEnd; block += sizeof<usize>()) {
    const source = args.source + load<usize>(block);
    for (let lane = 0; lane < width; lane += 4) {
      transposeRows(source, args.stride, item * width + lane, args.lanes - 1, target + <usize>lane * 4, step, args.depth);
    }
    target += step * <usize>args.depth;
  }
}

/** Rows row..row+3 (at most `last`) of `depth` floats each, to [depth][4] with `step` bytes between. */
function transposeRows(source: usize, stride: usize, row: i32, last: i32, target: usize, step: usize, depth: i32): void {
  let r0 = source + <usize>min(row, last) * stride;
  let r1 = source + <usize>min(row + 1, last) * stride;
  let r2 = source + <usize>min(row + 2, last) * stride;
  let r3 = source + <usize>min(row + 3, last) * stride;
  let k = depth;
  for (; k >= 4; k -= 4) {
    const a = v128.load(r0);
    const b = v128.load(r1);
    const c = v128.load(r2);
    const d = v128.load(r3);
    const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(target, v128.shuffle<u64>(ab0, cd0, 0, 2));
    v128.store(target + step, v128.shuffle<u64>(ab0, cd0, 1, 3));
    v128.store(target + 2 * step, v128.shuffle<u64>(ab2, cd2, 0, 2));
    v128.store(target + 3 * step, v128.shuffle<u64>(ab2, cd2, 1, 3));
    target += 4 * step;
    r0 += 16;
    r1 += 16;
    r2 += 16;
    r3 += 16;
  }
  for (; k > 0; k--) {
    store<f32>(target, load<f32>(r0));
    store<f32>(target, load<f32>(r1), 4);
    store<f32>(target, load<f32>(r2), 8);
    store<f32>(target, load<f32>(r3), 12);
    target += step;
    r0 += 4;
    r1 += 4;
    r2 += 4;
    r3 += 4;
  }
}
