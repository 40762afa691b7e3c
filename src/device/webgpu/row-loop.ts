// How elementwise kernels and reductions over rows share out a channels-last tensor: each thread keeps to one vec4 of
// channels and walks down neighbouring rows, so that what belongs to the channel is computed once per thread, threads
// side by side read memory side by side, and a workgroup stays in few pages. Not for convolutions.

/** Threads per workgroup. */
const WORKGROUP = 64;

export interface RowLoop {
  /** Vec4s in a row, and slices of rows: thread `index` works at the vec4 `index % width` in slice `index / width`. */
  readonly width: number;
  readonly slices: number;
  readonly workgroupSize: number;
  readonly workgroups: number;
  /** WGSL: leaves the threads past the last one, then defines `c4` (place in its row), `slice` and the index `first` of its first vec4. */
  readonly open: string;
  /** WGSL loop over this thread's vec4s, of indices `i`. */
  loop(statements: string): string;
  /** WGSL f32: how many rows the slice of that WGSL expression has. */
  rowsIn(slice: string): string;
}

/**
 * @param rows rows of the tensor, @param vec4s of a row.
 * @param rowsPerThread rows a thread visits, about; @param mostSlices bounds the partial results of a reduction.
 */
export function rowLoop(rows: number, vec4s: number, rowsPerThread = 16, mostSlices = Infinity): RowLoop {
  return loopOf(rows * vec4s, vec4s, rowsPerThread, mostSlices);
}

/** The same over a tensor whose channels are all alike: rows as wide as a workgroup, the last of which may be short. */
export function flatLoop(vec4s: number, mostSlices = Infinity): RowLoop {
  return loopOf(vec4s, Math.min(vec4s, WORKGROUP), 16, mostSlices);
}

function loopOf(total: number, width: number, rowsPerThread: number, mostSlices: number): RowLoop {
  const rows = Math.ceil(total / width);
  const perSlice = Math.ceil(rows / Math.min(mostSlices, Math.ceil(rows / rowsPerThread)));
  const slices = Math.ceil(rows / perSlice);
  const threads = slices * width;
  return {
    width,
    slices,
    workgroupSize: WORKGROUP,
    workgroups: Math.ceil(threads / WORKGROUP),
    open: `if (index >= ${threads}u) { return; }
  let c4 = index % ${width}u;
  let slice = index / ${width}u;
  let first = min(slice * ${perSlice * width}u + c4, ${total - 1}u);`,
    loop: (statements) => `let end = min((slice + 1u) * ${perSlice * width}u, ${total}u);
  for (var i = slice * ${perSlice * width}u + c4; i < end; i += ${width}u) {
    ${statements}
  }`,
    rowsIn: (slice) => `f32(min(${perSlice}u, ${rows}u - ${slice} * ${perSlice}u))`,
  };
}

/** Rows and channels of a channels-last tensor; `flat` sees it as one row, for what treats all elements alike. */
export function rowsAndChannels(shape: readonly number[], flat = false): { rows: number; channels: number } {
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (flat) return { rows: 1, channels: size };
  const channels = shape[shape.length - 1];
  return { rows: size / channels, channels };
}
