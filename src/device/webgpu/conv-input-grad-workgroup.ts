// Gradient of a convolution with respect to its input for real GPUs: rows are samples at one input pixel.
import { convKey, type ConvShape } from '../conv-shape';
import type { Shader } from './run';
import { vec4Tensor } from './vec4';
import { repeat } from './wgsl';
import { COLUMN_VEC4S, DEPTH_VEC4S, ROWS, workgroupTileShader } from './workgroup-tile';

/** Inputs and output as convInputGrad's. */
export function convInputGradWorkgroup(s: ConvShape): Shader {
  const dy = vec4Tensor('dy', s.n * s.oh * s.ow, s.co);
  const f = vec4Tensor('f', s.kh * s.kw * s.ci, s.co);
  const dx = vec4Tensor('dx', s.n * s.h * s.w, s.ci);
  const across = Math.ceil(dx.vec4s / COLUMN_VEC4S);
  const down = Math.ceil(s.n / ROWS);
  const columns = 4 * COLUMN_VEC4S;
  const dots = (r: number) => repeat(4, (k) => `dot(l${r}, r${k})`, ', ');
  return workgroupTileShader({
    name: 'Conv2DBackpropInput',
    key: convKey(s),
    inputs: [dy, f],
    output: dx,
    workgroups: s.h * s.w * down * across,
    place: `let firstColumn = group % ${across}u * ${COLUMN_VEC4S}u;
  let firstRow = group / ${across}u % ${down}u * ${ROWS}u;
  let pixel = group / ${across * down}u;
  let bottom = i32(pixel / ${s.w}u) + ${s.padTop};
  let right = i32(pixel % ${s.w}u) + ${s.padLeft};`,
    loops: [
      `for (var oy = max(0, (bottom - ${s.kh - s.sh}) / ${s.sh}); oy < min(${s.oh}, bottom / ${s.sh} + 1); oy++)`,
      `for (var ox = max(0, (right - ${s.kw - s.sw}) / ${s.sw}); ox < min(${s.ow}, right / ${s.sw} + 1); ox++)`,
      `for (var q0 = 0u; q0 < ${f.vec4s}u; q0 += ${DEPTH_VEC4S}u)`,
    ],
    block: `let dyPixel = u32(oy * ${s.ow} + ox);
    let tap = u32((bottom - oy * ${s.sh}) * ${s.kw} + right - ox * ${s.sw}) * ${s.ci}u;`,
    left: {
      slots: ROWS * DEPTH_VEC4S,
      fill: `let q = q0 + i / ${ROWS}u;
      let sample = firstRow + i % ${ROWS}u;
      lefts[i] = vec4<f32>();
      if (q < ${f.vec4s}u && sample < ${s.n}u) { lefts[i] = dy_at((sample * ${s.oh * s.ow}u + dyPixel) * ${f.vec4s}u + q); }`,
    },
    right: {
      slots: DEPTH_VEC4S * columns,
      fill: `let q = q0 + i / ${columns}u;
      let channel = firstColumn * 4u + i % ${columns}u;
      rights[i] = vec4<f32>();
      if (q < ${f.vec4s}u && channel < ${s.ci}u) { rights[i] = f_at((tap + channel) * ${f.vec4s}u + q); }`,
    },
    products: `for (var q = 0u; q < ${DEPTH_VEC4S}u; q++) {
      ${repeat(4, (r) => `let l${r} = lefts[q * ${ROWS}u + down * 4u + ${r}u];`)}
      ${repeat(
        2,
        (j) => `{ ${repeat(4, (k) => `let r${k} = rights[q * ${columns}u + across * 8u + ${4 * j + k}u];`)}
      ${repeat(4, (r) => `a${r}_${j} += vec4<f32>(${dots(r)});`)} }`,
      )}
    }`,
    rowExists: `row < ${s.n}u`,
    columnExists: dx.vec4s % COLUMN_VEC4S !== 0 && `column < ${dx.vec4s}u`,
    at: `(row * ${s.h * s.w}u + pixel) * ${dx.vec4s}u + column`,
  });
}
