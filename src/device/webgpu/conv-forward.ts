// Convolution forward as implicit GEMM in registers, without barriers: a thread computes a tile of samples x channels of
// one output pixel, so that taps that only meet padding are never visited. Bias and ReLU are an epilogue.
// With subgroups the threads of a quad share their loads: register-tile.ts.
import { convKey, type ConvShape } from '../conv-shape';
import { KEEP_NAN } from './nan';
import { dispatchOver, MOST_ROWS, MOST_VEC4S, tileAxis } from './register-tile';
import type { Shader } from './run';
import { vec4Tensor } from './vec4';
import { collapsedLoop, guarded, laneName, repeat } from './wgsl';

/** What follows the sums. */
export interface Epilogue {
  readonly bias: boolean;
  readonly relu: boolean;
}

/** Inputs x [n,h,w,ci], f [kh,kw,ci,co] and, if asked, b [co]; output y [n,oh,ow,co]. */
export function convForward(s: ConvShape, epilogue: Epilogue, subgroups: boolean): Shader {
  const x = vec4Tensor('x', s.n * s.h * s.w, s.xChannels);
  const f = vec4Tensor('f', s.kh * s.kw * s.ci, s.co);
  const b = vec4Tensor('b', 1, s.co);
  const y = vec4Tensor('y', s.n * s.oh * s.ow, s.co);
  const samples = tileAxis('sample', 'row', s.n, MOST_ROWS, subgroups);
  const vec4s = tileAxis('c4', 'column', f.vec4s, MOST_VEC4S, subgroups);
  const { dispatch, start } = dispatchOver(subgroups, {
    c4Tile: vec4s.tiles,
    sampleTile: samples.tiles,
    at: s.oh * s.ow,
  });
  const whole = Math.floor(s.ci / 4);
  /** Multiply-adds of `lanes` input channels, those of the vec4 `q` on. */
  const step = (lanes: number) => `
    let xAt = u32((top + ky) * ${s.w} + left + kx) * ${x.vec4s}u + q;
    let fAt = (u32(ky * ${s.kw} + kx) * ${s.ci}u + q * 4u) * ${f.vec4s}u;
    ${samples.values(
      (i) => `x${i}`,
      (i) => `x_at(xAt + r${i})`,
    )}
    ${repeat(lanes, (k) => {
      const values = vec4s.values(
        (j) => `f${j}`,
        (j) => `f_at(fAt + c${j} + ${k * f.vec4s}u)`,
      );
      const sum = (i: number, j: number) => `a${i}_${j} = fma(vec4<f32>(x${i}.${laneName(k)}), f${j}, a${i}_${j});`;
      return `{ ${values}
      ${repeat(samples.count, (i) => repeat(vec4s.count, (j) => sum(i, j), ' '))} }`;
    })}`;
  const taps = { a: 'ky', b: 'kx', inner: 'q', step: 1 };
  return {
    name: epilogue.bias || epilogue.relu ? 'FusedConv2D' : 'Conv2D',
    variant: subgroups ? 'subgroups' : 'registers',
    key: `${convKey(s)},${epilogue.bias},${epilogue.relu}`,
    inputs: epilogue.bias ? [x.binding, f.binding, b.binding] : [x.binding, f.binding],
    outputs: [y.binding],
    ...dispatch,
    declarations: () =>
      [x.load, f.load, epilogue.bias ? b.load : '', y.store, epilogue.relu ? KEEP_NAN : ''].join('\n'),
    body: () => `${start}
  ${samples.place}
  ${vec4s.place}
  ${repeat(samples.own, (i) => `let r${i} = ${samples.readable(i)} * ${s.h * s.w * x.vec4s}u;`)}
  ${repeat(vec4s.own, (j) => `let c${j} = ${vec4s.readable(j)};`)}
  ${repeat(samples.count, (i) => repeat(vec4s.count, (j) => `var a${i}_${j} = vec4<f32>();`, ' '))}
  let top = i32(at / ${s.ow}u) * ${s.sh} - ${s.padTop};
  let left = i32(at % ${s.ow}u) * ${s.sw} - ${s.padLeft};
  let ky0 = max(0, -top);
  let ky1 = min(${s.kh}, ${s.h} - top);
  let kx0 = max(0, -left);
  let kx1 = min(${s.kw}, ${s.w} - left);
  ${whole === 0 ? '' : collapsedLoop({ ...taps, extent: whole }, step(4))}
  ${s.ci % 4 === 0 ? '' : collapsedLoop({ ...taps, extent: 1 }, `let q = ${whole}u;\n${step(s.ci % 4)}`)}
  ${epilogue.bias ? repeat(vec4s.count, (j) => `let b${j} = b_at(${vec4s.readable(j)});`) : ''}
  ${repeat(samples.count, (i) =>
    repeat(vec4s.count, (j) => {
      const sum = epilogue.bias ? `a${i}_${j} + b${j}` : `a${i}_${j}`;
      const value = epilogue.relu ? `relu(${sum})` : sum;
      return guarded(
        [samples.exists(i), vec4s.exists(j)],
        `y_put((${samples.at(i)} * ${s.oh * s.ow}u + at) * ${f.vec4s}u + ${vec4s.at(j)}, ${value});`,
      );
    }),
  )}`,
  };
}
