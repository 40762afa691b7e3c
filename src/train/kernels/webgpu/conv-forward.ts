// Convolution forward as implicit GEMM in registers, without barriers: a thread computes up to 16 samples x 16 channels
// of one output pixel, so that taps that only meet padding are never visited. Bias and ReLU are an epilogue.
// For software adapters: so many sums do not fit a GPU's registers.
import { convKey, type ConvShape } from './conv-shape';
import { quadsOf, repeat } from './quads';
import type { Shader } from './run';
import * as tile from './tile';

/** What follows the sums. */
export interface Epilogue {
  readonly bias: boolean;
  readonly relu: boolean;
}

/** Inputs x [n,h,w,ci], f [kh,kw,ci,co] and, if asked, b [co]; output y [n,oh,ow,co]. */
export function convForward(s: ConvShape, epilogue: Epilogue): Shader {
  const x = quadsOf('x', s.n * s.h * s.w, s.xChannels);
  const f = quadsOf('f', s.kh * s.kw * s.ci, s.co);
  const b = quadsOf('b', 1, s.co);
  const y = quadsOf('y', s.n * s.oh * s.ow, s.co);
  const samples = tile.samplesPerThread(s.n);
  const quads = Math.min(tile.MOST_QUADS, f.quads);
  const tiles = Math.ceil(f.quads / quads);
  const groups = Math.ceil(s.n / samples);
  const threads = s.oh * s.ow * groups * tiles;
  const whole = Math.floor(s.ci / 4);
  const unrolled = tile.unrolling(whole, 2);
  /** Multiply-adds of `lanes` input channels, the first being the quad `q` + offset's. */
  const step = (offset: number, lanes: number) => `{
      ${repeat(samples, (i) => `let x${i} = x_at(xAt + r${i} + ${offset}u);`)}
      ${repeat(lanes, (k) => {
        const row = (offset * 4 + k) * f.quads;
        return `{ ${repeat(quads, (j) => `let f${j} = f_at(fAt + c${j} + ${row}u);`, ' ')}
      ${repeat(samples, (i) => repeat(quads, (j) => `a${i}_${j} += x${i}.${tile.laneName(k)} * f${j};`, ' '))} }`;
      })}
    }`;
  const addresses = `let xAt = u32((top + ky) * ${s.w} + left + kx) * ${x.quads}u + q;
    let fAt = (u32(ky * ${s.kw} + kx) * ${s.ci}u + q * 4u) * ${f.quads}u;`;
  const taps = { a: 'ky', b: 'kx', inner: 'q' };
  return {
    name: epilogue.bias || epilogue.relu ? 'FusedConv2D' : 'Conv2D',
    key: `registers,${convKey(s)},${epilogue.bias},${epilogue.relu}`,
    inputs: epilogue.bias ? [x.binding, f.binding, b.binding] : [x.binding, f.binding],
    outputs: [y.binding],
    workgroupSize: tile.WORKGROUP,
    workgroups: Math.ceil(threads / tile.WORKGROUP),
    declarations: () => [x.load, f.load, epilogue.bias ? b.load : '', y.store].join('\n'),
    body: () => `
  if (index >= ${threads}u) { return; }
  ${tile.splitIndex({ tile: tiles, sampleGroup: groups, at: s.oh * s.ow })}
  ${tile.sampleRows('r', samples, s.n, s.h * s.w * x.quads)}
  ${repeat(quads, (j) => `let c${j} = min(tile * ${quads}u + ${j}u, ${f.quads - 1}u);`)}
  ${repeat(samples, (i) => repeat(quads, (j) => `var a${i}_${j} = vec4<f32>();`, ' '))}
  let top = i32(at / ${s.ow}u) * ${s.sh} - ${s.padTop};
  let left = i32(at % ${s.ow}u) * ${s.sw} - ${s.padLeft};
  let ky0 = max(0, -top);
  let ky1 = min(${s.kh}, ${s.h} - top);
  let kx0 = max(0, -left);
  let kx1 = min(${s.kw}, ${s.w} - left);
  ${
    whole === 0
      ? ''
      : tile.boxLoop({ ...taps, extent: whole, step: unrolled }, `${addresses}\n${repeat(unrolled, (u) => step(u, 4))}`)
  }
  ${
    s.ci % 4 === 0
      ? ''
      : tile.boxLoop({ ...taps, extent: 1, step: 1 }, `let q = ${whole}u;\n${addresses}\n${step(0, s.ci % 4)}`)
  }
  ${epilogue.bias ? repeat(quads, (j) => `let b${j} = b_at(c${j});`) : ''}
  ${repeat(samples, (i) =>
    repeat(quads, (j) => {
      const sum = epilogue.bias ? `a${i}_${j} + b${j}` : `a${i}_${j}`;
      const value = epilogue.relu ? `max(${sum}, vec4<f32>())` : sum;
      return tile.guarded(
        [
          s.n % samples !== 0 && `sampleGroup * ${samples}u + ${i}u < ${s.n}u`,
          f.quads % quads !== 0 && `tile * ${quads}u + ${j}u < ${f.quads}u`,
        ],
        `y_put(((sampleGroup * ${samples}u + ${i}u) * ${s.oh * s.ow}u + at) * ${f.quads}u + c${j}, ${value});`,
      );
    }),
  )}`,
  };
}
