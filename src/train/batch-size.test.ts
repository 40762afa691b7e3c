// Batch norm needs two values of a channel: the rule on graphs, and that no Trainer learns without.
import { describe, expect, test } from 'vitest';
import { fuse } from '../graph/fuse';
import { resnet18 } from '../graph/resnet18';
import type { Graph, GraphNode } from '../graph/types';
import { checkBatch } from './batch-size';
import { BACKENDS, smallBatch, smallGraph, smallParams } from './testing';
import { Trainer } from './trainer';

const SGD = { lr: 0.1, momentum: 0.9, weightDecay: 0 };
const refused = expect.objectContaining({ code: 'bad-argument' });

describe('the smallest batch', () => {
  // layer4 of ResNet18 has maps of 1 x 1 at 32 x 32; the small network ends with 2 x 2.
  test.each([
    ['resnet18, unfused', resnet18(), 2],
    ['resnet18, fused', fuse(resnet18()).graph, 2],
    ['small', smallGraph(), 1],
  ])('of %s', (_, graph, least) => {
    for (const images of [1, 2, 3]) {
      const check = () => checkBatch(graph, images, false);
      if (images < least) expect(check).toThrow(refused);
      else expect(check).not.toThrow();
      expect(() => checkBatch(graph, images, true)).not.toThrow();
    }
  });

  test('is named with its reason', () => {
    const { graph } = fuse(resnet18());
    expect(() => checkBatch(graph, 1, false)).toThrow(
      /batch of 1 is too small: .* the smallest maps give it one value/,
    );
  });
});

/** A convolution with batch norm whose map is 1 x 1, and a linear layer. */
function narrowGraph(): Graph {
  const { nodes, ...rest } = smallGraph();
  const keep = ['input', 'stem', 'average', 'flatten', 'fc'];
  const one = { h: 1, w: 1, c: 8 };
  const narrow = nodes.flatMap((node): GraphNode[] => {
    if (!keep.includes(node.id)) return [];
    if (node.op === 'conv') return [{ ...node, out: one, conv: { ...node.conv, stride: 32 } }];
    return [node.op === 'avgpool' ? { ...node, inputs: ['stem'] } : node];
  });
  return { ...rest, nodes: narrow };
}

describe.each(BACKENDS)('a Trainer on %s', (_, start) => {
  test('refuses a batch of one before anything changes, unless batch norm is frozen', async () => {
    await start();
    const trainer = new Trainer(narrowGraph(), { params: smallParams(narrowGraph(), 3) });
    const before = await trainer.snapshot();
    const free = { bnFrozen: false, observersFrozen: false };
    await expect(trainer.trainStep(smallBatch(0, 1), SGD, free)).rejects.toEqual(refused);
    expect(await trainer.snapshot()).toEqual(before);
    await trainer.trainStep(smallBatch(0, 1), SGD, { ...free, bnFrozen: true });
    await trainer.trainStep(smallBatch(1, 2), SGD, free);
    expect(trainer.step).toBe(2);
    trainer.dispose();
  });
});
