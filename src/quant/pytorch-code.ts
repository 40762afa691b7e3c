// A qconfig as the PyTorch code that makes it: what the page shows, and what a fixture evaluates in PyTorch.
// Not for qconfigs themselves: qconfigs.ts.
import type { FakeQuantSpec, QConfig } from './types';

const OBSERVERS = {
  minmax: { per_tensor: 'MinMaxObserver', per_channel: 'PerChannelMinMaxObserver' },
  moving_average_minmax: {
    per_tensor: 'MovingAverageMinMaxObserver',
    per_channel: 'MovingAveragePerChannelMinMaxObserver',
  },
  histogram: { per_tensor: 'HistogramObserver', per_channel: 'HistogramObserver' },
} as const;

/** PyTorch's class that observes such a tensor, or learns its scale. */
export const observerName = ({ observer, granularity }: FakeQuantSpec): string =>
  observer === 'learned' ? '_LearnableFakeQuantize' : OBSERVERS[observer][granularity];

const POWERS = '    # with scales rounded up to powers of two, for which PyTorch has no observer\n';

/** PyTorch's class that simulates; undefined where a tensor is observed alone. */
function moduleName(spec: FakeQuantSpec): string | undefined {
  if (spec.observer === 'learned') return '_LearnableFakeQuantize';
  if (!spec.simulate) return undefined;
  return spec.fusedRule ? 'FusedMovingAvgObsFakeQuantize' : 'FakeQuantize';
}

/**
 * An expression of torch.ao.quantization's names; where scales are powers of two, which no observer of PyTorch makes, a
 * comment says so. Smallest scales are PyTorch's own. With `_LearnableFakeQuantize`, scales per channel are given their
 * length when learning begins.
 */
export function qconfigCode({ activation, weight }: QConfig): string {
  return `QConfig(
${activation.powerOfTwo ? POWERS : ''}    activation=${moduleCode(activation, 'quint8')},
    weight=${moduleCode(weight, 'qint8')},
)`;
}

function moduleCode(spec: FakeQuantSpec, dtype: 'quint8' | 'qint8'): string {
  const { observer, granularity, scheme, qmin, qmax } = spec;
  const range = { ...spec, observer: 'moving_average_minmax' } as const;
  const watched = observer === 'learned' ? OBSERVERS[range.observer][granularity] : observerName(spec);
  const args = [
    ...(spec.simulate ? [`observer=${watched}`] : []),
    ...(observer === 'moving_average_minmax' ? [`averaging_constant=${spec.averagingConstant}`] : []),
    ...[`quant_min=${qmin}`, `quant_max=${qmax}`, `dtype=torch.${dtype}`, `qscheme=torch.${granularity}_${scheme}`],
    ...(granularity === 'per_channel' ? ['ch_axis=0'] : []),
  ];
  const module = moduleName(spec) ?? watched;
  return `${module}.with_args(${args.join(', ')})`;
}
