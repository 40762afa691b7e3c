// Writes the AssemblyScript of the convolution kernels: the frame around the products, from a job to its stored codes.
// Runs in Node at build time. Not for what the kernels mean: see src/engine/kernels.ts and assembly/layout.ts.
import { JOB_PIXELS, PIXEL_BYTES, PIXEL_IN, PIXEL_OUT } from '../assembly/layout';
import { blockChannels, packingOf, type KernelSpec } from '../kernels';
import { productsOf, range } from './products';

const functionName = (k: KernelSpec): string => `conv_${k.mode}_${k.pixels}x${k.vectors}`;
const pixelField = (pixel: number, field: number): number => JOB_PIXELS + PIXEL_BYTES * pixel + field;
/** How many bits of a packed step of 4 input values one channel has, in bytes. */
const STEP_CHANNEL_BYTES = { bytes: 4, words: 4, nibbles: 2, quads: 1, pairs: 2 } as const;

/** Requantizes the tile's accumulators of one pixel and stores 16 channels at a time. */
function store(kernel: KernelSpec, pixel: number): string {
  const sixteen = (first: number): string => {
    const quantized = range(4).map(
      (i) => `let q${i} = f32x4.mul(f32x4.add(f32x4.convert_i32x4_s(a${pixel}_${first + i}),
        v128.load(bias, ${16 * (first + i)})), v128.load(multiplier, ${16 * (first + i)}));
      q${i} = i32x4.add(f32x4.add(f32x4.pmin(f32x4.pmax(q${i}, low), high), magic), zero);`,
    );
    return `{ ${quantized.join('\n')}
      v128.store(out${pixel}, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(q0, q1), i16x8.narrow_i32x4_s(q2, q3)), ${4 * first});
    }`;
  };
  return range(kernel.vectors / 4)
    .map((i) => sixteen(4 * i))
    .join('\n');
}

/** The source of one kernel: units first..last-1 of a convolution, one unit being a job times a block of channels. */
function kernelSource(kernel: KernelSpec, relaxed: boolean): string {
  const pixels = range(kernel.pixels);
  const channels = kernel.vectors * 4;
  const packing = packingOf(kernel.mode);
  const block = blockChannels(packing);
  const { setup, input, begin, row, finish } = productsOf(kernel, relaxed);
  return `
export function ${functionName(kernel)}(op: usize, arena: usize, first: i32, last: i32): void {
  const jobs = load<usize>(op, CONV_JOBS), jobCount = load<i32>(op, CONV_JOB_COUNT);
  const input = ${input}, output = arena + load<usize>(op, OP_OUT);
  const inRow = load<usize>(op, CONV_IN_ROW), weightRow = load<usize>(op, CONV_WEIGHT_ROW);
  const magic = v128.load(MAGIC);
  const low = v128.load32_splat(op, CONV_LOW), high = v128.load32_splat(op, CONV_HIGH);
  const zero = i32x4.splat(load<i32>(op, CONV_ZERO) - MAGIC_BITS);
  ${setup}
  let block = first / jobCount;
  let job = first - block * jobCount;
  for (let unit = first; unit < last; unit++) {
    const at = jobs + <usize>job * ${JOB_PIXELS + PIXEL_BYTES * kernel.pixels};
    const channel = <usize>(block * ${channels});
    const init = load<usize>(at, JOB_INIT) + channel * 4;
    let weights = load<usize>(op, CONV_WEIGHTS) + (channel / ${block}) * load<usize>(op, CONV_BLOCK_STRIDE) +
      (channel % ${block}) * ${STEP_CHANNEL_BYTES[packing]} + load<usize>(at, JOB_WEIGHTS);
    const run = load<usize>(at, JOB_RUN);
    ${begin}
    ${pixels.map((p) => `let row${p} = input + load<usize>(at, ${pixelField(p, PIXEL_IN)});`).join('\n    ')}
    for (let rows = load<i32>(at, JOB_ROWS); rows > 0; rows--) {
      ${pixels.map((p) => `let x${p} = row${p};`).join(' ')}
      let w = weights;
      const end = x0 + run;
      ${row}
      ${pixels.map((p) => `row${p} += inRow;`).join(' ')}
      weights += weightRow;
    }
    ${finish}
    const bias = load<usize>(op, CONV_BIAS) + channel * 4;
    const multiplier = load<usize>(op, CONV_MULTIPLIER) + channel * 4;
    ${pixels.map((p) => `const out${p} = output + load<usize>(at, ${pixelField(p, PIXEL_OUT)}) + channel;`).join('\n    ')}
    ${pixels.map((p) => store(kernel, p)).join('\n    ')}
    if (++job == jobCount) {
      job = 0;
      block++;
    }
  }
}
`;
}

/** The module of all kernels of one build and their dispatcher: convolution kind = kernel number. */
export function kernelsSource(kernels: readonly KernelSpec[], relaxed: boolean): string {
  const included = kernels
    .map((kernel, number) => ({ kernel, number }))
    .filter(({ kernel }) => relaxed || !kernel.relaxed);
  return `import {
  CONV_BIAS, CONV_BLOCK_STRIDE, CONV_CHAIN, CONV_HIGH, CONV_IN_CODES, CONV_IN_ROW, CONV_JOBS, CONV_JOB_COUNT, CONV_LOW,
  CONV_MULTIPLIER, CONV_TABLE, CONV_WEIGHTS, CONV_WEIGHT_ROW, CONV_ZERO, JOB_INIT, JOB_ROWS, JOB_RUN, JOB_WEIGHTS,
  LOOKUP_OFFSET, MAGIC, MAGIC_BITS, MASKS, ONES, OP_IN, OP_OUT,
} from './layout';
import { pairCodes, scratchStart, sumCodes, widen } from './scratch';
${included.map(({ kernel }) => kernelSource(kernel, relaxed)).join('')}
export function convolve(kind: i32, op: usize, arena: usize, first: i32, last: i32): void {
  switch (kind) {
    ${included.map(({ kernel, number }) => `case ${number}: ${functionName(kernel)}(op, arena, first, last); return;`).join('\n    ')}
    default: unreachable();
  }
}
`;
}
