// Random Int8Models for the engine's tests and benchmarks: the whole ResNet18 and small networks. Seeded.
// Not for accuracy: the weights mean nothing, only their ranges and the activations' are like a real model's.
import type { Int8Conv, Int8Linear, Int8Model, Int8Op, Int8Tensor } from '../../int8/int8-model';
import type { QParams } from '../../core/qparams';
import { Rng } from '../../core/rng';
import { outputLength } from '../../core/window';

/** Standard normal deviate. */
const normal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());

/** Gaussian codes scaled so that the largest of each channel is the largest of that many bits. */
export function gaussianWeights(channels: number, values: number, rng: Rng, bits = 8): Int8Array {
  const reach = 2 ** (bits - 1) - 1;
  const codes = new Int8Array(channels * values);
  for (let channel = 0; channel < channels; channel++) {
    const row = Float64Array.from({ length: values }, () => normal(rng));
    const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    codes.set(
      row.map((value) => Math.round((value / largest) * reach)),
      channel * values,
    );
  }
  return codes;
}

/** A model under construction. */
export class ModelBuilder {
  readonly tensors: Int8Tensor[] = [];
  readonly ops: Int8Op[] = [];

  constructor(
    readonly rng: Rng,
    readonly qmax = 127,
    readonly weightBits = 8,
  ) {}

  tensor(h: number, w: number, c: number, zeroPoint: number, scale = 0.05, qmax = this.qmax): number {
    const q: QParams = { scale: Math.fround(scale), zeroPoint, qmin: 0, qmax };
    return this.tensors.push({ h, w, c, q }) - 1;
  }

  /** Scales such that the accumulators' spread covers the output's codes. */
  private weighted(input: Int8Tensor, output: Int8Tensor, values: number, weightBits = this.weightBits): Weighted {
    const { rng } = this;
    const typical = ({ q }: Int8Tensor): number => ((40 * q.qmax) / 127) * q.scale;
    const spread = Math.sqrt(values) * 36 * 2 ** (weightBits - 8) * typical(input);
    const scale = typical(output) / spread;
    return {
      weights: gaussianWeights(output.c, values, rng, weightBits),
      weightBits,
      weightScales: Float32Array.from({ length: output.c }, () => scale * (0.5 + rng.uniform())),
      bias: Float32Array.from({ length: output.c }, () => normal(rng) * output.q.scale * 10),
    };
  }

  conv(input: number, cout: number, kernel: number, stride: number, pad: number, options: ConvOptions = {}): number {
    const source = this.tensors[input];
    const side = (size: number): number => outputLength(size, { kernel, stride, pad });
    const relu = options.relu ?? true;
    const zeroPoint = options.zeroPoint ?? (relu ? 0 : Math.min(60, (options.qmax ?? this.qmax) >> 1));
    const output = this.tensor(side(source.h), side(source.w), cout, zeroPoint, options.scale, options.qmax);
    const gaussian = this.weighted(source, this.tensors[output], kernel * kernel * source.c, options.weightBits);
    const { weights, weightBits, weightScales, bias } = { ...gaussian, ...options };
    const op: Int8Conv = {
      op: 'conv',
      name: `conv${output}`,
      inputs: [input],
      output,
      kernel,
      stride,
      pad,
      relu,
      ...{ weights, weightBits, weightScales, bias },
    };
    this.ops.push(op);
    return output;
  }

  linear(input: number, classes: number): number {
    const source = this.tensors[input];
    const output = this.tensor(1, 1, classes, Math.min(60, this.qmax >> 1));
    const op: Int8Linear = {
      ...{ op: 'linear', name: `fc${output}`, inputs: [input], output },
      ...this.weighted(source, this.tensors[output], source.c),
    };
    this.ops.push(op);
    return output;
  }

  /** Gains of both signs, the first 0, whose codes spread over the output's. */
  batchnorm(input: number, zeroPoint: number, scale = 0.06): number {
    const { rng } = this;
    const { h, w, c, q } = this.tensors[input];
    const output = this.tensor(h, w, c, zeroPoint, scale);
    const typical = (scale * this.qmax) / (q.scale * q.qmax);
    const gain = Float32Array.from({ length: c }, (_, i) => (i === 0 ? 0 : normal(rng) * typical));
    const shift = Float32Array.from({ length: c }, () => normal(rng) * scale * 0.2 * this.qmax);
    this.ops.push({ op: 'batchnorm', name: `bn${output}`, inputs: [input], output, gain, shift });
    return output;
  }

  /** Operations that keep their input's qparams. */
  private same(op: Int8Op, h: number, w: number): number {
    const { c, q } = this.tensors[op.inputs[0]];
    this.tensors.push({ h, w, c, q });
    this.ops.push(op);
    return op.output;
  }

  maxpool(input: number, kernel: number, stride: number, pad: number): number {
    const { h, w } = this.tensors[input];
    const output = this.tensors.length;
    const window = { kernel, stride, pad };
    return this.same(
      { op: 'maxpool', name: `pool${output}`, inputs: [input], output, ...window },
      outputLength(h, window),
      outputLength(w, window),
    );
  }

  relu(input: number): number {
    const { h, w } = this.tensors[input];
    const output = this.tensors.length;
    return this.same({ op: 'relu', name: `relu${output}`, inputs: [input], output }, h, w);
  }

  avgpool(input: number): number {
    const output = this.tensors.length;
    return this.same({ op: 'avgpool', name: `avgpool${output}`, inputs: [input], output }, 1, 1);
  }

  add(a: number, b: number, relu: boolean, zeroPoint: number, scale = 0.06): number {
    const { h, w, c } = this.tensors[a];
    const output = this.tensor(h, w, c, zeroPoint, scale);
    this.ops.push({ op: 'add', name: `add${output}`, inputs: [a, b], output, relu });
    return output;
  }

  build(name: string): Int8Model {
    return { version: 2, name, tensors: this.tensors, ops: this.ops };
  }
}

export type Weighted = Pick<Int8Conv, 'weights' | 'weightBits' | 'weightScales' | 'bias'>;

/** Weights, scales and bias default to Gaussian ones whose sums spread over the output's codes. */
export interface ConvOptions extends Partial<Weighted> {
  readonly relu?: boolean;
  readonly zeroPoint?: number;
  readonly scale?: number;
  readonly qmax?: number;
}

/** The article's ResNet18 for 32x32x3; `addRelu`: ReLU inside the skip add, else separate as the article has it. */
export function randomResNet18(seed: number, { addRelu = true, qmax = 127, weightBits = 8 } = {}): Int8Model {
  const builder = new ModelBuilder(new Rng(seed), qmax, weightBits);
  let x = builder.tensor(32, 32, 3, Math.min(58, qmax >> 1), 0.037);
  x = builder.maxpool(builder.conv(x, 64, 7, 2, 3), 3, 2, 1);
  for (const [stage, channels] of [64, 128, 256, 512].entries())
    for (const block of [0, 1]) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const branch = builder.conv(builder.conv(x, channels, 3, stride, 1), channels, 3, 1, 1, { relu: false });
      const identity = stride === 2 ? builder.conv(x, channels, 1, 2, 0, { relu: false }) : x;
      const sum = builder.add(branch, identity, addRelu, addRelu ? 0 : Math.min(50, qmax >> 1));
      x = addRelu ? sum : builder.relu(sum);
    }
  builder.linear(builder.avgpool(x), 10);
  return builder.build('random ResNet18');
}

/** n random images of a model, as codes. */
export function randomImages(model: Int8Model, n: number, seed: number): Uint8Array {
  const { h, w, c, q } = model.tensors[0];
  const rng = new Rng(seed);
  return Uint8Array.from({ length: n * h * w * c }, () => q.qmin + rng.below(q.qmax - q.qmin + 1));
}
