// The engine as a package of its own: everything that a program outside the playground imports, and how it is used
// (docs/embedding.md). scripts/build-engine-package.ts makes the package of it. Not for the page, which has src/lab.
import { dequantizeOutput, imageCodes } from '../convert/image';
import { PlaygroundError, type ErrorCode } from '../core/errors';
import { bytesPerImage } from '../core/image-spec';
import { engineOf } from '../engine/wasm-engine';
import { compileEngine, type EngineBuild } from '../engine/wasm-module';
import { parseInt8Model } from '../int8/serialize';
import { argmax } from '../report/accuracy';
import { bytesAt, bytesOf } from './bytes';
import { specOf } from './image-options';

export { PlaygroundError, type ErrorCode };

/** What a model file does not say. Defaults are those of the playground's own networks. */
export interface ModelOptions {
  /**
   * By channel, of bytes / 255: a network is fed (byte / 255 - mean) / std. Default: the playground's, (0.485, 0.456, 0.406)
   * and (0.229, 0.224, 0.225) of red, green, blue; a network of other than three channels has none.
   */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** Names of all classes, in the network's order. Default: CIFAR-10's of ten classes, else '0', '1', ... */
  readonly classes?: readonly string[];
  /**
   * Wanted threads, of which 8 at most are of use; default 1. In Node, and in pages that are not cross-origin isolated, it
   * is 1. Threads shorten single images as well as batches.
   */
  readonly threads?: number;
}

/** What is loaded, and how it runs. */
export interface ModelInfo {
  readonly name: string;
  /** Of an image, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly classes: readonly string[];
  /** The build that was chosen: 'relaxed' wherever relaxed SIMD is known. Both give the same numbers. */
  readonly simd: 'relaxed' | 'plain';
  /** The calling one among them; 1 from the moment another one fails. */
  readonly threads: number;
}

/** Answers to n images. */
export interface Classification {
  /** Index of the largest logit of each image, the first of equal ones: length n. */
  readonly classes: number[];
  /** Image after image: length n * number of classes. */
  readonly logits: Float32Array;
}

export interface Engine {
  readonly info: ModelInfo;
  /**
   * Blocks until it is done: long batches belong into a worker.
   * @param pixels n images, one after the other, row by row, the channels of each pixel together (see `rgb`): bytes, length
   * n * height * width * channels
   * @throws PlaygroundError 'bad-argument' when that is no whole number of images, or after `close`
   */
  classify(pixels: Uint8Array | Uint8ClampedArray): Classification;
  /** Frees memory and threads. */
  close(): void;
}

/**
 * Loads an integer file that the playground saved, and prepares to run it: a few dozen milliseconds go into choosing the
 * fastest kernel of each layer.
 * @param source the file, or where it is: a URL, relative to the page where there is one; in Node `file:` too
 * @throws PlaygroundError 'bad-file' for another file or a damaged one, 'network' when it cannot be fetched, 'bad-argument' for
 * options that do not fit it, 'unsupported' without WebAssembly SIMD and threads, 'out-of-memory'
 */
export async function loadModel(
  source: Uint8Array | ArrayBuffer | URL | string,
  options: ModelOptions = {},
): Promise<Engine> {
  const model = parseInt8Model(await bytesOf(source));
  const spec = specOf(model, options);
  const engine = await engineOf(model, moduleOf, { threads: options.threads ?? 1 });
  const { name } = model;
  const { h: height, w: width, c: channels, classes } = spec;
  const size = bytesPerImage(spec);
  return {
    get info() {
      return { name, width, height, channels, classes, simd: engine.build, threads: engine.threads };
    },
    classify(pixels) {
      const n = pixels.length / size;
      if (!Number.isInteger(n))
        throw new PlaygroundError(
          'bad-argument',
          `${pixels.length} bytes are no whole number of images of ${width} x ${height} pixels and ${channels} channels.`,
          'Scale images to that size, and leave out alpha.',
        );
      const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length);
      const logits = dequantizeOutput(engine.run(imageCodes(bytes, n, model, spec), n), model);
      const row = (i: number) => logits.subarray(i * classes.length, (i + 1) * classes.length);
      return { classes: Array.from({ length: n }, (_, i) => argmax(row(i))), logits };
    },
    close: () => engine.dispose(),
  };
}

/** The package's own files, written so that bundlers see both and take them along. */
async function moduleOf(build: EngineBuild): Promise<WebAssembly.Module> {
  const url =
    build === 'relaxed'
      ? new URL('./engine-relaxed.wasm', import.meta.url)
      : new URL('./engine-plain.wasm', import.meta.url);
  return compileEngine(await bytesAt(url));
}

/** A canvas's pixels as `classify` takes them: red, green, blue, without alpha. */
export function rgb({ data }: { readonly data: Uint8ClampedArray | Uint8Array }): Uint8Array {
  const pixels = data.length / 4;
  const bytes = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) bytes.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
  return bytes;
}
