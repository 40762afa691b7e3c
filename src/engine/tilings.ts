// Which kernels are exact for a convolution, why, and which of them are worth a trial. Not for the trial: tune.ts.
import {
  BLOCK_CHANNELS,
  KERNELS,
  MAX_RELAXED_ACTIVATION,
  blockChannels,
  kernelName,
  packingOf,
  type KernelMode,
  type Packing,
} from './kernels';
import { bytesFit, longestChain, lookupsFit, proveGroup } from './overflow';
import { rowValues, type WeightRegion } from './region';

/** Why a kernel's sums are exact; `max` is the largest activation, `terms` the products of a whole sum. */
export type Proof =
  /** i32 sums of i16 products. */
  | { readonly kind: 'wide' }
  /** i16 sums of products of 2 bits. */
  | { readonly kind: 'lookup'; readonly terms: number }
  /** Activations fit the 7 bits that a relaxed dot product is exact for. */
  | { readonly kind: 'dot'; readonly max: number }
  /** Besides, all terms of a byte's size fit i32: `most` is the largest term. */
  | { readonly kind: 'dot-bytes'; readonly max: number; readonly terms: number; readonly most: number }
  /** Two products fit i16. */
  | { readonly kind: 'pair' }
  /** So many products of at most so much fit i16. */
  | { readonly kind: 'chain'; readonly products: number; readonly most: number }
  /** So many weights sum to between these, and these times the largest activation fit i16. */
  | {
      readonly kind: 'group';
      readonly weights: number;
      readonly from: number;
      readonly to: number;
      readonly max: number;
    };

/** Kernels for one convolution: pixels with the same live taps go in pairs where `pairs` names a kernel. */
export interface Tiling {
  readonly pairs?: number;
  readonly singles: number;
  readonly packing: Packing;
  /** e.g. 'dot 2x16' */
  readonly name: string;
  readonly proof: Proof;
}

export interface TilingOptions {
  /** Kernels with relaxed SIMD may be used. */
  readonly relaxed: boolean;
  /** Only kernels of this mode; for tests. @throws where it cannot be exact */
  readonly mode?: KernelMode;
}

/** What a convolution multiplies. */
export interface Operands {
  readonly region: WeightRegion;
  /** That the weights need (neededBits). */
  readonly bits: number;
  /** The largest stored activation. */
  readonly max: number;
  /** Whether it reads the image, whose rows are no whole blocks of channels. */
  readonly image: boolean;
}

/** The most promising first. */
const MODES: readonly KernelMode[] = ['lookup', 'dot2', 'dot4', 'dot', 'chain', 'pair4', 'pair2', 'pair1', 'wide'];
/** Modes that take more time or memory on every CPU, where the one before them is exact. */
const BETTER: Readonly<Partial<Record<KernelMode, readonly KernelMode[]>>> = {
  lookup: ['chain', 'pair4', 'pair2', 'pair1', 'wide'],
  dot2: ['dot4', 'dot', 'wide'],
  dot4: ['dot', 'wide'],
  dot: ['wide'],
  chain: ['pair4', 'pair2', 'pair1'],
};

/** Why a mode's sums are exact; undefined where they might not be. */
function proofOf(mode: KernelMode, operands: Operands, relaxed: boolean): Proof | undefined {
  const { region, bits, max, image } = operands;
  const terms = (region.ky.to - region.ky.from) * rowValues(region);
  if (mode === 'wide') return { kind: 'wide' };
  if (mode === 'lookup') {
    const blocks = Math.ceil(region.cout / BLOCK_CHANNELS) * BLOCK_CHANNELS;
    const fits = bits <= 2 && max <= 3 && !image && blocks % blockChannels('pairs') === 0 && lookupsFit(terms);
    return fits ? { kind: 'lookup', terms } : undefined;
  }
  if (!relaxed || max > MAX_RELAXED_ACTIVATION) return undefined;
  switch (mode) {
    case 'dot':
      return { kind: 'dot', max };
    case 'dot4':
    case 'dot2': {
      const fits = bits <= (mode === 'dot4' ? 4 : 2) && !image && bytesFit(terms, max);
      return fits ? { kind: 'dot-bytes', max, terms, most: 128 * max } : undefined;
    }
    case 'pair1':
      return { kind: 'pair' };
    case 'chain': {
      const steps = longestChain(bits, max);
      return steps === undefined ? undefined : { kind: 'chain', products: 2 * steps, most: 2 ** (bits - 1) * max };
    }
    case 'pair2':
    case 'pair4': {
      const { group, positive, negative, holds } = proveGroup(region, bits, mode === 'pair2' ? 2 : 4, max);
      return holds ? { kind: 'group', weights: 2 * group, from: negative, to: positive, max } : undefined;
    }
  }
}

/** Kernels that are exact for this layer and worth a trial, the most promising first. */
export function tilingsFor(operands: Operands, { relaxed, mode: wanted }: TilingOptions): Tiling[] {
  const proofs = new Map<KernelMode, Proof>();
  const worse = new Set<KernelMode>();
  for (const mode of wanted ? [wanted] : MODES) {
    if (worse.has(mode)) continue;
    const proof = proofOf(mode, operands, relaxed);
    if (proof === undefined) continue;
    proofs.set(mode, proof);
    BETTER[mode]?.forEach((other) => worse.add(other));
  }
  if (proofs.size === 0) throw new Error(`no exact kernel of mode ${wanted}`);
  return [...proofs].flatMap(([mode, proof]) => {
    const numberOf = (pixels: number): number =>
      KERNELS.findIndex((kernel) => kernel.mode === mode && kernel.pixels === pixels);
    const [singles, pairs] = [numberOf(1), numberOf(2)];
    const single: Tiling = { singles, packing: packingOf(mode), name: kernelName(KERNELS[singles]), proof };
    return pairs < 0 ? [single] : [{ ...single, pairs, name: kernelName(KERNELS[pairs]) }, single];
  });
}
