// WGSL access to channels-last tensors four channels at a time, whether or not the channel count is a multiple of four.
// The index of a vec4 is row * vec4s + c4, a row being everything but the channel axis. Lanes past the last channel read
// as 0 and are never written. Not for the arithmetic of any kernel.
import type { Binding } from './run';
import { repeat } from './wgsl';

/** A channels-last tensor as a shader sees it. */
export interface Vec4Tensor {
  readonly binding: Binding;
  /** In a row: ceil(channels / 4). */
  readonly vec4s: number;
  /** WGSL of `fn NAME_at(i : u32) -> vec4<f32>`, i the index of a vec4 that must exist. */
  readonly load: string;
  /** WGSL of `fn NAME_put(i : u32, value : vec4<f32>)`. */
  readonly store: string;
}

/**
 * @param rows product of the axes before the channels.
 * @param past what lanes past the last channel read as: 0, or the last channel again (for minima and maxima).
 */
export function vec4Tensor(name: string, rows: number, channels: number, past: 'zero' | 'last' = 'zero'): Vec4Tensor {
  const vec4s = Math.ceil(channels / 4);
  if (channels % 4 === 0) {
    return {
      binding: { name, type: 'vec4<f32>', length: rows * vec4s },
      vec4s,
      load: `fn ${name}_at(i : u32) -> vec4<f32> { return ${name}[i]; }`,
      store: `fn ${name}_put(i : u32, value : vec4<f32>) { ${name}[i] = value; }`,
    };
  }
  const start = `let c = ${vec4s === 1 ? '0u' : `(i % ${vec4s}u) * 4u`};
  let base = (i / ${vec4s}u) * ${channels}u;`;
  const element = (k: number) => `${name}[base + min(c + ${k}u, ${channels - 1}u)]`;
  const lane = (k: number) => (past === 'last' ? element(k) : `select(0.0, ${element(k)}, c + ${k}u < ${channels}u)`);
  return {
    binding: { name, type: 'f32', length: rows * channels },
    vec4s,
    load: `fn ${name}_at(i : u32) -> vec4<f32> {
  ${start}
  return vec4<f32>(${repeat(4, lane, ', ')});
}`,
    store: `fn ${name}_put(i : u32, value : vec4<f32>) {
  ${start}
  for (var k = 0u; k < min(4u, ${channels}u - c); k++) { ${name}[base + c + k] = value[k]; }
}`,
  };
}
