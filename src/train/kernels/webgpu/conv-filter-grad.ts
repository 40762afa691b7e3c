// Gradient of a convolution with respect to its weights, without barriers: a thread sums the outer products of 8 input
// and 8 output channels at one tap over all samples and the output pixels that reach the image through that tap.
import { convKey, type ConvShape } from './conv-shape';
import { quadsOf, repeat } from './quads';
import type { Shader } from './run';
import { guarded, laneName, splitIndex, WORKGROUP } from './tile';

/** Inputs x [n,h,w,ci], dy [n,oh,ow,co]; output df [kh,kw,ci,co]. */
export function convFilterGrad(s: ConvShape): Shader {
  const x = quadsOf('x', s.n * s.h * s.w, s.ci);
  const dy = quadsOf('dy', s.n * s.oh * s.ow, s.co);
  const df = quadsOf('df', s.kh * s.kw * s.ci, s.co);
  // One quad of inputs takes twice the outputs, so that loads stay few against products.
  const inQuads = Math.min(2, x.quads);
  const outQuads = Math.min(inQuads === 1 ? 4 : 2, dy.quads);
  const lanes = Math.min(4 * inQuads, s.ci);
  const inTiles = Math.ceil(x.quads / inQuads);
  const outTiles = Math.ceil(dy.quads / outQuads);
  const threads = s.kh * s.kw * inTiles * outTiles;
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
  ${splitIndex({ outTile: outTiles, inTile: inTiles, tap: s.kh * s.kw })}
  let ky = i32(tap / ${s.kw}u);
  let kx = i32(tap % ${s.kw}u);
  ${repeat(inQuads, (i) => `let p${i} = min(inTile * ${inQuads}u + ${i}u, ${x.quads - 1}u);`)}
  ${repeat(outQuads, (j) => `let q${j} = min(outTile * ${outQuads}u + ${j}u, ${dy.quads - 1}u);`)}
  ${repeat(lanes, (k) => repeat(outQuads, (j) => `var a${k}_${j} = vec4<f32>();`, ' '))}
  let oy0 = (max(0, ${s.padTop} - ky) + ${s.sh - 1}) / ${s.sh};
  let oy1 = min(${s.oh}, (max(0, ${s.h + s.padTop} - ky) + ${s.sh - 1}) / ${s.sh});
  let ox0 = (max(0, ${s.padLeft} - kx) + ${s.sw - 1}) / ${s.sw};
  let ox1 = min(${s.ow}, (max(0, ${s.w + s.padLeft} - kx) + ${s.sw - 1}) / ${s.sw});
  for (var n = 0; n < ${s.n}; n++) {
    for (var oy = oy0; oy < oy1; oy++) {
      let xRow = (n * ${s.h} + oy * ${s.sh} + ky - ${s.padTop}) * ${s.w} + kx - ${s.padLeft};
      let dyRow = (n * ${s.oh} + oy) * ${s.ow};
      for (var ox = ox0; ox < ox1; ox++) {
        let xAt = u32(xRow + ox * ${s.sw}) * ${x.quads}u;
        let dyAt = u32(dyRow + ox) * ${dy.quads}u;
        ${repeat(inQuads, (i) => `let x${i} = x_at(xAt + p${i});`)}
        ${repeat(outQuads, (j) => `let g${j} = dy_at(dyAt + q${j});`)}
        ${repeat(lanes, (k) =>
          repeat(outQuads, (j) => `a${k}_${j} += x${Math.floor(k / 4)}.${laneName(k % 4)} * g${j};`, ' '),
        )}
      }
    }
  }
  ${repeat(lanes, (k) =>
    repeat(outQuads, (j) =>
      guarded(
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
