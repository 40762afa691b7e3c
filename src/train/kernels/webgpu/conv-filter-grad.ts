// Gradient of a convolution with respect to its weights, without barriers: a thread sums the outer products of up to 16
// input and 16 output channels at one tap over all samples and the output pixels that reach the image through that tap.
// For software adapters: so many sums do not fit a GPU's registers.
import { convKey, type ConvShape } from './conv-shape';
import { quadsOf, repeat } from './quads';
import type { Shader } from './run';
import * as tile from './tile';

/** Fewer than elsewhere: there are few such threads, and all are long. */
const WORKGROUP = 4;

/** Inputs x [n,h,w,ci], dy [n,oh,ow,co]; output df [kh,kw,ci,co]. */
export function convFilterGrad(s: ConvShape): Shader {
  const x = quadsOf('x', s.n * s.h * s.w, s.xChannels);
  const dy = quadsOf('dy', s.n * s.oh * s.ow, s.co);
  const df = quadsOf('df', s.kh * s.kw * s.ci, s.co);
  const inQuads = Math.min(tile.MOST_QUADS, x.quads);
  const outQuads = Math.min(tile.MOST_QUADS, dy.quads);
  const lanes = Math.min(4 * inQuads, s.ci);
  const inTiles = Math.ceil(x.quads / inQuads);
  const outTiles = Math.ceil(dy.quads / outQuads);
  const threads = s.kh * s.kw * inTiles * outTiles;
  const unrolled = tile.unrolling(s.n, 4);
  const step = (u: number) => `{
      ${repeat(outQuads, (j) => `let g${j} = dy_at(dyAt + q${j} + ${u * s.oh * s.ow * dy.quads}u);`, ' ')}
      ${repeat(inQuads, (i) => {
        const own = Math.min(4, lanes - 4 * i);
        return `{ let v = x_at(xAt + p${i} + ${u * s.h * s.w * x.quads}u);
      ${repeat(own, (k) => repeat(outQuads, (j) => `a${4 * i + k}_${j} += v.${tile.laneName(k)} * g${j};`, ' '))} }`;
      })}
    }`;
  return {
    name: 'Conv2DBackpropFilter',
    key: `registers,${convKey(s)}`,
    inputs: [x.binding, dy.binding],
    outputs: [df.binding],
    workgroupSize: WORKGROUP,
    workgroups: Math.ceil(threads / WORKGROUP),
    declarations: () => [x.load, dy.load, df.store].join('\n'),
    body: () => `
  if (index >= ${threads}u) { return; }
  ${tile.splitIndex({ outTile: outTiles, inTile: inTiles, tap: s.kh * s.kw })}
  let ky = i32(tap / ${s.kw}u);
  let kx = i32(tap % ${s.kw}u);
  ${repeat(inQuads, (i) => `let p${i} = min(inTile * ${inQuads}u + ${i}u, ${x.quads - 1}u);`)}
  ${repeat(outQuads, (j) => `let q${j} = min(outTile * ${outQuads}u + ${j}u, ${dy.quads - 1}u);`)}
  ${repeat(lanes, (k) => repeat(outQuads, (j) => `var a${k}_${j} = vec4<f32>();`, ' '))}
  let oy0 = (max(0, ${s.padTop} - ky) + ${s.sh - 1}) / ${s.sh};
  let oy1 = min(${s.oh}, (max(0, ${s.h + s.padTop} - ky) + ${s.sh - 1}) / ${s.sh});
  let ox0 = (max(0, ${s.padLeft} - kx) + ${s.sw - 1}) / ${s.sw};
  let ox1 = min(${s.ow}, (max(0, ${s.w + s.padLeft} - kx) + ${s.sw - 1}) / ${s.sw});
  ${tile.boxLoop(
    { a: 'oy', b: 'ox', inner: 'n', extent: s.n, step: unrolled },
    `let iy = oy * ${s.sh} + ky - ${s.padTop};
    let ix = ox * ${s.sw} + kx - ${s.padLeft};
    let xAt = (n * ${s.h * s.w}u + u32(iy * ${s.w} + ix)) * ${x.quads}u;
    let dyAt = (n * ${s.oh * s.ow}u + u32(oy * ${s.ow} + ox)) * ${dy.quads}u;
    ${repeat(unrolled, step)}`,
  )}
  ${repeat(lanes, (k) =>
    repeat(outQuads, (j) =>
      tile.guarded(
        [
          s.ci % lanes !== 0 && `inTile * ${lanes}u + ${k}u < ${s.ci}u`,
          dy.quads % outQuads !== 0 && `outTile * ${outQuads}u + ${j}u < ${dy.quads}u`,
        ],
        `df_put((tap * ${s.ci}u + inTile * ${lanes}u + ${k}u) * ${dy.quads}u + q${j}, a${k}_${j});`,
      ),
    ),
  )}`,
  };
}
