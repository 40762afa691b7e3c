// QatObserveHistogram on WebGPU, in three dispatches: ends of the finite values by slices; counts by slices, in workgroup
// memory; their sum with what was counted before, moved to the bins of a wider range. Whole numbers are added, so the
// result is the same at every run. Not for the range searched in a histogram.
//
// Ends are compared as whole numbers of the same order, because WGSL lets a compiler assume that floats are finite: they
// are the host's to the bit. Bins are found in float32 as src/quant/histogram.ts finds them, but a division may miss by
// 2.5 ULP, and `fma` may round twice: a value at the edge of a bin, and a sixteenth of a bin that is moved, may then come
// to lie in the next one. On SwiftShader, whose `fma` rounds twice, that is at most 6 counts in 100,000. Counts are not
// as the host's where the range is NaN or wider than float32 can hold.
import { util } from '@tensorflow/tfjs';
import type { WebGpuKernel } from './kernel';
import { run, type Shader } from './run';
import { vec4Tensor } from './vec4';
import { repeat } from './wgsl';

/** Threads of a workgroup (many do not pay on a software adapter), and vec4s of values a thread visits, about. */
const THREADS = 64;
const VEC4S = 32;
/** Workgroups that read a tensor, at most: each leaves a table of counts. No more than THREADS. */
const MOST_SLICES = 32;
/** Parts of a bin that are moved one by one. */
const UPSAMPLE = 16;

/** x, counts [bins], range [2] -> [counts, range]. */
export const observeHistogram: WebGpuKernel<'QatObserveHistogram'> = ({ x, counts, range }, _, backend) => {
  const size = util.sizeFromShape(x.shape);
  const [bins] = counts.shape;
  const slices = Math.min(Math.ceil(size / (4 * THREADS * VEC4S)), MOST_SLICES);
  const [ends] = run(backend, endsBySlices(size, slices), [x], [[2 * slices]]);
  const [tables, next] = run(backend, countBySlices(size, slices, bins), [x, ends, range], [[slices * bins], [2]]);
  const [total] = run(backend, addCounts(slices, bins), [tables, counts, range, next], [[bins]]);
  for (const { dataId } of [ends, tables]) backend.disposeData(dataId);
  return [total, next];
};

const u32s = (name: string, length: number) => ({ name, type: 'u32', length }) as const;

/** x four values at a time, and WGSL that visits the `bits` of each value in a slice. */
function valuesOf(size: number, slices: number) {
  const { binding, load, vec4s } = vec4Tensor('x', 1, size, 'last');
  const visit = (statements: string) => `
  for (var i = index; i < ${vec4s}u; i += ${slices * THREADS}u) {
    let four = bitcast<vec4<u32>>(x_at(i));
    ${repeat(
      4,
      (k) => `{
      let bits = four[${k}];
      ${size % 4 === 0 ? '' : `if (4u * i + ${k}u >= ${size}u) { break; }`}
      ${statements}
    }`,
    )}
  }`;
  return { binding, load, visit };
}

/** Floats' bits as keys of the same order, the least or largest for a NaN; `least` and `most` of what is folded in. */
const ENDS = `
const INFINITE = 0x7f800000u;
const NEGATIVE = 0x80000000u;
var<workgroup> inverse_least : atomic<u32>;
var<workgroup> most : atomic<u32>;
fn key(bits : u32) -> u32 { return select(bits ^ NEGATIVE, ~bits, bits >= NEGATIVE); }
fn low_key(bits : u32) -> u32 { return select(key(bits), 0u, (bits & ~NEGATIVE) > INFINITE); }
fn high_key(bits : u32) -> u32 { return select(key(bits), ~0u, (bits & ~NEGATIVE) > INFINITE); }
fn bits_of(key : u32) -> u32 { return select(~key, key ^ NEGATIVE, key >= NEGATIVE); }
fn fold(a : u32, b : u32) {
  atomicMax(&inverse_least, ~a);
  atomicMax(&most, b);
}
fn least_bits() -> u32 { return bits_of(~atomicLoad(&inverse_least)); }
fn most_bits() -> u32 { return bits_of(atomicLoad(&most)); }`;

function endsBySlices(size: number, slices: number): Shader {
  const x = valuesOf(size, slices);
  return {
    name: 'QatObserveHistogram',
    key: `ends,${size}`,
    inputs: [x.binding],
    outputs: [u32s('ends', 2 * slices)],
    workgroupSize: THREADS,
    workgroups: slices,
    declarations: () => `${x.load}
${ENDS}`,
    body: () => `
  var a = key(INFINITE);
  var b = key(INFINITE | NEGATIVE);
  ${x.visit(`if ((bits & ~NEGATIVE) != INFINITE) {
        a = min(a, low_key(bits));
        b = max(b, high_key(bits));
      }`)}
  fold(a, b);
  workgroupBarrier();
  if (local == 0u) {
    ends[2u * group] = least_bits();
    ends[2u * group + 1u] = most_bits();
  }`,
  };
}

/** WGSL of `fn bin_of(x, low, high) -> u32`: torch.histc's bin of a value between the ends. */
const binOf = (bins: number) => `
fn bin_of(x : f32, low : f32, high : f32) -> u32 {
  return min(u32((x - low) * ${bins}.0 / (high - low)), ${bins - 1}u);
}`;

function countBySlices(size: number, slices: number, bins: number): Shader {
  const x = valuesOf(size, slices);
  return {
    name: 'QatObserveHistogram',
    key: `count,${size},${bins}`,
    inputs: [x.binding, u32s('ends', 2 * slices), u32s('range', 2)],
    outputs: [u32s('tables', slices * bins), u32s('next', 2)],
    workgroupSize: THREADS,
    workgroups: slices,
    declarations: () => `${x.load}
${ENDS}
${binOf(bins)}
var<workgroup> counts : array<atomic<u32>, ${bins}>;`,
    body: () => `
  if (local < ${slices}u) { fold(low_key(ends[2u * local]), high_key(ends[2u * local + 1u])); }
  if (local == 0u) { fold(low_key(range[0]), high_key(range[1])); }
  workgroupBarrier();
  if (index == 0u) {
    next[0] = least_bits();
    next[1] = most_bits();
  }
  var low = bitcast<f32>(least_bits());
  var high = bitcast<f32>(most_bits());
  if (low == high) {
    low -= 1.0;
    high += 1.0;
  }
  // After a ReLU every second value is in the first bin: counted apart, it does not hold up the others.
  var in_first = 0u;
  if (low < high) {
    ${x.visit(`if ((bits & ~NEGATIVE) < INFINITE) {
        let bin = bin_of(bitcast<f32>(bits), low, high);
        if (bin == 0u) { in_first++; } else { atomicAdd(&counts[bin], 1u); }
      }`)}
  }
  atomicAdd(&counts[0], in_first);
  workgroupBarrier();
  for (var k = local; k < ${bins}u; k += ${THREADS}u) { tables[group * ${bins}u + k] = atomicLoad(&counts[k]); }`,
  };
}

function addCounts(slices: number, bins: number): Shader {
  const parts = bins * UPSAMPLE;
  const f32s = (name: string, length: number) => ({ name, type: 'f32', length }) as const;
  return {
    name: 'QatObserveHistogram',
    key: `add,${slices},${bins}`,
    inputs: [u32s('tables', slices * bins), f32s('counts', bins), u32s('range', 2), u32s('next', 2)],
    outputs: [f32s('total', bins)],
    workgroupSize: THREADS,
    workgroups: Math.ceil(bins / THREADS),
    declarations: () => `${binOf(bins)}
// torch.linspace's value i of 0..last.
fn line(low : f32, high : f32, last : u32, i : u32) -> f32 {
  let step = (high - low) / f32(last);
  if (i < (last + 1u) / 2u) { return fma(step, f32(i), low); }
  return fma(-step, f32(last - i), high);
}
// The first part of the old range whose middle is not below a value.
fn first_part(low : f32, high : f32, value : f32) -> u32 {
  let half = (high - low) / ${2 * parts}.0;
  var a = 0u;
  var b = ${parts}u;
  while (a < b) {
    let i = (a + b) / 2u;
    if (line(low, high, ${parts}u, i) + half < value) { a = i + 1u; } else { b = i; }
  }
  return a;
}
// What was counted before and now belongs to a bin; parts are added in their order.
fn moved(bin : u32) -> f32 {
  let low = bitcast<f32>(range[0]);
  let high = bitcast<f32>(range[1]);
  let next_low = bitcast<f32>(next[0]);
  let next_high = bitcast<f32>(next[1]);
  if (range[0] == 0x7f800000u || (low == next_low && high == next_high)) { return counts[bin]; }
  var sum = 0.0;
  if (low == high) {
    if (bin == bin_of(low, next_low, next_high)) {
      for (var k = 0u; k < ${bins}u; k++) { sum += counts[k]; }
    }
    return sum;
  }
  var first = 0u;
  var end = ${parts}u;
  if (bin > 0u) { first = first_part(low, high, line(next_low, next_high, ${bins}u, bin)); }
  if (bin < ${bins - 1}u) { end = first_part(low, high, line(next_low, next_high, ${bins}u, bin + 1u)); }
  for (var i = first; i < end; i++) { sum += counts[i / ${UPSAMPLE}u] / ${UPSAMPLE}.0; }
  return sum;
}`,
    body: () => `
  if (index >= ${bins}u) { return; }
  var seen = 0u;
  for (var k = index; k < ${slices * bins}u; k += ${bins}u) { seen += tables[k]; }
  total[index] = moved(index) + f32(seen);`,
  };
}
