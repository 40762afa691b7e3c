// QatObserveMinMax on WebGPU: minima and maxima in two stages (slices of rows, then over slices) and the observer's
// update, on the device. Minima do not depend on the order of visits, so the result is the same at every run. With a
// factor per channel, QatObserveScaled: rounding keeps order, so the ends of x * factor are those of x times factor.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { ObserveMinMaxAttrs } from '../contract';
import type { WebGpuKernel } from './kernel';
import { KEEP_NAN } from './nan';
import { f32 } from './qparams';
import { flatLoop, rowsAndChannels, rowLoop } from './row-loop';
import { run, type Shader } from './run';
import { vec4Tensor } from './vec4';

/** Slices of rows a per-channel reduction leaves to the second stage, at most. */
const MOST_SLICES = 64;
/** The same for a whole tensor, whose slices are as wide as a workgroup and whose second stage is one. */
const MOST_SLICES_PER_TENSOR = 16;
/** Threads of that workgroup. */
const COMBINERS = 64;

/** x [..., C], range [2, 1] or [2, C] -> the new range. */
export const observeMinMax: WebGpuKernel<'QatObserveMinMax'> = ({ x, range }, attrs, backend) =>
  observe(backend, x, [range], attrs);

/** x [..., C], factor [C], range [2, C] -> the new range of x * factor. */
export const observeScaled: WebGpuKernel<'QatObserveScaled'> = ({ x, factor, range }, attrs, backend) =>
  observe(backend, x, [range, factor], attrs);

/** @param last range, and factor if any */
function observe(
  backend: WebGPUBackend,
  x: TensorInfo,
  last: TensorInfo[],
  attrs: ObserveMinMaxAttrs,
): [range: TensorInfo] {
  const [range, factor] = last;
  const ranges = range.shape[1];
  const perTensor = ranges === 1 && !factor;
  const { shader, partials, slices } = partialMinMax(x.shape, perTensor);
  const length = [partials * 4];
  const ends = run(backend, shader, [x], [length, length, length]);
  const second = perTensor
    ? updateTensor(partials, attrs)
    : updateChannels(slices, ranges, attrs, factor !== undefined);
  const updated = run(backend, second, [...ends, ...last], [range.shape]);
  ends.forEach(({ dataId }) => backend.disposeData(dataId));
  return updated;
}

/** Tensors of the three numbers of Ends for each slice, which are floats of x. */
const PARTS = ['as_unsigned', 'as_signed', 'nearest'];
const partBindings = (length: number) => PARTS.map((name) => ({ name, type: 'vec4<f32>', length }) as const);

/**
 * WGSL of the ends of values: compared as whole numbers, for which no NaN is lost. The greatest bits as unsigned numbers are
 * those of the least value if any has a sign; the greatest as signed numbers are those of the greatest value if any has
 * none; and if all are of one sign, the least as unsigned numbers are those of the end that is nearer to 0. A NaN lies
 * beyond the infinity of its sign.
 */
const ENDS = `${KEEP_NAN}
struct Ends { as_unsigned : vec4<u32>, as_signed : vec4<i32>, nearest : vec4<u32> }
fn ends_of(as_unsigned : vec4<f32>, as_signed : vec4<f32>, nearest : vec4<f32>) -> Ends {
  return Ends(bitcast<vec4<u32>>(as_unsigned), bitcast<vec4<i32>>(as_signed), bitcast<vec4<u32>>(nearest));
}
fn joined(a : Ends, b : Ends) -> Ends {
  return Ends(max(a.as_unsigned, b.as_unsigned), max(a.as_signed, b.as_signed), min(a.nearest, b.nearest));
}
fn least_and_most(e : Ends) -> array<vec4<f32>, 2> {
  let sound = (e.as_unsigned <= (INFINITE | SIGN)) & (e.as_signed <= vec4<i32>(INFINITE));
  let least = select(e.nearest, e.as_unsigned, e.as_unsigned >= SIGN);
  let most = select(bitcast<vec4<u32>>(e.as_signed), e.nearest, e.as_signed < vec4<i32>());
  return array<vec4<f32>, 2>(nan_unless(sound, bitcast<vec4<f32>>(least)), nan_unless(sound, bitcast<vec4<f32>>(most)));
}`;
const part = (at: string) => `ends_of(${PARTS.map((name) => `${name}[${at}]`).join(', ')})`;

function partialMinMax(
  shape: readonly number[],
  perTensor: boolean,
): { shader: Shader; partials: number; slices: number } {
  const { rows, channels } = rowsAndChannels(shape, perTensor);
  const x = vec4Tensor('x', rows, channels, 'last');
  const s = perTensor ? flatLoop(x.vec4s, MOST_SLICES_PER_TENSOR) : rowLoop(rows, x.vec4s, 16, MOST_SLICES);
  const partials = s.slices * s.width;
  const shader: Shader = {
    name: 'QatObserveMinMax',
    key: `partial,${rows},${channels},${perTensor}`,
    inputs: [x.binding],
    outputs: partBindings(partials),
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () => `${x.load}\n${ENDS}`,
    body: () => `
  ${s.open}
  let v = x_at(first);
  var ends = ends_of(v, v, v);
  ${s.loop('let v = x_at(i); ends = joined(ends, ends_of(v, v, v));')}
  as_unsigned[index] = bitcast<vec4<f32>>(ends.as_unsigned);
  as_signed[index] = bitcast<vec4<f32>>(ends.as_signed);
  nearest[index] = bitcast<vec4<f32>>(ends.nearest);`,
  };
  return { shader, partials, slices: s.slices };
}

/**
 * WGSL of `fn updated(old_lo, old_hi, lo, hi) -> array<vec4<f32>, 2>`: the observer's rule. `old` that has seen nothing
 * counts as not there; in an average, an end that is not finite becomes NaN.
 */
function rule(attrs: ObserveMinMaxAttrs): string {
  const average = (v: string) =>
    `select(nan_unless(is_finite(old_${v}), old_${v} + ${f32(attrs.c)} * (${v} - old_${v})), ${v}, unseen)`;
  const next =
    attrs.mode === 'extreme' ? ['lesser(old_lo, lo)', 'greater(old_hi, hi)'] : ['lo', 'hi'].map((v) => average(v));
  const type = 'vec4<f32>';
  return `fn updated(old_lo : ${type}, old_hi : ${type}, lo : ${type}, hi : ${type}) -> array<${type}, 2> {
  let unseen = (bitcast<vec4<u32>>(old_lo) == INFINITE) & (bitcast<vec4<u32>>(old_hi) == (INFINITE | SIGN));
  return array<${type}, 2>(${next.join(', ')});
}`;
}

function updateChannels(slices: number, channels: number, attrs: ObserveMinMaxAttrs, scaled: boolean): Shader {
  const range = vec4Tensor('range', 2, channels);
  const factor = vec4Tensor('factor', 1, channels);
  const next = vec4Tensor('next', 2, channels);
  const { vec4s } = range;
  const s = rowLoop(1, vec4s);
  return {
    name: scaled ? 'QatObserveScaled' : 'QatObserveMinMax',
    key: `channels,${slices},${channels},${attrs.mode},${attrs.c}`,
    inputs: [...partBindings(slices * vec4s), range.binding, ...(scaled ? [factor.binding] : [])],
    outputs: [next.binding],
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () => [range.load, next.store, scaled ? factor.load : '', ENDS, rule(attrs)].join('\n'),
    body: () => `
  ${s.open}
  var ends = ${part('c4')};
  for (var k = c4; k < ${slices * vec4s}u; k += ${vec4s}u) { ends = joined(ends, ${part('k')}); }
  var seen = least_and_most(ends);
  ${
    scaled
      ? `let k = factor_at(c4);
  seen = array<vec4<f32>, 2>(lesser(seen[0] * k, seen[1] * k), greater(seen[0] * k, seen[1] * k));`
      : ''
  }
  let result = updated(range_at(c4), range_at(${vec4s}u + c4), seen[0], seen[1]);
  next_put(c4, result[0]);
  next_put(${vec4s}u + c4, result[1]);`,
  };
}

function updateTensor(partials: number, attrs: ObserveMinMaxAttrs): Shader {
  return {
    name: 'QatObserveMinMax',
    key: `tensor,${partials},${attrs.mode},${attrs.c}`,
    inputs: [...partBindings(partials), { name: 'range', type: 'f32', length: 2 }],
    outputs: [{ name: 'next', type: 'f32', length: 2 }],
    workgroupSize: COMBINERS,
    workgroups: 1,
    declarations: () => `${ENDS}
${rule(attrs)}
var<workgroup> all : array<Ends, ${COMBINERS}>;`,
    body: () => `
  let first = min(local, ${partials - 1}u);
  var ends = ${part('first')};
  for (var k = local; k < ${partials}u; k += ${COMBINERS}u) { ends = joined(ends, ${part('k')}); }
  all[local] = ends;
  workgroupBarrier();
  if (local == 0u) {
    for (var k = 1u; k < ${COMBINERS}u; k++) { ends = joined(ends, all[k]); }
    ends = joined(ends, Ends(ends.as_unsigned.zwxy, ends.as_signed.zwxy, ends.nearest.zwxy));
    ends = joined(ends, Ends(ends.as_unsigned.yxwz, ends.as_signed.yxwz, ends.nearest.yxwz));
    let seen = least_and_most(ends);
    let result = updated(vec4<f32>(range[0]), vec4<f32>(range[1]), seen[0], seen[1]);
    next[0] = result[0].x;
    next[1] = result[1].x;
  }`,
  };
}
