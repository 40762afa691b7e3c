// Convolution forward for real GPUs: rows are samples at one output pixel, so that dead taps are skipped by all.
import { convKey, type ConvShape } from '../conv-shape';
import type { Epilogue } from './conv-forward';
import { KEEP_NAN } from './nan';
import type { Shader } from './run';
import { vec4Tensor } from './vec4';
import { laneName, repeat } from './wgsl';
import { COLUMN_VEC4S, DEPTH, DEPTH_VEC4S, ROWS, workgroupTileShader } from './workgroup-tile';

/** Inputs and output as convForward's. */
export function convForwardWorkgroup(s: ConvShape, epilogue: Epilogue): Shader {
  const x = vec4Tensor('x', s.n * s.h * s.w, s.xChannels);
  const f = vec4Tensor('f', s.kh * s.kw * s.ci, s.co);
  const b = vec4Tensor('b', 1, s.co);
  const y = vec4Tensor('y', s.n * s.oh * s.ow, s.co);
  const across = Math.ceil(f.vec4s / COLUMN_VEC4S);
  const down = Math.ceil(s.n / ROWS);
  return workgroupTileShader({
    name: epilogue.bias || epilogue.relu ? 'FusedConv2D' : 'Conv2D',
    key: `${convKey(s)},${epilogue.bias},${epilogue.relu}`,
    inputs: epilogue.bias ? [x, f, b] : [x, f],
    output: y,
    workgroups: s.oh * s.ow * down * across,
    place: `let firstColumn = group % ${across}u * ${COLUMN_VEC4S}u;
  let firstRow = group / ${across}u % ${down}u * ${ROWS}u;
  let pixel = group / ${across * down}u;
  let top = i32(pixel / ${s.ow}u) * ${s.sh} - ${s.padTop};
  let left = i32(pixel % ${s.ow}u) * ${s.sw} - ${s.padLeft};`,
    loops: [
      `for (var ky = max(0, -top); ky < min(${s.kh}, ${s.h} - top); ky++)`,
      `for (var kx = max(0, -left); kx < min(${s.kw}, ${s.w} - left); kx++)`,
      `for (var q0 = 0u; q0 < ${x.vec4s}u; q0 += ${DEPTH_VEC4S}u)`,
    ],
    block: `let xPixel = u32((top + ky) * ${s.w} + left + kx);
    let tap = u32(ky * ${s.kw} + kx) * ${s.ci}u;`,
    left: {
      slots: ROWS * DEPTH_VEC4S,
      fill: `let q = q0 + i / ${ROWS}u;
      let sample = firstRow + i % ${ROWS}u;
      lefts[i] = vec4<f32>();
      if (q < ${x.vec4s}u && sample < ${s.n}u) { lefts[i] = x_at((sample * ${s.h * s.w}u + xPixel) * ${x.vec4s}u + q); }`,
    },
    right: {
      slots: DEPTH * COLUMN_VEC4S,
      fill: `let channel = q0 * 4u + i / ${COLUMN_VEC4S}u;
      let column = firstColumn + i % ${COLUMN_VEC4S}u;
      rights[i] = vec4<f32>();
      if (channel < ${s.ci}u && column < ${f.vec4s}u) { rights[i] = f_at((tap + channel) * ${f.vec4s}u + column); }`,
    },
    products: `for (var q = 0u; q < ${DEPTH_VEC4S}u; q++) {
      ${repeat(4, (r) => `let l${r} = lefts[q * ${ROWS}u + down * 4u + ${r}u];`)}
      ${repeat(
        4,
        (k) => `{ ${repeat(2, (j) => `let r${j} = rights[(q * 4u + ${k}u) * ${COLUMN_VEC4S}u + across * 2u + ${j}u];`)}
      ${repeat(4, (r) => repeat(2, (j) => `a${r}_${j} += l${r}.${laneName(k)} * r${j};`, ' '))} }`,
      )}
    }`,
    rowExists: `row < ${s.n}u`,
    columnExists: f.vec4s % COLUMN_VEC4S !== 0 && `column < ${f.vec4s}u`,
    at: `(row * ${s.oh * s.ow}u + pixel) * ${f.vec4s}u + column`,
    functions: epilogue.relu ? KEEP_NAN : '',
    finish: (sum) => {
      const biased = epilogue.bias ? `${sum} + b_at(column)` : sum;
      return epilogue.relu ? `relu(${biased})` : biased;
    },
  });
}
