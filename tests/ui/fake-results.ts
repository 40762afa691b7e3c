// Invented results in the right types and of plausible size. For tests of the page only.
import type { Int8Model, Int8Op, Int8Tensor } from '../../src/int8/int8-model';
import { CIFAR10 } from '../../src/data/cifar10-spec';
import type { Own } from '../../src/model/own';
import { Rng } from '../../src/core/rng';
import type { Burst } from '../../src/report/burst';
import type { Evaluation, LatencyStats } from '../../src/report/types';
import type {
  BackendInfo,
  ConvertResult,
  EngineLayer,
  FloatSubject,
  LabelledImages,
  LoadResult,
  WebGpuStatus,
} from '../../src/worker/api';

const BLOCKS = [1, 2, 3, 4].flatMap((layer) => [0, 1].map((block) => `layer${layer}.${block}`));
const downsampled = (block: string): boolean => block.endsWith('.0') && !block.startsWith('layer1');

const REASONS: Readonly<Record<WebGpuStatus, string>> = {
  ok: 'WebGPU on your graphics adapter.',
  software: 'WebGPU on a software adapter, as asked.',
  'no-api': 'WASM: this browser has no WebGPU.',
  'no-adapter': 'WASM: WebGPU is there, but no graphics adapter can be used.',
  'device-lost': 'WASM: the WebGPU device was lost.',
  failed: 'WebGPU rejected the kernel Conv2D. WASM has taken over.',
};

export function fakeBackend(webgpu: WebGpuStatus): BackendInfo {
  const onGpu = webgpu === 'ok' || webgpu === 'software';
  return {
    backend: onGpu ? 'webgpu' : 'wasm',
    webgpu,
    reason: REASONS[webgpu],
    adapter: onGpu ? 'google swiftshader' : '',
    threads: 1,
    sharedMemory: true,
  };
}

const LOADED: LoadResult = {
  images: CIFAR10,
  counts: { train: 45_000, validation: 5_000, test: 10_000 },
  parameters: 11_181_642,
  bytes: 22_400_000,
  shards: 6,
  provenance: { epochs: 30, torch: '2.13.0' },
  recordedAccuracy: 0.8831,
  fromCache: false,
};

/** Where something is a visitor's own nothing is recorded; of other classes than ten the last layer was trained anew. */
export function loadedOf({ network, images }: Own): LoadResult {
  if (!network && !images) return LOADED;
  const classes = (images?.spec ?? CIFAR10).classes.length;
  const layer = { weight: new Float32Array(classes), bias: new Float32Array(classes), iterations: 12, loss: 0.25 };
  return {
    ...{ ...LOADED, recordedAccuracy: undefined, validationAccuracy: 0.75, images: images?.spec ?? CIFAR10 },
    ...{ counts: images?.counts ?? LOADED.counts, ownNetwork: network?.name, ownImages: images?.name },
    ...(network ? { provenance: undefined } : {}),
    ...(classes === 10 ? {} : { lastLayer: layer }),
  };
}

export const FUSED = {
  nodesBefore: 70,
  nodesAfter: 32,
  fused: [
    { id: 'conv1', parts: ['conv1', 'bn1', 'relu'], kind: 'ConvBnReLU2d' },
    ...BLOCKS.flatMap((block) => [
      { id: `${block}.conv1`, parts: [`${block}.conv1`, `${block}.bn1`, `${block}.relu1`], kind: 'ConvBnReLU2d' },
      { id: `${block}.conv2`, parts: [`${block}.conv2`, `${block}.bn2`], kind: 'ConvBn2d' },
    ]),
  ],
};

export const VERIFIED = {
  passed: true,
  randomTests: 100,
  imageTests: 10,
  maxAbsError: 4.77e-6,
  rtol: 1e-3,
  atol: 1e-6,
};
export const ENGINE = { description: 'wasm-relaxed-simd', threads: 1, planMilliseconds: 48 };

export const fakeConverted = (): ConvertResult => ({
  ...{ model: fakeModel(), bytes: 11_300_000, fp32Bytes: 44_700_000, activations: [] },
});

const NO_WORK = { proof: undefined, macs: 0, liveMacs: 0, weightBytes: 0, microseconds: 0 };
export function fakeLayers(): EngineLayer[] {
  const layer = {
    weightBits: 8,
    activationBits: 7,
    kernel: 'dot 2x16',
    proof: { kind: 'dot', max: 127 } as const,
    weightBytes: 9408,
    microseconds: 28,
  };
  return [
    { ...layer, name: 'conv1', macs: 2_408_448, liveMacs: 2_160_000 },
    { ...layer, name: 'maxpool', weightBits: undefined, kernel: 'maxpool', ...NO_WORK },
  ];
}

/** Layers of the names of ResNet18's, a few channels wide. */
function fakeModel(): Int8Model {
  const rng = new Rng(1);
  const channels = 4;
  const tensors: Int8Tensor[] = [];
  const ops: Int8Op[] = [];
  const tensor = (size: number, c: number, zeroPoint: number): number =>
    tensors.push({
      h: size,
      w: size,
      c,
      q: { scale: Math.fround(0.01 + 0.05 * rng.uniform()), zeroPoint, qmin: 0, qmax: 127 },
    }) - 1;
  const weights = (values: number) => ({
    weights: new Int8Array(channels * values).fill(1),
    weightBits: 8,
    weightScales: Float32Array.from({ length: channels }, () => 0.0005 + 0.01 * rng.uniform()),
    bias: new Float32Array(channels),
  });
  const conv = (name: string, input: number, relu: boolean): number => {
    const output = tensor(8, channels, relu ? 0 : 60);
    const values = 9 * tensors[input].c;
    ops.push({ op: 'conv', name, inputs: [input], output, kernel: 3, stride: 1, pad: 1, relu, ...weights(values) });
    return output;
  };
  let last = conv('conv1', tensor(8, 3, 57), true);
  for (const block of BLOCKS) {
    const inner = conv(`${block}.conv2`, conv(`${block}.conv1`, last, true), false);
    const skip = downsampled(block) ? conv(`${block}.downsample.0`, last, false) : last;
    const output = tensor(8, channels, 0);
    ops.push({ op: 'add', name: `${block}.skip_add`, inputs: [inner, skip], output, relu: true });
    last = output;
  }
  const pooled = tensors.push({ h: 1, w: 1, c: channels, q: tensors[last].q }) - 1;
  ops.push({ op: 'avgpool', name: 'avgpool', inputs: [last], output: pooled });
  const output = tensor(1, channels, 60);
  ops.push({ op: 'linear', name: 'fc', inputs: [pooled], output, ...weights(channels) });
  return { version: 2, name: 'fake', tensors, ops };
}

function fakeLabels(n: number): Uint8Array {
  const rng = new Rng(2);
  return Uint8Array.from({ length: n }, () => rng.below(10));
}

/** A picture of its class's colour, with a gradient. */
export function fakeImage(index: number): LabelledImages {
  const labels = fakeLabels(index + 1).subarray(index);
  const pixels = Uint8Array.from(
    { length: 3072 },
    (_, i) => (labels[0]! * 53 * ((i % 3) + 1) + Math.floor(i / 24)) % 256,
  );
  return { pixels, labels };
}

export const timed = (median_ms: number, what: string): LatencyStats => ({
  ...{ median_ms, p95_ms: median_ms * 1.3, samples: 200, threads: 1, what },
});

/** Fifty milliseconds of images that take so long each, one in ten twice that; one in eight is wrong. */
export function fakeBurst(milliseconds: number, start: number): Burst {
  const images = 50 / milliseconds;
  const labels = new Uint8Array(images);
  const times = Float64Array.from(labels, (_, i) => milliseconds * (i % 10 === 9 ? 2 : 1));
  return { labels, predictions: labels.map((_, i) => Number((start + i) % 8 === 7)), times };
}

/**
 * What each model takes the pictures for: FP32 misses one in eight, and QAT INT8 says another class of one in fifty; PTQ
 * INT8 too, but it finds one in forty that FP32 misses.
 */
export function fakeEvaluation(of: FloatSubject['kind'] | 'qat' | 'ptq' | 'own', images: number): Evaluation {
  const labels = fakeLabels(images);
  const fp32 = labels.map((label, i) => (i % 8 === 7 ? (label + 1) % 10 : label));
  const other = fp32.map((p, i) => (i % 50 === 7 ? (p + 1) % 10 : p));
  const found = other.map((p, i) => (i % 40 === 7 ? labels[i]! : p));
  const predictions = { fp32, control: fp32, qat_simulated: fp32, qat: other, ptq: found, own: other }[of];
  const better = { fp32: 0, control: 0.003, qat_simulated: -0.005, qat: 0, ptq: -0.02, own: -0.01 }[of];
  const right = predictions.filter((p, i) => p === labels[i]).length;
  return { accuracy: right / labels.length + better, images, labels, predictions };
}

/** A picture is of the class that its mean brightness says, in ten steps from airplane to truck; PTQ takes the next one. */
export function fakeLogits(model: string, pixels: Uint8Array): Float32Array {
  const mean = pixels.reduce((sum, byte) => sum + byte, 0) / pixels.length;
  const label = (Math.min(9, Math.floor(mean / 25.6)) + Number(model === 'ptq')) % 10;
  return Float32Array.from({ length: 10 }, (_, i) => -Math.abs(i - label));
}
