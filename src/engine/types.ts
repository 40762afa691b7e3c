// The one interface of every integer engine: the WASM engine and the plain TypeScript reference.
// Not for floats: images come in as quantized codes, logits go out as codes (dequantize with the model's qparams).

/** Runs an Int8Model on quantized images. */
export interface Int8Engine {
  /** What runs: 'reference', 'wasm-simd', 'wasm-relaxed-simd'. */
  readonly description: string;
  /** Falls to 1 when one stops. */
  readonly threads: number;
  /**
   * @param codes n images, NHWC codes of tensors[0], length n*h*w*c.
   * @returns n rows of output codes (quantized logits), length n*classes; valid until the next call.
   */
  run(codes: Uint8Array, n: number): Uint8Array;
  /** The output codes of every op for one image, in op order, NHWC; for tests and the page's inspector. */
  trace(codes: Uint8Array): Uint8Array[];
  /** Frees memory and threads. */
  dispose(): void;
}
