// Finds the fastest variant of each of a network's convolutions by a short measurement, once per adapter, browser and
// text of the shaders: the choices are kept in IndexedDB. What is used must prove itself at every start. Gradients follow
// the forward convolution of their shape, whose tiles they share.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Convolution, ConvShape } from '../conv-shape';
import { forward, shadersOf } from './convolve';
import { wantsPatches } from './patches';
import { provenVariants } from './prove-variants';
import { shaderSource, submit } from './run';
import { firstRejected } from './scopes';
import { fingerprintOf, loadChoices, saveChoices } from './variant-store';
import { setVariants, variantKey, VARIANTS, variantsOf, type Choices, type Variant } from './variants';

/** Rows of a tile in workgroup memory. */
const SAMPLES = 32;
/** Timed runs of each variant, after one that compiles. */
const RUNS = 2;
/** No measurement begins later than this; what was not measured gets the variant that was fastest in all. */
const MOST_MS = 1500;
/** A variant so many times slower than the fastest on the first shape needs no more measuring. */
const HOPELESS = 3;

/** Makes the choices of this device for the convolutions, of a network say, from the store or by measuring. @returns where they came from */
export async function chooseVariants(
  backend: WebGPUBackend,
  convolutions: readonly Convolution[],
): Promise<'stored' | 'measured'> {
  const { device } = backend;
  const { vendor, architecture, device: model, description } = device.adapterInfo;
  const adapter = [vendor, architecture, model, description].join('|');
  const shapes = shapesOf(convolutions);
  const texts = shapes.flatMap((shape) => VARIANTS.flatMap((variant) => shadersOf(shape, variant).map(shaderSource)));
  const fingerprint = await fingerprintOf([navigator.userAgent, ...texts]);
  const offered = variantsOf(device);
  const stored = await loadChoices(adapter, fingerprint, shapes.map(variantKey), offered);
  const trusted = stored && (await areProven(backend, Object.values(stored))) ? stored : undefined;
  const choices = trusted ?? (await measure(backend, shapes, await provenVariants(backend, offered)));
  setVariants(device, mostFrequent(Object.values(choices)), choices);
  if (trusted) return 'stored';
  // A shader that is rejected is the fastest of all.
  if (!(await firstRejected(device))) await saveChoices(adapter, fingerprint, choices);
  return 'measured';
}

async function areProven(backend: WebGPUBackend, variants: readonly Variant[]): Promise<boolean> {
  const used = [...new Set(variants)];
  return (await provenVariants(backend, used)).length === used.length;
}

/** Convolutions at SAMPLES samples, one of each shape; what runs on patches comes last. */
function shapesOf(convolutions: readonly Convolution[]): ConvShape[] {
  const shapes = new Map(convolutions.map((c) => [variantKey(c), { ...c, n: SAMPLES, xChannels: c.ci }]));
  return [...shapes.values()].sort((a, b) => Number(wantsPatches(a)) - Number(wantsPatches(b)));
}

async function measure(
  backend: WebGPUBackend,
  shapes: readonly ConvShape[],
  proven: readonly Variant[],
): Promise<Choices> {
  const choices: Record<string, Variant> = {};
  const start = performance.now();
  let candidates = proven;
  const totals = new Map<Variant, number>();
  for (const shape of shapes) {
    if (candidates.length === 1 || performance.now() - start > MOST_MS) {
      choices[variantKey(shape)] = fastest(candidates, totals);
      continue;
    }
    const times = await least(backend, shape, candidates);
    times.forEach((time, variant) => totals.set(variant, (totals.get(variant) ?? 0) + time));
    const winner = fastest(candidates, times);
    choices[variantKey(shape)] = winner;
    if (shape === shapes[0]) {
      candidates = candidates.filter((variant) => times.get(variant)! <= HOPELESS * times.get(winner)!);
    }
  }
  return choices;
}

/** The candidate with the least time; the first without times. */
function fastest(candidates: readonly Variant[], times: ReadonlyMap<Variant, number>): Variant {
  return candidates.reduce((a, b) => ((times.get(b) ?? Infinity) < (times.get(a) ?? Infinity) ? b : a));
}

/** Least milliseconds of a few runs of each candidate in turn on zeros, after one that compiles. */
async function least(
  backend: WebGPUBackend,
  shape: ConvShape,
  candidates: readonly Variant[],
): Promise<Map<Variant, number>> {
  const { n, h, w, ci, co, kh, kw } = shape;
  const x = backend.makeTensorInfo([n, h, w, ci], 'float32');
  const filter = backend.makeTensorInfo([kh, kw, ci, co], 'float32');
  const times = new Map<Variant, number>();
  for (let i = 0; i <= RUNS; i++) {
    for (const variant of candidates) {
      setVariants(backend.device, variant);
      const start = performance.now();
      const y = forward(backend, shape, { x, filter }, false);
      submit(backend);
      await backend.queue.onSubmittedWorkDone();
      if (i > 0) times.set(variant, Math.min(times.get(variant) ?? Infinity, performance.now() - start));
      backend.disposeData(y.dataId);
    }
  }
  [x, filter].forEach(({ dataId }) => backend.disposeData(dataId));
  return times;
}

function mostFrequent(variants: readonly Variant[]): Variant {
  const count = (variant: Variant) => variants.filter((other) => other === variant).length;
  return variants.reduce((a, b) => (count(b) > count(a) ? b : a));
}
