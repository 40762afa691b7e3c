// The PyTorch code of qconfigs, evaluated by PyTorch: it is what the specification says, and what PyTorch's defaults say.
import { expect, it } from 'vitest';
import { observerName, qconfigCode } from '../../src/quant/pytorch-code';
import { getDefaultQatQConfig, getDefaultQConfig, qconfigById } from '../../src/quant/qconfigs';
import type { Backend, QConfigId, QConfigOptions } from '../../src/quant/qconfigs';
import type { FakeQuantSpec } from '../../src/quant/types';
import { loadFixture } from './fixture';

interface TorchSpec {
  readonly module: string;
  readonly observer: string;
  readonly qmin: number;
  readonly qmax: number;
  readonly qscheme: string;
  readonly dtype: string;
  readonly averaging_constant: number | null;
  readonly eps: number;
}
interface Both {
  readonly activation: TorchSpec;
  readonly weight: TorchSpec;
}
interface CodeCase extends Both {
  readonly id: QConfigId;
  readonly options: QConfigOptions;
  readonly code: string;
  readonly backend: Backend | null;
  readonly default?: Both;
}

const { cases } = loadFixture<{ readonly cases: readonly CodeCase[] }>('qconfig_code').values;
const codesOf = ({ qmin, qmax, granularity, scheme, eps }: FakeQuantSpec) => {
  return { qmin, qmax, qscheme: `${granularity}_${scheme}`, eps };
};

it.each(cases)('$id of $options is the code that PyTorch was given, and that gives the same', (expected) => {
  const qconfig = qconfigById(expected.id, expected.options);
  expect(qconfigCode(qconfig)).toBe(expected.code);
  for (const of of ['activation', 'weight'] as const) {
    const spec = qconfig[of];
    const torch = expected[of];
    expect(torch).toMatchObject({ ...codesOf(spec), dtype: of === 'weight' ? 'qint8' : 'quint8' });
    if (spec.observer === 'learned') expect(torch.module).toBe(observerName(spec));
    else expect(torch.observer).toBe(observerName(spec));
    if (spec.observer === 'moving_average_minmax') expect(torch.averaging_constant).toBe(spec.averagingConstant);
    expect(torch.module === torch.observer).toBe(!spec.simulate);
  }
});

it.each(cases.filter(({ backend }) => backend))("$id for $backend has the codes and observers of PyTorch's default", (expected) => {
  const make = expected.id === 'fbgemm_qat' ? getDefaultQatQConfig : getDefaultQConfig;
  const qconfig = make(expected.backend!);
  expect(qconfig.label).toContain(`("${expected.backend}")`);
  for (const of of ['activation', 'weight'] as const) {
    const torch = expected.default![of];
    expect(torch).toMatchObject(codesOf(qconfig[of]));
    expect(torch.observer).toBe(observerName(qconfig[of]));
    if (expected.id === 'fbgemm_qat') expect(torch.module).toBe('FusedMovingAvgObsFakeQuantize');
  }
});
