import { describe, expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import { networkStages, type Mark, type Stage } from './network-stages';

const marked = ({ marks }: Stage, mark: Mark): string[] => [...marks].filter(([, m]) => m === mark).map(([id]) => id);

describe('the network as the steps leave it', () => {
  it('loses its 20 batch norms and 9 of its ReLUs to 20 convolutions when it is fused', () => {
    const { loaded, fused } = networkStages(DEFAULT_RECIPE);
    expect(fused.graph.nodes.map(({ id }) => id)).toEqual(loaded.graph.nodes.map(({ id }) => id));
    expect(marked(fused, 'changed')).toHaveLength(20);
    const gone = marked(fused, 'removed');
    expect(gone).toHaveLength(29);
    expect(gone.filter((id) => id.includes('relu'))).toHaveLength(9);
    expect(marked(fused, 'added')).toEqual([]);
  });

  it('gets stubs when it is prepared, and a fake-quant wherever codes will be', () => {
    const { prepared } = networkStages({ ...DEFAULT_RECIPE, keepEight: 'none', layerBits: 'fc=4/5' });
    expect(marked(prepared, 'added')).toEqual(['quant', 'dequant']);
    // The second ReLU of each block has become part of the sum before it.
    expect(marked(prepared, 'changed')).toEqual(
      [1, 2, 3, 4].flatMap((stage) => [0, 1].map((block) => `layer${stage}.${block}.skip_add`)),
    );
    expect(Object.keys(prepared.quant)).toHaveLength(1 + 20 + 8 + 1);
    expect(prepared.quant['fc'].weight).toMatchObject({ qmin: -8, qmax: 7 });
    expect(prepared.quant['conv1'].weight).toMatchObject({ qmin: -4, qmax: 3 });
    const apart = networkStages({ ...DEFAULT_RECIPE, fuseAddRelu: false });
    expect(marked(apart.prepared, 'changed')).toEqual([]);
  });

  it('has nothing removed without fusion, and a fake-quant behind each batch norm, too', () => {
    const { fused, prepared } = networkStages({ ...DEFAULT_RECIPE, batchNorm: 'apart' });
    expect(fused.marks.size).toBe(0);
    expect(Object.keys(prepared.quant)).toHaveLength(1 + 20 + 20 + 8 + 1);
  });
});
