// Where things are in the engine's memory: fields of its header, of an operation record and of a job, in bytes. Read as
// AssemblyScript by the kernels and as TypeScript by what writes that memory: constants of whole numbers alone, which
// mean the same in both. Not for values: everything comes from the plan.

// The header, at the start of the memory image.
const HEADER = 1024;
/** Eight i16 ones: loading them is cheaper than building them in every iteration. */
export const ONES = HEADER;
/** Four times 1.5 * 2^23: adding it to |x| < 2^22 leaves x rounded half to even in the low bits. */
export const MAGIC = HEADER + 16;
/** The bits of that float. */
export const MAGIC_BITS = 0x4b400000;
/** Control words of the thread pool, each in its own cache line. */
export const EPOCH = HEADER + 64;
export const PARKED = HEADER + 128;
export const BARRIER_COUNT = HEADER + 192;
export const BARRIER_PHASE = HEADER + 256;
/** Images of this epoch; 0 ends the threads. */
export const IMAGES = HEADER + 320;
/** 1 when an image had a code out of range. */
export const FAULT = HEADER + 324;
/** 1 once a thread has failed or was given up. */
export const FAILED = HEADER + 328;
/** Counts images of batches, so that a thread that waits sees the others move. */
export const BEAT = HEADER + 332;

// The program, written once.
export const OPS = HEADER + 384;
export const OP_COUNT = HEADER + 388;
/** The first thread's arena and the bytes to the next one's. */
export const ARENA = HEADER + 392;
export const ARENA_STRIDE = HEADER + 396;
export const INPUT = HEADER + 400;
export const INPUT_BYTES = HEADER + 404;
export const OUTPUT = HEADER + 408;
export const OUTPUT_BYTES = HEADER + 412;
/** The output's place in an arena. */
export const LOGITS = HEADER + 416;
/** The first thread's scratch and the bytes to the next one's. */
export const SCRATCH = HEADER + 420;
export const SCRATCH_STRIDE = HEADER + 424;
/** Sixteen bytes each of the lowest 2, 4 and 6 bits. */
export const MASKS = HEADER + 448;
/** The header's end. */
export const IMAGE_START = HEADER + 512;

/** In every arena: address of the image it works on; and where what is not the engine's own begins. */
export const SOURCE = 0;
export const ARENA_START = 64;

// Every operation record.
export const OP_BYTES = 128;
/** A convolution kernel's number, or one of those below. */
export const OP_KIND = 0;
export const KIND_IMAGE = 100;
export const KIND_MAX_POOL = 101;
export const KIND_AVERAGE_POOL = 102;
export const KIND_RELU = 103;
export const KIND_ADD = 104;
export const KIND_FAST_ADD = 105;
export const KIND_CHANNEL_TABLE = 106;
/** 1: wait for all threads before this operation. */
export const OP_BARRIER = 4;
/** Units of work, split evenly over threads. */
export const OP_UNITS = 8;
/** Input, second input and output, in bytes from the arena's start. */
export const OP_IN = 12;
export const OP_IN2 = 16;
export const OP_OUT = 20;

// Convolutions.
export const CONV_JOBS = 24;
export const CONV_JOB_COUNT = 28;
export const CONV_WEIGHTS = 32;
/** Bytes of packed weights per block of 32 output channels. */
export const CONV_BLOCK_STRIDE = 36;
/** Bytes from one row of taps to the next in the input, as the kernel reads it, and in the packed weights. */
export const CONV_IN_ROW = 40;
export const CONV_WEIGHT_ROW = 44;
/** Bias and multiplier per channel. */
export const CONV_BIAS = 48;
export const CONV_MULTIPLIER = 52;
export const CONV_LOW = 56;
export const CONV_HIGH = 60;
/** Added to the rounded integer. */
export const CONV_ZERO = 64;
/** Codes of the whole input. */
export const CONV_IN_CODES = 68;
/** Bytes of input after which chains of i16 sums are widened, a multiple of 4. */
export const CONV_CHAIN = 72;
/** The sums of lookups. */
export const CONV_TABLE = 76;

/**
 * Lookups: a table for every pair of 2-bit activations a, of 16 bytes; in each, for every pair of weights w from -2 to 1,
 * a0 * w0 + a1 * w1 + LOOKUP_OFFSET, from 0 to LOOKUP_MOST.
 */
export const LOOKUP_OFFSET = 12;
export const LOOKUP_MOST = 18;

// A job: pixels with the same live taps.
export const JOB_ROWS = 0;
/** Bytes of input read per row of taps, a multiple of 4. */
export const JOB_RUN = 4;
export const JOB_WEIGHTS = 8;
export const JOB_INIT = 12;
/** Then, per pixel, input and output offset. */
export const JOB_PIXELS = 16;
export const PIXEL_BYTES = 8;
export const PIXEL_IN = 0;
export const PIXEL_OUT = 4;

// Element-wise operations and pooling.
export const ADD_LOW = 24;
export const ADD_HIGH = 28;
export const ADD_ZERO = 32;
/** The add in double precision. */
export const ADD_INV_SCALE = 36;
export const ADD_SCALE1 = 40;
export const ADD_BIAS1 = 48;
export const ADD_SCALE2 = 56;
export const ADD_BIAS2 = 64;
/** The add in float32: src/engine/fast-add.ts. */
export const ADD_FACTOR1 = 36;
export const ADD_FACTOR2 = 40;
export const ADD_OFFSET = 44;

export const RELU_REBASE = 24;

/** A byte for every code of every channel, the codes that there are of each, and the channels of a pixel in memory. */
export const TABLE_AT = 24;
export const TABLE_CODES = 28;
export const TABLE_CHANNELS = 32;

export const POOL_KERNEL = 24;
export const POOL_STRIDE = 28;
export const POOL_PAD = 32;
export const POOL_H = 36;
export const POOL_W = 40;
export const POOL_OUT_W = 44;
export const POOL_CHANNELS = 48;
/** Added to the sum of stored codes, the float32 factor on it, and what is added to the rounded mean. */
export const AVERAGE_OFFSET = 52;
export const AVERAGE_FACTOR = 56;
export const AVERAGE_ZERO = 60;

/** Bytes of one row of the image, of one row of its copy, and before a row's first code there. */
export const IMAGE_ROW = 24;
export const IMAGE_OUT_ROW = 28;
export const IMAGE_LEFT = 32;
/** The largest code. */
export const IMAGE_HIGH = 36;
