// How elementwise kernels and reductions over rows share out a channels-last tensor: each thread keeps to one quad of
// channels and strides over the rows, so that what belongs to the channel is computed once per thread.
// Not for convolutions.

/** Threads per workgroup of a sweep. */
const WORKGROUP = 64;

export interface Sweep {
  /** Threads for one quad of channels; thread `index` works at quad `index % quads` in slice `index / quads`. */
  readonly slices: number;
  readonly workgroupSize: number;
  readonly workgroups: number;
  /** WGSL: leaves the threads past the last one, then defines `quad` and `slice`. */
  readonly open: string;
  /** WGSL loop over this thread's quad indices `i`. */
  loop(statements: string): string;
}

/**
 * @param rows rows of the tensor, @param quads quads in a row.
 * @param rowsPerThread rows a thread visits, about; @param mostSlices bounds the partial results of a reduction.
 */
export function sweep(rows: number, quads: number, rowsPerThread = 16, mostSlices = Infinity): Sweep {
  const slices = Math.min(mostSlices, Math.ceil(rows / rowsPerThread));
  const threads = slices * quads;
  return {
    slices,
    workgroupSize: WORKGROUP,
    workgroups: Math.ceil(threads / WORKGROUP),
    open: `if (index >= ${threads}u) { return; }
  let quad = index % ${quads}u;
  let slice = index / ${quads}u;`,
    loop: (statements) => `for (var i = index; i < ${rows * quads}u; i += ${threads}u) {
    ${statements}
  }`,
  };
}

/** Rows and channels of a channels-last tensor; `flat` sees it as one row, for what treats all elements alike. */
export function rowsAndChannels(shape: readonly number[], flat = false): { rows: number; channels: number } {
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (flat) return { rows: 1, channels: size };
  const channels = shape[shape.length - 1];
  return { rows: size / channels, channels };
}
