// Small random networks of every operation with branches, shared inputs, dead ends and outputs read twice; and the same
// with one thing broken. Seeded. Not for convolutions at their limits: sweep.ts.
import type { Int8Model, Int8Op, Int8Tensor } from '../../int8/int8-model';
import { Rng } from '../../core/rng';
import { ModelBuilder } from './models';
import { pick } from './sweep';

const CHANNELS = [1, 3, 4, 16, 31, 32, 33, 40];

/** One more operation on one (or two) of the tensors there are. */
function grow(builder: ModelBuilder): void {
  const { rng, tensors } = builder;
  const input = rng.below(3) === 0 ? rng.below(tensors.length) : tensors.length - 1;
  const { h, w, c } = tensors[input];
  const qmax = pick(rng, [15, 127, 127, 255]);
  const relu = rng.below(2) === 0;
  const zeroPoint = pick(rng, relu ? [0, 0, qmax >> 1] : [0, qmax >> 1, qmax]);
  switch (rng.below(7)) {
    case 0:
    case 1: {
      const kernel = pick(rng, [1, 2, 3, 5]);
      const pads = [0, kernel >> 1, kernel - 1].filter((pad) => Math.min(h, w) + 2 * pad >= kernel);
      const options = { relu, zeroPoint, qmax, scale: pick(rng, [0.02, 0.05]) };
      builder.conv(input, pick(rng, CHANNELS), kernel, 1 + rng.below(2), pick(rng, pads), options);
      return;
    }
    case 2: {
      const kernel = pick(
        rng,
        [1, 2, 3].filter((size) => Math.min(h, w) + 2 * (size >> 1) >= size),
      );
      builder.maxpool(input, kernel, 1 + rng.below(2), kernel >> 1);
      return;
    }
    case 3: {
      const alike = tensors.flatMap((other, i) => (other.h === h && other.w === w && other.c === c ? [i] : []));
      builder.add(input, pick(rng, alike), relu, Math.min(zeroPoint, builder.qmax), pick(rng, [0.04, 0.0625]));
      return;
    }
    case 4:
      builder.relu(input);
      return;
    case 5:
      builder.batchnorm(input, Math.min(zeroPoint, builder.qmax), pick(rng, [0.03, 0.06]));
      return;
    default:
      if (h * w === 1) builder.linear(input, pick(rng, CHANNELS));
      else builder.avgpool(input);
  }
}

/** One to nine operations with weights of 8, 4 or 2 bits; the last one's output is the network's. */
export function randomNetwork(seed: number): Int8Model {
  const rng = new Rng(seed);
  const qmax = pick(rng, [15, 127, 255]);
  const builder = new ModelBuilder(rng, qmax, [8, 8, 4, 2][seed % 4]);
  builder.tensor(1 + rng.below(7), 1 + rng.below(7), pick(rng, CHANNELS), pick(rng, [0, qmax >> 1, qmax]));
  for (let left = 1 + rng.below(9); left > 0; left--) grow(builder);
  return builder.build(`network ${seed}`);
}

const NUMBERS = [NaN, Infinity, -Infinity, -1, -0, 0, 0.5, 1, 2, 3, 4, 7, 15, 127, 128, 255, 256];
const LARGE = [65_535, 65_536, 65_537, 2 ** 26, 2 ** 31, 2 ** 32, 2 ** 53, 1e-45, 1e-40, 1e30, 3e38, 1e300];
const UNWEIGHTED = ['maxpool', 'add', 'relu', 'avgpool', 'softmax'];
type Change = (op: Int8Op, rng: Rng, model: Int8Model) => object;

/** A number of an array replaced, or the array longer, shorter, empty. */
function brokenArray<A extends Int8Array | Float32Array>(array: A, rng: Rng): A {
  const length = pick(rng, [0, array.length - 1, array.length + 1, 2 * array.length, array.length, array.length]);
  const copy = new (array.constructor as new (length: number) => A)(length);
  copy.set(array.subarray(0, Math.min(length, array.length)));
  if (length === array.length) copy[rng.below(length)] = pick(rng, [...NUMBERS, ...LARGE]);
  return copy;
}

const OP_CHANGES: readonly Change[] = [
  // What has no arrays cannot claim to: the file format sees to that.
  (op, rng) => ({ op: pick(rng, 'weights' in op ? [...UNWEIGHTED, 'conv', 'linear'] : UNWEIGHTED), relu: false }),
  (op, rng, { tensors }) => ({ inputs: op.inputs.map(() => rng.below(tensors.length + 2) - 1) }),
  ({ inputs }, rng) => ({ inputs: pick(rng, [[], [...inputs, inputs[0]], [inputs[0], inputs[0]], [0.5]]) }),
  (_op, rng, { tensors }) => ({ output: rng.below(tensors.length + 2) - 1 }),
  ({ output }) => ({ inputs: [output] }),
  (_op, rng, { ops }) => ({ name: pick(rng, ops).name }),
  (op, rng) => ('relu' in op ? { relu: !op.relu } : { kernel: pick(rng, NUMBERS) }),
  (_op, rng) => ({ [pick(rng, ['kernel', 'stride', 'pad'])]: pick(rng, [...NUMBERS, ...LARGE]) }),
  (op, rng) => ('weights' in op ? { weights: brokenArray(op.weights, rng) } : {}),
  (op, rng) => ('weights' in op ? { weightScales: brokenArray(op.weightScales, rng) } : {}),
  (op, rng) => ('weights' in op ? { bias: brokenArray(op.bias, rng) } : {}),
  (op, rng) => ('gain' in op ? { gain: brokenArray(op.gain, rng) } : {}),
  (op, rng) => ('gain' in op ? { shift: brokenArray(op.shift, rng) } : {}),
];

function brokenTensor(tensor: Int8Tensor, rng: Rng): Int8Tensor {
  const value = pick(rng, [...NUMBERS, ...LARGE]);
  const field = pick(rng, ['h', 'w', 'c', 'scale', 'zeroPoint', 'qmin', 'qmax']);
  return 'hwc'.includes(field) ? { ...tensor, [field]: value } : { ...tensor, q: { ...tensor.q, [field]: value } };
}

const replaced = <T>(list: readonly T[], index: number, value: T): T[] =>
  list.map((old, i) => (i === index ? value : old));

/** A random network with one change, which may leave it well-formed. */
export function brokenNetwork(seed: number): Int8Model {
  const model = randomNetwork(seed);
  const { tensors, ops } = model;
  const rng = new Rng(seed + 1);
  const [tensor, op] = [rng.below(tensors.length), rng.below(ops.length)];
  switch (rng.below(6)) {
    case 0:
    case 1:
      return { ...model, tensors: replaced(tensors, tensor, brokenTensor(tensors[tensor], rng)) };
    case 2:
      return { ...model, tensors: pick(rng, [[], tensors.slice(0, tensor), [...tensors, tensors[tensor]]]) };
    case 3:
      return { ...model, ops: pick(rng, [[], ops.filter((_, i) => i !== op), ops.toReversed(), [...ops, ops[op]]]) };
    default: {
      const changed = { ...ops[op], ...pick(rng, OP_CHANGES)(ops[op], rng, model) } as Int8Op;
      return { ...model, ops: replaced(ops, op, changed) };
    }
  }
}

/** Maps so large that planning them would take the page down; every size alone is allowed. */
export function hugeNetworks(): Int8Model[] {
  return [
    [8192, 8192],
    [65_536, 1024],
    [1, 65_536],
  ].map(([h, w]) => {
    const builder = new ModelBuilder(new Rng(1));
    builder.conv(builder.tensor(h, w, 1, 0), 1, 1, 1, 0);
    return builder.build(`${h} x ${w}`);
  });
}
