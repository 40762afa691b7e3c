// Invented layers of a quantized network, and a search of their widths that answers a point a tick. For tests of the page only.
import { PlaygroundError } from '../../src/core/errors';
import type { LayerComparison, SearchPoint, SearchRequest, TensorReport } from '../../src/worker/api';

const LAYERS = ['conv1', 'layer1.0.conv1', 'layer4.1.conv2'];
/** Weights of a layer at 8 bits. */
const BYTES = 100_000;

/** @param gain decibels that training has brought */
export const fakeComparison = (gain: number): LayerComparison[] =>
  [...LAYERS, 'avgpool'].map((name, i) => ({
    ...{ name, sqnr: 30 - 5 * i + gain, cosine: 0.99, codes: 65_536, differing: i, largest: Math.min(i, 1) },
  }));

export const FAKE_TENSORS: readonly TensorReport[] = LAYERS.map((name) => ({
  name,
  weight: {
    held: { min: Float32Array.of(-0.5, -1), max: Float32Array.of(0.25, 2) },
    reached: { min: Float32Array.of(-0.5, -2), max: Float32Array.of(0.5, 2) },
    codes: 16,
    unused: 4,
  },
  activation: { rounding: 1e-4, clipping: 1e-5, clippedShare: 0.0125, codes: 128, unused: 3 },
}));

/** Each layer that has fewer bits takes fewer bytes, and a share of the images that grows from layer to layer. */
export class FakeSearch {
  private ended = false;
  /** The next search fails. */
  fails = false;

  async run(
    { weightBits: [high, ...lower] }: SearchRequest,
    onPoint: (point: SearchPoint) => void,
    tick: () => Promise<void>,
  ): Promise<boolean> {
    this.ended = false;
    if (this.fails) {
      this.fails = false;
      throw new PlaygroundError('out-of-memory', 'There is no memory for this network.', 'Close other tabs.');
    }
    const widths = (bits: number) => ({ weightBits: bits, activationBits: 8 });
    const point = (bits: readonly number[]) => ({
      layers: new Map(LAYERS.map((layer, i) => [layer, widths(bits[i])])),
      cost: bits.reduce((sum, width) => sum + (BYTES * width) / 8, 0),
      accuracy: bits.reduce((share, width, i) => share - ((8 - width) / 6) * (i + 1) * 0.05, 0.9),
    });
    const all: SearchPoint[] = [high, ...lower].map((bits) => ({ ...point(LAYERS.map(() => bits)), step: 'uniform' }));
    for (const bits of lower)
      for (const layer of LAYERS) {
        const one = point(LAYERS.map((other) => (other === layer ? bits : high)));
        all.push({ ...one, step: 'sensitivity', layer, which: 'alone', widths: widths(bits) });
      }
    all.push({ ...point([2, 2, 8]), step: 'greedy' });
    for (const found of all) {
      await tick();
      if (this.ended) return false;
      onPoint(found);
    }
    return true;
  }

  end(): void {
    this.ended = true;
  }
}
