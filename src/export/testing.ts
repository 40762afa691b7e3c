// Exported models in ONNX Runtime Web, for tests. Node only; not for the product.
import * as ort from 'onnxruntime-web';

/** A value [n][h][w][c] as [n][c][h][w]. */
export function toNchw(nhwc: Float32Array, n: number, { h, w, c }: { h: number; w: number; c: number }): Float32Array {
  const out = new Float32Array(nhwc.length);
  for (let i = 0, from = 0; i < n; i++)
    for (let pixel = 0; pixel < h * w; pixel++)
      for (let channel = 0; channel < c; channel++) out[(i * c + channel) * h * w + pixel] = nhwc[from++];
  return out;
}

/** Runs a file's 'logits' for n images [n][h][w][c]. @returns them as the file has them: channels before pixels */
export async function runOnnx(
  file: Uint8Array,
  images: Float32Array,
  n: number,
  size: { h: number; w: number; c: number },
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(file, { executionProviders: ['wasm'], logSeverityLevel: 3 });
  const image = new ort.Tensor('float32', toNchw(images, n, size), [n, size.c, size.h, size.w]);
  const { logits } = await session.run({ image });
  const values = (logits.data as Float32Array).slice();
  await session.release();
  return values;
}
