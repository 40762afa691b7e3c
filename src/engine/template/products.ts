// How a kernel multiplies: the AssemblyScript of its sums, of its way along one row of taps, and of what makes i32 sums of
// them. Every tile is unrolled: accumulators are locals. Not for the frame around them: convolution.ts.
import { LOOKUP_MOST } from '../assembly/layout';
import { blockChannels, packingOf, type KernelMode, type KernelSpec } from '../kernels';

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Names of the frame's that these read: op, at (the job), init (first sums), run; x0, x1, w and end in a row. */
export interface Products {
  /** Once a call, e.g. what is read instead of the input. */
  readonly setup: string;
  /** The first activation's address. */
  readonly input: string;
  /** Declares a job's sums. */
  readonly begin: string;
  /** Adds the products of a row of taps. */
  readonly row: string;
  /** Leaves the i32 sums in a0_0, a0_1, ..., one local for each pixel and vector of four channels. */
  readonly finish: string;
}

const INPUT = 'arena + load<usize>(op, OP_IN)';

/** Calls `make` for every pixel and vector. */
const tile = ({ pixels, vectors }: KernelSpec, make: (p: number, v: number) => string): string =>
  range(pixels)
    .flatMap((p) => range(vectors).map((v) => make(p, v)))
    .join('\n');
const activation = (pixel: number, step: number): string => `v128.load32_splat(x${pixel}, ${4 * step})`;
/** Bytes of packed weights that four input values of a block take. */
const stepBytes = (mode: KernelMode, bits: number): number => (blockChannels(packingOf(mode)) * 4 * bits) / 8;
const advance = ({ pixels }: KernelSpec, bytes: number): string =>
  range(pixels)
    .map((p) => `x${p} += ${bytes};`)
    .join(' ');

/** A loop over the rest of a row, `count` steps of 4 bytes of input at a time, while at least that many are left. */
const loop = (kernel: KernelSpec, end: string, count: number, weightBytes: number, body: string): string =>
  `for (; x0 + ${4 * count} <= ${end}; ) {
    ${body}
    ${advance(kernel, 4 * count)}
    w += ${weightBytes};
  }`;

const loadFirst = (kernel: KernelSpec): string =>
  tile(kernel, (p, v) => `let a${p}_${v} = v128.load(init, ${16 * v});`);

/** `dot` and `wide`: each step adds to the i32 sums. */
function straight(kernel: KernelSpec): Products {
  const { mode, pixels, vectors } = kernel;
  const wide = mode === 'wide';
  const count = wide ? 2 : 1;
  const step = stepBytes('dot', 8);
  const lines = range(count).flatMap((s) => [
    ...range(pixels).map((p) => `const b${p}_${s} = ${activation(p, s)};`),
    ...range(vectors).flatMap((v) => [
      `const w${v}_${s} = v128.load(w, ${s * step + 16 * v});`,
      ...range(pixels).map((p) =>
        wide
          ? `a${p}_${v} = i32x4.add(a${p}_${v}, i32x4.dot_i16x8_s(w${v}_${s}, b${p}_${s}));`
          : `a${p}_${v} = i32x4.relaxed_dot_i8x16_i7x16_add_s(w${v}_${s}, b${p}_${s}, a${p}_${v});`,
      ),
    ]),
  ]);
  return {
    setup: '',
    input: wide ? 'widen(arena + load<usize>(op, OP_IN), load<usize>(op, CONV_IN_CODES))' : INPUT,
    begin: loadFirst(kernel),
    row: loop(kernel, 'end', count, count * step, lines.join('\n')),
    finish: '',
  };
}

/** `pair1`, `pair2`, `pair4`: so many products added in i16, and widened. */
function pairs(kernel: KernelSpec, count: number): Products {
  const { pixels, vectors } = kernel;
  const step = stepBytes('pair1', 8);
  const body = (steps: number): string =>
    range(pixels)
      .flatMap((p) => [
        ...range(steps).map((s) => `const b${p}_${s} = ${activation(p, s)};`),
        ...range(vectors).map((v) => {
          const sum = range(steps)
            .map((s) => `i16x8.relaxed_dot_i8x16_i7x16_s(v128.load(w, ${s * step + 16 * v}), b${p}_${s})`)
            .reduce((left, right) => `i16x8.add(${left}, ${right})`);
          return `a${p}_${v} = i32x4.add(a${p}_${v}, i32x4.dot_i16x8_s(${sum}, ones));`;
        }),
      ])
      .join('\n');
  const main = loop(kernel, 'end', count, count * step, body(count));
  return {
    setup: 'const ones = v128.load(ONES);',
    input: INPUT,
    begin: loadFirst(kernel),
    row: count > 1 ? `${main}\n${loop(kernel, 'end', 1, step, body(1))}` : main,
    finish: '',
  };
}

/**
 * `chain`: CONV_CHAIN bytes of input, of one row or several, are summed in i16, then widened. The i32 sums lie in memory
 * meanwhile: registers are for those of i16.
 */
function chain(kernel: KernelSpec): Products {
  const { pixels, vectors } = kernel;
  const lines = [
    ...range(pixels).map((p) => `const b${p} = ${activation(p, 0)};`),
    ...range(vectors).flatMap((v) => [
      `const w${v} = v128.load(w, ${16 * v});`,
      ...range(pixels).map((p) => `s${p}_${v} = i16x8.add(s${p}_${v}, i16x8.relaxed_dot_i8x16_i7x16_s(w${v}, b${p}));`),
    ]),
  ];
  const place = (p: number, v: number): string => `sums, ${16 * (p * vectors + v)}`;
  const wider = (p: number, v: number): string =>
    `i32x4.add(v128.load(${place(p, v)}), i32x4.dot_i16x8_s(s${p}_${v}, ones))`;
  return {
    setup: 'const ones = v128.load(ONES), longest = load<usize>(op, CONV_CHAIN), sums = scratchStart();',
    input: INPUT,
    begin: `let left = longest;
      ${tile(kernel, (p, v) => `let s${p}_${v} = i16x8.splat(0);`)}
      ${tile(kernel, (p, v) => `v128.store(sums, v128.load(init, ${16 * v}), ${16 * (p * vectors + v)});`)}`,
    row: `while (true) {
      const stop = min(x0 + left, end);
      left -= stop - x0;
      ${loop(kernel, 'stop', 1, stepBytes('chain', 8), lines.join('\n'))}
      if (left > 0) break;
      ${tile(kernel, (p, v) => `v128.store(sums, ${wider(p, v)}, ${16 * (p * vectors + v)});`)}
      ${tile(kernel, (p, v) => `s${p}_${v} = i16x8.splat(0);`)}
      left = longest;
    }`,
    finish: tile(kernel, (p, v) => `const a${p}_${v} = ${wider(p, v)};`),
  };
}

/**
 * `dot4`, `dot2`: a byte holds weights of several channels, the highest field signed, the others raised by half their
 * range. Field f's sums are those of the fields up to it less those of the fields below it, shifted down; so a mask does
 * for unpacking. The rise times the sum of the pixel's codes is taken off again.
 */
function fields(kernel: KernelSpec, bits: number): Products {
  const { mode, pixels, vectors } = kernel;
  const count = 8 / bits;
  const top = count - 1;
  const masked = (v: number, f: number): string => (f === top ? `w${v}` : `v128.and(w${v}, mask${f})`);
  const lines = [
    ...range(pixels).map((p) => `const b${p} = ${activation(p, 0)};`),
    ...range(vectors / count).flatMap((v) => [
      `const w${v} = v128.load(w, ${16 * v});`,
      ...range(count).flatMap((f) => [
        `const w${v}_${f} = ${masked(v, f)};`,
        ...range(pixels).map((p) => {
          const sum = `a${p}_${count * v + f}`;
          return `${sum} = i32x4.relaxed_dot_i8x16_i7x16_add_s(w${v}_${f}, b${p}, ${sum});`;
        }),
      ]),
    ]),
  ];
  const apart = (p: number, v: number): string => {
    const f = v % count;
    const own = f > 0 ? `i32x4.shr_s(i32x4.sub(a${p}_${v}, a${p}_${v - 1}), ${bits * f})` : `a${p}_${v}`;
    const signed = f < top ? `i32x4.sub(${own}, rise${p})` : own;
    return `a${p}_${v} = i32x4.add(${signed}, v128.load(init, ${16 * v}));`;
  };
  return {
    setup: `const sums = sumCodes(jobs, jobCount, ${pixels}, input, inRow);
      ${range(top)
        .map((f) => `const mask${f} = v128.load(MASKS, ${16 * ((f + 1) * (bits / 2) - 1)});`)
        .join('\n')}`,
    input: INPUT,
    begin: tile(kernel, (p, v) => `let a${p}_${v} = i32x4.splat(0);`),
    row: loop(kernel, 'end', 1, stepBytes(mode, bits), lines.join('\n')),
    finish: `${range(pixels)
      .map((p) => `const rise${p} = i32x4.shl(v128.load32_splat(sums + 4 * (${pixels} * job + ${p})), ${bits - 1});`)
      .join('\n')}
      ${range(pixels)
        .flatMap((p) => range(vectors).map((v) => apart(p, vectors - 1 - v)))
        .join('\n')}`,
  };
}

/**
 * `lookup`: a byte of the input says which table a pair of codes has, a byte of the weights which of its entries. Entries
 * are summed in u8 as long as they fit, then in i16.
 */
function lookup(kernel: KernelSpec, relaxed: boolean): Products {
  const quarters = kernel.vectors / 4;
  const swizzle = relaxed ? 'relaxed_swizzle' : 'swizzle';
  /** Of 16 channels each. */
  const each = (make: (v: number) => string): string => range(quarters).map(make).join('\n');
  const lookups = (count: number): string =>
    range(count)
      .map(
        (i) => `const t${i} = v128.load(table + load<u8>(x0, ${i}));
        ${each((v) => `c${v} = i8x16.add(c${v}, i8x16.${swizzle}(t${i}, v128.load(w, ${16 * (quarters * i + v)})));`)}`,
      )
      .join('\n');
  const clear = each((v) => `let c${v} = i8x16.splat(0);`);
  const widened = each(
    (v) => `e${2 * v} = i16x8.add(e${2 * v}, i16x8.extend_low_i8x16_u(c${v}));
      e${2 * v + 1} = i16x8.add(e${2 * v + 1}, i16x8.extend_high_i8x16_u(c${v}));`,
  );
  /** In whole steps of two lookups, of which a row has a multiple of four. */
  const most = Math.floor(255 / LOOKUP_MOST / 4) * 4;
  return {
    setup: 'const table = load<usize>(op, CONV_TABLE);',
    input: 'pairCodes(arena + load<usize>(op, OP_IN), load<usize>(op, CONV_IN_CODES))',
    begin: `const low16 = i16x8.splat(<i16>(-LOOKUP_OFFSET * load<i32>(at, JOB_ROWS) * <i32>run));
      ${range(2 * quarters)
        .map((v) => `let e${v} = low16;`)
        .join('\n')}`,
    row: `for (; x0 + ${most} <= end; ) {
        ${clear}
        ${lookups(most)}
        ${widened}
        x0 += ${most};
        w += ${16 * quarters * most};
      }
      if (x0 < end) {
        ${clear}
        for (; x0 < end; ) {
          ${lookups(4)}
          x0 += 4;
          w += ${16 * quarters * 4};
        }
        ${widened}
      }`,
    finish: range(kernel.vectors)
      .map((v) => {
        const half = v % 2 === 0 ? 'low' : 'high';
        return `const a0_${v} = i32x4.add(i32x4.extend_${half}_i16x8_s(e${v >> 1}), v128.load(init, ${16 * v}));`;
      })
      .join('\n'),
  };
}

/** @param relaxed whether the build has relaxed SIMD */
export function productsOf(kernel: KernelSpec, relaxed: boolean): Products {
  switch (kernel.mode) {
    case 'dot':
    case 'wide':
      return straight(kernel);
    case 'pair1':
      return pairs(kernel, 1);
    case 'pair2':
      return pairs(kernel, 2);
    case 'pair4':
      return pairs(kernel, 4);
    case 'chain':
      return chain(kernel);
    case 'dot4':
      return fields(kernel, 4);
    case 'dot2':
      return fields(kernel, 2);
    case 'lookup':
      return lookup(kernel, relaxed);
  }
}
