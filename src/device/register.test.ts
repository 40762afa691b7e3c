// A table of kernels in tfjs's registry, under the names of backends that do not exist; and, by the compiler, that what the
// contract forbids does not compile.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import type { Kernel, KernelName, Kernels } from './contract';
import { registerKernels, type Call } from './register';
import { runKernel } from './run-kernel';

type Output = { dataId: object; shape: number[]; dtype: 'float32' };
const output = (): Output => ({ dataId: {}, shape: [], dtype: 'float32' });
const never = () => {
  throw new Error('not in this test');
};

const KERNELS: Kernels<void, tf.TensorInfo, Output> = {
  QatObserveMinMax: () => [output()],
  QatObserveHistogram: () => [output(), output()],
  QatSgdMomentum: () => [],
  QatFakeQuant: never,
  QatFakeQuantGrad: never,
  QatFakeQuantLearnedGrad: never,
  QatBatchNorm: never,
  QatBatchNormGrad: never,
  MaxPool: never,
  Relu: ({ x }) => (x.dtype === 'float32' ? [output()] : null),
};

const call = (inputs: object): Call => ({ inputs: inputs as Call['inputs'], attrs: {}, backend: {} });
const kernelOf = (name: KernelName, backend: string) => tf.getKernel(name, backend).kernelFunc;
const register = (backend: string, kernels = KERNELS) =>
  registerKernels(backend, kernels, (kernel, { inputs, attrs }) => kernel(inputs as never, attrs as never));

describe('registered', () => {
  test('one output by itself, as tfjs wants it; none or several as a list', () => {
    register('of outputs');
    expect(kernelOf('QatObserveMinMax', 'of outputs')(call({}))).toEqual(output());
    expect(kernelOf('QatObserveHistogram', 'of outputs')(call({}))).toEqual([output(), output()]);
    expect(kernelOf('QatSgdMomentum', 'of outputs')(call({}))).toEqual([]);
  });

  test('a call that is declined goes to the kernel that was there, whose other fields stay', () => {
    const stock = { ...output(), shape: [3] };
    const setupFunc = () => {};
    tf.registerKernel({ kernelName: 'Relu', backendName: 'of tfjs', kernelFunc: () => stock, setupFunc });
    register('of tfjs');
    const relu = kernelOf('Relu', 'of tfjs');
    expect(relu(call({ x: { dtype: 'int32' } }))).toBe(stock);
    expect(relu(call({ x: { dtype: 'float32' } }))).toEqual(output());
    expect(tf.getKernel('Relu', 'of tfjs').setupFunc).toBe(setupFunc);
  });

  test('a call that is declined where there was none is an error', () => {
    register('without');
    expect(() => kernelOf('Relu', 'without')(call({ x: { dtype: 'int32' } }))).toThrow(/Relu.*without/);
  });

  test('once for each backend: its own kernel is not taken for the one of tfjs', () => {
    register('made anew');
    const before = kernelOf('Relu', 'made anew');
    register('made anew');
    expect(kernelOf('Relu', 'made anew')).toBe(before);
  });
});

// Checked by the compiler alone: an @ts-expect-error above a line that compiles is an error.
test('what the contract forbids does not compile', () => {
  const t = {} as tf.Tensor;
  const forbidden = () => {
    // @ts-expect-error a required kernel is missing
    register('a', { QatFakeQuant: never });
    // @ts-expect-error no kernel of the contract
    register('b', { ...KERNELS, QatNothing: never } satisfies typeof KERNELS);
    // @ts-expect-error an output too few
    const few: Kernel<'QatObserveHistogram', void, tf.Tensor> = ({ counts }) => [counts];
    // @ts-expect-error only one that replaces tfjs's own may decline
    const declines: Kernel<'QatFakeQuant', void, tf.Tensor> = () => null;
    // @ts-expect-error the range has another name
    runKernel('QatFakeQuant', { x: t, ranges: t }, { scheme: 'given', qmin: 0, qmax: 1 });
    // @ts-expect-error a rule needs eps
    runKernel('QatFakeQuant', { x: t, range: t }, { scheme: 'affine', qmin: 0, qmax: 1 });
    // @ts-expect-error there is one output
    const [, second] = runKernel('QatObserveMinMax', { x: t, range: t }, { mode: 'extreme', c: 1 });
    // @ts-expect-error no kernel of the contract
    runKernel('QatFakeQuants', { x: t, range: t }, {});
    return [few, declines, second];
  };
  expect(forbidden).toBeTypeOf('function');
});
