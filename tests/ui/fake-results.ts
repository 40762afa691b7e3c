// Invented results in the right types and of plausible size. For tests of the page only.
import type { Int8Model, Int8Op, Int8Tensor } from '../../src/int8/int8-model';
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { Rng } from '../../src/core/rng';
import type { Recipe } from '../../src/recipe/recipe';
import type { Evaluation } from '../../src/report/types';
import type { CompareResult, StepId, StepResults } from '../../src/session/types';
import type { EngineLayer, LabelledImages, WebGpuStatus } from '../../src/worker/api';

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

export function fakeResults(
  options: Recipe,
  webgpu: WebGpuStatus,
): Omit<StepResults, 'train' | 'compare'> & Partial<Record<StepId, unknown>> {
  const simulates = options.qconfig === 'fbgemm_qat';
  const label = simulates ? 'get_default_qat_qconfig("fbgemm")' : 'get_default_qconfig("fbgemm")';
  const onGpu = webgpu === 'ok' || webgpu === 'software';
  const converted = { bytes: 11_300_000, fp32Bytes: 44_700_000, activations: [] };
  return {
    load: {
      images: CIFAR10,
      parameters: 11_181_642,
      bytes: 22_400_000,
      shards: 6,
      provenance: '30 epochs in PyTorch',
      recordedAccuracy: 0.8831,
      fromCache: false,
      backend: {
        backend: onGpu ? 'webgpu' : 'wasm',
        webgpu,
        reason: REASONS[webgpu],
        adapter: onGpu ? 'google swiftshader' : '',
        threads: 1,
        sharedMemory: true,
      },
    },
    fuse: {
      nodesBefore: 70,
      nodesAfter: 32,
      fused: [
        { id: 'conv1', parts: ['conv1', 'bn1', 'relu'], kind: 'ConvBnReLU2d' },
        ...BLOCKS.flatMap((block) => [
          {
            id: `${block}.conv1`,
            parts: [`${block}.conv1`, `${block}.bn1`, `${block}.relu1`],
            kind: 'ConvBnReLU2d',
          },
          { id: `${block}.conv2`, parts: [`${block}.conv2`, `${block}.bn2`], kind: 'ConvBn2d' },
        ]),
      ],
    },
    verify: { passed: true, randomTests: 100, imageTests: 10, maxAbsError: 4.77e-6, rtol: 1e-3, atol: 1e-6 },
    configure: {
      qconfig: label,
      activation: 'MovingAverageMinMaxObserver, affine, per tensor, codes 0..127, fake-quantized',
      weight: 'MovingAveragePerChannelMinMaxObserver, symmetric, per channel, codes -128..127, fake-quantized',
    },
    prepare: { label, activationFakeQuants: 28, weightFakeQuants: 21, simulates },
    convert: {
      qat: converted,
      ptq: converted,
      engine: { description: 'wasm-relaxed-simd', threads: 1, planMilliseconds: 48, layers: fakeLayers() },
    },
    save: { filename: 'resnet18-cifar10.int8', bytes: 11_300_000, blob: new Blob(['fake']) },
  };
}

function fakeLayers(): EngineLayer[] {
  const layer = { kernel: 'dot 2x16', proof: 'activations 0..127 fit 7 bits', weightBytes: 9408, microseconds: 28 };
  return [
    { ...layer, name: 'conv1', macs: 2_408_448, liveMacs: 2_160_000 },
    { name: 'maxpool', kernel: 'maxpool', proof: '', macs: 0, liveMacs: 0, weightBytes: 0, microseconds: 0 },
  ];
}

export function fakeModel(): Int8Model {
  const rng = new Rng(1);
  const tensors: Int8Tensor[] = [];
  const ops: Int8Op[] = [];
  const tensor = (c: number, zeroPoint: number): number =>
    tensors.push({ h: 8, w: 8, c, q: { scale: 0.01 + 0.05 * rng.uniform(), zeroPoint, qmin: 0, qmax: 127 } }) - 1;
  const weighted = (name: string, op: 'conv' | 'linear', relu: boolean): void => {
    const weights = new Int8Array(64);
    const weightScales = Float32Array.from({ length: 64 }, () => 0.0005 + 0.01 * rng.uniform());
    const output = tensor(64, relu ? 0 : 60);
    const base = { name, inputs: [output - 1], output, weights, weightScales, bias: new Float32Array(64) };
    ops.push(op === 'conv' ? { ...base, op, kernel: 3, stride: 1, pad: 1, relu } : { ...base, op });
  };
  tensor(3, 57);
  weighted('conv1', 'conv', true);
  ops.push({ op: 'maxpool', name: 'maxpool', inputs: [1], output: 1, kernel: 3, stride: 2, pad: 1 });
  for (const block of BLOCKS) {
    weighted(`${block}.conv1`, 'conv', true);
    weighted(`${block}.conv2`, 'conv', false);
    if (downsampled(block)) weighted(`${block}.downsample.0`, 'conv', false);
    const output = tensor(64, 0);
    ops.push({ op: 'add', name: `${block}.skip_add`, inputs: [output - 1, output - 2], output, relu: true });
  }
  weighted('fc', 'linear', false);
  return { version: 1, name: 'fake', tensors, ops };
}

/** n pictures of one colour per class, with a gradient. */
export function fakeImages(n: number): LabelledImages {
  const rng = new Rng(2);
  const labels = Uint8Array.from({ length: n }, () => rng.below(10));
  const pixels = Uint8Array.from({ length: n * 3072 }, (_, i) => {
    const label = labels[Math.floor(i / 3072)]!;
    return (label * 53 * ((i % 3) + 1) + Math.floor((i % 3072) / 24)) % 256;
  });
  return { pixels, labels };
}

export function fakeComparison(options: Recipe): CompareResult {
  const { labels } = fakeImages(options.images);
  const missing = (every: number): Uint8Array =>
    labels.map((label, i) => (i % every === every - 1 ? (label + 1) % 10 : label));
  const evaluation = (predictions: Uint8Array): Evaluation => ({
    accuracy: predictions.filter((p, i) => p === labels[i]).length / labels.length,
    images: options.images,
    predictions,
  });
  const fp32 = evaluation(missing(8));
  const int8 = evaluation(missing(8).map((p, i) => (i % 50 === 7 ? (p + 1) % 10 : p)));
  const timed = (median_ms: number, what: string) => ({
    median_ms,
    p95_ms: median_ms * 1.3,
    samples: 200,
    threads: 1,
    what,
  });
  return {
    fp32,
    int8,
    report: {
      fp32: { accuracy: fp32.accuracy },
      ptq: { accuracy: int8.accuracy - 0.02 },
      qat: { int8: { accuracy: int8.accuracy }, simulated: { accuracy: int8.accuracy + 0.001 } },
      control: { accuracy: fp32.accuracy + 0.003 },
      agreement: fp32.predictions.filter((p, i) => p === int8.predictions[i]).length / options.images,
      latency: {
        fp32_wasm: timed(3.61, 'tfjs-wasm FP32, BN folded, fused conv + bias + ReLU'),
        fp32_backend: timed(9.42, 'tfjs-webgpu FP32'),
        int8: timed(0.412, 'wasm-relaxed-simd, image quantized and logits dequantized'),
        ratio: 3.61 / 0.412,
      },
      size: { fp32_bytes: 44_700_000, int8_bytes: 11_300_000, ratio: 44.7 / 11.3 },
      images: options.images,
      backend: 'wasm',
      adapter: '',
      engine: 'wasm-relaxed-simd',
      options,
      training: {
        steps: options.steps,
        control_steps: options.steps,
        schedule: [{ step: 0, rate: options.learningRate }],
        first_loss: 1.1,
        last_loss: 0.4,
        images_per_s: 38.4,
      },
    },
  };
}
