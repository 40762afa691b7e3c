import { describe, expect, it } from 'vitest';
import { PlaygroundError } from '../core/errors';
import { Rng } from '../core/rng';
import { ModelBuilder } from '../engine/testing/models';
import type { Int8Model, Int8Op, Int8Tensor } from './int8-model';
import { validateInt8Model } from './validate';

/** Tensors 0 image 6x6x3, 1 conv, 2 maxpool, 3 conv, 4 add, 5 relu, 6 avgpool, 7 logits. */
function model(): Int8Model {
  const builder = new ModelBuilder(new Rng(1));
  const pooled = builder.maxpool(builder.conv(builder.tensor(6, 6, 3, 3), 4, 3, 1, 1), 3, 2, 1);
  const sum = builder.add(builder.conv(pooled, 4, 3, 1, 1), pooled, false, 3);
  builder.linear(builder.avgpool(builder.relu(sum)), 2);
  return builder.build('small');
}
const withTensor = (index: number, change: Partial<Int8Tensor>): Int8Model => ({
  ...model(),
  tensors: model().tensors.map((tensor, i) => (i === index ? { ...tensor, ...change } : tensor)),
});
const withQ = (index: number, change: object) => withTensor(index, { q: { ...model().tensors[index].q, ...change } });
const withOp = (index: number, change: object): Int8Model => ({
  ...model(),
  ops: model().ops.map((op, i) => (i === index ? ({ ...op, ...change } as Int8Op) : op)),
});
/** So many tensors of that size. */
const sized = (n: number, size: Pick<Int8Tensor, 'h' | 'w'> & Partial<Int8Tensor>): Int8Model => ({
  ...model(),
  tensors: Array.from({ length: n }, () => ({ ...model().tensors[0], ...size })),
});
const NAN_BIAS = Float32Array.of(0, NaN, 0, 0);

describe('validateInt8Model', () => {
  it('accepts a well-formed network', () => {
    expect(() => validateInt8Model(model())).not.toThrow();
  });

  it.each<[string, Int8Model, string]>([
    ['another version', { ...model(), version: 1 as 2 }, 'version is 1'],
    ['no layers', { ...model(), ops: [] }, 'no layers'],
    ['a map without height', withTensor(0, { h: 0 }), 'tensor 0: its shape is 0 x 6 x 3'],
    ['half a channel', withTensor(0, { c: 2.5 }), 'tensor 0: its shape'],
    ['a map that is too long', withTensor(0, { h: 65_537 }), 'tensor 0: its shape'],
    ['a map of too many pixels', withTensor(0, { h: 512, w: 512 }), 'pixels in all, more than 262144'],
    ['maps of too many pixels in all', sized(6, { h: 200, w: 256 }), '307200 pixels in all, more than 262144'],
    ['maps of too many codes in all', sized(3, { h: 1, w: 350, c: 65_536 }), '68812800 codes in all'],
    ['too many tensors', sized(4097, { h: 1, w: 1, c: 1 }), 'it has 4097 tensors, more than 4096'],
    ['codes above 255', withQ(1, { qmax: 256 }), 'tensor 1: 0..256'],
    ['no codes', withQ(1, { qmax: 0 }), 'tensor 1: 0..0'],
    ['a zero point outside', withQ(1, { zeroPoint: 128 }), 'tensor 1: its zero point is 128'],
    ['a negative scale', withQ(1, { scale: -1 }), 'tensor 1: its scale'],
    ['a scale that is not float32', withQ(1, { scale: 0.1 }), 'tensor 1: its scale'],
    ['a scale without an inverse', withQ(1, { scale: Math.fround(1e-42) }), 'tensor 1: its scale'],
    ['two layers of a name', withOp(1, { name: 'conv1' }), 'conv1: there are two'],
    ['a missing input', withOp(3, { inputs: [3] }), '1 inputs instead of 2'],
    ['an input that comes later', withOp(0, { inputs: [2] }), 'its input 2 is not computed before it'],
    ['an input that does not exist', withOp(0, { inputs: [99] }), 'its input 99'],
    ['an output that exists', withOp(1, { output: 1 }), 'its output 1'],
    ['an output that does not', withOp(1, { output: 99 }), 'its output 99'],
    ['a kernel of 0', withOp(0, { kernel: 0 }), 'kernel 0'],
    ['a stride of 0', withOp(0, { stride: 0 }), 'stride 0'],
    ['padding as large as the kernel', withOp(0, { pad: 3 }), 'padding 3'],
    ['pool windows in the padding alone', withOp(1, { pad: 2 }), 'padding 2'],
    ['another output shape', withOp(0, { stride: 2 }), 'its output is 6 x 6 x 4 and should be 3 x 3 x 4'],
    ['too few weights', withOp(0, { weights: new Int8Array(3) }), 'it has 3 weights, not 108'],
    ['weights beyond their bits', withOp(0, { weightBits: 7 }), 'layer conv1: it has weights of 8 bits, not 7'],
    ['weights of one bit', withOp(0, { weightBits: 1 }), 'its weights have 1 bits'],
    ['weights of half a bit', withOp(0, { weightBits: 4.5 }), 'its weights have 4.5 bits'],
    ['too few scales', withOp(0, { weightScales: Float32Array.of(1) }), 'it has 1 weight scales'],
    ['a weight scale of 0', withOp(0, { weightScales: new Float32Array(4) }), 'the scale of channel 0 is 0'],
    ['a bias that is no number', withOp(0, { bias: NAN_BIAS }), 'the bias of channel 1'],
    ['a pool that changes qparams', withQ(2, { zeroPoint: 1 }), 'must keep the scale'],
    ['a ReLU that changes qparams', withQ(5, { qmax: 100 }), 'must keep the scale'],
    ['addends of two shapes', withOp(3, { inputs: [2, 1] }), 'should be 6 x 6 x 4'],
    ['a linear layer on a map', withOp(6, { inputs: [5] }), 'it takes a vector'],
    ['an operation it does not know', withOp(4, { op: 'gelu' }), '"gelu" is unknown'],
    [
      'a tensor nobody computes',
      { ...model(), tensors: [...model().tensors, model().tensors[0]] },
      'no layer computes',
    ],
  ])('refuses %s', (_what, broken, message) => {
    expect(() => validateInt8Model(broken)).toThrow(PlaygroundError);
    expect(() => validateInt8Model(broken)).toThrow(message);
  });

  it('refuses sums that could pass 32-bit integers', () => {
    const builder = new ModelBuilder(new Rng(1), 255);
    const cin = 40_000;
    builder.linear(builder.tensor(1, 1, cin, 0), 1);
    const linear = { ...builder.ops[0], weights: new Int8Array(cin).fill(-128) } as Int8Op;
    expect(() => validateInt8Model({ ...builder.build('wide'), ops: [linear] })).toThrow('32-bit');
  });
});
