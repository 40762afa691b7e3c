// Networks put back together as they were before fusing and folding: the same function, by the reference that floats have.
import { beforeAll, describe, expect, it } from 'vitest';
import { startCpu } from '../device/cpu';
import { noise } from '../device/testing';
import { logitsOf } from '../train/evaluate';
import { FloatModel } from '../train/float-model';
import { smallParams } from '../train/small-network';
import { foldBatchNorms } from './fold';
import { fuse } from './fuse';
import { stateDict } from './state-dict';
import type { BnNode, ConvNode, Graph } from './types';

const CHANNELS = 6;

/** A convolution with batch norm and ReLU, another with its own bias, and a linear layer; nothing fused. */
function original(): Graph {
  const out = { h: 4, w: 4, c: CHANNELS };
  const vector = { h: 1, w: 1, c: CHANNELS };
  const conv = (id: string, from: string, cin: number, bias?: string): ConvNode => ({
    ...{ id, op: 'conv', inputs: [from], out, weight: `${id}.weight`, bias, relu: false },
    conv: { cin, cout: CHANNELS, kernel: 3, stride: 1, pad: 1 },
  });
  const bn = (id: string, from: string): BnNode => ({
    ...{ id, op: 'bn', inputs: [from], out, bn: { prefix: id, eps: 1e-5, momentum: 0.1 } },
  });
  return {
    name: 'original',
    nodes: [
      { id: 'input', op: 'input', inputs: [], out: { h: 4, w: 4, c: 3 } },
      conv('conv1', 'input', 3),
      bn('bn1', 'conv1'),
      { id: 'relu', op: 'relu', inputs: ['bn1'], out },
      conv('conv2', 'relu', CHANNELS),
      bn('bn2', 'conv2'),
      { id: 'avgpool', op: 'avgpool', inputs: ['bn2'], out: vector },
      { id: 'flatten', op: 'flatten', inputs: ['avgpool'], out: vector },
      {
        ...{ id: 'fc', op: 'linear', inputs: ['flatten'], out: { h: 1, w: 1, c: 10 } },
        ...{ inFeatures: CHANNELS, outFeatures: 10, weight: 'fc.weight', bias: 'fc.bias' },
      },
    ],
  };
}

const graph = original();
const params = smallParams(graph, 1);
const images = noise(8 * 4 * 4 * 3, 2);

async function logits(graph: Graph, of: ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>) {
  const model = new FloatModel(graph, of);
  try {
    return await logitsOf(model, images);
  } finally {
    model.dispose();
  }
}

describe('a state dict of the network as it was', () => {
  beforeAll(startCpu);

  it('is what it was, of a network that was fused', () => {
    const fused = { graph: fuse(graph).graph, params };
    expect(stateDict(graph, fused)).toEqual(params);
    expect([...stateDict(graph, fused).keys()]).toEqual([...params.keys()]);
  });

  it('leaves out learned scales', () => {
    const learned = new Map([...params, ['conv1.qparams', { shape: [1, 2], data: Float32Array.of(1, 0) }]]);
    expect(stateDict(graph, { graph: fuse(graph).graph, params: learned })).toEqual(params);
  });

  it('computes what the network does whose batch norms were folded first', async () => {
    const folded = foldBatchNorms(fuse(graph).graph, params);
    const whole = stateDict(graph, folded);
    expect([...whole].map(([name, { shape }]) => [name, shape])).toEqual(
      [...params].map(([name, { shape }]) => [name, shape]),
    );
    const [ours, theirs] = [await logits(graph, whole), await logits(folded.graph, folded.params)];
    // Same products, same sums: only what the batch norm multiplies by, 1, is computed.
    ours.forEach((value, i) =>
      expect(Math.abs(value - theirs[i])).toBeLessThan(1e-6 * Math.max(1, Math.abs(theirs[i]))),
    );
    expect(new Set(ours).size).toBeGreaterThan(40);
  });

  it('has a variance that loses nothing: with eps it is 1 in float32', () => {
    const { data } = stateDict(graph, foldBatchNorms(fuse(graph).graph, params)).get('bn1.running_var')!;
    expect(Math.fround(data[0] + Math.fround(1e-5))).toBe(1);
    expect(Math.fround(Math.sqrt(data[0] + 1e-5))).toBe(1);
  });

  it('is refused where a parameter is missing', () => {
    const { graph: foldedGraph, params: folded } = foldBatchNorms(fuse(graph).graph, params);
    const without = new Map([...folded].filter(([name]) => name !== 'conv2.bias'));
    expect(() => stateDict(graph, { graph: foldedGraph, params: without })).toThrow(/conv2\.bias/);
  });
});
