// A planned convolution -> its constants and its records, one pair for each tiling. Not for planning it: plan.ts.
import {
  CONV_BIAS,
  CONV_BLOCK_STRIDE,
  CONV_CHAIN,
  CONV_HIGH,
  CONV_IN_CODES,
  CONV_IN_ROW,
  CONV_JOBS,
  CONV_JOB_COUNT,
  CONV_LOW,
  CONV_MULTIPLIER,
  CONV_TABLE,
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
import { BLOCK_CHANNELS, KERNELS, type Packing } from './kernels';
import type { Step } from './lower';
import { lookupTables, packWeights, type PackedWeights } from './pack';
import type { ConvPlan, Plan, TapGroup } from './plan';
import { f32, i32, type OpRecord } from './record';
import { outputRange, storedOf } from './stored';
import type { Tiling } from './tilings';

/** The two records of one tiling: pixels in pairs, and the rest one by one. */
export interface TilingRecords {
  /** Of a layer without weights its name alone. */
  readonly tiling: Pick<Tiling, 'name'> & Partial<Pick<Tiling, 'proof'>>;
  /** Of weights as the kernels read them. */
  readonly weightBytes: number;
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

/** Bytes of an input code as a kernel reads it: assembly/scratch.ts makes words and pairs of codes. */
const codeBytes = (packing: Packing): number => ({ words: 2, pairs: 1 / 2, bytes: 1, nibbles: 1, quads: 1 })[packing];

/**
 * @param size pixels of each job
 * @param first where the first accumulators are, of so many channels for each group
 */
function jobTable(
  jobs: readonly Job[],
  size: number,
  packed: PackedWeights,
  first: number,
  channels: number,
): Int32Array {
  const { bytesPerValue, rowValues } = packed;
  const bytes = codeBytes(packed.packing);
  const words = (JOB_PIXELS + size * PIXEL_BYTES) / 4;
  const table = new Int32Array(jobs.length * words);
  jobs.forEach(({ group, index, pixels }, job) => {
    const set = (field: number, value: number): void => void (table[job * words + field / 4] = value);
    set(JOB_ROWS, group.rows);
    set(JOB_RUN, group.run * bytes);
    set(JOB_WEIGHTS, (group.weightRow * rowValues + group.weightValue) * bytesPerValue);
    set(JOB_INIT, first + index * channels * 4);
    pixels.forEach(({ input, output }, pixel) => {
      set(JOB_PIXELS + pixel * PIXEL_BYTES + PIXEL_IN, input * bytes);
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
  const { region, requantization, groups, tilings } = conv;
  const input = storedOf(plan, step.inputs[0]);
  const output = storedOf(plan, step.output);
  const channels = Math.ceil(region.cout / BLOCK_CHANNELS) * BLOCK_CHANNELS;
  const padded = (values: Float32Array): Float32Array => {
    const whole = new Float32Array(channels);
    whole.set(values);
    return whole;
  };
  const first = put(conv.first);
  const bias = put(padded(requantization.bias));
  const multiplier = put(padded(requantization.multiplier));
  const { low, high, zero } = outputRange(plan, step);
  const packings = new Map(
    [...new Set(tilings.map(({ packing }) => packing))].map((packing) => {
      const packed = packWeights(region, packing);
      const table = packing === 'pairs' ? put(lookupTables()) : 0;
      return [packing, { packed, at: put(packed.data), table }] as const;
    }),
  );
  const record = (kernel: number, { packed, at, table }: Placed, jobs: readonly Job[]): OpRecord => {
    const rowBytes = packed.rowValues * packed.bytesPerValue;
    return {
      kind: kernel,
      units: (jobs.length * channels) / (KERNELS[kernel].vectors * 4),
      inputs: [input.offset],
      output: output.offset,
      fields: [
        i32(CONV_JOBS, put(jobTable(jobs, KERNELS[kernel].pixels, packed, first, channels))),
        i32(CONV_JOB_COUNT, jobs.length),
        i32(CONV_WEIGHTS, at),
        i32(CONV_BLOCK_STRIDE, packed.rows * rowBytes),
        i32(CONV_IN_ROW, input.rowBytes * codeBytes(packed.packing)),
        i32(CONV_WEIGHT_ROW, rowBytes),
        i32(CONV_BIAS, bias),
        i32(CONV_MULTIPLIER, multiplier),
        f32(CONV_LOW, low),
        f32(CONV_HIGH, high),
        i32(CONV_ZERO, zero),
        i32(CONV_IN_CODES, input.bytes),
        i32(CONV_CHAIN, 4 * conv.chain),
        i32(CONV_TABLE, table),
      ],
    };
  };
  return tilings.map((tiling) => {
    const placed = packings.get(tiling.packing)!;
    const { jobs, rest } = jobsOf(groups, tiling.pairs === undefined ? 1 : 2);
    const records: TilingRecords['records'] =
      tiling.pairs === undefined
        ? [record(tiling.singles, placed, []), record(tiling.singles, placed, jobs)]
        : [record(tiling.pairs, placed, jobs), record(tiling.singles, placed, rest)];
    return { tiling, weightBytes: placed.packed.data.byteLength, records };
  });
}

/** Packed weights and where they, and the tables of lookups, lie. */
interface Placed {
  readonly packed: PackedWeights;
  readonly at: number;
  readonly table: number;
}
