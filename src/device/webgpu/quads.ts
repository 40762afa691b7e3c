// WGSL access to channels-last tensors four channels at a time, whether or not the channel count is a multiple of four.
// A quad index is row * quads + quad, a row being everything but the channel axis. Lanes past the last channel read
// as 0 and are never written. Not for the arithmetic of any kernel.
import type { Binding } from './run';

/** A channels-last tensor as a shader sees it. */
export interface Quads {
  readonly binding: Binding;
  /** Quads in a row: ceil(channels / 4). */
  readonly quads: number;
  /** WGSL of `fn NAME_at(i : u32) -> vec4<f32>`, i a quad index that must exist. */
  readonly load: string;
  /** WGSL of `fn NAME_put(i : u32, value : vec4<f32>)`. */
  readonly store: string;
}

/**
 * @param rows product of the axes before the channels.
 * @param past what lanes past the last channel read as: 0, or the last channel again (for minima and maxima).
 */
export function quadsOf(name: string, rows: number, channels: number, past: 'zero' | 'last' = 'zero'): Quads {
  const quads = Math.ceil(channels / 4);
  if (channels % 4 === 0) {
    return {
      binding: { name, type: 'vec4<f32>', length: rows * quads },
      quads,
      load: `fn ${name}_at(i : u32) -> vec4<f32> { return ${name}[i]; }`,
      store: `fn ${name}_put(i : u32, value : vec4<f32>) { ${name}[i] = value; }`,
    };
  }
  const start = `let c = ${quads === 1 ? '0u' : `(i % ${quads}u) * 4u`};
  let base = (i / ${quads}u) * ${channels}u;`;
  const element = (k: number) => `${name}[base + min(c + ${k}u, ${channels - 1}u)]`;
  const lane = (k: number) => (past === 'last' ? element(k) : `select(0.0, ${element(k)}, c + ${k}u < ${channels}u)`);
  return {
    binding: { name, type: 'f32', length: rows * channels },
    quads,
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

/** `count` texts, one for each index. */
export function repeat(count: number, text: (i: number) => string, separator = '\n'): string {
  return Array.from({ length: count }, (_, i) => text(i)).join(separator);
}
