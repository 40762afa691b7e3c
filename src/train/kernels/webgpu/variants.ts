// Which convolutions a device gets, shape by shape: sums in registers without barriers (software adapters) or blocks in
// workgroup memory (real GPUs). Not for finding out which is faster: choose-variants.ts.
import type { ConvShape } from './conv-shape';

export const VARIANTS = ['registers', 'workgroup'] as const;
export type Variant = (typeof VARIANTS)[number];

/** By variantKey. */
export type Choices = Readonly<Record<string, Variant>>;

/** Fewer samples than this would leave most of a workgroup's rows empty. */
const LEAST_SAMPLES = 8;

const chosen = new WeakMap<GPUDevice, { readonly choices: Choices; readonly others: Variant }>();

/** What a choice depends on: everything but the number of samples. */
export function variantKey({ h, w, ci, co, kh, kw, sh, sw }: ConvShape): string {
  return [h, w, ci, co, kh, kw, sh, sw].join(',');
}

/** The variant for a convolution; registers until a choice was made. */
export function variantFor(device: GPUDevice, s: ConvShape): Variant {
  const made = chosen.get(device);
  if (!made || s.n < LEAST_SAMPLES) return 'registers';
  return made.choices[variantKey(s)] ?? made.others;
}

/** @param others the variant of shapes without a choice */
export function setVariants(device: GPUDevice, others: Variant, choices: Choices = {}): void {
  chosen.set(device, { choices, others });
}
