// Convolution forward as implicit GEMM in registers, without barriers: a thread computes 8 samples x 8 channels of one
// output pixel, so that taps that only meet padding are never visited. Bias and ReLU are an epilogue.
// Not for choosing between variants: see variants.ts.
import { convKey, type ConvShape } from './conv-shape';
import { quadsOf, repeat } from './quads';
import type { Shader } from './run';
import { guarded, laneName, sampleRows, splitIndex, WORKGROUP } from './tile';

/** What follows the sums. */
export interface Epilogue {
  readonly bias: boolean;
  readonly relu: boolean;
}

/** Inputs x [n,h,w,ci], f [kh,kw,ci,co] and, if asked, b [co]; output y [n,oh,ow,co]. */
export function convForward(s: ConvShape, epilogue: Epilogue): Shader {
  const x = quadsOf('x', s.n * s.h * s.w, s.ci);
  const f = quadsOf('f', s.kh * s.kw * s.ci, s.co);
  const b = quadsOf('b', 1, s.co);
  const y = quadsOf('y', s.n * s.oh * s.ow, s.co);
  const samples = Math.min(8, s.n);
  const quads = Math.min(2, f.quads);
  const tiles = Math.ceil(f.quads / quads);
  const groups = Math.ceil(s.n / samples);
  const threads = s.oh * s.ow * groups * tiles;
  /** Multiply-adds of `lanes` input channels, the first being quad q's. */
  const step = (lanes: number) => `
        ${repeat(samples, (i) => `let x${i} = x_at((r${i} + pixel) * ${x.quads}u + q);`)}
        let row = (tap + q * 4u) * ${f.quads}u;
        ${repeat(
          lanes,
          (k) => `{
          ${repeat(quads, (j) => `let f${j} = f_at(row + ${k * f.quads}u + c${j});`)}
          ${repeat(samples, (i) => repeat(quads, (j) => `a${i}_${j} += x${i}.${laneName(k)} * f${j};`, ' '))}
        }`,
        )}`;
  return {
    name: epilogue.bias || epilogue.relu ? 'FusedConv2D' : 'Conv2D',
    key: `registers,${convKey(s)},${epilogue.bias},${epilogue.relu}`,
    inputs: epilogue.bias ? [x.binding, f.binding, b.binding] : [x.binding, f.binding],
    outputs: [y.binding],
    workgroupSize: WORKGROUP,
    workgroups: Math.ceil(threads / WORKGROUP),
    declarations: () => [x.load, f.load, epilogue.bias ? b.load : '', y.store].join('\n'),
    body: () => `
  if (index >= ${threads}u) { return; }
  ${splitIndex({ tile: tiles, sampleGroup: groups, at: s.oh * s.ow })}
  let oy = i32(at / ${s.ow}u);
  let ox = i32(at % ${s.ow}u);
  ${sampleRows('r', samples, s.n, s.h * s.w)}
  ${repeat(quads, (j) => `let c${j} = min(tile * ${quads}u + ${j}u, ${f.quads - 1}u);`)}
  ${repeat(samples, (i) => repeat(quads, (j) => `var a${i}_${j} = vec4<f32>();`, ' '))}
  let top = oy * ${s.sh} - ${s.padTop};
  let left = ox * ${s.sw} - ${s.padLeft};
  for (var ky = max(0, -top); ky < min(${s.kh}, ${s.h} - top); ky++) {
    for (var kx = max(0, -left); kx < min(${s.kw}, ${s.w} - left); kx++) {
      let pixel = u32((top + ky) * ${s.w} + left + kx);
      let tap = u32(ky * ${s.kw} + kx) * ${s.ci}u;
      for (var q = 0u; q < ${Math.floor(s.ci / 4)}u; q++) {${step(4)}
      }
      ${s.ci % 4 === 0 ? '' : `{ let q = ${x.quads - 1}u;${step(s.ci % 4)} }`}
    }
  }
  ${epilogue.bias ? repeat(quads, (j) => `let b${j} = b_at(c${j});`) : ''}
  ${repeat(samples, (i) =>
    repeat(quads, (j) => {
      const sum = epilogue.bias ? `a${i}_${j} + b${j}` : `a${i}_${j}`;
      const value = epilogue.relu ? `max(${sum}, vec4<f32>())` : sum;
      return guarded(
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
