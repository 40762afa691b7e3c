// A planned convolution -> its constants and its records, one pair for each tiling. Not for planning it: plan.ts.
import {
  CONV_BIAS,
  CONV_BLOCK_STRIDE,
  CONV_HIGH,
  CONV_IN_CODES,
  CONV_IN_ROW,
  CONV_JOBS,
  CONV_JOB_COUNT,
  CONV_LOW,
  CONV_MULTIPLIER,
  CONV_WEIGHTS,
  CONV_WEIGHT_ROW,
  CONV_ZERO,
  JOB_INIT,
  JOB_PIXELS,
  JOB_ROWS,
  JOB_RUN,
  JOB_WEIGHTS,
  PIXEL_BYTES,
  PIXEL_IN,
  PIXEL_OUT,
} from './assembly/layout';
import { BLOCK_CHANNELS, KERNELS } from './kernels';
import type { Step } from './lower';
import type { ConvPlan, Plan, TapGroup, Tiling } from './plan';
import { f32, i32, type OpRecord } from './record';
import { outputRange, storedOf } from './stored';

/** The two records of one tiling: pixels in pairs, and the rest one by one. */
export interface TilingRecords {
  readonly tiling: Pick<Tiling, 'name' | 'proof'>;
  readonly records: readonly [OpRecord, OpRecord];
}

interface Job {
  readonly group: TapGroup;
  readonly index: number;
  readonly pixels: TapGroup['pixels'];
}

/** Pixels of equal taps, `size` at a time; `rest` are those left over. */
function jobsOf(groups: readonly TapGroup[], size: number): { jobs: Job[]; rest: Job[] } {
  const jobs: Job[] = [];
  const rest: Job[] = [];
  groups.forEach((group, index) => {
    const whole = group.pixels.length - (group.pixels.length % size);
    for (let i = 0; i < whole; i += size) jobs.push({ group, index, pixels: group.pixels.slice(i, i + size) });
    for (const pixel of group.pixels.slice(whole)) rest.push({ group, index, pixels: [pixel] });
  });
  return { jobs, rest };
}

/**
 * @param size pixels of each job
 * @param first where the first accumulators are
 * @param codeBytes of the input as the kernel reads it
 */
function jobTable(jobs: readonly Job[], size: number, conv: ConvPlan, first: number, codeBytes: number): Int32Array {
  const { bytesPerValue, rowValues, blocks } = conv.packed;
  const words = (JOB_PIXELS + size * PIXEL_BYTES) / 4;
  const table = new Int32Array(jobs.length * words);
  jobs.forEach(({ group, index, pixels }, job) => {
    const set = (field: number, value: number): void => void (table[job * words + field / 4] = value);
    set(JOB_ROWS, group.rows);
    set(JOB_RUN, group.run * codeBytes);
    set(JOB_WEIGHTS, (group.weightRow * rowValues + group.weightValue) * bytesPerValue);
    set(JOB_INIT, first + index * blocks * BLOCK_CHANNELS * 4);
    pixels.forEach(({ input, output }, pixel) => {
      set(JOB_PIXELS + pixel * PIXEL_BYTES + PIXEL_IN, input * codeBytes);
      set(JOB_PIXELS + pixel * PIXEL_BYTES + PIXEL_OUT, output);
    });
  });
  return table;
}

/** @param put gives constant data a place in memory */
export function convRecords(
  plan: Plan,
  step: Step,
  conv: ConvPlan,
  put: (data: ArrayBufferView) => number,
): TilingRecords[] {
  const { packed, requantization, groups } = conv;
  const input = storedOf(plan, step.inputs[0]);
  const output = storedOf(plan, step.output);
  const channels = packed.blocks * BLOCK_CHANNELS;
  const padded = (values: Float32Array): Float32Array => {
    const whole = new Float32Array(channels);
    whole.set(values);
    return whole;
  };
  const weights = put(packed.data);
  const first = put(conv.first);
  const bias = put(padded(requantization.bias));
  const multiplier = put(padded(requantization.multiplier));
  const rowBytes = packed.rowValues * packed.bytesPerValue;
  // The wide kernels read the input as i16: assembly/scratch.ts.
  const codeBytes = packed.data.BYTES_PER_ELEMENT;
  const { low, high, zero } = outputRange(plan, step);
  const record = (kernel: number, jobs: readonly Job[]): OpRecord => ({
    kind: kernel,
    units: (jobs.length * channels) / (KERNELS[kernel].vectors * 4),
    inputs: [input.offset],
    output: output.offset,
    fields: [
      i32(CONV_JOBS, put(jobTable(jobs, KERNELS[kernel].pixels, conv, first, codeBytes))),
      i32(CONV_JOB_COUNT, jobs.length),
      i32(CONV_WEIGHTS, weights),
      i32(CONV_BLOCK_STRIDE, packed.rows * rowBytes),
      i32(CONV_IN_ROW, input.rowBytes * codeBytes),
      i32(CONV_WEIGHT_ROW, rowBytes),
      i32(CONV_BIAS, bias),
      i32(CONV_MULTIPLIER, multiplier),
      f32(CONV_LOW, low),
      f32(CONV_HIGH, high),
      i32(CONV_ZERO, zero),
      i32(CONV_IN_CODES, input.bytes),
    ],
  });
  return conv.tilings.map((tiling) => {
    const { jobs, rest } = jobsOf(groups, tiling.pairs === undefined ? 1 : 2);
    return tiling.pairs === undefined
      ? { tiling, records: [record(tiling.singles, []), record(tiling.singles, jobs)] }
      : { tiling, records: [record(tiling.pairs, jobs), record(tiling.singles, rest)] };
  });
}
