// One step looked at closely, the codes of two layers and the scales of two outputs, invented. For tests of the page only.
import type { CloseLook, SeenWeight } from '../../src/worker/api';

export const fakeLayerCodes = (step: number) => [
  { id: 'conv1', flipping: 0.01, scale: 0.02 + 0.001 * step },
  { id: 'layer1.0.conv1', flipping: 0.05, scale: 0.01 },
];

export const fakeActivations = (step: number) => [
  { id: 'quant', scale: 0.04 },
  { id: 'conv1', scale: 0.05 + 0.001 * step },
];

/** Two kernels at scale 0.5: the first weight flips, the second is clipped, the others stay. */
export function fakeLook(layer: string): CloseLook {
  const stays = (i: number): SeenWeight => ({
    ...{ before: 0.25 * (i % 5), after: 0.25 * (i % 5) - 0.0001, gradient: 0.01 * (i + 1), passes: true },
    codes: [Math.round(i % 5), Math.round(i % 5)],
  });
  const flips: SeenWeight = { ...stays(0), before: 1.26, after: 1.24, gradient: 2.5, codes: [6, 5] };
  const clipped: SeenWeight = { ...stays(0), before: 9, after: 8.99, gradient: 0, passes: false, codes: [7, 7] };
  return {
    ...{ layer, qmin: -8, qmax: 7, channel: 2, channels: 64, kernel: 3, inputs: [5, 0] },
    ...{ factor: [2, 2], scale: [0.5, 0.4], total: 36_864, flipped: 12, clipped: 3 },
    weights: [flips, clipped, ...Array.from({ length: 16 }, (_, i) => stays(i))],
  };
}
