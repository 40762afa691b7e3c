// Plan -> the engine's memory: header, operation records, jobs, weights, arenas, in the layout of assembly/layout.ts.
// Not for planning nor for running, nor for what records say: conv-records.ts and ops/.
import {
  ARENA,
  ARENA_STRIDE,
  IMAGE_HIGH,
  IMAGE_LEFT,
  IMAGE_OUT_ROW,
  IMAGE_ROW,
  IMAGE_START,
  INPUT,
  INPUT_BYTES,
  KIND_IMAGE,
  LOGITS,
  MAGIC,
  MAGIC_BITS,
  MASKS,
  ONES,
  OP_BYTES,
  OP_COUNT,
  OPS,
  OUTPUT,
  OUTPUT_BYTES,
  SCRATCH,
  SCRATCH_STRIDE,
} from './assembly/layout';
import { convRecords, type TilingRecords } from './conv-records';
import type { Packing } from './kernels';
import { loweringOf } from './ops/table';
import type { Plan, PlanLayer } from './plan';
import { i32, NOTHING, writeFields, writeRecord, type OpRecord } from './record';
import { storedOf } from './stored';

/** Bytes that kernels, and what makes their input, may touch after it. */
const SCRATCH_SLACK = 64;
/** A kernel's own. */
const SCRATCH_LEAST = 128;

/** Bump allocation of constant data; everything starts at a cache line. */
class Allocator {
  readonly chunks: { readonly at: number; readonly data: ArrayBufferView }[] = [];
  end = IMAGE_START;

  reserve(bytes: number): number {
    const at = Math.ceil(this.end / 64) * 64;
    this.end = at + bytes;
    return at;
  }

  readonly put = (data: ArrayBufferView): number => {
    const at = this.reserve(data.byteLength);
    this.chunks.push({ at, data });
    return at;
  };
}

function imageRecord(plan: Plan): OpRecord {
  const { h, w, c, q } = plan.model.tensors[0];
  const { offset, padding, rowBytes, pixelBytes, left } = storedOf(plan, 0);
  // Pixel by pixel where each has whole blocks of channels, else row by row.
  const [rows, row, outRow] = padding === undefined ? [h * w, c, pixelBytes] : [h, w * c, rowBytes];
  return {
    kind: KIND_IMAGE,
    units: rows,
    inputs: [0],
    output: offset,
    fields: [i32(IMAGE_ROW, row), i32(IMAGE_OUT_ROW, outRow), i32(IMAGE_LEFT, left), i32(IMAGE_HIGH, q.qmax)],
  };
}

/** A layer's choices: one for each tiling of a convolution, else its one record. */
function recordsOf(plan: Plan, { step, conv }: PlanLayer, { put }: Allocator): TilingRecords[] {
  const { op } = step;
  if (conv) return convRecords(plan, step, conv, put);
  if ('weights' in op) throw new Error(`${op.name} has weights and no plan`);
  return [
    {
      tiling: { name: op.op },
      weightBytes: 0,
      records: [NOTHING, loweringOf(op).record(op, step, plan, put)],
    },
  ];
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

/** Which layers must wait for all threads: those that touch bytes which a layer since the last wait wrote or read. */
function barriers(plan: Plan): boolean[] {
  type Span = readonly [from: number, to: number];
  const span = (index: number): Span => {
    const { offset, bytes } = storedOf(plan, index);
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

/** Bytes for the most that a kernel makes of its input before it reads it (assembly/scratch.ts), in whole cache lines. */
function scratchOf(plan: Plan): number {
  const made = plan.layers.flatMap(({ conv, step }) => {
    const { bytes } = storedOf(plan, step.inputs[0]);
    const { h, w } = plan.model.tensors[step.output];
    const of: Record<Packing, number> = {
      bytes: 0,
      words: 2 * bytes,
      pairs: bytes / 2,
      nibbles: 4 * h * w,
      quads: 4 * h * w,
    };
    return conv?.tilings.map(({ packing }) => of[packing]) ?? [];
  });
  return Math.ceil((Math.max(SCRATCH_LEAST, ...made) + SCRATCH_SLACK) / 64) * 64;
}

/**
 * Lays a plan out in memory.
 * @param arenas threads that may work on images of their own
 * @param images how many images' codes fit at `input`, and results at `output`
 */
export function layOut(plan: Plan, arenas: number, images: number): MemoryImage {
  const { result, model } = plan;
  const allocator = new Allocator();
  const choices = plan.layers.map((layer) => recordsOf(plan, layer, allocator));
  const opCount = 1 + 2 * plan.layers.length;
  const ops = allocator.reserve(opCount * OP_BYTES);
  const inputBytes = model.tensors[0].h * model.tensors[0].w * model.tensors[0].c;
  const resultBytes = storedOf(plan, result).bytes;
  const input = allocator.reserve(images * inputBytes);
  const output = allocator.reserve(images * resultBytes);
  const arena = allocator.reserve(arenas * plan.arenaBytes);
  const scratchBytes = scratchOf(plan);
  const scratch = allocator.reserve(arenas * scratchBytes);
  const waits = barriers(plan);

  const choose = (memory: ArrayBufferLike, layer: number, choice: number): void => {
    const view = new DataView(memory);
    choices[layer][choice].records.forEach((record, part) => {
      writeRecord(view, ops + (1 + 2 * layer + part) * OP_BYTES, record, part === 0 && waits[layer]);
    });
  };
  const write = (memory: ArrayBufferLike): void => {
    const bytes = new Uint8Array(memory);
    const view = new DataView(memory);
    for (let i = 0; i < 8; i++) view.setInt16(ONES + 2 * i, 1, true);
    for (let i = 0; i < 4; i++) view.setInt32(MAGIC + 4 * i, MAGIC_BITS, true);
    for (let i = 0; i < 3; i++) bytes.fill(4 ** (i + 1) - 1, MASKS + 16 * i, MASKS + 16 * (i + 1));
    writeFields(view, 0, [
      i32(OPS, ops),
      i32(OP_COUNT, opCount),
      i32(ARENA, arena),
      i32(ARENA_STRIDE, plan.arenaBytes),
      i32(INPUT, input),
      i32(INPUT_BYTES, inputBytes),
      i32(OUTPUT, output),
      i32(OUTPUT_BYTES, resultBytes),
      i32(LOGITS, storedOf(plan, result).offset),
      i32(SCRATCH, scratch),
      i32(SCRATCH_STRIDE, scratchBytes),
    ]);
    for (const { at, data } of allocator.chunks)
      bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    const image = storedOf(plan, 0);
    for (let i = 0; i < arenas; i++) {
      const at = arena + i * plan.arenaBytes + image.offset;
      bytes.fill(image.zero, at, at + image.bytes);
    }
    writeRecord(view, ops, imageRecord(plan), false);
    plan.layers.forEach((_, layer) => choose(memory, layer, 0));
  };
  return { bytes: allocator.end, input, output, arena, choices, write, choose };
}
