import { describe, expect, it } from 'vitest';
import { liveTaps } from '../core/window';
import { layerCosts, totalCost } from './cost';
import { fuse } from './fuse';
import { resnet18 } from './resnet18';
import type { ConvAttrs, Graph } from './types';

const oneConv = (size: number, conv: ConvAttrs, outSize: number): Graph => ({
  name: 'one',
  nodes: [
    { id: 'input', op: 'input', inputs: [], out: { h: size, w: size, c: conv.cin } },
    {
      id: 'conv',
      op: 'conv',
      inputs: ['input'],
      out: { h: outSize, w: outSize, c: conv.cout },
      conv,
      weight: 'conv.weight',
      relu: false,
    },
  ],
});

describe('layerCosts', () => {
  it('counts ResNet18 as PyTorch does', () => {
    const total = totalCost(layerCosts(resnet18()));
    // sum(p.numel() for p in resnet18(num_classes=10).parameters())
    expect(total.parameters).toBe(11_181_642);
    expect(total.weights).toBe(11_181_642 - 2 * 4800 - 10);
  });

  it('costs the same fused', () => {
    expect(totalCost(layerCosts(fuse(resnet18()).graph))).toEqual(totalCost(layerCosts(resnet18())));
  });

  it('leaves out the taps that fall on padding', () => {
    const conv = { cin: 5, cout: 7, kernel: 3, stride: 1, pad: 1 };
    // 1x1 map: only the middle tap ever meets the map; 2x2: each pixel meets 4 of 9, all 9 are met by some pixel.
    expect(layerCosts(oneConv(1, conv, 1))[0]).toMatchObject({ macs: 9 * 35, liveMacs: 35, liveWeights: 35 });
    expect(layerCosts(oneConv(2, conv, 2))[0]).toMatchObject({ macs: 36 * 35, liveMacs: 16 * 35, liveWeights: 9 * 35 });
    expect(layerCosts(oneConv(2, { ...conv, stride: 2 }, 1))[0]).toMatchObject({
      liveMacs: 4 * 35,
      liveWeights: 4 * 35,
    });
  });

  it('finds the live share of ResNet18 small at the end and large at the beginning', () => {
    const costs = new Map(layerCosts(resnet18()).map((cost) => [cost.id, cost]));
    const share = (id: string) => costs.get(id)!.liveMacs / costs.get(id)!.macs;
    expect(share('layer4.1.conv1')).toBeCloseTo(1 / 9);
    expect(share('layer1.0.conv1')).toBeCloseTo((22 / 24) ** 2);
    expect(share('layer2.0.downsample.0')).toBe(1);
  });
});

describe('liveTaps', () => {
  const conv = { cin: 1, cout: 1, kernel: 3, stride: 1, pad: 1 };

  it('are the taps that meet the map, row by row', () => {
    expect(liveTaps({ h: 1, w: 1 }, conv)).toEqual([4]);
    expect(liveTaps({ h: 1, w: 2 }, conv)).toEqual([3, 4, 5]);
    expect(liveTaps({ h: 2, w: 2 }, { ...conv, stride: 2 })).toEqual([4, 5, 7, 8]);
    expect(liveTaps({ h: 8, w: 8 }, conv)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
