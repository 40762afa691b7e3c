import { describe, expect, it } from 'vitest';
import { fuse } from './fuse';
import { checkGraph, nodeById } from './graph';
import { resnet18 } from './resnet18';
import type { Graph } from './types';

describe('fuse on ResNet18', () => {
  const { graph, fused } = fuse(resnet18());

  it('fuses what the article fuses', () => {
    expect(fused).toHaveLength(20);
    expect(fused.filter(({ kind }) => kind === 'ConvBnReLU2d')).toHaveLength(9);
    expect(fused[0]).toEqual({ id: 'conv1', parts: ['conv1', 'bn1', 'relu'], kind: 'ConvBnReLU2d' });
    expect(fused).toContainEqual({
      id: 'layer2.0.downsample.0',
      parts: ['layer2.0.downsample.0', 'layer2.0.downsample.1'],
      kind: 'ConvBn2d',
    });
  });

  it('leaves a well-formed graph in which every convolution has its batch norm', () => {
    expect(() => checkGraph(graph)).not.toThrow();
    expect(graph.nodes.filter((node) => node.op === 'bn' || (node.op === 'conv' && !node.bn))).toEqual([]);
    // The blocks' last ReLUs stand alone: an add comes before them.
    expect(graph.nodes.filter(({ op }) => op === 'relu')).toHaveLength(8);
  });

  it('makes readers of the last part read the fused node', () => {
    expect(nodeById(graph, 'maxpool').inputs).toEqual(['conv1']);
    expect(nodeById(graph, 'layer2.0.skip_add').inputs).toEqual(['layer2.0.conv2', 'layer2.0.downsample.0']);
  });

  it('finds nothing more the second time', () => {
    expect(fuse(graph).fused).toEqual([]);
    expect(fuse(graph).graph).toEqual(graph);
  });
});

describe('fuse keeps apart what others read', () => {
  const out = { h: 2, w: 2, c: 1 };
  const conv = { cin: 1, cout: 1, kernel: 1, stride: 1, pad: 0 };
  const graph = (other: string): Graph => ({
    name: 'shared',
    nodes: [
      { id: 'input', op: 'input', inputs: [], out },
      { id: 'conv', op: 'conv', inputs: ['input'], out, conv, weight: 'conv.weight', relu: false },
      { id: 'bn', op: 'bn', inputs: ['conv'], out, bn: { prefix: 'bn', eps: 1e-5, momentum: 0.1 } },
      { id: 'relu', op: 'relu', inputs: ['bn'], out },
      { id: 'add', op: 'add', relu: false, inputs: ['relu', other], out },
    ],
  });

  it('a ReLU goes into a convolution that has no batch norm, and a batch norm into one that has a bias, which it keeps', () => {
    const { nodes } = graph('input');
    const [input, plain, , relu, add] = nodes;
    const withRelu = fuse({ name: 'no bn', nodes: [input, plain, { ...relu, inputs: ['conv'] }, add] });
    expect(withRelu.fused).toEqual([{ id: 'conv', parts: ['conv', 'relu'], kind: 'ConvReLU2d' }]);
    expect(withRelu.graph.nodes.map(({ id }) => id)).toEqual(['input', 'conv', 'add']);
    const biased = nodes.map((node) => (node.op === 'conv' ? { ...node, bias: 'conv.bias' } : node));
    const both = fuse({ name: 'bias', nodes: biased });
    expect(both.fused).toEqual([{ id: 'conv', parts: ['conv', 'bn', 'relu'], kind: 'ConvBnReLU2d' }]);
    expect(nodeById(both.graph, 'conv')).toMatchObject({ bias: 'conv.bias', bn: { prefix: 'bn' } });
  });

  it('a convolution with two readers stays', () => {
    expect(fuse(graph('conv')).fused).toEqual([]);
  });

  it('a batch norm with two readers keeps its ReLU apart', () => {
    const { graph: result, fused } = fuse(graph('bn'));
    expect(fused).toEqual([{ id: 'conv', parts: ['conv', 'bn'], kind: 'ConvBn2d' }]);
    expect(nodeById(result, 'add').inputs).toEqual(['relu', 'conv']);
  });
});
