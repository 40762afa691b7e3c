// Exported models in ONNX Runtime, for the web and for Node, and in LiteRT.js, for tests. Node only; not for the product.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';
import { fileURLToPath } from 'node:url';
import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';
import * as web from 'onnxruntime-web';

const require = createRequire(import.meta.url);
const native = optional('onnxruntime-node') as OnnxRuntime | undefined;

function optional(name: string): unknown {
  try {
    return require(name);
  } catch {
    return undefined;
  }
}

/** A value [n][h][w][c] as [n][c][h][w]. */
export function toNchw(nhwc: Float32Array, n: number, { h, w, c }: { h: number; w: number; c: number }): Float32Array {
  const out = new Float32Array(nhwc.length);
  for (let i = 0, from = 0; i < n; i++)
    for (let pixel = 0; pixel < h * w; pixel++)
      for (let channel = 0; channel < c; channel++) out[(i * c + channel) * h * w + pixel] = nhwc[from++];
  return out;
}

/** Runs a file's 'logits' for n images [n][h][w][c]. @returns them as the file has them: channels before pixels */
export const runOnnx = onnxRunner(web, 'wasm');
/** The same in ONNX Runtime's native build; undefined where npm could not install it. */
export const runOnnxNative = native && onnxRunner(native, 'cpu');

/** Both builds have the same functions. */
type OnnxRuntime = Pick<typeof web, 'InferenceSession' | 'Tensor'>;

function onnxRunner(ort: OnnxRuntime, provider: string) {
  return async (file: Uint8Array, images: Float32Array, n: number, size: { h: number; w: number; c: number }) => {
    const session = await ort.InferenceSession.create(file, { executionProviders: [provider], logSeverityLevel: 3 });
    const image = new ort.Tensor('float32', toNchw(images, n, size), [n, size.c, size.h, size.w]);
    const { logits } = await session.run({ image });
    const values = (logits.data as Float32Array).slice();
    await session.release();
    return values;
  };
}

let liteRt: Promise<unknown> | undefined;

/** LiteRT expects a browser's worker: it gets a script loader, and its WASM as bytes. */
function startLiteRt(): Promise<unknown> {
  const folder = fileURLToPath(new URL('../../node_modules/@litertjs/core/wasm/', import.meta.url));
  const importScripts = (script: string): void => {
    runInThisContext(readFileSync(script, 'utf8'));
    const wasmBinary = readFileSync(script.replace(/js$/, 'wasm'));
    Object.assign(globalThis, { Module: { wasmBinary, print: () => {}, printErr: () => {} } });
  };
  Object.assign(globalThis, { self: globalThis, require, __dirname: folder, __filename: folder, importScripts });
  return loadLiteRt(folder);
}

/** Runs a TensorFlow Lite file for n images [n][h][w][c], one by one. @returns its outputs, joined */
export async function runTflite(
  file: Uint8Array,
  images: Float32Array,
  n: number,
  { h, w, c }: { h: number; w: number; c: number },
): Promise<Float32Array> {
  await (liteRt ??= startLiteRt());
  const model = await loadAndCompile(file, { accelerator: 'wasm' });
  const results: number[] = [];
  for (let i = 0; i < n; i++) {
    const image = new Tensor(images.slice(i * h * w * c, (i + 1) * h * w * c), [1, h, w, c]);
    const [result] = await model.run(image);
    results.push(...result.toTypedArray());
    image.delete();
    result.delete();
  }
  model.delete();
  return Float32Array.from(results);
}
