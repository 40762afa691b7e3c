// Gradient of a convolution with respect to its input, without barriers: a thread computes up to 16 samples x 16 input
// channels of one input pixel from dot products over output channels, so the weights need no transpose and dead taps
// no visit. For software adapters: so many sums do not fit a GPU's registers.
import { convKey, type ConvShape } from './conv-shape';
import { quadsOf, repeat } from './quads';
import type { Shader } from './run';
import * as tile from './tile';

/** Inputs dy [n,oh,ow,co], f [kh,kw,ci,co]; output dx [n,h,w,ci]. */
export function convInputGrad(s: ConvShape): Shader {
  const dy = quadsOf('dy', s.n * s.oh * s.ow, s.co);
  const f = quadsOf('f', s.kh * s.kw * s.ci, s.co);
  const dx = quadsOf('dx', s.n * s.h * s.w, s.ci);
  const samples = tile.samplesPerThread(s.n);
  const quads = Math.min(tile.MOST_QUADS, dx.quads);
  const tiles = Math.ceil(dx.quads / quads);
  const groups = Math.ceil(s.n / samples);
  const threads = s.h * s.w * groups * tiles;
  const unrolled = tile.unrolling(f.quads, 2);
  const step = (offset: number) => `{
      ${repeat(samples, (i) => `let g${i} = dy_at(dyAt + r${i} + ${offset}u);`)}
      ${repeat(quads, (j) => {
        const dots = (i: number) => repeat(4, (k) => `dot(g${i}, f${k})`, ', ');
        return `{ ${repeat(4, (k) => `let f${k} = f_at(fAt + c${4 * j + k} + ${offset}u);`, ' ')}
      ${repeat(samples, (i) => `a${i}_${j} += vec4<f32>(${dots(i)});`)} }`;
      })}
    }`;
  return {
    name: 'Conv2DBackpropInput',
    key: `registers,${convKey(s)}`,
    inputs: [dy.binding, f.binding],
    outputs: [dx.binding],
    workgroupSize: tile.WORKGROUP,
    workgroups: Math.ceil(threads / tile.WORKGROUP),
    declarations: () => [dy.load, f.load, dx.store].join('\n'),
    body: () => `
  if (index >= ${threads}u) { return; }
  ${tile.splitIndex({ tile: tiles, sampleGroup: groups, at: s.h * s.w })}
  ${tile.sampleRows('r', samples, s.n, s.oh * s.ow * f.quads)}
  ${repeat(4 * quads, (k) => `let c${k} = min(tile * ${4 * quads}u + ${k}u, ${s.ci - 1}u) * ${f.quads}u;`)}
  ${repeat(samples, (i) => repeat(quads, (j) => `var a${i}_${j} = vec4<f32>();`, ' '))}
  let bottom = i32(at / ${s.w}u) + ${s.padTop};
  let right = i32(at % ${s.w}u) + ${s.padLeft};
  let oy0 = max(0, (bottom - ${s.kh - s.sh}) / ${s.sh});
  let oy1 = min(${s.oh}, bottom / ${s.sh} + 1);
  let ox0 = max(0, (right - ${s.kw - s.sw}) / ${s.sw});
  let ox1 = min(${s.ow}, right / ${s.sw} + 1);
  ${tile.boxLoop(
    { a: 'oy', b: 'ox', inner: 'q', extent: f.quads, step: unrolled },
    `let dyAt = u32(oy * ${s.ow} + ox) * ${f.quads}u + q;
    let fAt = u32((bottom - oy * ${s.sh}) * ${s.kw} + right - ox * ${s.sw}) * ${s.ci * f.quads}u + q;
    ${repeat(unrolled, step)}`,
  )}
  ${repeat(samples, (i) =>
    repeat(quads, (j) =>
      tile.guarded(
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
