// Training steps of a small network against PyTorch's, everything that a step gives and changes, with nothing but
// roundings in between: the readable step, and the backends that Node has.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Param } from '../../src/core/params';
import { FloatModel } from '../../src/train/float-model';
import { imagesTensor } from '../../src/train/images-tensor';
import { referenceForward, referenceStep } from '../../src/train/reference-step';
import { freshState } from '../../src/train/state';
import { toTorch } from '../../src/train/layout';
import { BACKENDS } from '../../src/train/testing';
import { Trainer } from '../../src/train/trainer';
import { gradientsOf, SMALL_STEPS, smallMode, startOf, stateOf, type SmallStep } from './small-step';
import { relative } from './train-step';

type Results = [name: string, values: ArrayLike<number>][];

async function byReference(step: SmallStep): Promise<Results> {
  const results: Results = [];
  let state = startOf(step);
  const { teacherShare: share, graph, start } = step;
  step.batches.forEach((batch, i) => {
    const frozen = { bnFrozen: true, observersFrozen: true };
    const teacher = share > 0 ? { share, logits: referenceForward(graph, freshState(start), batch.x, frozen).output } : undefined;
    const { loss, gradients, next } = referenceStep(graph, state, batch, step.sgd, smallMode(i), teacher);
    results.push([`${i}.loss`, [loss]], ...gradientsOf(i, gradients));
    state = next;
  });
  return [...results, ...stateOf(state)];
}

async function byTrainer(step: SmallStep): Promise<Results> {
  const { teacherShare: share, graph, start } = step;
  const model = new FloatModel(graph, start);
  const answer = (x: Float32Array) => tf.tidy(() => model.predict(imagesTensor(x, graph)).dataSync<'float32'>());
  const trainer = new Trainer(graph, { params: start }, {
    teacher: share > 0 ? { answer, share } : undefined,
  });
  const results: Results = [];
  for (const [i, batch] of step.batches.entries()) {
    const { loss, grads } = trainer.gradients(batch, smallMode(i));
    const gradients = [...grads].map(([name, grad]): [string, Param] => {
      return [name, toTorch({ shape: grad.shape, data: grad.dataSync<'float32'>() })];
    });
    tf.dispose([loss, ...grads.values()]);
    results.push([`${i}.loss`, [(await trainer.trainStep(batch, step.sgd, smallMode(i))).loss]]);
    results.push(...gradientsOf(i, new Map(gradients)));
  }
  results.push(...stateOf(await trainer.snapshot()));
  trainer.dispose();
  model.dispose();
  return results;
}

/**
 * Of how far PyTorch's float32 is from its float64. The readable step is in float64 but for the state between steps; a
 * backend is in float32, and sums in another order than PyTorch.
 */
const SUBJECTS = [
  { name: 'the readable step', start: async () => {}, run: byReference, times: 2 },
  ...BACKENDS.map(([name, start]) => ({ name, start, run: byTrainer, times: 4 })),
];

describe.each(SUBJECTS)('$name', ({ start, run, times }) => {
  beforeAll(start);

  test.each(SMALL_STEPS.map((step) => [step.name, step] as const))('%s', async (_, step) => {
    const got = new Map(await run(step));
    expect([...got.keys()].sort()).toEqual([...step.wanted.keys()].sort());
    const off = [...step.wanted].map(([name, wanted]) => ({ name, off: relative(got.get(name)!, wanted) }));
    expect(off.filter(({ off }) => !(off <= times * step.selfDifference))).toEqual([]);
  });
});
