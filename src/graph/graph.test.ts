import { describe, expect, it } from 'vitest';
import { checkGraph, consumers, nodeById } from './graph';
import { resnet18 } from './resnet18';
import type { Graph } from './types';

const tiny: Graph = {
  name: 'tiny',
  nodes: [
    { id: 'input', op: 'input', inputs: [], out: { h: 4, w: 4, c: 2 } },
    { id: 'relu', op: 'relu', inputs: ['input'], out: { h: 4, w: 4, c: 2 } },
    { id: 'add', op: 'add', relu: false, inputs: ['relu', 'relu'], out: { h: 4, w: 4, c: 2 } },
  ],
};
const withLast = (change: object): Graph => ({
  name: 'tiny',
  nodes: [...tiny.nodes.slice(0, 2), { ...tiny.nodes[2], ...change } as Graph['nodes'][number]],
});

describe('checkGraph', () => {
  it('accepts a well-formed graph', () => {
    expect(() => checkGraph(tiny)).not.toThrow();
  });

  it.each([
    [{ id: 'relu' }, 'id used twice'],
    [{ inputs: ['relu'] }, '1 inputs instead of 2'],
    [{ inputs: ['relu', 'later'] }, 'input later does not stand before it'],
    [{ out: { h: 4, w: 3, c: 2 } }, 'shapes do not fit'],
  ])('refuses %j', (change, message) => {
    expect(() => checkGraph(withLast(change))).toThrow(message);
  });

  it('refuses a graph without nodes', () => {
    expect(() => checkGraph({ name: 'none', nodes: [] })).toThrow('no nodes');
  });
});

describe('resnet18', () => {
  const graph = resnet18();

  it('is well-formed', () => {
    expect(() => checkGraph(graph)).not.toThrow();
  });

  it("has torchvision's map sizes for 32x32 images", () => {
    const size = (id: string) => Object.values(nodeById(graph, id).out);
    expect(size('conv1')).toEqual([16, 16, 64]);
    expect(size('maxpool')).toEqual([8, 8, 64]);
    expect(size('layer1.1.relu2')).toEqual([8, 8, 64]);
    expect(size('layer2.0.downsample.1')).toEqual([4, 4, 128]);
    expect(size('layer3.1.relu2')).toEqual([2, 2, 256]);
    expect(size('layer4.1.relu2')).toEqual([1, 1, 512]);
    expect(size('fc')).toEqual([1, 1, 10]);
  });

  it('skips over each block: main path first, then the shortcut', () => {
    expect(nodeById(graph, 'layer1.0.skip_add').inputs).toEqual(['layer1.0.bn2', 'maxpool']);
    expect(nodeById(graph, 'layer2.0.skip_add').inputs).toEqual(['layer2.0.bn2', 'layer2.0.downsample.1']);
    expect(nodeById(graph, 'layer2.1.skip_add').inputs).toEqual(['layer2.1.bn2', 'layer2.0.relu2']);
  });
});

describe('consumers', () => {
  it('lists readers in order, twice for two edges', () => {
    expect(consumers(tiny).get('relu')).toEqual(['add', 'add']);
    expect(consumers(resnet18()).get('maxpool')).toEqual(['layer1.0.conv1', 'layer1.0.skip_add']);
    expect(consumers(tiny).get('add')).toEqual([]);
  });
});

describe('nodeById', () => {
  it('names the id it did not find', () => {
    expect(() => nodeById(tiny, 'conv9')).toThrow('conv9');
  });
});
