// Training steps of the whole network on tfjs's WASM backend with our kernels, against PyTorch's: losses, every gradient,
// running statistics and observed ranges. In the browser, and on WebGPU: tests/browser/train-step.spec.ts.
import { beforeAll, describe, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs';
import { weightKey } from '../../src/quant/prepare';
import { toTorch } from '../../src/train/layout';
import { setUpWasm } from '../../src/device/wasm/testing';
import { Trainer, type Batch } from '../../src/train/trainer';
import { loadCheckpoint } from './network';
import {
  deviation,
  loadStep,
  relative,
  sampleOf,
  stepBatches,
  STEP_TOPICS,
  type Step,
  type StepTopic,
} from './train-step';

const STEPS = 20;
let batches: Batch[];
beforeAll(async () => {
  batches = stepBatches(STEPS);
  await setUpWasm();
});

/** The first step's gradients at the fixture's samples. */
function gradientsOf(trainer: Trainer, { fixture, mode }: Step): Map<string, ArrayLike<number>> {
  const { loss, grads } = trainer.gradients(batches[0], mode);
  const read = [...grads].map(([name, grad]): [string, ArrayLike<number>] => {
    const { data } = toTorch({ shape: grad.shape, data: grad.dataSync<'float32'>() });
    const sample = sampleOf(fixture, name);
    return [name, sample ? Float32Array.from(sample, (i) => data[i]) : data];
  });
  tf.dispose([loss, ...grads.values()]);
  return new Map(read);
}

/**
 * After one step, relative. Weights are observed before anything was rounded to codes; statistics and activations follow
 * codes that differ (see train-step.ts), by steps of 1/127 of a range at the product's widths, of 1/16383 in 'fine'.
 */
function tolerance(topic: StepTopic) {
  const weightRanges = 1e-6;
  if (topic === 'step_fp32') return { weightRanges, statistics: 1e-6, activationRanges: 0 };
  if (topic.startsWith('step_qat_fine')) return { weightRanges, statistics: 2e-4, activationRanges: 1e-3 };
  return { weightRanges, statistics: 1e-2, activationRanges: 0.05 };
}

describe.each(STEP_TOPICS)('%s', (topic) => {
  const step = loadStep(topic);
  const { fixture, graph, mode } = step;
  const { sgd, activation_ranges } = fixture.values;

  test('is of the weights in public/checkpoint', () => expect(fixture.checkpoint).toBe(loadCheckpoint().sha256));

  test('gives the losses, gradients, statistics and ranges of PyTorch', async () => {
    const trainer = new Trainer(graph, { params: loadCheckpoint().params });
    const tensors = tf.memory().numTensors;
    const gradients = gradientsOf(trainer, step);
    const rate = { lr: sgd.lr, momentum: sgd.momentum, weightDecay: sgd.weight_decay };
    const got: number[] = [];
    let first: Awaited<ReturnType<Trainer['snapshot']>> | undefined;
    for (const batch of batches) {
      got.push((await trainer.trainStep(batch, rate, mode)).loss);
      first ??= await trainer.snapshot();
    }
    expect(tf.memory().numTensors).toBe(tensors);
    trainer.dispose();

    const off = deviation(fixture, { gradients, losses: got });
    for (const [name, ratio] of Object.entries(off)) expect(ratio, name).toBeLessThanOrEqual(1);

    const allowed = tolerance(topic);
    const worst = (prefix: string, valuesOf: (name: string) => ArrayLike<number>) => {
      const names = fixture.names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
      expect(names.length > 0, prefix).toBe(prefix === 'after.' || topic !== 'step_fp32');
      return Math.max(0, ...names.map((name) => relative(valuesOf(name), fixture.f32(prefix + name))));
    };
    expect(worst('after.', (name) => first!.params.get(name)!.data)).toBeLessThan(allowed.statistics);
    const weightRange = (id: string) => first!.ranges.get(weightKey(id))!;
    const weights = worst('weight_range.', (id) => [...weightRange(id).min, ...weightRange(id).max]);
    expect(weights).toBeLessThan(allowed.weightRanges);
    const activations = Object.entries(activation_ranges ?? {});
    expect(activations.length > 0).toBe(topic !== 'step_fp32');
    for (const [id, { min, max }] of activations) {
      const range = first!.ranges.get(id)!;
      const error = Math.max(Math.abs(range.min[0] - min), Math.abs(range.max[0] - max)) / (max - min);
      expect(error, id).toBeLessThan(allowed.activationRanges);
    }
  });
});
