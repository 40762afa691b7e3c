// Gradient of a convolution with respect to its input, without barriers: a thread computes 8 samples x 8 input channels
// of one input pixel from dot products over output channels, so the weights need no transpose and dead taps no visit.
import { convKey, type ConvShape } from './conv-shape';
import { quadsOf, repeat } from './quads';
import type { Shader } from './run';
import { guarded, sampleRows, splitIndex, WORKGROUP } from './tile';

/** Inputs dy [n,oh,ow,co], f [kh,kw,ci,co]; output dx [n,h,w,ci]. */
export function convInputGrad(s: ConvShape): Shader {
  const dy = quadsOf('dy', s.n * s.oh * s.ow, s.co);
  const f = quadsOf('f', s.kh * s.kw * s.ci, s.co);
  const dx = quadsOf('dx', s.n * s.h * s.w, s.ci);
  const samples = Math.min(8, s.n);
  const quads = Math.min(2, dx.quads);
  const tiles = Math.ceil(dx.quads / quads);
  const groups = Math.ceil(s.n / samples);
  const threads = s.h * s.w * groups * tiles;
  const dots = (i: number, j: number) => repeat(4, (k) => `dot(g${i}, f${4 * j + k})`, ', ');
  return {
    name: 'Conv2DBackpropInput',
    key: `registers,${convKey(s)}`,
    inputs: [dy.binding, f.binding],
    outputs: [dx.binding],
    workgroupSize: WORKGROUP,
    workgroups: Math.ceil(threads / WORKGROUP),
    declarations: () => [dy.load, f.load, dx.store].join('\n'),
    body: () => `
  if (index >= ${threads}u) { return; }
  ${splitIndex({ tile: tiles, sampleGroup: groups, at: s.h * s.w })}
  let bottom = i32(at / ${s.w}u) + ${s.padTop};
  let right = i32(at % ${s.w}u) + ${s.padLeft};
  ${sampleRows('r', samples, s.n, s.oh * s.ow)}
  ${repeat(4 * quads, (k) => `let c${k} = min(tile * ${4 * quads}u + ${k}u, ${s.ci - 1}u) * ${f.quads}u;`)}
  ${repeat(samples, (i) => repeat(quads, (j) => `var a${i}_${j} = vec4<f32>();`, ' '))}
  for (var oy = max(0, (bottom - ${s.kh - s.sh}) / ${s.sh}); oy < min(${s.oh}, bottom / ${s.sh} + 1); oy++) {
    let ky = bottom - oy * ${s.sh};
    for (var ox = max(0, (right - ${s.kw - s.sw}) / ${s.sw}); ox < min(${s.ow}, right / ${s.sw} + 1); ox++) {
      let tap = u32(ky * ${s.kw} + right - ox * ${s.sw}) * ${s.ci * f.quads}u;
      let pixel = u32(oy * ${s.ow} + ox);
      for (var q = 0u; q < ${f.quads}u; q++) {
        ${repeat(samples, (i) => `let g${i} = dy_at((r${i} + pixel) * ${f.quads}u + q);`)}
        ${repeat(4 * quads, (k) => `let f${k} = f_at(tap + c${k} + q);`)}
        ${repeat(samples, (i) => repeat(quads, (j) => `a${i}_${j} += vec4<f32>(${dots(i, j)});`))}
      }
    }
  }
  ${repeat(samples, (i) =>
    repeat(quads, (j) =>
      guarded(
        [
          s.n % samples !== 0 && `sampleGroup * ${samples}u + ${i}u < ${s.n}u`,
          dx.quads % quads !== 0 && `tile * ${quads}u + ${j}u < ${dx.quads}u`,
        ],
        `dx_put(((sampleGroup * ${samples}u + ${i}u) * ${s.h * s.w}u + at) * ${dx.quads}u + tile * ${quads}u + ${j}u,
      a${i}_${j});`,
      ),
    ),
  )}`,
  };
}
