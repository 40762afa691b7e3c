// Learns the roundings of one block from what it reads and should give. Not for a step (soft-block.ts), nor for blocks one
// after another (learn-roundings.ts).
import { areFinite, diverged } from '../../core/finite';
import { permutation, type Rng } from '../../core/rng';
import { betaAt } from '../../quant/methods/learned-rounding';
import type { SoftBlock } from './soft-block';

/** Of all images, NHWC. */
export interface BlockData {
  readonly images: number;
  /** What the block reads in the network as it is quantized so far, and in the float network. */
  readonly quantized: Float32Array;
  readonly float: Float32Array;
  /** What it gives in the float network. */
  readonly target: Float32Array;
}

export interface LearnOptions {
  readonly iterations: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Of what is not decided, per weight. */
  readonly penalty: number;
}

/** How often the loss is read back. */
const TELL_EVERY = 20;

/**
 * @param turn waits while learning is paused, before each iteration; what it throws ends learning
 * @param onLoss told of iterations that are done, and the squared error of the last one's batch
 * @returns the block's codes: see SoftBlock @throws PlaygroundError 'diverged' when the loss is no number
 */
export async function learnBlock(
  block: SoftBlock,
  data: BlockData,
  { iterations, learningRate, penalty, ...options }: LearnOptions,
  rng: Rng,
  turn: () => Promise<void>,
  onLoss: (iterations: number, loss: number) => void,
): Promise<ReadonlyMap<string, Int8Array>> {
  const batch = Math.min(options.batch, data.images);
  const pick = picker(data.images, batch, rng);
  for (let step = 0; step < iterations; step++) {
    await turn();
    const chosen = pick();
    const x = mixed(gathered(data.quantized, data.images, chosen), gathered(data.float, data.images, chosen), rng);
    const target = gathered(data.target, data.images, chosen);
    const loss = block.learn(x, target, { learningRate, step, penalty, beta: betaAt(step, iterations) });
    try {
      if ((step + 1) % TELL_EVERY !== 0 && step + 1 < iterations) continue;
      const values = await loss.data<'float32'>();
      if (!areFinite(values)) throw diverged('Learning the roundings gave values that are no finite numbers.');
      onLoss(step + 1, values[0]);
    } finally {
      loss.dispose();
    }
  }
  return block.codes();
}

/** Batches of different images; all images in turn, in a new order each time. */
function picker(images: number, batch: number, rng: Rng): () => Uint32Array {
  let order = permutation(images, rng);
  let at = 0;
  return () => {
    if (at + batch > images) {
      order = permutation(images, rng);
      at = 0;
    }
    return order.subarray(at, (at += batch));
  };
}

function gathered(values: Float32Array, images: number, chosen: Uint32Array): Float32Array {
  const size = values.length / images;
  const batch = new Float32Array(chosen.length * size);
  chosen.forEach((image, i) => batch.set(values.subarray(image * size, (image + 1) * size), i * size));
  return batch;
}

/**
 * Each element of the quantized input or, as likely, of the float one (Wei et al. 2022, QDrop): roundings that suit both
 * suit images that were never seen.
 */
function mixed(quantized: Float32Array, float: Float32Array, rng: Rng): Float32Array {
  let bits = 0;
  return quantized.map((value, i) => {
    if (i % 32 === 0) bits = rng.nextU32();
    return (bits >>> (i % 32)) & 1 ? value : float[i];
  });
}
