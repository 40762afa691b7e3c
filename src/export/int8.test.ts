// Every operation alone, exported and run by the format's own runtime, against the reference engine.
import { describe, expect, it } from 'vitest';
import type { Int8Model } from '../int8/int8-model';
import { Rng } from '../core/rng';
import { createReferenceEngine } from '../engine/reference';
import { ModelBuilder, randomImages } from '../engine/testing/models';
import { dequantize } from '../quant/fake-quant';
import { REDUCED_QMAX } from './int32-bias';
import { int8ToQdq } from './onnx-qdq';
import { int8ToQLinear } from './onnx-qlinear';
import { runOnnx, runTflite, toNchw } from './testing';
import { int8ToTflite } from './tflite-int8';

/** What each format's runtime makes of n images [n][h][w][c]; maps in that order, too. */
const FORMATS = {
  qdq: (model: Int8Model, images: Float32Array, n: number) => onnx(int8ToQdq(model), model, images, n),
  qlinear: (model: Int8Model, images: Float32Array, n: number) => onnx(int8ToQLinear(model), model, images, n),
  tflite: (model: Int8Model, images: Float32Array, n: number) =>
    runTflite(int8ToTflite(model), images, n, model.tensors[0]),
  'tflite, int4': (model: Int8Model, images: Float32Array, n: number) =>
    runTflite(int8ToTflite(model, { int4: true }), images, n, model.tensors[0]),
};

const NAMES = ['qdq', 'qlinear', 'tflite'] as const;

async function onnx(file: Uint8Array, { tensors }: Int8Model, images: Float32Array, n: number) {
  const [first, last] = [tensors[0], tensors[tensors.length - 1]];
  // From [n][c][h][w]: the pixels are the channels of what toNchw turns round.
  return toNchw(await runOnnx(file, images, n, first), n, { h: last.c, w: 1, c: last.h * last.w });
}

/** Codes of both, and how often and how far they differ. */
async function compare(format: keyof typeof FORMATS, model: Int8Model, seed: number) {
  const [first, last] = [model.tensors[0], model.tensors[model.tensors.length - 1]];
  const images = 3;
  const codes = randomImages(model, images, seed);
  const ours = createReferenceEngine(model).run(codes, images);
  const values = await FORMATS[format](model, dequantize(codes, first.q), images);
  const codes255 = values.map((value) => Math.round(value / last.q.scale) + last.q.zeroPoint);
  // With reduce_range these formats go on where ours ends.
  const goesOn = format !== 'qdq' && last.q.qmax === REDUCED_QMAX;
  const theirs = goesOn ? codes255.map((code) => Math.min(code, REDUCED_QMAX)) : codes255;
  expect(theirs.length).toBe(ours.length);
  // Not as bytes, which would hold a NaN as 0.
  const differences = Array.from(ours, (code, i) => Math.abs(code - theirs[i]));
  return {
    spread: new Set(ours).size,
    saturated: ours.includes(last.q.qmax) && ours.includes(lowest(model)),
    largest: Math.max(...differences),
    share: differences.filter(Boolean).length / differences.length,
  };
}

/** Of the output's codes. */
function lowest({ tensors, ops }: Int8Model): number {
  const [{ q }, op] = [tensors[tensors.length - 1], ops[ops.length - 1]];
  return op.op === 'relu' || ('relu' in op && op.relu) ? q.zeroPoint : q.qmin;
}

/** One image of 9 x 9 x `channels`, its zero point inside the range. */
function start(channels: number, qmax = 127, weightBits = 8) {
  const builder = new ModelBuilder(new Rng(channels + qmax), qmax, weightBits);
  return { builder, image: builder.tensor(9, 9, channels, Math.min(40, qmax >> 1)) };
}

const MODELS: Record<string, () => Int8Model> = {
  'convolution 3x3, signed': () => {
    const { builder, image } = start(5);
    builder.conv(image, 12, 3, 1, 1, { relu: false });
    return builder.build('conv');
  },
  'convolution 7x7, stride 2, ReLU at zero point 0': () => {
    const { builder, image } = start(3, 255);
    builder.conv(image, 16, 7, 2, 3);
    return builder.build('conv');
  },
  'convolution 1x1, stride 2, ReLU at another zero point': () => {
    const { builder, image } = start(8);
    builder.conv(image, 8, 1, 2, 0, { relu: true, zeroPoint: 30 });
    return builder.build('conv');
  },
  'max pooling, padded': () => {
    const { builder, image } = start(4, 255);
    builder.maxpool(builder.conv(image, 4, 1, 1, 0), 3, 2, 1);
    return builder.build('pool');
  },
  'batch norm of its own': () => {
    const { builder, image } = start(6, 255);
    builder.batchnorm(image, 100);
    return builder.build('batch norm');
  },
  'ReLU at a zero point above 0': () => {
    const { builder, image } = start(4);
    builder.relu(image);
    return builder.build('relu');
  },
  'max pooling, padded, at a zero point that could win': () => {
    const { builder, image } = start(4);
    builder.maxpool(image, 3, 2, 1);
    return builder.build('pool');
  },
  'average pooling': () => {
    const { builder, image } = start(4);
    builder.avgpool(image);
    return builder.build('average');
  },
  // The convolution before an add must saturate where uint8 does.
  'add, signed': () => {
    const { builder, image } = start(4, 255);
    builder.add(image, builder.conv(image, 4, 1, 1, 0, { relu: false }), false, 50);
    return builder.build('add');
  },
  'add with ReLU': () => {
    const { builder, image } = start(4, 255);
    builder.add(image, builder.conv(image, 4, 1, 1, 0, { relu: false }), true, 0);
    return builder.build('add');
  },
  'add with ReLU at another zero point': () => {
    const { builder, image } = start(4, 255);
    builder.add(image, builder.conv(image, 4, 1, 1, 0, { relu: false }), true, 20);
    return builder.build('add');
  },
  linear: () => {
    const { builder, image } = start(24);
    builder.linear(builder.avgpool(image), 10);
    return builder.build('linear');
  },
};

describe.each(NAMES)('int8 as %s against the reference engine', (format) => {
  it.each(Object.entries(MODELS))('%s', async (_, make) => {
    const { spread, largest, share } = await compare(format, make(), 7);
    expect(spread).toBeGreaterThan(4);
    expect(largest).toBeLessThanOrEqual(1);
    // Sums of codes with such round scales are often halfway between two codes.
    expect(share).toBeLessThan(0.05);
  });
});

/** Weights of gamma 0 have this scale, and so has an input that was 0 throughout. */
const DEAD = 2 ** -23;
/** The largest float32 below 2^31, in units of an input scale of .002 and dead weights. */
const EDGE = (2 ** 31 - 128) * Math.fround(0.002) * DEAD;
const OUTPUT = { scale: 0.05, zeroPoint: 60 };

/** One layer of 4 pixels or inputs and two channels whose biases are far beyond int32 in units of sx * sw. */
interface LargeBias {
  readonly inputScale: number;
  readonly weightScale: number;
  /** Of each channel's weights; the last channel's have the other sign. */
  readonly code: number;
  readonly bias: readonly [number, number];
  /** Of any image: the biases alone decide over them. */
  readonly wanted: readonly [number, number];
}
const LARGE_BIASES: Record<string, LargeBias> = {
  'zero weights': { inputScale: 0.002, weightScale: DEAD, code: 0, bias: [2, -1.5], wanted: [100, 30] },
  'zero weights, small input': { inputScale: 0.0005, weightScale: DEAD, code: 0, bias: [2, -1.5], wanted: [100, 30] },
  'dead input': { inputScale: DEAD, weightScale: 0.001, code: 100, bias: [2, -1.5], wanted: [100, 30] },
  'small input and weights': {
    inputScale: 0.0004,
    weightScale: 4.6e-7,
    code: 127,
    bias: [2.5, -2.25],
    wanted: [110, 15],
  },
  // Within int32, but not together with the sums.
  'at the edge': { inputScale: 0.002, weightScale: DEAD, code: 127, bias: [EDGE, -EDGE], wanted: [70, 50] },
};

function largeBias(kind: 'conv' | 'linear', { inputScale, weightScale, code, bias }: LargeBias): Int8Model {
  const builder = new ModelBuilder(new Rng(1));
  const image = kind === 'conv' ? builder.tensor(2, 2, 4, 40, inputScale) : builder.tensor(1, 1, 4, 40, inputScale);
  if (kind === 'conv') builder.conv(image, 2, 1, 1, 0, { relu: false, ...OUTPUT });
  else builder.linear(image, 2);
  const { tensors, ops } = builder.build(kind);
  const layer = {
    weights: Int8Array.from({ length: 8 }, (_, i) => (i < 4 ? code : -code)),
    weightScales: new Float32Array(2).fill(weightScale),
    bias: Float32Array.from(bias),
  };
  return { version: 2, name: kind, tensors, ops: ops.map((op) => ({ ...op, ...layer })) as Int8Model['ops'] };
}

describe.each(NAMES)('biases beyond int32 as %s', (format) => {
  describe.each(['conv', 'linear'] as const)('%s', (kind) => {
    it.each(Object.entries(LARGE_BIASES))('%s', async (_, of) => {
      const model = largeBias(kind, of);
      const codes = createReferenceEngine(model).run(randomImages(model, 3, 7), 3);
      codes.forEach((code, i) => expect(Math.abs(code - of.wanted[i % 2])).toBeLessThanOrEqual(1));
      expect((await compare(format, model, 7)).largest).toBeLessThanOrEqual(1);
    });
  });
});

/** With activations that reach both ends of their codes. */
const FEW_BITS: Record<string, (qmax: number, weightBits: number) => Int8Model> = {
  'convolution, signed': (qmax, weightBits) => {
    const { builder, image } = start(5, qmax, weightBits);
    builder.conv(image, 11, 3, 1, 1, { relu: false });
    return builder.build('conv');
  },
  'convolution with ReLU at another zero point': (qmax, weightBits) => {
    const { builder, image } = start(8, qmax, weightBits);
    builder.conv(image, 9, 3, 2, 1, { relu: true, zeroPoint: 1 });
    return builder.build('conv');
  },
  'convolution, max pooling, convolution': (qmax, weightBits) => {
    const { builder, image } = start(4, qmax, weightBits);
    builder.conv(builder.maxpool(builder.conv(image, 8, 3, 1, 1), 3, 2, 1), 7, 1, 1, 0, { relu: false });
    return builder.build('convs');
  },
  'batch norm of its own': (qmax, weightBits) => {
    const { builder, image } = start(40, qmax, weightBits);
    builder.batchnorm(image, qmax >> 1);
    return builder.build('batch norm');
  },
  'add, signed': (qmax, weightBits) => {
    const { builder, image } = start(4, qmax, weightBits);
    builder.add(image, builder.conv(image, 4, 1, 1, 0, { relu: false }), false, qmax >> 1, 0.047);
    return builder.build('add');
  },
  'add with ReLU': (qmax, weightBits) => {
    const { builder, image } = start(4, qmax, weightBits);
    builder.add(image, builder.conv(image, 4, 1, 1, 0, { relu: false }), true, 0, 0.05);
    return builder.build('add');
  },
  'the image alone, and a ReLU': (qmax, weightBits) => {
    const { builder, image } = start(4, qmax, weightBits);
    builder.relu(image);
    return builder.build('relu');
  },
  linear: (qmax, weightBits) => {
    const { builder, image } = start(25, qmax, weightBits);
    builder.linear(builder.avgpool(image), 21);
    return builder.build('linear');
  },
};

describe.each([...NAMES, 'tflite, int4'] as const)('few bits as %s against the reference engine', (format) => {
  describe.each([4, 3, 2])('%i bits', (bits) => {
    it.each(Object.entries(FEW_BITS))('%s', async (_, make) => {
      const { saturated, largest, share } = await compare(format, make(2 ** bits - 1, bits), 7);
      expect(saturated).toBe(true);
      expect(largest).toBeLessThanOrEqual(1);
      expect(share).toBeLessThan(0.05);
    });
  });
});
