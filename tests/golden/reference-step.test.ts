// The readable training step (src/train/reference-step.ts) against PyTorch's first step of the whole float network. Small
// networks over several steps, FP32 and QAT: small-step.test.ts. Single ConvBns: train-conv-bn.test.ts.
import { expect, test } from 'vitest';
import { referenceStep } from '../../src/train/reference-step';
import { freshState } from '../../src/train/state';
import { loadCheckpoint } from './network';
import { deviation, loadStep, relative, sampleOf, stepBatches } from './train-step';

test('gives the loss, gradients and statistics of PyTorch', () => {
  const { fixture, graph, mode } = loadStep('step_fp32');
  const { lr, momentum, weight_decay: weightDecay } = fixture.values.sgd;
  const [batch] = stepBatches(1);
  const start = freshState(loadCheckpoint().params);
  const { loss, gradients, next } = referenceStep(graph, start, batch, { lr, momentum, weightDecay }, mode);
  const sampled = [...gradients].map(([name, { data }]): [string, ArrayLike<number>] => {
    const sample = sampleOf(fixture, name);
    return [name, sample ? Float32Array.from(sample, (i) => data[i]) : data];
  });
  const off = deviation(fixture, { gradients: new Map(sampled), losses: [loss] });
  for (const [name, ratio] of Object.entries(off)) expect(ratio, name).toBeLessThanOrEqual(1);
  const statistics = fixture.names.filter((name) => name.startsWith('after.'));
  expect(statistics.length).toBe(40);
  const wrong = statistics.filter((name) => {
    const got = next.params.get(name.slice('after.'.length))!.data;
    return !(relative(got, fixture.f32(name)) < 1e-6);
  });
  expect(wrong).toEqual([]);
});
