// How like two tensors are, as PyTorch's numeric suite tells it of a float layer and its quantized one, over as many images
// as one likes. Not for accuracy (src/report), nor for where an error comes from: activation-error.ts.

/** torch.nn.functional.cosine_similarity's: no norm counts as less. */
const EPS = 1e-8;

/** Adds up pairs of tensors, as if they were one pair. In float64, where PyTorch has float32. */
export class Similarity {
  private readonly sums = { reference: 0, other: 0, product: 0, difference: 0 };

  /** @param reference what `other` should be @throws RangeError where their lengths differ */
  add(reference: ArrayLike<number>, other: ArrayLike<number>): this {
    if (reference.length !== other.length)
      throw new RangeError(`${reference.length} values are compared with ${other.length}.`);
    const { sums } = this;
    for (let i = 0; i < reference.length; i++) {
      const [x, y] = [reference[i], other[i]];
      sums.reference += x * x;
      sums.other += y * y;
      sums.product += x * y;
      sums.difference += (x - y) ** 2;
    }
    return this;
  }

  /**
   * Signal to quantization noise ratio in dB, torch.ao.ns.fx.utils.compute_sqnr: 20 log10(|x| / |x - y|). About 6 dB a bit.
   * Infinity where the two are the same, NaN where they are nothing but zeros.
   */
  get sqnr(): number {
    return 10 * Math.log10(this.sums.reference / this.sums.difference);
  }

  /** compute_cosine_similarity: x . y / (|x| |y|), -1..1; 0 where one of them is nothing but zeros. */
  get cosine(): number {
    const norms = [this.sums.reference, this.sums.other].map((sum) => Math.max(Math.sqrt(sum), EPS));
    return this.sums.product / (norms[0] * norms[1]);
  }
}
