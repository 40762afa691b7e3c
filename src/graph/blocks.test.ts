import { describe, expect, it } from 'vitest';
import { prepareQat } from '../quant/prepare';
import { getDefaultQConfig } from '../quant/qconfigs';
import { model } from '../lab/unlike';
import { blocksOf } from './blocks';
import { fuse } from './fuse';
import { checkGraph } from './graph';
import { resnet18 } from './resnet18';
import type { Graph } from './types';

const prepared = (graph: Graph, fuseAddRelu: boolean) =>
  prepareQat(fuse(graph).graph, getDefaultQConfig('fbgemm'), { fuseAddRelu });
const ends = (blocks: readonly Graph[]) => blocks.map(({ nodes }) => [nodes[0].id, nodes[nodes.length - 1].id]);

describe('blocksOf', () => {
  it.each([true, false])(
    'of a residual network are its stem, its residual blocks and its end (add_relu: %s)',
    (fused) => {
      const graph = prepared(resnet18(), fused);
      const outputs = [1, 2, 3, 4].flatMap((layer) =>
        [0, 1].map((block) => `layer${layer}.${block}.${fused ? 'skip_add' : 'relu2'}`),
      );
      const inner = outputs.map((output, i) => [i === 0 ? 'conv1' : outputs[i - 1], output]);
      expect(ends(blocksOf(graph))).toEqual([['input', 'conv1'], ...inner, [outputs[7], 'dequant']]);
    },
  );

  it('of a chain are its layers, each with what leads to it', () => {
    expect(ends(blocksOf(prepared(model.graph, true)))).toEqual([
      ['input', 'first'],
      ['first', 'second'],
      ['second', 'dequant'],
    ]);
    // ReLUs that are not fused stay with what they follow.
    expect(ends(blocksOf(model.graph))).toEqual([
      ['input', 'first.relu'],
      ['first.relu', 'second.relu'],
      ['second.relu', 'fc'],
    ]);
  });

  it('are graphs that hold every node once', () => {
    const graph = prepared(resnet18(), true);
    const blocks = blocksOf(graph);
    blocks.forEach(checkGraph);
    expect(blocks.flatMap(({ nodes }) => nodes.slice(1))).toEqual(graph.nodes.slice(1));
  });
});
