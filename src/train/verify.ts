// The article's equivalence check of the fused network, on random inputs and on real images.
import { Rng } from '../core/rng';
import type { ParamStore } from '../core/params';
import { allClose } from '../graph/equivalence';
import { inputShape } from '../graph/graph';
import type { Graph } from '../graph/types';
import { logitsOf } from './evaluate';
import { FloatModel } from './float-model';

/** The article's tolerance: |a - b| <= atol + rtol * |b|. */
export const TOLERANCE = { rtol: 1e-3, atol: 1e-6 };
const BATCH = 20;

export interface Verification {
  readonly passed: boolean;
  readonly maxAbsError: number;
}

/**
 * Compares logits on `randomTests` inputs of standard normal noise and on the images given.
 * @param images normalised NHWC; @param onDone called with the number of inputs compared so far
 */
export async function verifyFusion(
  graphs: { readonly original: Graph; readonly fused: Graph },
  params: ParamStore,
  randomTests: number,
  images: Float32Array,
  onDone: (done: number) => void,
): Promise<Verification> {
  const original = new FloatModel(graphs.original, params);
  try {
    const fused = new FloatModel(graphs.fused, params);
    try {
      return await compare(fused, original, randomTests, images, onDone);
    } finally {
      fused.dispose();
    }
  } finally {
    original.dispose();
  }
}

async function compare(
  fused: FloatModel,
  original: FloatModel,
  randomTests: number,
  images: Float32Array,
  onDone: (done: number) => void,
): Promise<Verification> {
  const rng = new Rng(0);
  const { h, w, c } = inputShape(fused.graph);
  const size = h * w * c;
  const noise = Float32Array.from({ length: randomTests * size }, () => normal(rng));
  let [passed, maxAbsError, done] = [true, 0, 0];
  for (const inputs of [noise, images]) {
    for (let start = 0; start < inputs.length; start += BATCH * size) {
      const x = inputs.subarray(start, start + BATCH * size);
      const closeness = allClose(await logitsOf(fused, x), await logitsOf(original, x), TOLERANCE.rtol, TOLERANCE.atol);
      passed &&= closeness.close;
      maxAbsError = Math.max(maxAbsError, closeness.maxAbsError);
      onDone((done += x.length / size));
    }
  }
  return { passed, maxAbsError };
}

/** A standard normal number by Box and Muller's formula. */
function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
}
