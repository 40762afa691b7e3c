// Gradient of a convolution with respect to its input for real GPUs: rows are samples at one input pixel.
import { convKey, type ConvShape } from '../conv-shape';
import { quadsOf, repeat } from './quads';
import type { Shader } from './run';
import { COLUMN_QUADS, DEPTH_QUADS, ROWS, tiledShader } from './tiled';

/** Inputs and output as convInputGrad's. */
export function convInputGradTiled(s: ConvShape): Shader {
  const dy = quadsOf('dy', s.n * s.oh * s.ow, s.co);
  const f = quadsOf('f', s.kh * s.kw * s.ci, s.co);
  const dx = quadsOf('dx', s.n * s.h * s.w, s.ci);
  const across = Math.ceil(dx.quads / COLUMN_QUADS);
  const down = Math.ceil(s.n / ROWS);
  const columns = 4 * COLUMN_QUADS;
  const dots = (r: number) => repeat(4, (k) => `dot(l${r}, r${k})`, ', ');
  return tiledShader({
    name: 'Conv2DBackpropInput',
    key: convKey(s),
    inputs: [dy, f],
    output: dx,
    workgroups: s.h * s.w * down * across,
    place: `let firstColumn = group % ${across}u * ${COLUMN_QUADS}u;
  let firstRow = group / ${across}u % ${down}u * ${ROWS}u;
  let pixel = group / ${across * down}u;
  let bottom = i32(pixel / ${s.w}u) + ${s.padTop};
  let right = i32(pixel % ${s.w}u) + ${s.padLeft};`,
    loops: [
      `for (var oy = max(0, (bottom - ${s.kh - s.sh}) / ${s.sh}); oy < min(${s.oh}, bottom / ${s.sh} + 1); oy++)`,
      `for (var ox = max(0, (right - ${s.kw - s.sw}) / ${s.sw}); ox < min(${s.ow}, right / ${s.sw} + 1); ox++)`,
      `for (var q0 = 0u; q0 < ${f.quads}u; q0 += ${DEPTH_QUADS}u)`,
    ],
    block: `let dyPixel = u32(oy * ${s.ow} + ox);
    let tap = u32((bottom - oy * ${s.sh}) * ${s.kw} + right - ox * ${s.sw}) * ${s.ci}u;`,
    left: {
      slots: ROWS * DEPTH_QUADS,
      fill: `let q = q0 + i / ${ROWS}u;
      let sample = firstRow + i % ${ROWS}u;
      lefts[i] = vec4<f32>();
      if (q < ${f.quads}u && sample < ${s.n}u) { lefts[i] = dy_at((sample * ${s.oh * s.ow}u + dyPixel) * ${f.quads}u + q); }`,
    },
    right: {
      slots: DEPTH_QUADS * columns,
      fill: `let q = q0 + i / ${columns}u;
      let channel = firstColumn * 4u + i % ${columns}u;
      rights[i] = vec4<f32>();
      if (q < ${f.quads}u && channel < ${s.ci}u) { rights[i] = f_at((tap + channel) * ${f.quads}u + q); }`,
    },
    products: `for (var q = 0u; q < ${DEPTH_QUADS}u; q++) {
      ${repeat(4, (r) => `let l${r} = lefts[q * ${ROWS}u + down * 4u + ${r}u];`)}
      ${repeat(
        2,
        (j) => `{ ${repeat(4, (k) => `let r${k} = rights[q * ${columns}u + across * 8u + ${4 * j + k}u];`)}
      ${repeat(4, (r) => `a${r}_${j} += vec4<f32>(${dots(r)});`)} }`,
      )}
    }`,
    rowExists: `row < ${s.n}u`,
    columnExists: dx.quads % COLUMN_QUADS !== 0 && `column < ${dx.quads}u`,
    at: `(row * ${s.h * s.w}u + pixel) * ${dx.quads}u + column`,
  });
}
