// Finds the faster variant of each of the network's convolutions by a short measurement, once per adapter: the choices
// are kept in IndexedDB. Gradients follow the forward convolution of their shape, whose tiles they share.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { fuse } from '../../../graph/fuse';
import { nodeById } from '../../../graph/graph';
import { resnet18 } from '../../../graph/resnet18';
import type { ConvShape } from './conv-shape';
import { forward } from './convolve';
import { wantsPatches } from './patches';
import { loadChoices, saveChoices } from './variant-store';
import { setVariants, variantKey, VARIANTS, type Choices, type Variant } from './variants';

/** Rows of a tile in workgroup memory. */
const SAMPLES = 32;
/** Timed runs of each variant, after one that compiles. */
const RUNS = 2;
/** No measurement begins later than this; what was not measured gets the variant that won most time. */
const MOST_MS = 1500;
/** A device on which one variant is so many times slower on the first shape needs no more measuring. */
const HOPELESS = 3;

/** Makes the choices of this device, from the store or by measuring. @returns where they came from */
export async function chooseVariants(backend: WebGPUBackend): Promise<'stored' | 'measured'> {
  const { device } = backend;
  const { vendor, architecture, device: model, description } = device.adapterInfo;
  const adapter = [vendor, architecture, model, description].join('|');
  const shapes = networkConvolutions();
  const stored = await loadChoices(adapter, shapes.map(variantKey));
  const choices = stored ?? (await measure(backend, shapes));
  setVariants(device, mostFrequent(Object.values(choices)), choices);
  if (stored) return 'stored';
  await saveChoices(adapter, choices);
  return 'measured';
}

/** The network's convolutions at SAMPLES samples, one of each shape; what runs on patches comes last. */
export function networkConvolutions(): ConvShape[] {
  const { graph } = fuse(resnet18());
  const shapes = new Map<string, ConvShape>();
  for (const node of graph.nodes) {
    if (node.op !== 'conv_bn') continue;
    const { h, w } = nodeById(graph, node.inputs[0]).out;
    const { cin, cout, kernel, stride, pad } = node.conv;
    const shape: ConvShape = {
      ...{ n: SAMPLES, h, w, ci: cin, xChannels: cin, oh: node.out.h, ow: node.out.w, co: cout },
      ...{ kh: kernel, kw: kernel, sh: stride, sw: stride, padTop: pad, padLeft: pad },
    };
    shapes.set(variantKey(shape), shape);
  }
  return [...shapes.values()].sort((a, b) => Number(wantsPatches(a)) - Number(wantsPatches(b)));
}

async function measure(backend: WebGPUBackend, shapes: readonly ConvShape[]): Promise<Choices> {
  const choices: Record<string, Variant> = {};
  const saved: Record<Variant, number> = { registers: 0, workgroup: 0 };
  const leader = (): Variant => (saved.registers >= saved.workgroup ? 'registers' : 'workgroup');
  const start = performance.now();
  let decided = false;
  for (const shape of shapes) {
    if (decided || performance.now() - start > MOST_MS) {
      choices[variantKey(shape)] = leader();
      continue;
    }
    const times: Record<Variant, number> = { registers: 0, workgroup: 0 };
    for (const variant of VARIANTS) times[variant] = await least(backend, shape, variant);
    const winner = times.registers <= times.workgroup ? 'registers' : 'workgroup';
    choices[variantKey(shape)] = winner;
    const difference = Math.abs(times.registers - times.workgroup);
    saved[winner] += difference;
    decided = shape === shapes[0] && difference > (HOPELESS - 1) * times[winner];
  }
  return choices;
}

/** Least milliseconds of a few runs on zeros, after one that compiles. */
async function least(backend: WebGPUBackend, shape: ConvShape, variant: Variant): Promise<number> {
  setVariants(backend.device, variant);
  const { n, h, w, ci, co, kh, kw } = shape;
  const x = backend.makeTensorInfo([n, h, w, ci], 'float32');
  const filter = backend.makeTensorInfo([kh, kw, ci, co], 'float32');
  let best = Infinity;
  for (let i = 0; i <= RUNS; i++) {
    const start = performance.now();
    const y = forward(backend, shape, { x, filter }, false);
    backend.endComputePassEncoder();
    backend.ensureCommandEncoderReady();
    backend.submitQueue();
    await backend.queue.onSubmittedWorkDone();
    if (i > 0) best = Math.min(best, performance.now() - start);
    backend.disposeData(y.dataId);
  }
  [x, filter].forEach(({ dataId }) => backend.disposeData(dataId));
  return best;
}

function mostFrequent(variants: readonly Variant[]): Variant {
  const tiled = variants.filter((variant) => variant === 'workgroup').length;
  return 2 * tiled > variants.length ? 'workgroup' : 'registers';
}
