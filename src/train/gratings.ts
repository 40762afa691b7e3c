// Images that a small network can learn to tell apart, drawn from a seed, for tests. Not for the product.
import { Rng } from '../core/rng';
import { CIFAR10, IMAGE_BYTES, SHARD_IMAGES } from '../data/cifar10-spec';
import { SPLITS, type ImageSource, type LabelledImages, type Split } from '../data/source';

/** Pixels from crest to crest: of labels 0..4, of 5..9. */
const WAVELENGTHS = [4.5, 8];
const SLOPE = Math.PI / 8;
/** Standard deviation of a pixel's noise, of 255. */
const NOISE = 25;

/**
 * Ten kinds of coloured gratings under noise: five slopes by two wavelengths. Phase, colour and contrast are an image's
 * own, slope and wavelength vary, and half of the images are mirrored, as training's augmentation mirrors them.
 * @param seed another number gives other images
 */
export function gratings(seed: number): ImageSource {
  const drawn = new Map<string, LabelledImages>();
  /** The images from number `first` on that a shard would hold. */
  const shard = (split: Split, first: number): LabelledImages => {
    const key = `${split} ${first}`;
    const known = drawn.get(key) ?? drawShard(new Rng(seed * 1_000_000 + SPLITS.indexOf(split) * 100_000 + first));
    drawn.set(key, known);
    return known;
  };
  return {
    spec: CIFAR10,
    block: SHARD_IMAGES,
    size: (split) => (split === 'train' ? 4 * SHARD_IMAGES : 2 * SHARD_IMAGES),
    images: async (split, start, count) => {
      const images = { pixels: new Uint8Array(count * IMAGE_BYTES), labels: new Uint8Array(count) };
      for (let done = 0; done < count;) {
        const from = (start + done) % SHARD_IMAGES;
        const { pixels, labels } = shard(split, start + done - from);
        const taken = Math.min(count - done, SHARD_IMAGES - from);
        images.pixels.set(pixels.subarray(from * IMAGE_BYTES, (from + taken) * IMAGE_BYTES), done * IMAGE_BYTES);
        images.labels.set(labels.subarray(from, from + taken), done);
        done += taken;
      }
      return images;
    },
  };
}

function drawShard(rng: Rng): LabelledImages {
  const pixels = new Uint8ClampedArray(SHARD_IMAGES * IMAGE_BYTES);
  const labels = Uint8Array.from({ length: SHARD_IMAGES }, () => rng.below(10));
  labels.forEach((label, i) => drawGrating(label, rng, pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES)));
  return { pixels: new Uint8Array(pixels.buffer), labels };
}

function drawGrating(label: number, rng: Rng, pixels: Uint8ClampedArray): void {
  const between = (low: number, high: number) => low + (high - low) * rng.uniform();
  const side = rng.below(2) === 0 ? 1 : -1;
  const slope = side * ((label % 5) + between(-0.35, 0.35)) * SLOPE;
  const turns = (2 * Math.PI) / (WAVELENGTHS[Math.floor(label / 5)] * between(0.9, 1.1));
  const [across, down] = [turns * Math.cos(slope), turns * Math.sin(slope)];
  const phase = between(0, 2 * Math.PI);
  const contrast = between(25, 65);
  const colours = [0, 1, 2].map(() => ({ mean: between(98, 158), amplitude: contrast * between(0.5, 1.5) }));
  let i = 0;
  for (let y = 0; y < CIFAR10.h; y++)
    for (let x = 0; x < CIFAR10.w; x++) {
      const wave = Math.sin(across * x + down * y + phase);
      for (const { mean, amplitude } of colours) pixels[i++] = mean + amplitude * wave + NOISE * normal(rng);
    }
}

/** About normal, of variance 1: four uniform numbers have 1/3 together. */
const normal = (rng: Rng): number => Math.sqrt(3) * (rng.uniform() + rng.uniform() + rng.uniform() + rng.uniform() - 2);
