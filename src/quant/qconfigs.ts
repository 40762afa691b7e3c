// PyTorch's named qconfigs by backend, with the widths and schemes the visitor may choose.
// Not for attaching them to a graph: prepare.ts; nor for their PyTorch code: pytorch-code.ts.
import { PlaygroundError } from '../core/errors';
import { impossible } from '../core/impossible';
import { BITS } from '../core/qparams';
import type { ActivationRanges } from './ranges/table';
import type { CodeRule, NodeQuant, QConfig, QuantRule, RangeSpec } from './types';

/** torch.finfo(torch.float32).eps, the observers' smallest scale. */
const EPS = 2 ** -23;
/** MovingAverageMinMaxObserver's default. */
export const PYTORCH_AVERAGING = 0.01;

/** torch.qscheme of a weight. Affine ones are for simulation: the weights of our integer engine have no zero points. */
export type WeightScheme =
  'per_channel_symmetric' | 'per_tensor_symmetric' | 'per_channel_affine' | 'per_tensor_affine';

const WEIGHT_SCHEMES = {
  per_channel_symmetric: { scheme: 'symmetric', granularity: 'per_channel' },
  per_tensor_symmetric: { scheme: 'symmetric', granularity: 'per_tensor' },
  per_channel_affine: { scheme: 'affine', granularity: 'per_channel' },
  per_tensor_affine: { scheme: 'affine', granularity: 'per_tensor' },
} as const;

/** Whether the codes of weights have zero points. */
export const isAffine = (weightScheme: WeightScheme): boolean => WEIGHT_SCHEMES[weightScheme].scheme === 'affine';

/** Of torch.backends.quantized.engine, those whose qconfigs differ in nothing but schemes. */
export type Backend = 'fbgemm' | 'x86' | 'qnnpack';

/** What decides on scales and codes, besides widths. */
export interface SchemeOptions extends Partial<CodeRule> {
  /** Default 'per_channel_symmetric'. */
  readonly weightScheme?: WeightScheme;
  /** Default false. true: every scale, of activations too, is rounded up to a power of two; PyTorch has no such observer. */
  readonly powerOfTwo?: boolean;
}

const FBGEMM = { reduceRange: true, narrowRange: false, weightScheme: 'per_channel_symmetric' } as const;
/**
 * What get_default_qconfig and get_default_qat_qconfig ask for by backend: torch/ao/quantization/qconfig.py of torch 2.13,
 * which has the same for x86 as for fbgemm.
 */
const BACKENDS: Readonly<Record<Backend, Required<Omit<SchemeOptions, 'powerOfTwo'>>>> = {
  fbgemm: FBGEMM,
  x86: FBGEMM,
  qnnpack: { reduceRange: false, narrowRange: false, weightScheme: 'per_tensor_symmetric' },
};

export interface QConfigOptions extends SchemeOptions {
  /** 2..8, default 8: signed codes -2^(b-1)..2^(b-1)-1, but see narrowRange. */
  readonly weightBits?: number;
  /** 2..8, default 8: unsigned codes 0..2^b-1, but see reduceRange. */
  readonly activationBits?: number;
  /** Of activations, by the qconfig that only observes: MinMaxObserver for 'minmax', else (default) HistogramObserver. */
  readonly ranges?: ActivationRanges;
  /**
   * Averaging constant of the weights' observer, for the qconfig that simulates. Default 1: weights are quantized over
   * their present range. PYTORCH_AVERAGING lets the range lag behind the weights.
   */
  readonly weightAveraging?: number;
}

/** get_default_qat_qconfig(backend): simulates quantization while training. @throws PlaygroundError on bits out of range */
export function getDefaultQatQConfig(backend: Backend, options: QConfigOptions = {}): QConfig {
  const all = withDefaults(backend, options);
  const moving = { observer: 'moving_average_minmax', simulate: true } as const;
  return {
    ...{ id: `${backend}_qat`, label: labelOf('get_default_qat_qconfig', backend, all), codes: codesOf(all) },
    activation: { ...activationSpec(all), ...moving, averagingConstant: PYTORCH_AVERAGING },
    weight: { ...weightSpec(all), ...moving, averagingConstant: options.weightAveraging ?? 1 },
  };
}

/**
 * The same as PyTorch runs it, in FusedMovingAvgObsFakeQuantize: weights are simulated by another rule than conversion has
 * (fused-rule.ts), over ranges that lag behind them. To show what goes wrong. @throws PlaygroundError on bits out of range
 */
function getFusedQatQConfig(options: QConfigOptions = {}): QConfig {
  const { weight, ...rest } = getDefaultQatQConfig('fbgemm', { ...options, weightAveraging: PYTORCH_AVERAGING });
  return { ...rest, id: 'fbgemm_fused', weight: { ...weight, fusedRule: true } as RangeSpec };
}

/** get_default_qconfig(backend): only observes (post-training quantization). @throws PlaygroundError on bits out of range */
export function getDefaultQConfig(backend: Backend, options: QConfigOptions = {}): QConfig {
  const all = withDefaults(backend, options);
  const observer = options.ranges === 'minmax' ? 'minmax' : 'histogram';
  const label = observer === 'histogram' ? labelOf('get_default_qconfig', backend, all) : 'QConfig';
  return {
    ...{ id: backend, label, codes: codesOf(all) },
    activation: { ...activationSpec(all), observer, simulate: false },
    weight: { ...weightSpec(all), observer: 'minmax', simulate: false },
  };
}

/**
 * Fake-quants whose scales are learned with the weights: torch.ao.quantization's _LearnableFakeQuantize with the codes of
 * fbgemm, where no others are asked for. @throws PlaygroundError on bits out of range
 */
export function getLearnableQConfig(options: QConfigOptions = {}): QConfig {
  const all = withDefaults('fbgemm', options);
  const learned = { observer: 'learned', simulate: true } as const;
  return {
    ...{ id: 'lsq', label: 'QConfig(_LearnableFakeQuantize)', codes: codesOf(all) },
    activation: { ...activationSpec(all), ...learned },
    weight: { ...weightSpec(all), ...learned },
  };
}

/** The qconfig of that id. @throws PlaygroundError on bits out of range */
export function qconfigById(id: QConfigId, options: QConfigOptions = {}): QConfig {
  switch (id) {
    case 'fbgemm_qat':
      return getDefaultQatQConfig('fbgemm', options);
    case 'fbgemm_fused':
      return getFusedQatQConfig(options);
    case 'fbgemm':
      return getDefaultQConfig('fbgemm', options);
    case 'lsq':
      return getLearnableQConfig(options);
    default:
      return impossible(id, 'qconfig');
  }
}

export type QConfigId = 'fbgemm_qat' | 'fbgemm_fused' | 'fbgemm' | 'lsq';

type Whole = Required<Omit<QConfigOptions, 'weightAveraging' | 'ranges'>>;

/** Every option, those that are not given as the backend has them. */
function withDefaults(backend: Backend, options: QConfigOptions): Whole {
  const own = BACKENDS[backend];
  const { weightBits = 8, activationBits = 8, powerOfTwo = false } = options;
  const { reduceRange = own.reduceRange, narrowRange = own.narrowRange, weightScheme = own.weightScheme } = options;
  return { weightBits, activationBits, reduceRange, narrowRange, weightScheme, powerOfTwo };
}

/** PyTorch's call for the backend, or another, whose scheme it is, whatever the widths; 'QConfig' where it is none's. */
function labelOf(
  call: string,
  backend: Backend,
  { powerOfTwo, reduceRange, narrowRange, weightScheme }: Whole,
): string {
  const same = [backend, ...(Object.keys(BACKENDS) as Backend[])].find((name) => {
    const own = BACKENDS[name];
    return own.reduceRange === reduceRange && own.narrowRange === narrowRange && own.weightScheme === weightScheme;
  });
  return same && !powerOfTwo ? `${call}("${same}")` : 'QConfig';
}

const codesOf = ({ reduceRange, narrowRange }: Whole): CodeRule => ({ reduceRange, narrowRange });

interface Codes<Granularity> extends QuantRule {
  readonly granularity: Granularity;
}

function activationSpec({ activationBits, powerOfTwo, ...rule }: Whole): Codes<'per_tensor'> {
  const codes = activationCodes(activationBits, rule);
  return { scheme: 'affine', granularity: 'per_tensor', ...codes, eps: EPS, powerOfTwo };
}

function weightSpec({ weightBits, weightScheme, powerOfTwo, ...rule }: Whole): Codes<'per_tensor' | 'per_channel'> {
  return { ...WEIGHT_SCHEMES[weightScheme], ...weightCodes(weightBits, rule), eps: EPS, powerOfTwo };
}

/**
 * The same observers and rules with codes of other widths. @param rule of the qconfig that they are of
 * @throws PlaygroundError on bits out of range
 */
export function withBits(
  { activation, weight }: NodeQuant,
  { weightBits, activationBits }: Required<Pick<QConfigOptions, 'weightBits' | 'activationBits'>>,
  rule: CodeRule,
): NodeQuant {
  return {
    ...(activation && { activation: { ...activation, ...activationCodes(activationBits, rule) } }),
    ...(weight && { weight: { ...weight, ...weightCodes(weightBits, rule) } }),
  };
}

function activationCodes(activationBits: number, { reduceRange }: Pick<CodeRule, 'reduceRange'>) {
  checkBits('activations', activationBits);
  const bits = activationBits === 8 && reduceRange ? 7 : activationBits;
  return { qmin: 0, qmax: 2 ** bits - 1 };
}

function weightCodes(weightBits: number, { narrowRange }: Pick<CodeRule, 'narrowRange'>) {
  checkBits('weights', weightBits);
  const half = 2 ** (weightBits - 1);
  return { qmin: narrowRange ? 1 - half : -half, qmax: half - 1 };
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
