// Gradient of a convolution with respect to its input, without barriers: a thread computes a tile of samples x input
// channels of one input pixel from dot products over output channels, so the weights need no transpose and dead taps no
// visit. With subgroups the threads of a quad share their loads: sides.ts.
import { convKey, type ConvShape } from '../conv-shape';
import { quadsOf, repeat } from './quads';
import type { Shader } from './run';
import { side, teams } from './sides';
import * as tile from './tile';

/** Inputs dy [n,oh,ow,co], f [kh,kw,ci,co]; output dx [n,h,w,ci]. */
export function convInputGrad(s: ConvShape, subgroups: boolean): Shader {
  const dy = quadsOf('dy', s.n * s.oh * s.ow, s.co);
  const f = quadsOf('f', s.kh * s.kw * s.ci, s.co);
  const dx = quadsOf('dx', s.n * s.h * s.w, s.ci);
  const samples = side('sample', 'row', s.n, tile.MOST_ROWS, subgroups);
  const quads = side('quad', 'column', dx.quads, tile.MOST_QUADS, subgroups);
  const { dispatch, start } = teams(subgroups, { quadTile: quads.tiles, sampleTile: samples.tiles, at: s.h * s.w });
  const channel = (j: number, k: number) => `min(${quads.at(j)} * 4u + ${k}u, ${s.ci - 1}u)`;
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
  ${quads.place}
  ${repeat(samples.own, (i) => `let r${i} = ${samples.readable(i)} * ${s.oh * s.ow * f.quads}u;`)}
  ${repeat(quads.own, (j) => repeat(4, (k) => `let c${j}_${k} = ${channel(j, k)} * ${f.quads}u;`))}
  ${repeat(samples.count, (i) => repeat(quads.count, (j) => `var a${i}_${j} = vec4<f32>();`, ' '))}
  let bottom = i32(at / ${s.w}u) + ${s.padTop};
  let right = i32(at % ${s.w}u) + ${s.padLeft};
  let oy0 = max(0, (bottom - ${s.kh - s.sh}) / ${s.sh});
  let oy1 = min(${s.oh}, bottom / ${s.sh} + 1);
  let ox0 = max(0, (right - ${s.kw - s.sw}) / ${s.sw});
  let ox1 = min(${s.ow}, right / ${s.sw} + 1);
  ${tile.boxLoop(
    { a: 'oy', b: 'ox', inner: 'q', extent: f.quads, step: 1 },
    `let dyAt = u32(oy * ${s.ow} + ox) * ${f.quads}u + q;
    let fAt = u32((bottom - oy * ${s.sh}) * ${s.kw} + right - ox * ${s.sw}) * ${s.ci * f.quads}u + q;
    ${samples.values(
      (i) => `g${i}`,
      (i) => `dy_at(dyAt + r${i})`,
    )}
    ${repeat(4, (k) =>
      quads.values(
        (j) => `f${j}_${k}`,
        (j) => `f_at(fAt + c${j}_${k})`,
      ),
    )}
    ${repeat(samples.count, (i) => repeat(quads.count, (j) => `a${i}_${j} += vec4<f32>(${dots(i, j)});`))}`,
  )}
  ${repeat(samples.count, (i) =>
    repeat(quads.count, (j) =>
      tile.guarded(
        [samples.exists(i), quads.exists(j)],
        `dx_put((${samples.at(i)} * ${s.h * s.w}u + at) * ${dx.quads}u + ${quads.at(j)}, a${i}_${j});`,
      ),
    ),
  )}`,
  };
}
