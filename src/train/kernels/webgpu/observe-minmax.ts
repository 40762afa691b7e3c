// QatObserveMinMax on WebGPU: minima and maxima in two stages (slices of rows, then over slices) and the observer's
// update, on the device. Minima do not depend on the order of visits, so the result is the same at every run. With a
// factor per channel, QatObserveScaled: rounding keeps order, so the ends of x * factor are those of x times factor.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { OBSERVE_MINMAX, OBSERVE_SCALED, type ObserveMinMaxAttrs } from '../contract';
import type { Kernel } from './kernel';
import { f32 } from './qparams';
import { quadsOf } from './quads';
import { run, type Shader } from './run';
import { flatSweep, rowsAndChannels, sweep } from './sweep';

/** Slices of rows a per-channel reduction leaves to the second stage, at most. */
const MOST_SLICES = 64;
/** The same for a whole tensor, whose slices are as wide as a workgroup and whose second stage is one. */
const MOST_SLICES_PER_TENSOR = 16;
/** Threads of that workgroup. */
const COMBINERS = 64;

/** x [..., C], range [2, 1] or [2, C] -> the new range. */
export const observeMinMax: Kernel<{ x: TensorInfo; range: TensorInfo }, ObserveMinMaxAttrs> = {
  name: OBSERVE_MINMAX,
  run(backend, { x, range }, attrs) {
    return observe(backend, x, [range], attrs);
  },
};

/** x [..., C], factor [C], range [2, C] -> the new range of x * factor. */
export const observeScaled: Kernel<Record<'x' | 'factor' | 'range', TensorInfo>, ObserveMinMaxAttrs> = {
  name: OBSERVE_SCALED,
  run(backend, { x, factor, range }, attrs) {
    return observe(backend, x, [range, factor], attrs);
  },
};

/** @param last range, and factor if any */
function observe(backend: WebGPUBackend, x: TensorInfo, last: TensorInfo[], attrs: ObserveMinMaxAttrs): TensorInfo[] {
  const [range, factor] = last;
  const ranges = range.shape[1];
  const perTensor = ranges === 1 && !factor;
  const { shader, partials, slices } = partialMinMax(x.shape, perTensor);
  const ends = run(backend, shader, [x], [[partials * 4], [partials * 4]]);
  const second = perTensor
    ? updateTensor(partials, attrs)
    : updateChannels(slices, ranges, attrs, factor !== undefined);
  const updated = run(backend, second, [...ends, ...last], [range.shape]);
  ends.forEach(({ dataId }) => backend.disposeData(dataId));
  return updated;
}

function partialMinMax(
  shape: readonly number[],
  perTensor: boolean,
): { shader: Shader; partials: number; slices: number } {
  const { rows, channels } = rowsAndChannels(shape, perTensor);
  const x = quadsOf('x', rows, channels, 'last');
  const s = perTensor ? flatSweep(x.quads, MOST_SLICES_PER_TENSOR) : sweep(rows, x.quads, 16, MOST_SLICES);
  const partials = s.slices * s.width;
  const shader: Shader = {
    name: OBSERVE_MINMAX,
    key: `partial,${rows},${channels},${perTensor}`,
    inputs: [x.binding],
    outputs: ['lo', 'hi'].map((name) => ({ name, type: 'vec4<f32>', length: partials })),
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () => x.load,
    body: () => `
  ${s.open}
  var least = x_at(first);
  var most = least;
  ${s.loop('let v = x_at(i); least = min(least, v); most = max(most, v);')}
  lo[index] = least;
  hi[index] = most;`,
  };
  return { shader, partials, slices: s.slices };
}

/** WGSL of `fn updated(old_lo, old_hi, lo, hi) -> array<T, 2>`: the observer's rule; `old` empty counts as not there. */
function rule(type: string, attrs: ObserveMinMaxAttrs): string {
  const next =
    attrs.mode === 'extreme'
      ? ['min(old_lo, lo)', 'max(old_hi, hi)']
      : ['lo', 'hi'].map((v) => `select(old_${v} + ${f32(attrs.c)} * (${v} - old_${v}), ${v}, old_lo > old_hi)`);
  return `fn updated(old_lo : ${type}, old_hi : ${type}, lo : ${type}, hi : ${type}) -> array<${type}, 2> {
  return array<${type}, 2>(${next.join(', ')});
}`;
}

function updateChannels(slices: number, channels: number, attrs: ObserveMinMaxAttrs, scaled: boolean): Shader {
  const range = quadsOf('range', 2, channels);
  const factor = quadsOf('factor', 1, channels);
  const next = quadsOf('next', 2, channels);
  const { quads } = range;
  const s = sweep(1, quads);
  const ends = ['lo', 'hi'].map((name) => ({ name, type: 'vec4<f32>', length: slices * quads }) as const);
  return {
    name: scaled ? OBSERVE_SCALED : OBSERVE_MINMAX,
    key: `channels,${slices},${channels},${attrs.mode},${attrs.c}`,
    inputs: [...ends, range.binding, ...(scaled ? [factor.binding] : [])],
    outputs: [next.binding],
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () => [range.load, next.store, scaled ? factor.load : '', rule('vec4<f32>', attrs)].join('\n'),
    body: () => `
  ${s.open}
  var least = lo[quad];
  var most = hi[quad];
  for (var k = quad; k < ${slices * quads}u; k += ${quads}u) { least = min(least, lo[k]); most = max(most, hi[k]); }
  ${
    scaled
      ? `let k = factor_at(quad);
  let ends = array<vec4<f32>, 2>(least * k, most * k);
  least = min(ends[0], ends[1]);
  most = max(ends[0], ends[1]);`
      : ''
  }
  let result = updated(range_at(quad), range_at(${quads}u + quad), least, most);
  next_put(quad, result[0]);
  next_put(${quads}u + quad, result[1]);`,
  };
}

function updateTensor(partials: number, attrs: ObserveMinMaxAttrs): Shader {
  return {
    name: OBSERVE_MINMAX,
    key: `tensor,${partials},${attrs.mode},${attrs.c}`,
    inputs: [
      { name: 'lo', type: 'vec4<f32>', length: partials },
      { name: 'hi', type: 'vec4<f32>', length: partials },
      { name: 'range', type: 'f32', length: 2 },
    ],
    outputs: [{ name: 'next', type: 'f32', length: 2 }],
    workgroupSize: COMBINERS,
    workgroups: 1,
    declarations: () => `${rule('f32', attrs)}
var<workgroup> least : array<vec4<f32>, ${COMBINERS}>;
var<workgroup> most : array<vec4<f32>, ${COMBINERS}>;`,
    body: () => `
  let first = min(local, ${partials - 1}u);
  var a = lo[first];
  var b = hi[first];
  for (var k = local; k < ${partials}u; k += ${COMBINERS}u) { a = min(a, lo[k]); b = max(b, hi[k]); }
  least[local] = a;
  most[local] = b;
  workgroupBarrier();
  if (local == 0u) {
    for (var k = 1u; k < ${COMBINERS}u; k++) { a = min(a, least[k]); b = max(b, most[k]); }
    let result = updated(range[0], range[1], min(min(a.x, a.y), min(a.z, a.w)), max(max(b.x, b.y), max(b.z, b.w)));
    next[0] = result[0];
    next[1] = result[1];
  }`,
  };
}
