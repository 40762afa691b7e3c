// Plan -> the engine's memory: header, operation records, jobs, weights, arenas, in the layout of assembly/layout.ts.
// Not for planning nor for running.
import type { Int8AvgPool, Int8MaxPool } from '../int8/int8-model';
import { impossible } from '../core/impossible';
import { findFastAdd } from './fast-add';
import { BLOCK_CHANNELS, KERNELS } from './kernels';
import type { ConvPlan, Plan, PlanLayer, StoredTensor, TapGroup, Tiling } from './plan';
import { dequantization } from '../int8/requantize';

/** assembly/layout.ts: where the header and its fields are. */
const HEADER = 1024;
const HEADER_BYTES = 448;
const AT = { ones: 0, magic: 16, program: 384 };
const OP_BYTES = 128;
const OP_BARRIER = 4;
const MAGIC = 1.5 * 2 ** 23;
/** Bytes that widening and the wide kernels may touch after the widened codes. */
const SCRATCH_SLACK = 64;

/** assembly/run.ts: kinds above the convolution kernels' numbers. */
const KIND = { image: 100, maxpool: 101, avgpool: 102, relu: 103, add: 104, fastAdd: 105 } as const;

/** Bump allocation of constant data; everything starts at a cache line. */
class Allocator {
  readonly chunks: { readonly at: number; readonly data: ArrayBufferView }[] = [];
  end = HEADER + HEADER_BYTES;

  reserve(bytes: number): number {
    const at = Math.ceil(this.end / 64) * 64;
    this.end = at + bytes;
    return at;
  }

  put(data: ArrayBufferView): number {
    const at = this.reserve(data.byteLength);
    this.chunks.push({ at, data });
    return at;
  }
}

type Field = number | { readonly f32: number } | { readonly f64: number };
const f32 = (value: number): Field => ({ f32: value });
const f64 = (value: number): Field => ({ f64: value });

/** An operation record: kind, barrier, units, input, second input, output, then the fields of its kind. */
interface OpRecord {
  readonly kind: number;
  readonly units: number;
  readonly inputs: readonly number[];
  readonly output: number;
  readonly fields: readonly Field[];
}

function writeRecord(view: DataView, at: number, { kind, units, inputs, output, fields }: OpRecord): void {
  view.setInt32(at, kind, true);
  view.setInt32(at + 8, units, true);
  view.setInt32(at + 12, inputs[0], true);
  view.setInt32(at + 16, inputs[1] ?? 0, true);
  view.setInt32(at + 20, output, true);
  let field = at + 24;
  for (const value of fields) {
    if (typeof value === 'number') view.setInt32(field, value, true);
    else if ('f32' in value) view.setFloat32(field, value.f32, true);
    else view.setFloat64(field, value.f64, true);
    field += typeof value === 'object' && 'f64' in value ? 8 : 4;
  }
}

/** Where a convolution's constants are; its jobs differ by tiling. */
interface ConvConstants {
  readonly weights: number;
  readonly first: number;
  readonly bias: number;
  readonly multiplier: number;
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

/** @param codeBytes of the input as the kernel reads it */
function jobTable(jobs: readonly Job[], conv: ConvPlan, constants: ConvConstants, codeBytes: number): Int32Array {
  const { bytesPerValue, rowValues, blocks } = conv.packed;
  return Int32Array.from(
    jobs.flatMap(({ group, index, pixels }) => [
      group.rows,
      group.run * codeBytes,
      (group.weightRow * rowValues + group.weightValue) * bytesPerValue,
      constants.first + index * blocks * BLOCK_CHANNELS * 4,
      ...pixels.flatMap(({ input, output }) => [input * codeBytes, output]),
    ]),
  );
}

/** The two records of one tiling: pixels in pairs, and the rest one by one. */
export interface TilingRecords {
  readonly tiling: Tiling;
  readonly records: readonly [OpRecord, OpRecord];
}

/** Codes as stored: the least and the largest that this step may write, relative to the zero point; and the latter. */
function outputRange(plan: Plan, { step: { output, relu } }: PlanLayer): { low: number; high: number; zero: number } {
  const { q } = plan.model.tensors[output];
  const { zero } = stored(plan, output);
  return { low: relu ? 0 : q.qmin - q.zeroPoint, high: q.qmax - q.zeroPoint, zero };
}

function stored(plan: Plan, index: number): StoredTensor {
  const tensor = plan.tensors[index];
  if (!tensor) throw new Error(`tensor ${index} is not stored`);
  return tensor;
}

/** Constants of a convolution and its records for every tiling. */
function convRecords(plan: Plan, layer: PlanLayer, conv: ConvPlan, allocator: Allocator): TilingRecords[] {
  const { packed, requantization, groups } = conv;
  const input = stored(plan, layer.step.inputs[0]);
  const output = stored(plan, layer.step.output);
  const channels = packed.blocks * BLOCK_CHANNELS;
  const padded = (values: Float32Array): Float32Array => {
    const whole = new Float32Array(channels);
    whole.set(values);
    return whole;
  };
  const constants = {
    weights: allocator.put(packed.data),
    first: allocator.put(conv.first),
    bias: allocator.put(padded(requantization.bias)),
    multiplier: allocator.put(padded(requantization.multiplier)),
  };
  const rowBytes = packed.rowValues * packed.bytesPerValue;
  // The wide kernels read the input as i16: assembly/scratch.ts.
  const codeBytes = packed.data.BYTES_PER_ELEMENT;
  const { low, high, zero } = outputRange(plan, layer);
  const record = (kernel: number, jobs: readonly Job[]): OpRecord => ({
    kind: kernel,
    units: (jobs.length * channels) / (KERNELS[kernel].vectors * 4),
    inputs: [input.offset],
    output: output.offset,
    fields: [
      allocator.put(jobTable(jobs, conv, constants, codeBytes)),
      jobs.length,
      constants.weights,
      packed.rows * rowBytes,
      input.rowBytes * codeBytes,
      rowBytes,
      constants.bias,
      constants.multiplier,
      ...[f32(low), f32(high), zero],
      input.bytes,
    ],
  });
  return conv.tilings.map((tiling) => {
    const { jobs, rest } = jobsOf(groups, tiling.pairs === undefined ? 1 : 2);
    return tiling.pairs === undefined
      ? { tiling, records: [record(tiling.singles, []), record(tiling.singles, jobs)] }
      : { tiling, records: [record(tiling.pairs, jobs), record(tiling.singles, rest)] };
  });
}

function poolRecord(plan: Plan, op: Int8MaxPool | Int8AvgPool, { step }: PlanLayer): OpRecord {
  const input = stored(plan, step.inputs[0]);
  const output = stored(plan, step.output);
  const { h, w, c } = plan.model.tensors[step.inputs[0]];
  const target = plan.model.tensors[step.output];
  const windowed = op.op === 'maxpool';
  const { kernel, stride, pad } = windowed ? op : { kernel: 1, stride: 1, pad: 0 };
  return {
    kind: windowed ? KIND.maxpool : KIND.avgpool,
    units: windowed ? target.h * target.w : c,
    inputs: [input.offset],
    output: output.offset,
    fields: [
      ...[kernel, stride, pad, h, w, target.w, input.pixelBytes],
      // The mean is rounded as the codes are, not as they are stored: half to even differs by an odd zero point.
      ...[h * w * input.rebase, f32(1 / (h * w)), -input.rebase],
    ],
  };
}

function addRecord(plan: Plan, layer: PlanLayer): OpRecord {
  const operands = layer.step.inputs.map((index) => {
    const { offset, rebase, max } = stored(plan, index);
    const { scale, bias } = dequantization(plan.model.tensors[index].q);
    // Exact: a double holds code * scale + bias, whatever was subtracted from the code.
    return { offset, max, scale, bias: bias + scale * rebase };
  });
  const inverseScale = Math.fround(1 / plan.model.tensors[layer.step.output].q.scale);
  const { low, high, zero } = outputRange(plan, layer);
  const fast = findFastAdd({ operands, inverseScale, low, high });
  const range = [f32(low), f32(high), zero];
  return {
    kind: fast ? KIND.fastAdd : KIND.add,
    units: codeVectors(plan, layer),
    inputs: operands.map(({ offset }) => offset),
    output: stored(plan, layer.step.output).offset,
    fields: fast
      ? [...range, ...fast.factors.map(f32), f32(fast.offset)]
      : [...range, f32(inverseScale), ...operands.flatMap(({ scale, bias }) => [f64(scale), f64(bias)])],
  };
}

/** 16-byte vectors of codes of a layer's output. */
const codeVectors = (plan: Plan, { step: { output } }: PlanLayer): number =>
  (plan.model.tensors[output].h * stored(plan, output).rowBytes) / 16;

function imageRecord(plan: Plan): OpRecord {
  const { h, w, c, q } = plan.model.tensors[0];
  const { offset, padding, rowBytes, pixelBytes, left } = stored(plan, 0);
  const rows = padding === undefined ? [h * w, c, pixelBytes, 0] : [h, w * c, rowBytes, left];
  return { kind: KIND.image, units: rows[0], inputs: [0], output: offset, fields: [...rows.slice(1), q.qmax] };
}

function elementwiseRecord(plan: Plan, layer: PlanLayer): OpRecord {
  const { op } = layer.step;
  switch (op.op) {
    case 'add':
      return addRecord(plan, layer);
    case 'maxpool':
    case 'avgpool':
      return poolRecord(plan, op, layer);
    case 'relu':
      return reluRecord(plan, layer);
    case 'conv':
    case 'linear':
      throw new Error(`${op.name} has weights and no plan`);
    default:
      return impossible(op, 'operation');
  }
}

function reluRecord(plan: Plan, layer: PlanLayer): OpRecord {
  const input = stored(plan, layer.step.inputs[0]);
  const output = stored(plan, layer.step.output);
  return {
    kind: KIND.relu,
    units: codeVectors(plan, layer),
    inputs: [input.offset],
    output: output.offset,
    fields: [input.zero],
  };
}

/** A plan's place in memory. Every layer has two records, so that a convolution's tiling can change; the image one. */
export interface MemoryImage {
  readonly bytes: number;
  readonly input: number;
  readonly output: number;
  readonly arena: number;
  /** Per layer: the choices for its two records. One choice for layers without weights. */
  readonly choices: readonly (readonly TilingRecords[])[];
  /** Writes everything; every layer gets its first choice. */
  write(memory: ArrayBufferLike): void;
  /** Gives layer `layer` its choice number `choice`. */
  choose(memory: ArrayBufferLike, layer: number, choice: number): void;
}

const NOTHING: OpRecord = { kind: 0, units: 0, inputs: [0], output: 0, fields: [] };

/** Which layers must wait for all threads: those that touch bytes which a layer since the last wait wrote or read. */
function barriers(plan: Plan): boolean[] {
  type Span = readonly [from: number, to: number];
  const span = (index: number): Span => {
    const { offset, bytes } = stored(plan, index);
    return [offset, offset + bytes];
  };
  const meet = (a: Span, b: Span): boolean => a[0] < b[1] && b[0] < a[1];
  let written: Span[] = [span(0)];
  let read: Span[] = [];
  return plan.layers.map(({ step: { inputs, output } }) => {
    const [reads, write] = [inputs.map(span), span(output)];
    const waits =
      written.some((w) => meet(w, write) || reads.some((r) => meet(w, r))) || read.some((r) => meet(r, write));
    if (waits) [written, read] = [[], []];
    written.push(write);
    read.push(...reads);
    return waits;
  });
}

/** Bytes for the largest input that a wide kernel widens, in whole cache lines. */
function scratchOf(plan: Plan): number {
  const widened = plan.layers.map(({ conv, step }) =>
    conv?.packed.data.BYTES_PER_ELEMENT === 2 ? 2 * stored(plan, step.inputs[0]).bytes : 0,
  );
  return Math.ceil((Math.max(0, ...widened) + SCRATCH_SLACK) / 64) * 64;
}

/**
 * Lays a plan out in memory.
 * @param arenas threads that may work on images of their own
 * @param images how many images' codes fit at `input`, and results at `output`
 */
export function layOut(plan: Plan, arenas: number, images: number): MemoryImage {
  const { result, model } = plan;
  const allocator = new Allocator();
  const choices = plan.layers.map((layer): readonly TilingRecords[] => {
    if (layer.conv) return convRecords(plan, layer, layer.conv, allocator);
    const record = elementwiseRecord(plan, layer);
    return [{ tiling: { singles: record.kind, name: layer.step.op.op, proof: '' }, records: [NOTHING, record] }];
  });
  const opCount = 1 + 2 * plan.layers.length;
  const ops = allocator.reserve(opCount * OP_BYTES);
  const inputBytes = model.tensors[0].h * model.tensors[0].w * model.tensors[0].c;
  const resultBytes = stored(plan, result).bytes;
  const input = allocator.reserve(images * inputBytes);
  const output = allocator.reserve(images * resultBytes);
  const arena = allocator.reserve(arenas * plan.arenaBytes);
  const scratchBytes = scratchOf(plan);
  const scratch = allocator.reserve(arenas * scratchBytes);
  const waits = barriers(plan);

  const choose = (memory: ArrayBufferLike, layer: number, choice: number): void => {
    const view = new DataView(memory);
    choices[layer][choice].records.forEach((record, part) => {
      const at = ops + (1 + 2 * layer + part) * OP_BYTES;
      writeRecord(view, at, record);
      view.setInt32(at + OP_BARRIER, part === 0 && waits[layer] ? 1 : 0, true);
    });
  };
  const write = (memory: ArrayBufferLike): void => {
    const bytes = new Uint8Array(memory);
    const view = new DataView(memory);
    for (let i = 0; i < 8; i++) view.setInt16(HEADER + AT.ones + 2 * i, 1, true);
    for (let i = 0; i < 4; i++) view.setFloat32(HEADER + AT.magic + 4 * i, MAGIC, true);
    const header = [ops, opCount, arena, plan.arenaBytes, input, inputBytes, output, resultBytes];
    header.push(stored(plan, result).offset, scratch, scratchBytes);
    header.forEach((value, index) => view.setInt32(HEADER + AT.program + 4 * index, value, true));
    for (const { at, data } of allocator.chunks)
      bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    const image = stored(plan, 0);
    for (let i = 0; i < arenas; i++) {
      const at = arena + i * plan.arenaBytes + image.offset;
      bytes.fill(image.zero, at, at + image.bytes);
    }
    writeRecord(view, ops, imageRecord(plan));
    plan.layers.forEach((_, layer) => choose(memory, layer, 0));
  };
  return { bytes: allocator.end, input, output, arena, choices, write, choose };
}
