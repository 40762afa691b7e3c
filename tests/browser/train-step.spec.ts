// Training steps of the whole network on WebGPU against PyTorch's: losses and every gradient, as far off as roundings
// allow (tests/golden/train-step.ts); and the same run twice gives the same losses, bit for bit.
import { expect, test } from '@playwright/test';
import { deviation, loadStep, sampleOf, stepBatches, STEP_TOPICS } from '../golden/train-step';
import type { Outcome, Task } from './train-step';
import { onePage } from './one-page';

const STEPS = 20;
const complaints: string[] = [];
const page = onePage(complaints);

function trainSteps(task: Task): Promise<Outcome> {
  return page().evaluate(async (task) => {
    const steps: typeof import('./train-step') = await import('/tests/browser/train-step.ts' as './train-step');
    return steps.trainSteps(task);
  }, task);
}

for (const topic of STEP_TOPICS) {
  test(`${topic}: losses and gradients of PyTorch, the same at every run`, async () => {
    const { fixture, graph, mode } = loadStep(topic);
    const { sgd, gradients } = fixture.values;
    const samples = Object.keys(gradients).map((name) => [name, sampleOf(fixture, name)] as const);
    const task: Task = {
      ...{ graph, mode },
      rates: { lr: sgd.lr, momentum: sgd.momentum, weightDecay: sgd.weight_decay },
      batches: stepBatches(STEPS).map(({ x, y }) => ({ x: [...x], y: [...y] })),
      samples: Object.fromEntries(samples.map(([name, indices]) => [name, indices ? [...indices] : null])),
    };
    const first = await trainSteps(task);
    const second = await trainSteps(task);
    expect(complaints).toEqual([]);
    expect(second).toEqual(first);
    expect(first.leaked).toBe(0);
    const result = { losses: first.losses, gradients: new Map(Object.entries(first.gradients)) };
    for (const [name, ratio] of Object.entries(deviation(fixture, result))) expect(ratio, name).toBeLessThanOrEqual(1);
  });
}
