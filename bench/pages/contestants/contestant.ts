// What every contestant of `npm run bench -- int8` is: image bytes in, float logits out. Types only.

export type ContestantSpec =
  | { readonly kind: 'ours'; readonly build: 'relaxed' | 'plain'; readonly threads: number }
  | { readonly kind: 'tfjs'; readonly backend: 'wasm' | 'webgpu'; readonly threads: number }
  | { readonly kind: 'ort'; readonly model: 'int8' | 'fp32'; readonly threads: number }
  | { readonly kind: 'litert'; readonly threads: number };

/** What a contestant may need to start. */
export interface Setup {
  /** URL of the served checkout, ending in '/'. */
  readonly baseUrl: string;
  /** Images per call where throughput is measured. */
  readonly batch: number;
  /** The file of the Int8Model that all int8 contestants run. */
  readonly int8: Uint8Array;
}

export interface Contestant {
  readonly what: string;
  /** Threads really used, which can be fewer than asked for. */
  readonly threads: number;
  /** @param pixels n images, uint8 NHWC; @returns n rows of float logits */
  logits(pixels: Uint8Array, n: number): Float32Array | Promise<Float32Array>;
}
