// The patches a convolution sees, one row per output pixel: kh * kw * ci values, padding as zeros, the row filled up to
// whole vec4s. With them a convolution of few channels (the first layer's 3) becomes a 1x1 convolution of many, which
// the tiled kernels take at full width. Not worth it where ci is a multiple of four.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { convKey, type ConvShape } from '../conv-shape';
import { run, type Shader } from './run';
import { repeat } from './wgsl';

const WORKGROUP = 64;

/** Whether a forward or filter-gradient convolution had better run on patches. */
export function wantsPatches(s: ConvShape): boolean {
  return s.ci % 4 !== 0 && s.ci < 16 && s.kh * s.kw > 1;
}

/** The 1x1 convolution that does over patches what `s` does over the image; its filter is the same array. */
export function patchShape(s: ConvShape): ConvShape {
  const ci = s.kh * s.kw * s.ci;
  const xChannels = Math.ceil(ci / 4) * 4;
  return { ...s, h: s.oh, w: s.ow, ci, xChannels, kh: 1, kw: 1, sh: 1, sw: 1, padTop: 0, padLeft: 0 };
}

/** x [n,h,w,ci] -> patches [n,oh,ow,patchShape(s).xChannels]. */
export function patches(backend: WebGPUBackend, x: TensorInfo, s: ConvShape): TensorInfo {
  return run(backend, patchesShader(s), [x], [[s.n, s.oh, s.ow, patchShape(s).xChannels]])[0];
}

function patchesShader(s: ConvShape): Shader {
  const values = s.kh * s.kw * s.ci;
  const vec4s = Math.ceil(values / 4);
  const threads = s.n * s.oh * s.ow * vec4s;
  return {
    name: 'Patches',
    key: convKey(s),
    inputs: [{ name: 'x', type: 'f32', length: s.n * s.h * s.w * s.ci }],
    outputs: [{ name: 'y', type: 'vec4<f32>', length: threads }],
    workgroupSize: WORKGROUP,
    workgroups: Math.ceil(threads / WORKGROUP),
    body: () => `
  if (index >= ${threads}u) { return; }
  let first = i32(index % ${vec4s}u) * 4;
  let pixel = i32(index / ${vec4s}u);
  let image = pixel / ${s.oh * s.ow} * ${s.h};
  let top = pixel / ${s.ow} % ${s.oh} * ${s.sh} - ${s.padTop};
  let left = pixel % ${s.ow} * ${s.sw} - ${s.padLeft};
  var value = vec4<f32>();
  ${repeat(
    4,
    (k) => `{
    let at = first + ${k};
    let row = at / ${s.kw * s.ci};
    let column = left * ${s.ci} + at % ${s.kw * s.ci};
    let inside = at < ${values} && top + row >= 0 && top + row < ${s.h} && column >= 0 && column < ${s.w * s.ci};
    if (inside) { value[${k}] = x[(image + top + row) * ${s.w * s.ci} + column]; }
  }`,
  )}
  y[index] = value;`,
  };
}
