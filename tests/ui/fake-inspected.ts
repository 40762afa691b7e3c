// Invented tensors, maps and products of a layer, in the right types. For tests of the page only.
import { network } from '../../src/model/resnet18-cifar10';
import type {
  Cause,
  Clip,
  LayerChange,
  LayerHeld,
  LayerMaps,
  LayerParting,
  Position,
  QuantizedSubject,
  TensorDetail,
  Walk,
} from '../../src/worker/api';
import { fakeLogits } from './fake-results';

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

/**
 * Of every layer with codes: float and integer differ by half a step, and one code of the first is simulated otherwise. The
 * last one's are of the class that fakeLogits says.
 */
export const fakeMaps = (pixels: Uint8Array): LayerMaps[] =>
  network()
    .nodes.filter(({ op }) => op === 'conv' || op === 'add' || op === 'linear' || op === 'maxpool')
    .map(({ id, op, out: { h, w, c } }, layer) => {
      const logits = op === 'linear' ? fakeLogits('fp32', pixels) : undefined;
      const codes = Uint8Array.from({ length: h * w * c }, (_, i) => (logits ? 100 + logits[i] : (i * 7) % 128));
      const q = { scale: 0.0625, zeroPoint: 0, qmin: 0, qmax: 127 };
      const values = Float32Array.from(codes, (code) => code * q.scale);
      const simulated = values.slice();
      if (layer === 0) simulated[5] += q.scale;
      return { name: id, tensor: { h, w, c, q }, codes, simulated, float: values.map((value) => value + 0.03125) };
    });

/** Training halves the scales, moves a quarter of the codes, and brings six decibels. */
export function fakeChange(id: string): LayerChange {
  const { activation, weight } = fakeDetail(id, undefined);
  const held = (share: number, sqnr: number): LayerHeld => ({
    activation: activation && { ...activation, q: { ...activation.q, scale: activation.q.scale * share } },
    weight: weight && { steps: weight.steps, scale: 0.3125 * share, qmin: weight.qmin, qmax: weight.qmax },
    sqnr,
  });
  return { before: held(1, 20), after: held(0.5, 26), changed: weight && 0.25 };
}

/**
 * The same with the picture first. PTQ: the code of the first layer is a tie. Trained: by two rules the first block has three
 * codes otherwise, and the layer after it one of them.
 */
export function fakePartings(kind: QuantizedSubject['kind'], pictured: Uint8Array): LayerParting[] {
  const scales = { kind: 'scales', channels: 64, simulated: 0.0125, integer: 0.015 } as const;
  const causes: Readonly<Record<string, Cause>> =
    kind === 'ptq'
      ? { conv1: { kind: 'tie', codes: 1, distance: 0.0004 } }
      : {
          'layer1.0.conv1': { ...scales, codes: 3 },
          'layer1.0.conv2': { kind: 'inherited', codes: 1, from: 'layer1.0.conv1' },
        };
  const [first, ...rest] = fakeMaps(pictured);
  const image = { ...first, name: 'quant', tensor: { ...first.tensor, h: 32, w: 32, c: 3 } };
  const pixels = 32 * 32 * 3;
  const cut = <T extends Float32Array | Uint8Array>(values: T) => values.subarray(0, pixels) as T;
  const maps = [
    { ...image, codes: cut(first.codes), float: cut(first.float), simulated: cut(first.float) },
    first,
    ...rest,
  ];
  return maps.map((map): LayerParting => {
    const cause = causes[map.name];
    const { c, w, q } = map.tensor;
    const simulated = Float32Array.from(map.codes, (code) => code * q.scale);
    const parted = Array.from({ length: cause?.codes ?? 0 }, (_, k) => {
      const i = 5 + k * c;
      simulated[i] += q.scale;
      const integer = map.codes[i];
      const at = { y: Math.floor(k / w), x: k % w, channel: 5 };
      return { ...at, kind: cause.kind, integer, simulated: integer + 1, sum: integer + 0.5004 };
    });
    const largest = Math.min(parted.length, 1);
    return { ...map, simulated, differing: parted.length, largest, causes: cause ? [cause] : [], parted };
  });
}

/** Three products, 12 in all. */
export const fakeWalk = ({ y, x }: Position): Walk => {
  const term = (code: number, weight: number) => ({ y, x, channel: code, code, weight, product: code * weight });
  return {
    ...{ terms: [term(5, 3), term(2, -2), term(1, 1)], count: 147, sum: 12, inputScale: 0.5, inputZeroPoint: 0 },
    ...{ weightScale: 0.25, bias: 1, biasInSteps: 8, multiplier: 0.25, outputScale: 0.5, zeroPoint: 0 },
    ...{ unclamped: 5, low: 0, high: 127, code: 5 },
  };
};
