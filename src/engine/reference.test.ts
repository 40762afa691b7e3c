import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Int8Model, Int8Op, Int8Tensor } from '../int8/int8-model';
import { PlaygroundError } from '../core/errors';
import { Rng } from '../core/rng';
import { createReferenceEngine } from './reference';
import { ModelBuilder, randomImages } from './testing/models';

const tensor = (h: number, w: number, c: number, zeroPoint = 0, scale = 1, qmax = 255): Int8Tensor => ({
  h,
  w,
  c,
  q: { scale, zeroPoint, qmin: 0, qmax },
});
const run = (tensors: Int8Tensor[], op: object, codes: number[]): number[] => {
  const model: Int8Model = {
    version: 2,
    name: 'one',
    tensors,
    ops: [{ name: 'one', inputs: [0], output: tensors.length - 1, ...op } as unknown as Int8Op],
  };
  return [...createReferenceEngine(model).run(Uint8Array.from(codes), 1)];
};
const weights = (codes: number[], channels = 1) => ({
  weights: Int8Array.from(codes),
  weightBits: 8,
  weightScales: new Float32Array(channels).fill(1),
  bias: new Float32Array(channels),
});

describe('convolution', () => {
  const conv = { op: 'conv', kernel: 3, stride: 1, pad: 1, relu: false };

  it('counts padding as real zero, whatever the zero point', () => {
    // All codes at the zero point: every sum is 0, at the border too.
    const codes = run(
      [tensor(2, 2, 1, 9), tensor(2, 2, 1, 5)],
      { ...conv, ...weights(Array(9).fill(100)) },
      [9, 9, 9, 9],
    );
    expect(codes).toEqual([5, 5, 5, 5]);
  });

  it('sums the taps that meet the map', () => {
    const codes = run(
      [tensor(2, 2, 1), tensor(2, 2, 1)],
      { ...conv, ...weights([1, 2, 3, 4, 5, 6, 7, 8, 9]) },
      [1, 0, 0, 2],
    );
    // Output (y, x) = sum of x[y + ky - 1, x + kx - 1] * w[ky, kx].
    expect(codes).toEqual([5 + 2 * 9, 4 + 2 * 8, 2 + 2 * 6, 1 + 2 * 5]);
  });

  it('rounds ties to even and clamps to the codes, from the zero point with ReLU', () => {
    const linear = (relu: boolean, input: number) =>
      run(
        [tensor(1, 1, 1), tensor(1, 1, 3, 10, 2, 100)],
        { op: 'conv', kernel: 1, stride: 1, pad: 0, relu, ...weights([1, -1, 127], 3) },
        [input],
      );
    expect(linear(false, 1)).toEqual([10, 10, 74]);
    expect(linear(false, 3)).toEqual([12, 8, 100]);
    expect(linear(true, 3)).toEqual([12, 10, 100]);
  });

  it('adds the bias in units of the accumulator', () => {
    const op = {
      op: 'linear',
      weights: Int8Array.of(2),
      weightBits: 8,
      weightScales: Float32Array.of(0.25),
      bias: Float32Array.of(3),
    };
    // 0.5 * (7 - 1) * (0.25 * 2) + 3 = 4.5 in real units; scale 0.5: code 9 above the zero point.
    expect(run([tensor(1, 1, 1, 1, 0.5), tensor(1, 1, 1, 4, 0.5)], op, [7])).toEqual([13]);
  });

  it('equals a linear layer on one pixel', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const builder = new ModelBuilder(new Rng(seed));
        builder.linear(builder.tensor(1, 1, 17, 20), 6);
        const linear = builder.build('linear');
        const conv = { ...linear.ops[0], op: 'conv', kernel: 1, stride: 1, pad: 0, relu: false } as Int8Op;
        const images = randomImages(linear, 3, seed);
        const expected = createReferenceEngine(linear).run(images, 3);
        expect(createReferenceEngine({ ...linear, ops: [conv] }).run(images, 3)).toEqual(expected);
      }),
    );
  });
});

describe('other operations', () => {
  it('max pool: windows are clipped to the map', () => {
    const op = { op: 'maxpool', kernel: 3, stride: 2, pad: 1 };
    expect(run([tensor(3, 3, 1, 4), tensor(2, 2, 1, 4)], op, [1, 2, 3, 4, 9, 6, 7, 8, 5])).toEqual([9, 9, 9, 9]);
    expect(run([tensor(3, 3, 1, 4), tensor(2, 2, 1, 4)], op, [1, 0, 3, 0, 0, 0, 7, 0, 5])).toEqual([1, 3, 7, 5]);
  });

  it('ReLU stops at the zero point', () => {
    expect(run([tensor(1, 3, 1, 4), tensor(1, 3, 1, 4)], { op: 'relu' }, [3, 4, 5])).toEqual([4, 4, 5]);
  });

  it('batch norm: real values times the gain, plus the shift, of each channel, rounded half to even, clamped', () => {
    const op = { op: 'batchnorm', gain: Float32Array.of(1, -0.5), shift: Float32Array.of(1, 4) };
    const tensors = [tensor(1, 4, 2, 10), tensor(1, 4, 2, 7, 2, 20)];
    // Channel 0: (code - 10 + 1) / 2; channel 1: (4 - (code - 10) / 2) / 2, each above the zero point 7.
    const codes = run(tensors, op, [10, 10, 12, 12, 0, 0, 200, 200]);
    expect(codes).toEqual([7, 9, 9, 9, 3, 11, 20, 0]);
  });

  it('average pool rounds the mean of the codes half to even, whatever the zero point', () => {
    const average = (zeroPoint: number, codes: number[]) =>
      run([tensor(1, 2, 2, zeroPoint), tensor(1, 1, 2, zeroPoint)], { op: 'avgpool' }, codes);
    for (const zeroPoint of [0, 1]) {
      expect(average(zeroPoint, [0, 1, 1, 2])).toEqual([0, 2]);
      expect(average(zeroPoint, [2, 7, 3, 7])).toEqual([2, 7]);
    }
  });

  it("average pool multiplies by the float32 inverse: PyTorch's 91 / 14 is 7, not the tie's 6", () => {
    const codes = [91, ...Array<number>(13).fill(0)];
    expect(run([tensor(2, 7, 1), tensor(1, 1, 1)], { op: 'avgpool' }, codes)).toEqual([7]);
  });

  it('add: real values are added, rounded half to even, clamped; ReLU cuts below real zero', () => {
    const tensors = [tensor(1, 1, 4, 10), tensor(1, 1, 4, 7, 2, 20)];
    const add = (relu: boolean) => run(tensors, { op: 'add', relu, inputs: [0, 0] }, [10, 9, 12, 200]);
    // Real sums 0, -2, 4, 380.
    expect(add(false)).toEqual([7, 6, 9, 20]);
    expect(add(true)).toEqual([7, 7, 9, 20]);
  });
});

describe('createReferenceEngine', () => {
  const builder = new ModelBuilder(new Rng(3));
  const pooled = builder.maxpool(builder.conv(builder.tensor(9, 8, 3, 40), 12, 3, 1, 1), 3, 2, 1);
  const sum = builder.add(builder.conv(pooled, 12, 3, 1, 1, { relu: false }), pooled, false, 50);
  const classes = 10;
  builder.linear(builder.avgpool(builder.relu(sum)), classes);
  const model = builder.build('small');

  it('runs a batch as single images, and traces what it runs', () => {
    const engine = createReferenceEngine(model);
    const images = randomImages(model, 2, 5);
    const both = engine.run(images, 2);
    const size = images.length / 2;
    for (const i of [0, 1]) {
      const one = images.subarray(i * size, (i + 1) * size);
      const logits = both.subarray(i * classes, (i + 1) * classes);
      expect(engine.run(one, 1)).toEqual(logits);
      const trace = engine.trace(one);
      expect(trace.map(({ length }) => length)).toEqual(
        model.ops.map(({ output }) => model.tensors[output].h * model.tensors[output].w * model.tensors[output].c),
      );
      expect(trace.at(-1)).toEqual(logits);
    }
  });

  it('refuses a malformed model', () => {
    expect(() => createReferenceEngine({ ...model, ops: [] })).toThrow(PlaygroundError);
  });
});
