// Which convolutions a device gets, shape by shape: sums in registers without barriers, the same with loads shared within
// subgroups, or blocks in workgroup memory. Not for finding out which is faster, or right: choose-variants.ts.
import type { Convolution, ConvShape } from '../conv-shape';

/** The first runs on every device. */
export const VARIANTS = ['registers', 'subgroups', 'workgroup'] as const;
export type Variant = (typeof VARIANTS)[number];

/** By variantKey. */
export type Choices = Readonly<Record<string, Variant>>;

/** With fewer samples a variant sums more rows that are not there than it saves. */
const LEAST_SAMPLES: Readonly<Record<Variant, number>> = { registers: 1, subgroups: 2, workgroup: 8 };

const chosen = new WeakMap<GPUDevice, { readonly choices: Choices; readonly others: Variant }>();

/** What a choice depends on: everything but the number of samples. */
export function variantKey({ h, w, ci, co, kh, kw, sh, sw }: Convolution): string {
  return [h, w, ci, co, kh, kw, sh, sw].join(',');
}

/** The variants a device can run, but for those that were given up. */
export function variantsOf(device: GPUDevice): readonly Variant[] {
  const hasQuads = device.features.has('subgroups') && (device.adapterInfo.subgroupMinSize ?? 0) >= 4;
  return VARIANTS.filter((variant) => !givenUp.has(variant) && (variant !== 'subgroups' || hasQuads));
}

const givenUp = new Set<Variant>();

/** No later device of this page gets this variant, which failed in work. @returns false where no other is left */
export function giveUpVariant(variant: Variant): boolean {
  if (variant === 'registers') return false;
  givenUp.add(variant);
  return true;
}

/** The variant for a convolution; registers until a choice was made. */
export function variantFor(device: GPUDevice, s: ConvShape): Variant {
  const choice = chosen.get(device);
  const variant = choice?.choices[variantKey(s)] ?? choice?.others ?? 'registers';
  return s.n < LEAST_SAMPLES[variant] ? 'registers' : variant;
}

/** @param others the variant of shapes without a choice */
export function setVariants(device: GPUDevice, others: Variant, choices: Choices = {}): void {
  chosen.set(device, { choices, others });
}
