// What FP32 gets right of the first validation images, by the page's own workers on WebAssembly. Not for the whole split:
// accuracy.ts.
import { proxy } from 'comlink';
import { startWorkers } from '../../src/project/workers';

export interface Fp32Argument {
  readonly images: number;
}

export interface Fp32Figures {
  readonly correct: number;
  /** Of its weights. */
  readonly bytes: number;
}

export async function measure({ images }: Fp32Argument): Promise<Fp32Figures> {
  const { train, end } = startWorkers();
  const quiet = () => proxy(() => {});
  try {
    await train.start({ baseUrl: new URL('/', location.href).href, own: {} }, 'wasm', quiet());
    const { parameters } = await train.load(quiet());
    const { accuracy } = await train.evaluate({ kind: 'fp32' }, 'validation', images, quiet());
    return { correct: Math.round(accuracy * images), bytes: 4 * parameters };
  } finally {
    end();
  }
}
