// PyTorch's named qconfigs for fbgemm, with the bit widths the visitor may choose.
// Not for attaching them to a graph: prepare.ts.
import { PlaygroundError } from '../core/errors';
import { impossible } from '../core/impossible';
import { BITS } from '../core/qparams';
import type { NodeQuant, QConfig, QuantRule } from './types';

/** torch.finfo(torch.float32).eps, the observers' smallest scale. */
const EPS = 2 ** -23;
/** MovingAverageMinMaxObserver's default. */
export const PYTORCH_AVERAGING = 0.01;

export interface QConfigOptions {
  /** 2..8, default 8: signed codes -2^(b-1)..2^(b-1)-1. */
  readonly weightBits?: number;
  /** 2..8, default 8: unsigned codes 0..2^b-1, but see reduceRange. */
  readonly activationBits?: number;
  /** Default true: 8-bit activations take 0..127 only, fbgemm's default on x86. */
  readonly reduceRange?: boolean;
  /**
   * Averaging constant of the weights' observer, for the qconfig that simulates. Default 1: weights are quantized over
   * their present range. PYTORCH_AVERAGING lets the range lag behind the weights.
   */
  readonly weightAveraging?: number;
}

/** get_default_qat_qconfig("fbgemm"): simulates quantization while training. @throws PlaygroundError on bits out of range */
export function getDefaultQatQConfig(backend: 'fbgemm', options: QConfigOptions = {}): QConfig {
  const moving = { observer: 'moving_average_minmax', simulate: true } as const;
  return {
    id: `${backend}_qat`,
    label: `get_default_qat_qconfig("${backend}")`,
    activation: { ...activationSpec(options), ...moving, averagingConstant: PYTORCH_AVERAGING },
    weight: { ...weightSpec(options), ...moving, averagingConstant: options.weightAveraging ?? 1 },
  };
}

/** get_default_qconfig("fbgemm"): only observes (post-training quantization). @throws PlaygroundError on bits out of range */
export function getDefaultQConfig(backend: 'fbgemm', options: QConfigOptions = {}): QConfig {
  return {
    id: backend,
    label: `get_default_qconfig("${backend}")`,
    activation: { ...activationSpec(options), observer: 'histogram', simulate: false },
    weight: { ...weightSpec(options), observer: 'minmax', simulate: false },
  };
}

/**
 * Fake-quants whose scales are learned with the weights: torch.ao.quantization's _LearnableFakeQuantize with the codes of
 * fbgemm. @throws PlaygroundError on bits out of range
 */
export function getLearnableQConfig(options: QConfigOptions = {}): QConfig {
  const learned = { observer: 'learned', simulate: true } as const;
  return {
    id: 'lsq',
    label: 'QConfig(_LearnableFakeQuantize)',
    activation: { ...activationSpec(options), ...learned },
    weight: { ...weightSpec(options), ...learned },
  };
}

/** The qconfig of that id. @throws PlaygroundError on bits out of range */
export function qconfigById(id: QConfigId, options: QConfigOptions = {}): QConfig {
  switch (id) {
    case 'fbgemm_qat':
      return getDefaultQatQConfig('fbgemm', options);
    case 'fbgemm':
      return getDefaultQConfig('fbgemm', options);
    case 'lsq':
      return getLearnableQConfig(options);
    default:
      return impossible(id, 'qconfig');
  }
}

export type QConfigId = 'fbgemm_qat' | 'fbgemm' | 'lsq';

interface Codes<Granularity> extends QuantRule {
  readonly granularity: Granularity;
}

function activationSpec({ activationBits = 8, reduceRange = true }: QConfigOptions): Codes<'per_tensor'> {
  return { scheme: 'affine', granularity: 'per_tensor', ...activationCodes(activationBits, reduceRange), eps: EPS };
}

function weightSpec({ weightBits = 8 }: QConfigOptions): Codes<'per_channel'> {
  return { scheme: 'symmetric', granularity: 'per_channel', ...weightCodes(weightBits), eps: EPS };
}

/** The same observers and rules with codes of other widths. @throws PlaygroundError on bits out of range */
export function withBits(
  { activation, weight }: NodeQuant,
  { weightBits, activationBits }: Required<Pick<QConfigOptions, 'weightBits' | 'activationBits'>>,
): NodeQuant {
  return {
    ...(activation && { activation: { ...activation, ...activationCodes(activationBits, true) } }),
    ...(weight && { weight: { ...weight, ...weightCodes(weightBits) } }),
  };
}

function activationCodes(activationBits: number, reduceRange: boolean) {
  checkBits('activations', activationBits);
  const bits = activationBits === 8 && reduceRange ? 7 : activationBits;
  return { qmin: 0, qmax: 2 ** bits - 1 };
}

function weightCodes(weightBits: number) {
  checkBits('weights', weightBits);
  const half = 2 ** (weightBits - 1);
  return { qmin: -half, qmax: half - 1 };
}

function checkBits(what: string, bits: number): void {
  const { min, max } = BITS;
  if (!Number.isInteger(bits) || bits < min || bits > max)
    throw new PlaygroundError(
      'bad-argument',
      `${bits} bits for ${what} is not possible.`,
      `Choose ${min} to ${max} bits.`,
    );
}
