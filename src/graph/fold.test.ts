import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlaygroundError } from '../core/errors';
import { elements, type Param } from '../core/params';
import { Rng } from '../core/rng';
import { foldBatchNorms, inferenceWeights } from './fold';
import { fuse } from './fuse';
import { resnet18 } from './resnet18';
import { operationOf } from './ops/table';
import type { ConvNode } from './types';

const node: ConvNode = {
  id: 'conv',
  op: 'conv',
  inputs: ['input'],
  out: { h: 1, w: 1, c: 2 },
  conv: { cin: 3, cout: 2, kernel: 1, stride: 1, pad: 0 },
  weight: 'conv.weight',
  bn: { prefix: 'bn', eps: 1e-5, momentum: 0.1 },
  relu: false,
};
const param = (data: number[]): Param => ({ shape: [data.length], data: Float32Array.from(data) });
const parameters = (weight: number[], gamma: number[], beta: number[], mean: number[], variance: number[]) =>
  new Map([
    ['conv.weight', param(weight)],
    ['bn.weight', param(gamma)],
    ['bn.bias', param(beta)],
    ['bn.running_mean', param(mean)],
    ['bn.running_var', param(variance)],
  ]);

describe('inferenceWeights of a convolution with batch norm', () => {
  it('computes the same function as convolution and batch norm, in float64', () => {
    const value = fc.double({ min: -3, max: 3, noNaN: true });
    const positive = fc.double({ min: 0.01, max: 9, noNaN: true });
    const row = (item: fc.Arbitrary<number>, n: number) => fc.array(item, { minLength: n, maxLength: n });
    fc.assert(
      fc.property(
        row(value, 6),
        row(value, 2),
        row(value, 2),
        row(value, 2),
        row(positive, 2),
        row(value, 3),
        (w, gamma, beta, mean, variance, x) => {
          const { weight, bias } = inferenceWeights(node, parameters(w, gamma, beta, mean, variance));
          for (let c = 0; c < 2; c++) {
            const dot = (row: ArrayLike<number>) => x.reduce((sum, xi, i) => sum + xi * row[c * 3 + i], 0);
            const expected = (gamma[c] * (dot(w) - mean[c])) / Math.sqrt(variance[c] + 1e-5) + beta[c];
            const scale = Math.abs(gamma[c] / Math.sqrt(variance[c] + 1e-5)) * 30 + 3;
            expect(Math.abs(dot(weight.data) + bias[c] - expected)).toBeLessThan(1e-6 * scale);
          }
        },
      ),
    );
  });

  it('gives zero weights and bias beta where gamma is 0', () => {
    const { weight, bias } = inferenceWeights(node, parameters([1, 2, 3, 4, 5, 6], [0, 1], [0.5, 0], [3, 0], [2, 1]));
    expect([...weight.data.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(bias[0]).toBe(0.5);
  });

  it('says which parameter is missing or has another length', () => {
    const params = parameters([1, 2, 3, 4, 5, 6], [1, 1], [0, 0], [0, 0], [1, 1]);
    expect(() => inferenceWeights(node, new Map([...params].filter(([name]) => name !== 'bn.bias')))).toThrow(
      PlaygroundError,
    );
    expect(() => inferenceWeights(node, new Map([...params, ['bn.weight', param([1])]]))).toThrow(
      'bn.weight has 1 values, not 2',
    );
  });
});

describe('foldBatchNorms', () => {
  it('leaves each layer the weights and biases that inference has, and no batch norm', () => {
    const { graph } = fuse(resnet18());
    const rng = new Rng(1);
    const params = new Map(
      graph.nodes.flatMap((node) =>
        (operationOf(node).params?.(node) ?? []).map(({ name, shape }) => {
          const data = Float32Array.from({ length: elements(shape) }, () => rng.uniform());
          return [name, { shape, data }] as const;
        }),
      ),
    );
    const folded = foldBatchNorms(graph, params);
    expect(folded.graph.nodes.map(({ id }) => id)).toEqual(graph.nodes.map(({ id }) => id));
    graph.nodes.forEach((node, i) => {
      if (node.op !== 'conv' && node.op !== 'linear') return;
      const after = folded.graph.nodes[i] as typeof node;
      expect(after.op === 'conv' && after.bn).toBeFalsy();
      const [now, before] = [inferenceWeights(after, folded.params), inferenceWeights(node, params)];
      expect(now.weight.shape).toEqual(before.weight.shape);
      // Millions of values: as bytes.
      for (const [a, b] of [
        [now.weight.data, before.weight.data],
        [now.bias, before.bias],
      ])
        expect(Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer))).toBe(0);
      expect(operationOf(after).params!(after).map(({ name }) => name)).toEqual([after.weight, after.bias]);
    });
  });
});
