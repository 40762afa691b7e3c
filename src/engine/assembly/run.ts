// Entry points: run the program on images, alone or as one of several threads; the threads' barrier and work loop.
// Units are split in one fixed way, so results never depend on the number of threads. A thread that stops is missed at the
// next barrier: the run then ends, and its memory is lost. Not for the operations.
import { add, averagePool, channelTable, fastAdd, image, maxPool, relu } from './elementwise';
import { convolve } from './kernels';
import { useScratch } from './scratch';
import {
  ARENA,
  ARENA_STRIDE,
  BARRIER_COUNT,
  BARRIER_PHASE,
  BEAT,
  EPOCH,
  FAILED,
  FAULT,
  IMAGES,
  INPUT,
  INPUT_BYTES,
  KIND_ADD,
  KIND_AVERAGE_POOL,
  KIND_CHANNEL_TABLE,
  KIND_FAST_ADD,
  KIND_IMAGE,
  KIND_MAX_POOL,
  KIND_RELU,
  LOGITS,
  OPS,
  OP_BARRIER,
  OP_BYTES,
  OP_COUNT,
  OP_KIND,
  OP_UNITS,
  OUTPUT,
  OUTPUT_BYTES,
  PARKED,
  SOURCE,
} from './layout';

/**
 * Looks before a thread without work goes to sleep, and before one that waits for others asks whether they stalled: about
 * a millisecond.
 */
const SPINS = 1 << 20;

/**
 * Asked while others are waited for. @param moved whether they moved since it was asked last; true when a wait begins
 * @returns whether to wait no longer (src/core/threads.ts)
 */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@external("env", "stalled")
declare function stalled(moved: bool): bool;

/** Units first..last-1 of an operation. */
function execute(op: usize, arena: usize, first: i32, last: i32): void {
  if (first == last) return;
  const kind = load<i32>(op, OP_KIND);
  if (kind < KIND_IMAGE) convolve(kind, op, arena, first, last);
  else if (kind == KIND_FAST_ADD) fastAdd(op, arena, first, last);
  else if (kind == KIND_ADD) add(op, arena, first, last);
  else if (kind == KIND_RELU) relu(op, arena, first, last);
  else if (kind == KIND_MAX_POOL) maxPool(op, arena, first, last);
  else if (kind == KIND_CHANNEL_TABLE) channelTable(op, arena, first, last);
  else if (kind == KIND_AVERAGE_POOL) averagePool(op, arena, first, last);
  else if (kind == KIND_IMAGE) {
    if (!image(op, arena, first, last)) store<i32>(FAULT, 1);
  } else unreachable();
}

/** Waits until all threads are here. @returns whether they are; if not, one has stopped */
function barrier(threads: i32): bool {
  const phase = atomic.load<i32>(BARRIER_PHASE);
  if (atomic.add<i32>(BARRIER_COUNT, 1) == threads - 1) {
    atomic.store<i32>(BARRIER_COUNT, 0);
    atomic.store<i32>(BARRIER_PHASE, phase + 1);
    return true;
  }
  let spins = SPINS;
  let seen = -1;
  while (atomic.load<i32>(BARRIER_PHASE) == phase) {
    if (--spins > 0) continue;
    const moves = atomic.load<i32>(BARRIER_COUNT) + atomic.load<i32>(BEAT);
    if (atomic.load<i32>(FAILED) || stalled(moves != seen)) return false;
    seen = moves;
    spins = SPINS;
  }
  return true;
}

/** @returns false when a thread has stopped */
function program(arena: usize, thread: i32, threads: i32): bool {
  let op = load<usize>(OPS);
  for (let left = load<i32>(OP_COUNT); left > 0; left--) {
    if (threads > 1 && load<i32>(op, OP_BARRIER) && !barrier(threads)) return false;
    const units = load<i32>(op, OP_UNITS);
    const first = (units * thread) / threads,
      last = (units * (thread + 1)) / threads;
    execute(op, arena, first, last);
    op += OP_BYTES;
  }
  return true;
}

function copyLogits(arena: usize, index: usize): void {
  const bytes = load<usize>(OUTPUT_BYTES);
  memory.copy(load<usize>(OUTPUT) + index * bytes, arena + load<usize>(LOGITS), bytes);
}

/**
 * One image: all threads work on it. Several: each thread has its own images and its own arena.
 * @returns false when a thread has stopped
 */
function share(images: i32, thread: i32, threads: i32): bool {
  useScratch(thread);
  const first = load<usize>(ARENA);
  if (images == 1) {
    if (!program(first, thread, threads)) return false;
  } else {
    const arena = first + <usize>thread * load<usize>(ARENA_STRIDE);
    for (let i = thread; i < images; i += threads) {
      store<usize>(arena, load<usize>(INPUT) + <usize>i * load<usize>(INPUT_BYTES), SOURCE);
      program(arena, 0, 1);
      copyLogits(arena, i);
      if (threads > 1) atomic.add<i32>(BEAT, 1);
    }
  }
  return threads == 1 || barrier(threads);
}

/**
 * Runs the images at INPUT with `threads` threads, of which this is the first.
 * @returns 0, 1 for a bad code, or 2 when another thread has stopped; it may even write yet: this memory is lost
 */
export function run(images: i32, threads: i32): i32 {
  store<i32>(FAULT, 0);
  store<usize>(load<usize>(ARENA), load<usize>(INPUT), SOURCE);
  if (threads > 1) publish(images);
  if (!share(images, 0, threads)) {
    fail();
    return 2;
  }
  if (images == 1) copyLogits(load<usize>(ARENA), 0);
  return load<i32>(FAULT);
}

/** One operation of the program on the first arena, alone; for measuring. */
export function runOperation(index: i32): void {
  useScratch(0);
  const op = load<usize>(OPS) + <usize>index * OP_BYTES;
  execute(op, load<usize>(ARENA), 0, load<i32>(op, OP_UNITS));
}

/** Gives the other threads work; 0 images end them. */
export function publish(images: i32): void {
  store<i32>(IMAGES, images);
  atomic.add<i32>(EPOCH, 1);
  if (atomic.load<i32>(PARKED) > 0) atomic.notify(EPOCH, -1);
}

/** Says that a thread has failed: the others wait for it no longer. */
export function fail(): void {
  atomic.store<i32>(FAILED, 1);
}

/** The life of another thread: waits for an epoch, takes its share, until there are no images or a thread has stopped. */
export function work(thread: i32, threads: i32): void {
  let epoch = 0;
  while (true) {
    let spins = SPINS;
    while (atomic.load<i32>(EPOCH) == epoch) {
      if (--spins > 0) continue;
      atomic.add<i32>(PARKED, 1);
      atomic.wait<i32>(EPOCH, epoch, -1);
      atomic.sub<i32>(PARKED, 1);
    }
    epoch++;
    const images = load<i32>(IMAGES);
    if (images == 0 || !share(images, thread, threads)) return;
  }
}
