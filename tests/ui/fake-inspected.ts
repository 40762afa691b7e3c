// Invented tensors, maps and products of a layer, in the right types. For tests of the page only.
import { network } from '../../src/model/resnet18-cifar10';
import type { Clip, LayerMaps, Position, TensorDetail, Walk } from '../../src/worker/api';

/** A ReLU's output: many small values, few large ones, up to 8; two channels of weights. */
export function fakeDetail(id: string, clip: Clip | undefined): TensorDetail {
  if (id === 'maxpool') return { activation: undefined, weight: undefined };
  const counts = Float32Array.from({ length: 64 }, (_, i) => 1000 * Math.exp(-i / 8));
  const highest = clip?.[1] ?? 8;
  const activation = {
    histogram: { counts, min: 0, max: 8 },
    q: { scale: highest / 127, zeroPoint: 0, qmin: 0, qmax: 127 },
  };
  if (id.includes('skip_add')) return { activation, weight: undefined };
  const steps = { counts: Float32Array.of(0, 4, 8, 16, 8, 4, 2, 1, 1), min: -4.5, max: 4.5 };
  const held = { min: Float32Array.of(-0.5, -1), max: Float32Array.of(0.25, 2) };
  const reached = { min: Float32Array.of(-0.5, -2), max: Float32Array.of(0.375, 1.5) };
  return { activation, weight: { steps, held, reached, scales: Float32Array.of(0.125, 0.5), qmin: -4, qmax: 3 } };
}

/** Of every layer with codes: float and integer differ by half a step, and one code of the first is simulated otherwise. */
export const fakeMaps = (): LayerMaps[] =>
  network()
    .nodes.filter(({ op }) => op === 'conv' || op === 'add' || op === 'linear' || op === 'maxpool')
    .map(({ id, out: { h, w, c } }, layer) => {
      const codes = Uint8Array.from({ length: h * w * c }, (_, i) => (i * 7) % 128);
      const q = { scale: 0.0625, zeroPoint: 0, qmin: 0, qmax: 127 };
      const values = Float32Array.from(codes, (code) => code * q.scale);
      const simulated = values.slice();
      if (layer === 0) simulated[5] += q.scale;
      return { name: id, tensor: { h, w, c, q }, codes, simulated, float: values.map((value) => value + 0.03125) };
    });

/** Three products, 12 in all. */
export const fakeWalk = ({ y, x }: Position): Walk => {
  const term = (code: number, weight: number) => ({ y, x, channel: code, code, weight, product: code * weight });
  return {
    ...{ terms: [term(5, 3), term(2, -2), term(1, 1)], count: 147, sum: 12, inputScale: 0.5, inputZeroPoint: 0 },
    ...{ weightScale: 0.25, bias: 1, biasInSteps: 8, multiplier: 0.25, outputScale: 0.5, zeroPoint: 0 },
    ...{ unclamped: 5, low: 0, high: 127, code: 5 },
  };
};
