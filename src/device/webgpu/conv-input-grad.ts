// Gradient of a convolution with respect to its input, without barriers: a thread computes a tile of samples x input
// channels of one input pixel from dot products over output channels, so the weights need no transpose and dead taps no
// visit. With subgroups the threads of a quad share their loads: register-tile.ts.
import { convKey, type ConvShape } from '../conv-shape';
import { dispatchOver, MOST_ROWS, MOST_VEC4S, tileAxis } from './register-tile';
import type { Shader } from './run';
import { vec4Tensor } from './vec4';
import { collapsedLoop, guarded, repeat } from './wgsl';

/** Inputs dy [n,oh,ow,co], f [kh,kw,ci,co]; output dx [n,h,w,ci]. */
export function convInputGrad(s: ConvShape, subgroups: boolean): Shader {
  const dy = vec4Tensor('dy', s.n * s.oh * s.ow, s.co);
  const f = vec4Tensor('f', s.kh * s.kw * s.ci, s.co);
  const dx = vec4Tensor('dx', s.n * s.h * s.w, s.ci);
  const samples = tileAxis('sample', 'row', s.n, MOST_ROWS, subgroups);
  const vec4s = tileAxis('c4', 'column', dx.vec4s, MOST_VEC4S, subgroups);
  const { dispatch, start } = dispatchOver(subgroups, {
    c4Tile: vec4s.tiles,
    sampleTile: samples.tiles,
    at: s.h * s.w,
  });
  const channel = (j: number, k: number) => `min(${vec4s.at(j)} * 4u + ${k}u, ${s.ci - 1}u)`;
  const dots = (i: number, j: number) => repeat(4, (k) => `dot(g${i}, f${j}_${k})`, ', ');
  return {
    name: 'Conv2DBackpropInput',
    variant: subgroups ? 'subgroups' : 'registers',
    key: convKey(s),
    inputs: [dy.binding, f.binding],
    outputs: [dx.binding],
    ...dispatch,
    declarations: () => [dy.load, f.load, dx.store].join('\n'),
    body: () => `${start}
  ${samples.place}
  ${vec4s.place}
  ${repeat(samples.own, (i) => `let r${i} = ${samples.readable(i)} * ${s.oh * s.ow * f.vec4s}u;`)}
  ${repeat(vec4s.own, (j) => repeat(4, (k) => `let c${j}_${k} = ${channel(j, k)} * ${f.vec4s}u;`))}
  ${repeat(samples.count, (i) => repeat(vec4s.count, (j) => `var a${i}_${j} = vec4<f32>();`, ' '))}
  let bottom = i32(at / ${s.w}u) + ${s.padTop};
  let right = i32(at % ${s.w}u) + ${s.padLeft};
  let oy0 = max(0, (bottom - ${s.kh - s.sh}) / ${s.sh});
  let oy1 = min(${s.oh}, bottom / ${s.sh} + 1);
  let ox0 = max(0, (right - ${s.kw - s.sw}) / ${s.sw});
  let ox1 = min(${s.ow}, right / ${s.sw} + 1);
  ${collapsedLoop(
    { a: 'oy', b: 'ox', inner: 'q', extent: f.vec4s, step: 1 },
    `let dyAt = u32(oy * ${s.ow} + ox) * ${f.vec4s}u + q;
    let fAt = u32((bottom - oy * ${s.sh}) * ${s.kw} + right - ox * ${s.sw}) * ${s.ci * f.vec4s}u + q;
    ${samples.values(
      (i) => `g${i}`,
      (i) => `dy_at(dyAt + r${i})`,
    )}
    ${repeat(4, (k) =>
      vec4s.values(
        (j) => `f${j}_${k}`,
        (j) => `f_at(fAt + c${j}_${k})`,
      ),
    )}
    ${repeat(samples.count, (i) => repeat(vec4s.count, (j) => `a${i}_${j} += vec4<f32>(${dots(i, j)});`))}`,
  )}
  ${repeat(samples.count, (i) =>
    repeat(vec4s.count, (j) =>
      guarded(
        [samples.exists(i), vec4s.exists(j)],
        `dx_put((${samples.at(i)} * ${s.h * s.w}u + at) * ${dx.vec4s}u + ${vec4s.at(j)}, a${i}_${j});`,
      ),
    ),
  )}`,
  };
}
