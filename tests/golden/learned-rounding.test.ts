// Steps of AdaRound against PyTorch: where they begin, the formulas, and a block on every backend of Node, to what float32
// leaves of PyTorch's own.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Param } from '../../src/core/params';
import { roundingGrad, softWeight } from '../../src/device/reference/rounding';
import type { Graph, GraphNode } from '../../src/graph/types';
import { dequantizeWeight } from '../../src/quant/fake-quant';
import { betaAt, twoCodes } from '../../src/quant/methods/learned-rounding';
import { SoftBlock } from '../../src/train/rounding/soft-block';
import { BACKENDS } from '../../src/train/testing';
import { loadFixture } from './fixture';

const fixture = loadFixture<{
  readonly bits: number;
  readonly rate: number;
  readonly penalty: number;
  readonly betas: readonly (number | null)[];
  readonly activation: Readonly<Record<'scale' | 'zero_point' | 'quant_min' | 'quant_max', number>>;
  readonly losses: Readonly<Record<'float32' | 'exact.', readonly number[]>>;
  readonly temperatures: readonly (number | null)[];
}>('learned_rounding');
const { bits, rate, penalty, betas, activation, losses, temperatures } = fixture.values;
const LAYERS = [0, 1];

/** How far PyTorch's float32 is from its float64, over all that the topic holds, relative to the largest of an array. */
const PYTORCH = Math.max(
  ...fixture.names
    .filter((name) => name.startsWith('exact.') && !name.includes('codes'))
    .map((name) => farthest(fixture.f32(name.slice(6)), fixture.array(name, 'float64'))),
);

function farthest(found: ArrayLike<number>, exact: Float64Array): number {
  const largest = Math.max(...exact.map(Math.abs));
  return Math.max(...exact.map((value, i) => Math.abs(found[i] - value))) / largest;
}
const expectClose = (found: ArrayLike<number>, name: string) =>
  expect(farthest(found, fixture.array(`exact.${name}`, 'float64')), name).toBeLessThanOrEqual(4 * PYTORCH);

const q = (layer: number) => {
  const scales = fixture.f32(`scales.${layer}`);
  const zeroPoints = new Int32Array(scales.length);
  return { scales, zeroPoints, qmin: -(2 ** (bits - 1)), qmax: 2 ** (bits - 1) - 1 };
};
const choices = (layer: number) => twoCodes(fixture.f32(`weight.${layer}`), q(layer));
const between = (layer: number) => {
  const { down, up } = choices(layer);
  const low = dequantizeWeight(down, q(layer));
  return { low, step: dequantizeWeight(up, q(layer)).map((value, i) => value - low[i]) };
};

const conv = (id: string, from: string, size: number, cin: number, cout: number, stride: number): GraphNode => ({
  ...{ id, op: 'conv', inputs: [from], out: { h: size, w: size, c: cout }, relu: id === '0' },
  ...{ conv: { cin, cout, kernel: 3, stride, pad: 1 }, weight: `weight.${id}`, bias: `bias.${id}` },
});
const graph: Graph = {
  name: 'two layers',
  nodes: [
    { id: 'input', op: 'input', inputs: [], out: { h: 6, w: 6, c: 5 } },
    conv('0', 'input', 6, 5, 6, 1),
    conv('1', '0', 3, 6, 4, 2),
  ],
};

it('begins between the codes of PyTorch, where the soft weights are the weights themselves', () => {
  for (const layer of LAYERS) {
    const { down, up, v } = choices(layer);
    const { qmin, qmax } = q(layer);
    expect(down).toEqual(fixture.i8(`floor.${layer}`));
    up.forEach((code, i) => expect(code).toBe(Math.min(down[i] + 1, qmax)));
    expect(Math.min(...down)).toBe(qmin);
    expectClose(v, `v.${layer}.0`);
  }
});

it('presses for a choice as hard as BRECQ does', () => {
  temperatures.forEach((beta, t) => {
    const found = betaAt(t, temperatures.length);
    if (beta === null) expect(found).toBeUndefined();
    else expect(found).toBeCloseTo(beta, 10);
  });
});

it('has soft weights and gradients by the formulas', () => {
  for (const layer of LAYERS)
    for (const [step, beta] of betas.entries()) {
      const at = (name: string) => fixture.array(`exact.${name}.${layer}.${step}`, 'float64');
      const { low, step: between_ } = between(layer);
      expectClose(softWeight(at('v'), low, between_), `soft.${layer}.${step}`);
      const attrs = { penalty: beta === null ? 0 : penalty, beta: beta ?? 1 };
      expectClose(roundingGrad(at('v'), at('soft_gradient'), between_, attrs), `gradient.${layer}.${step}`);
    }
});

describe.each(BACKENDS)('on %s', (_, start) => {
  beforeAll(start);

  it('learns as PyTorch does, step by step, and leaves nothing', async () => {
    const before = tf.memory().numTensors;
    const of = (name: string): [string, Param] => [name, { shape: fixture.shape(name), data: fixture.f32(name) }];
    const params = new Map(LAYERS.flatMap((layer) => [of(`weight.${layer}`), of(`bias.${layer}`)]));
    const { scale, zero_point: zeroPoint, quant_min: qmin, quant_max: qmax } = activation;
    const block = new SoftBlock(graph, params, {
      activations: new Map([['0', { scale, zeroPoint, qmin, qmax }]]),
      weights: new Map(LAYERS.map((layer) => [`${layer}`, { q: q(layer) }])),
    });
    for (const [step, beta] of betas.entries()) {
      const how = { learningRate: rate, step, penalty, beta: beta ?? undefined };
      const loss = block.learn(fixture.f32('x'), fixture.f32('target'), how);
      const [value] = await loss.data();
      loss.dispose();
      expect(Math.abs(value / losses['exact.'][step] - 1)).toBeLessThan(2e-6);
      for (const [id, v] of await block.decided()) expectClose(v, `v.${id}.${step + 1}`);
    }
    for (const [id, codes] of await block.codes()) expect(codes).toEqual(fixture.i8(`codes.${id}`));
    block.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
