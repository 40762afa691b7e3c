// The table of cases that every backend must pass, by group. Histograms, whose counts a GPU may put into a neighbouring bin,
// have their own comparison: histogram.ts; so has the table of quantization rules: tests/qparam-table.ts.
import { adams } from './adam';
import { batchNormalization, spoiltBatchNorm, vectors } from './batch-norm';
import type { Cases } from './case';
import { convolutions, dilated, rectified, rectifiedConvolution } from './convolution';
import { observedEnds, observedNaN, observedProducts, quantizedNaN } from './not-finite';
import { pooling } from './pooling';
import { learned, perChannel, perTensor, scaled, ties } from './quantization';
import { roundings } from './rounding';
import { sgd } from './sgd';

export const CASES = {
  'convolutions and their gradients': convolutions,
  'dilated convolutions, which are left to tfjs': dilated,
  ReLU: rectified,
  'ReLU of a convolution': rectifiedConvolution,
  'max pooling and its gradient': pooling,
  'observer and fake-quant per tensor': perTensor,
  'observer and fake-quant per channel': perChannel,
  'observer and fake-quant of a scaled weight': scaled,
  'scales and zero points that are learned': learned,
  'ties and constant tensors': ties,
  'observers: NaN, wherever it is': observedNaN,
  'observers: infinite values, and ends that are not finite': observedEnds,
  'observers: products that are not finite': observedProducts,
  'fake-quant of what is not finite': quantizedNaN,
  'batch norm and its gradient': batchNormalization,
  'batch norm of what is not finite': spoiltBatchNorm,
  'running statistics and scale factors': vectors,
  'SGD with momentum and weight decay': sgd,
  'steps of Adam': adams,
  'roundings that are learned': roundings,
} satisfies Readonly<Record<string, () => Cases>>;
export type Group = keyof typeof CASES;
export const GROUPS = Object.keys(CASES) as Group[];

/** Of one sample it is tfjs's own there, which takes a NaN whose sign is set for a negative number: it is timed, not read. */
export const NOT_ON_WASM: readonly Group[] = ['ReLU of a convolution'];
/** Of kernels that the contract lets it leave out. */
export const NOT_ON_WEBGPU: readonly Group[] = ['roundings that are learned'];
