// Gradient of a convolution with respect to its weights, without barriers: a thread sums the outer products of a tile of
// input and output channels at one tap over all samples and the output pixels that reach the image through that tap.
// With subgroups the threads of a quad share their loads: register-tile.ts.
import { convKey, type ConvShape } from '../conv-shape';
import { dispatchOver, MOST_ROWS, MOST_VEC4S, tileAxis } from './register-tile';
import type { Shader } from './run';
import { vec4Tensor } from './vec4';
import { collapsedLoop, guarded, laneName, repeat, unrolling } from './wgsl';

/** Inputs x [n,h,w,ci], dy [n,oh,ow,co]; output df [kh,kw,ci,co]. */
export function convFilterGrad(s: ConvShape, subgroups: boolean): Shader {
  const x = vec4Tensor('x', s.n * s.h * s.w, s.xChannels);
  const dy = vec4Tensor('dy', s.n * s.oh * s.ow, s.co);
  const df = vec4Tensor('df', s.kh * s.kw * s.ci, s.co);
  const ins = tileAxis('in', 'row', x.vec4s, MOST_ROWS / 4, subgroups);
  const outs = tileAxis('out', 'column', dy.vec4s, MOST_VEC4S, subgroups);
  const { dispatch, start } = dispatchOver(subgroups, { outTile: outs.tiles, inTile: ins.tiles, tap: s.kh * s.kw });
  const unrolled = unrolling(s.n, 4);
  /** The sums a{4 * i + k}_{j}, in the order of their use. */
  const sums = (text: (i: number, k: number, j: number) => string) =>
    repeat(ins.count, (i) => repeat(4, (k) => repeat(outs.count, (j) => text(i, k, j), ' ')));
  const step = (u: number) => `{
      ${outs.values(
        (j) => `g${j}`,
        (j) => `dy_at(dyAt + q${j} + ${u * s.oh * s.ow * dy.vec4s}u)`,
      )}
      ${ins.values(
        (i) => `v${i}`,
        (i) => `x_at(xAt + p${i} + ${u * s.h * s.w * x.vec4s}u)`,
      )}
      ${sums((i, k, j) => {
        const sum = `a${4 * i + k}_${j}`;
        return `${sum} = fma(vec4<f32>(v${i}.${laneName(k)}), g${j}, ${sum});`;
      })}
    }`;
  return {
    name: 'Conv2DBackpropFilter',
    variant: subgroups ? 'subgroups' : 'registers',
    key: convKey(s),
    inputs: [x.binding, dy.binding],
    outputs: [df.binding],
    ...dispatch,
    declarations: () => [x.load, dy.load, df.store].join('\n'),
    body: () => `${start}
  ${ins.place}
  ${outs.place}
  let ky = i32(tap / ${s.kw}u);
  let kx = i32(tap % ${s.kw}u);
  ${repeat(ins.own, (i) => `let p${i} = ${ins.readable(i)};`)}
  ${repeat(outs.own, (j) => `let q${j} = ${outs.readable(j)};`)}
  ${sums((i, k, j) => `var a${4 * i + k}_${j} = vec4<f32>();`)}
  let oy0 = (max(0, ${s.padTop} - ky) + ${s.sh - 1}) / ${s.sh};
  let oy1 = min(${s.oh}, (max(0, ${s.h + s.padTop} - ky) + ${s.sh - 1}) / ${s.sh});
  let ox0 = (max(0, ${s.padLeft} - kx) + ${s.sw - 1}) / ${s.sw};
  let ox1 = min(${s.ow}, (max(0, ${s.w + s.padLeft} - kx) + ${s.sw - 1}) / ${s.sw});
  ${collapsedLoop(
    { a: 'oy', b: 'ox', inner: 'n', extent: s.n, step: unrolled },
    `let iy = oy * ${s.sh} + ky - ${s.padTop};
    let ix = ox * ${s.sw} + kx - ${s.padLeft};
    let xAt = (n * ${s.h * s.w}u + u32(iy * ${s.w} + ix)) * ${x.vec4s}u;
    let dyAt = (n * ${s.oh * s.ow}u + u32(oy * ${s.ow} + ox)) * ${dy.vec4s}u;
    ${repeat(unrolled, step)}`,
  )}
  ${sums((i, k, j) => {
    const row = `${ins.at(i)} * 4u + ${k}u`;
    return guarded(
      [(s.ci % 4 !== 0 || ins.exists(i)) && `${row} < ${s.ci}u`, outs.exists(j)],
      `df_put((tap * ${s.ci}u + ${row}) * ${dy.vec4s}u + ${outs.at(j)}, a${4 * i + k}_${j});`,
    );
  })}`,
  };
}
