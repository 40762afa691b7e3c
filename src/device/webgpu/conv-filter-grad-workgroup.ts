// Gradient of a convolution with respect to its weights for real GPUs: rows are input channels at one tap. The sum over
// samples and pixels is cut into slices where there would be too few workgroups, and the slices are added in order.
import { convKey, type ConvShape } from '../conv-shape';
import type { Shader } from './run';
import { vec4Tensor } from './vec4';
import { laneName, repeat } from './wgsl';
import { COLUMN_VEC4S, DEPTH, ROWS, workgroupTileShader } from './workgroup-tile';

/** Workgroups that fill a GPU. */
const ENOUGH = 256;
/** Terms that a slice is worth. */
const LEAST_TERMS = 128;

/** How many slices of the sum the first shader writes; with one, its output is the gradient itself. */
export function filterGradSlices(s: ConvShape): number {
  const terms = s.n * s.oh * s.ow;
  return Math.max(1, Math.min(Math.floor(ENOUGH / tiles(s)), Math.floor(terms / LEAST_TERMS)));
}

const rowTiles = (s: ConvShape) => Math.ceil(s.ci / ROWS);
const columnTiles = (s: ConvShape) => Math.ceil(s.co / (4 * COLUMN_VEC4S));
const tiles = (s: ConvShape) => s.kh * s.kw * rowTiles(s) * columnTiles(s);

/** Inputs x [n,h,w,ci], dy [n,oh,ow,co]; output [slices,kh,kw,ci,co]. */
export function convFilterGradWorkgroup(s: ConvShape): Shader {
  const slices = filterGradSlices(s);
  const taps = s.kh * s.kw;
  const x = vec4Tensor('x', s.n * s.h * s.w, s.xChannels);
  const dy = vec4Tensor('dy', s.n * s.oh * s.ow, s.co);
  const df = vec4Tensor('df', slices * taps * s.ci, s.co);
  const [down, across] = [rowTiles(s), columnTiles(s)];
  const rowVec4s = ROWS / 4;
  /** Sample and output pixel of term t, samples varying fastest. */
  const term = `let sample = t % ${s.n}u;
      let oy = oy0 + i32(t / ${s.n}u) / columns;
      let ox = ox0 + i32(t / ${s.n}u) % columns;`;
  return workgroupTileShader({
    name: 'Conv2DBackpropFilter',
    key: convKey(s),
    inputs: [x, dy],
    output: df,
    workgroups: slices * tiles(s),
    place: `let firstColumn = group % ${across}u * ${COLUMN_VEC4S}u;
  let firstRow = group / ${across}u % ${down}u * ${ROWS}u;
  let tap = group / ${across * down}u % ${taps}u;
  let slice = group / ${tiles(s)}u;
  let ky = i32(tap / ${s.kw}u);
  let kx = i32(tap % ${s.kw}u);
  let oy0 = (max(0, ${s.padTop} - ky) + ${s.sh - 1}) / ${s.sh};
  let oy1 = min(${s.oh}, (max(0, ${s.h + s.padTop} - ky) + ${s.sh - 1}) / ${s.sh});
  let ox0 = (max(0, ${s.padLeft} - kx) + ${s.sw - 1}) / ${s.sw};
  let ox1 = min(${s.ow}, (max(0, ${s.w + s.padLeft} - kx) + ${s.sw - 1}) / ${s.sw});
  let columns = max(0, ox1 - ox0);
  let terms = u32(max(0, oy1 - oy0) * columns) * ${s.n}u;
  let perSlice = (terms + ${slices - 1}u) / ${slices}u;
  let end = min(terms, (slice + 1u) * perSlice);`,
    loops: [`for (var t0 = slice * perSlice; t0 < end; t0 += ${DEPTH}u)`],
    block: '',
    left: {
      slots: DEPTH * rowVec4s,
      fill: `let t = t0 + i / ${rowVec4s}u;
      let q = firstRow / 4u + i % ${rowVec4s}u;
      lefts[i] = vec4<f32>();
      if (t < end && q < ${x.vec4s}u) {
        ${term}
        let xPixel = u32((oy * ${s.sh} + ky - ${s.padTop}) * ${s.w} + ox * ${s.sw} + kx - ${s.padLeft});
        lefts[i] = x_at((sample * ${s.h * s.w}u + xPixel) * ${x.vec4s}u + q);
      }`,
    },
    right: {
      slots: DEPTH * COLUMN_VEC4S,
      fill: `let t = t0 + i / ${COLUMN_VEC4S}u;
      let q = firstColumn + i % ${COLUMN_VEC4S}u;
      rights[i] = vec4<f32>();
      if (t < end && q < ${dy.vec4s}u) {
        ${term}
        rights[i] = dy_at((sample * ${s.oh * s.ow}u + u32(oy * ${s.ow} + ox)) * ${dy.vec4s}u + q);
      }`,
    },
    products: `for (var k = 0u; k < ${DEPTH}u; k++) {
      let l = lefts[k * ${rowVec4s}u + down];
      ${repeat(2, (j) => `let r${j} = rights[k * ${COLUMN_VEC4S}u + across * 2u + ${j}u];`)}
      ${repeat(4, (r) => repeat(2, (j) => `a${r}_${j} += l.${laneName(r)} * r${j};`, ' '))}
    }`,
    rowExists: `row < ${s.ci}u`,
    columnExists: dy.vec4s % COLUMN_VEC4S !== 0 && `column < ${dy.vec4s}u`,
    at: `((slice * ${taps}u + tap) * ${s.ci}u + row) * ${dy.vec4s}u + column`,
  });
}
