// Writes the AssemblyScript of one convolution kernel: accumulators are locals, so every tile is unrolled source.
// Runs in Node at build time. Not for what the kernels mean: see src/engine/kernels.ts and layout.ts.
import { BLOCK_CHANNELS, type KernelMode, type KernelSpec } from '../kernels';
import { JOB_PIXELS, PIXEL_BYTES, PIXEL_IN, PIXEL_OUT } from './layout';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
/** Bytes of packed weights that one step of a block of 32 channels takes: eight vectors. */
const STEP_BYTES = (BLOCK_CHANNELS / 4) * 16;

const functionName = (k: KernelSpec): string => `conv_${k.mode}_${k.pixels}x${k.vectors}`;

const weight = (vector: number, step: number): string => `v128.load(w, ${step * STEP_BYTES + vector * 16})`;
const pixelField = (pixel: number, field: number): number => JOB_PIXELS + PIXEL_BYTES * pixel + field;
const activation = (pixel: number, step: number): string =>
  `v128.load32_splat(x${pixel}, ${4 * step})`;

/** Unrolled code for `steps` steps: all pixels by all vectors. */
function steps({ mode, pixels, vectors }: KernelSpec, count: number): string {
  const lines: string[] = [];
  const add = (p: number, v: number, product: string): void => {
    lines.push(`a${p}_${v} = i32x4.add(a${p}_${v}, ${product});`);
  };
  if (mode === 'dot' || mode === 'wide') {
    for (const s of range(count)) {
      for (const p of range(pixels)) lines.push(`const b${p}_${s} = ${activation(p, s)};`);
      for (const v of range(vectors)) {
        lines.push(`const w${v}_${s} = ${weight(v, s)};`);
        for (const p of range(pixels)) {
          if (mode === 'wide') add(p, v, `i32x4.dot_i16x8_s(w${v}_${s}, b${p}_${s})`);
          else lines.push(`a${p}_${v} = i32x4.relaxed_dot_i8x16_i7x16_add_s(w${v}_${s}, b${p}_${s}, a${p}_${v});`);
        }
      }
    }
  } else {
    for (const p of range(pixels)) {
      for (const s of range(count)) lines.push(`const b${p}_${s} = ${activation(p, s)};`);
      for (const v of range(vectors)) {
        const sum = range(count)
          .map((s) => `i16x8.relaxed_dot_i8x16_i7x16_s(${weight(v, s)}, b${p}_${s})`)
          .reduce((left, right) => `i16x8.add(${left}, ${right})`);
        add(p, v, `i32x4.dot_i16x8_s(${sum}, ones)`);
      }
    }
  }
  return lines.join('\n');
}

/** A loop over the rest of a run, `count` steps at a time, while at least that many are left. */
function loop(kernel: KernelSpec, count: number): string {
  const bytes = 4 * count;
  return `for (; x0 + ${bytes} <= end; ) {
    ${steps(kernel, count)}
    ${range(kernel.pixels)
      .map((p) => `x${p} += ${bytes};`)
      .join(' ')}
    w += ${count * STEP_BYTES};
  }`;
}

/** Requantizes the tile's accumulators of one pixel and stores 16 channels at a time. */
function store(kernel: KernelSpec, pixel: number): string {
  const lines = range(kernel.vectors).map(
    (v) => `let q${v} = f32x4.mul(f32x4.add(f32x4.convert_i32x4_s(a${pixel}_${v}), v128.load(bias, ${16 * v})),
      v128.load(multiplier, ${16 * v}));
    q${v} = f32x4.add(f32x4.pmin(f32x4.pmax(q${v}, low), high), magic);
    q${v} = i32x4.add(q${v}, zero);`,
  );
  for (const v of range(kernel.vectors / 4).map((i) => 4 * i)) {
    const half = (i: number): string => `i16x8.narrow_i32x4_s(q${v + i}, q${v + i + 1})`;
    lines.push(`v128.store(out${pixel}, i8x16.narrow_i16x8_u(${half(0)}, ${half(2)}), ${4 * v});`);
  }
  return `{ ${lines.join('\n')} }`;
}

/** Steps per iteration of the main loop; the rest goes one by one. */
const unroll: Record<KernelMode, number> = { dot: 1, wide: 2, pair1: 1, pair2: 2, pair4: 4 };

const inputOf = ({ mode }: KernelSpec): string =>
  mode === 'wide'
    ? 'widen(arena + load<usize>(op, OP_IN), load<usize>(op, CONV_IN_CODES))'
    : 'arena + load<usize>(op, OP_IN)';

/** The source of one kernel: units first..last-1 of a convolution, one unit being a job times a block of channels. */
function kernelSource(kernel: KernelSpec): string {
  const pixels = range(kernel.pixels);
  const accumulators = pixels.flatMap((p) => range(kernel.vectors).map((v) => ({ name: `a${p}_${v}`, v })));
  const channels = kernel.vectors * 4;
  const perIteration = unroll[kernel.mode];
  return `
export function ${functionName(kernel)}(op: usize, arena: usize, first: i32, last: i32): void {
  const jobs = load<usize>(op, CONV_JOBS), jobCount = load<i32>(op, CONV_JOB_COUNT);
  const input = ${inputOf(kernel)}, output = arena + load<usize>(op, OP_OUT);
  const inRow = load<usize>(op, CONV_IN_ROW), weightRow = load<usize>(op, CONV_WEIGHT_ROW);
  const ones = v128.load(ONES), magic = v128.load(MAGIC);
  const low = v128.load32_splat(op, CONV_LOW), high = v128.load32_splat(op, CONV_HIGH);
  const zero = i32x4.splat(load<i32>(op, CONV_ZERO) - MAGIC_BITS);
  let block = first / jobCount;
  let job = first - block * jobCount;
  for (let unit = first; unit < last; unit++) {
    const at = jobs + <usize>job * ${JOB_PIXELS + PIXEL_BYTES * kernel.pixels};
    const channel = <usize>(block * ${channels});
    const init = load<usize>(at, JOB_INIT) + channel * 4;
    let weights = load<usize>(op, CONV_WEIGHTS) + (channel / ${BLOCK_CHANNELS}) * load<usize>(op, CONV_BLOCK_STRIDE) +
      (channel % ${BLOCK_CHANNELS}) * 4 + load<usize>(at, JOB_WEIGHTS);
    ${accumulators.map(({ name, v }) => `let ${name} = v128.load(init, ${16 * v});`).join('\n    ')}
    ${pixels.map((p) => `let row${p} = input + load<usize>(at, ${pixelField(p, PIXEL_IN)});`).join('\n    ')}
    const run = load<usize>(at, JOB_RUN);
    for (let rows = load<i32>(at, JOB_ROWS); rows > 0; rows--) {
      ${pixels.map((p) => `let x${p} = row${p};`).join(' ')}
      let w = weights;
      const end = x0 + run;
      ${loop(kernel, perIteration)}
      ${perIteration > (kernel.mode === 'wide' ? 2 : 1) ? loop({ ...kernel, mode: 'pair1' }, 1) : ''}
      ${pixels.map((p) => `row${p} += inRow;`).join(' ')}
      weights += weightRow;
    }
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
  CONV_BIAS, CONV_BLOCK_STRIDE, CONV_HIGH, CONV_IN_CODES, CONV_IN_ROW, CONV_JOBS, CONV_JOB_COUNT, CONV_LOW, CONV_MULTIPLIER,
  CONV_WEIGHTS, CONV_WEIGHT_ROW, CONV_ZERO, JOB_INIT, JOB_ROWS, JOB_RUN, JOB_WEIGHTS, MAGIC, MAGIC_BITS,
  ONES, OP_IN, OP_OUT,
} from './layout';
import { widen } from './scratch';
${included.map(({ kernel }) => kernelSource(kernel)).join('')}
export function convolve(kind: i32, op: usize, arena: usize, first: i32, last: i32): void {
  switch (kind) {
    ${included.map(({ kernel, number }) => `case ${number}: ${functionName(kernel)}(op, arena, first, last); return;`).join('\n    ')}
    default: unreachable();
  }
}
`;
}
