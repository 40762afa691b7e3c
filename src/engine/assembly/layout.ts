// Where things are in the engine's memory: fields of an operation record and of a job, in bytes.
// src/engine/memory-image.ts writes these records; keep both in step. Not for values: everything comes from the plan.

// The header, at the start of the memory image.
export const HEADER: usize = 1024;
/** Eight i16 ones: loading them is cheaper than building them in every iteration. */
export const ONES: usize = HEADER;
/** Four times 1.5 * 2^23: adding it to |x| < 2^22 leaves x rounded half to even in the low bits. */
export const MAGIC: usize = HEADER + 16;
/** The bits of that float. */
export const MAGIC_BITS: i32 = 0x4b400000;
/** Control words of the thread pool, each in its own cache line. */
export const EPOCH: usize = HEADER + 64;
export const PARKED: usize = HEADER + 128;
export const BARRIER_COUNT: usize = HEADER + 192;
export const BARRIER_PHASE: usize = HEADER + 256;
/** Images of this epoch; 0 ends the threads. */
export const IMAGES: usize = HEADER + 320;
/** 1 when an image had a code out of range. */
export const FAULT: usize = HEADER + 324;
/** 1 once a thread has failed or was given up. */
export const FAILED: usize = HEADER + 328;
/** Counts images of batches, so that a thread that waits sees the others move. */
export const BEAT: usize = HEADER + 332;

// The program, written once.
export const OPS: usize = HEADER + 384;
export const OP_COUNT: usize = HEADER + 388;
/** The first thread's arena and the bytes to the next one's. */
export const ARENA: usize = HEADER + 392;
export const ARENA_STRIDE: usize = HEADER + 396;
export const INPUT: usize = HEADER + 400;
export const INPUT_BYTES: usize = HEADER + 404;
export const OUTPUT: usize = HEADER + 408;
export const OUTPUT_BYTES: usize = HEADER + 412;
/** The output's place in an arena. */
export const LOGITS: usize = HEADER + 416;
/** The first thread's scratch and the bytes to the next one's. */
export const SCRATCH: usize = HEADER + 420;
export const SCRATCH_STRIDE: usize = HEADER + 424;
/** The header's end. */
export const IMAGE_START: usize = HEADER + 448;

/** In every arena: address of the image it works on. */
export const SOURCE: usize = 0;

// Every operation record.
export const OP_BYTES: usize = 128;
export const OP_KIND: usize = 0;
/** 1: wait for all threads before this operation. */
export const OP_BARRIER: usize = 4;
/** Units of work, split evenly over threads. */
export const OP_UNITS: usize = 8;
/** Input, second input and output, in bytes from the arena's start. */
export const OP_IN: usize = 12;
export const OP_IN2: usize = 16;
export const OP_OUT: usize = 20;

// Convolutions.
export const CONV_JOBS: usize = 24;
export const CONV_JOB_COUNT: usize = 28;
export const CONV_WEIGHTS: usize = 32;
/** Bytes of packed weights per block of 32 output channels. */
export const CONV_BLOCK_STRIDE: usize = 36;
/** Bytes from one row of taps to the next in the input, as the kernel reads it, and in the packed weights. */
export const CONV_IN_ROW: usize = 40;
export const CONV_WEIGHT_ROW: usize = 44;
/** Bias and multiplier per channel. */
export const CONV_BIAS: usize = 48;
export const CONV_MULTIPLIER: usize = 52;
export const CONV_LOW: usize = 56;
export const CONV_HIGH: usize = 60;
/** Added to the rounded integer. */
export const CONV_ZERO: usize = 64;
/** Codes of the whole input. */
export const CONV_IN_CODES: usize = 68;

// A job: pixels with the same live taps.
export const JOB_ROWS: usize = 0;
/** Bytes of input read per row of taps, a multiple of 4. */
export const JOB_RUN: usize = 4;
export const JOB_WEIGHTS: usize = 8;
export const JOB_INIT: usize = 12;
/** Then, per pixel, input and output offset. */
export const JOB_PIXELS: usize = 16;

// Element-wise operations and pooling.
export const ADD_LOW: usize = 24;
export const ADD_HIGH: usize = 28;
export const ADD_ZERO: usize = 32;
/** The add in double precision. */
export const ADD_INV_SCALE: usize = 36;
export const ADD_SCALE1: usize = 40;
export const ADD_BIAS1: usize = 48;
export const ADD_SCALE2: usize = 56;
export const ADD_BIAS2: usize = 64;
/** The add in float32: src/engine/fast-add.ts. */
export const ADD_FACTOR1: usize = 36;
export const ADD_FACTOR2: usize = 40;
export const ADD_OFFSET: usize = 44;

export const RELU_REBASE: usize = 24;

export const POOL_KERNEL: usize = 24;
export const POOL_STRIDE: usize = 28;
export const POOL_PAD: usize = 32;
export const POOL_H: usize = 36;
export const POOL_W: usize = 40;
export const POOL_OUT_W: usize = 44;
export const POOL_CHANNELS: usize = 48;
/** Added to the sum of stored codes, the float32 factor on it, and what is added to the rounded mean. */
export const AVERAGE_OFFSET: usize = 52;
export const AVERAGE_FACTOR: usize = 56;
export const AVERAGE_ZERO: usize = 60;

/** Bytes of one row of the image, of one row of its copy, and before a row's first code there. */
export const IMAGE_ROW: usize = 24;
export const IMAGE_OUT_ROW: usize = 28;
export const IMAGE_LEFT: usize = 32;
/** The largest code. */
export const IMAGE_HIGH: usize = 36;
