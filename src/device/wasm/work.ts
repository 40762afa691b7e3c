// The module's work items and what each is given, field by field as it lies in memory. Kernels fill it in by name
// (KernelRuntime.run); the build makes AssemblyScript's classes and its dispatcher of it (assembly/template.ts).
// Not for what an item computes: assembly/.

/** A record in WASM's memory: 4-byte fields in this order. */
type Layout = Readonly<Record<string, 'usize' | 'i32' | 'f32'>>;

const GEMM = {
  a: 'usize',
  /** Bytes from one row tile of a to the next. */
  aTile: 'usize',
  b: 'usize',
  /** Bytes from one column panel of b to the next. */
  bPanel: 'usize',
  c: 'usize',
  /** Bytes from one row of c to the next. */
  cRow: 'usize',
  rows: 'i32',
  cols: 'i32',
  /** Point[] */
  points: 'usize',
  pointsEnd: 'usize',
  /** Row tiles of one work item; items are numbered panel by panel. */
  tilesPerItem: 'i32',
} as const;

const PACK = {
  source: 'usize',
  target: 'usize',
  /** Bytes from one panel of the target to the next. */
  panel: 'usize',
  /** Lanes of a panel: 4 or 8. */
  width: 'i32',
  /** Rows or columns of the matrix that are spread over the lanes. */
  lanes: 'i32',
  /** usize[]: byte offsets in the source of the blocks that follow each other along k. */
  blocks: 'usize',
  blocksEnd: 'usize',
  /** Steps of k in one block. */
  depth: 'i32',
  /** packColumns: bytes from one k to the next. packTransposed: bytes from one lane to the next. */
  stride: 'usize',
} as const;

const ZERO = {
  target: 'usize',
  /** usize[]: byte offsets of the blocks. */
  blocks: 'usize',
  /** Bytes of one block. */
  size: 'usize',
} as const;

const MIN_MAX = {
  x: 'usize',
  /** Rows of `channels` floats; per tensor: single floats (channels = 1). */
  rows: 'i32',
  channels: 'i32',
  rowsPerItem: 'i32',
  /** float[items][3][channels]: minima, maxima, and room for the work. */
  partial: 'usize',
} as const;

const UPDATE_RANGE = {
  /** float[parts][3][channels]: minima and maxima; what follows them does not count. */
  partial: 'usize',
  parts: 'i32',
  channels: 'i32',
  /** float[2][channels]: minima and maxima so far; (+Infinity, -Infinity) has seen nothing. */
  range: 'usize',
  next: 'usize',
  /** 1: next = range + c * (minmax - range); 0: the wider of both. */
  average: 'i32',
  c: 'f32',
  /** float[channels]: what was observed counts times this; 0: as it is. */
  factor: 'usize',
} as const;

const FAKE_QUANT = {
  x: 'usize',
  /** Gradient of the output; fakeQuantGrad only. */
  dy: 'usize',
  out: 'usize',
  /** Floats in all, and of one item; per channel an item is whole rows. */
  size: 'i32',
  sizePerItem: 'i32',
  /** Per channel: how many; per tensor: 0. */
  channels: 'i32',
  /** float[channels], or float[4] of one value per tensor. */
  inv: 'usize',
  scale: 'usize',
  zeroPoint: 'usize',
  qmin: 'f32',
  qmax: 'f32',
} as const;

const FAKE_QUANT_LEARNED = {
  ...FAKE_QUANT,
  gradientScale: 'f32',
  /** The same of zero points: 0 where they are not learned. */
  zeroPointScale: 'f32',
  /** float[items][2][channels, or 1]: each item's part of the gradient of scales and of zero points. */
  partial: 'usize',
} as const;

const BATCH_NORM = {
  z: 'usize',
  rows: 'i32',
  channels: 'i32',
  divisor: 'usize',
  gain: 'usize',
  offset: 'usize',
  /** Given when frozen, else written. */
  mean: 'usize',
  variance: 'usize',
  y: 'usize',
  eps: 'f32',
  relu: 'i32',
  frozen: 'i32',
} as const;

const BATCH_NORM_GRAD = {
  z: 'usize',
  dy: 'usize',
  y: 'usize',
  rows: 'i32',
  channels: 'i32',
  divisor: 'usize',
  gain: 'usize',
  mean: 'usize',
  variance: 'usize',
  dz: 'usize',
  ddivisor: 'usize',
  dgain: 'usize',
  doffset: 'usize',
  eps: 'f32',
  relu: 'i32',
  frozen: 'i32',
} as const;

const SGD = {
  /** SgdParameter[] */
  parameters: 'usize',
  /** Floats of one item; an item never reaches from one parameter into the next. */
  itemFloats: 'i32',
  lr: 'f32',
  momentum: 'f32',
  weightDecay: 'f32',
} as const;

/** A 2-D pool's sizes. */
const POOL = {
  h: 'i32',
  w: 'i32',
  c: 'i32',
  oh: 'i32',
  ow: 'i32',
  kh: 'i32',
  kw: 'i32',
  sh: 'i32',
  sw: 'i32',
  padTop: 'i32',
  padLeft: 'i32',
} as const;
const MAX_POOL = { ...POOL, x: 'usize', y: 'usize' } as const;
const MAX_POOL_GRAD = { ...MAX_POOL, dy: 'usize', dx: 'usize' } as const;

const FAKE_QUANT_SCALED = {
  x: 'usize',
  /** Gradient of the output; fakeQuantScaledGrad only. */
  dy: 'usize',
  /** May be dy. */
  out: 'usize',
  /** usize[]: byte offsets of the blocks of rows. */
  blocks: 'usize',
  /** Rows of a block, and of one item; an item lies in one block. */
  rows: 'i32',
  rowsPerItem: 'i32',
  itemsPerBlock: 'i32',
  channels: 'i32',
  /** float[channels] each. */
  factor: 'usize',
  inv: 'usize',
  scale: 'usize',
  zeroPoint: 'usize',
  qmin: 'f32',
  qmax: 'f32',
  /** float[items][channels]: each item's part of the factor's gradient; fakeQuantScaledGrad only. */
  partial: 'usize',
} as const;

const SUM_ROWS = {
  /** float[rows][channels] */
  x: 'usize',
  rows: 'i32',
  channels: 'i32',
  /** float[channels] */
  sum: 'usize',
} as const;

const RELU = {
  x: 'usize',
  y: 'usize',
  /** Floats in all, and of one item: a multiple of 4. */
  size: 'i32',
  sizePerItem: 'i32',
} as const;

const SOFT_WEIGHT = {
  v: 'usize',
  down: 'usize',
  step: 'usize',
  y: 'usize',
  /** Floats in all, and of one item: a multiple of 4. */
  size: 'i32',
  sizePerItem: 'i32',
} as const;

const ADAM = {
  w: 'usize',
  mean: 'usize',
  square: 'usize',
  g: 'usize',
  /** Floats in all, and of one item: a multiple of 4. */
  size: 'i32',
  sizePerItem: 'i32',
  rate: 'f32',
  correction: 'f32',
  weightDecay: 'f32',
} as const;

const ROUNDING_STEP = {
  v: 'usize',
  mean: 'usize',
  square: 'usize',
  g: 'usize',
  step: 'usize',
  /** Floats in all, and of one item: a multiple of 4. */
  size: 'i32',
  sizePerItem: 'i32',
  rate: 'f32',
  correction: 'f32',
  penalty: 'f32',
  beta: 'f32',
} as const;

const FINITE_MIN_MAX = {
  x: 'usize',
  /** Floats in all, and of one item. */
  size: 'i32',
  sizePerItem: 'i32',
  /** float[items][3]: minimum and maximum, as updateRange reads them. */
  partial: 'usize',
} as const;

const COUNT_BINS = {
  x: 'usize',
  /** Floats in all, and of one item. */
  size: 'i32',
  sizePerItem: 'i32',
  /** The bins' ends. */
  low: 'f32',
  high: 'f32',
  bins: 'i32',
  /** i32[items][bins + 1][4]: counts by lane; the last bin takes what lies outside. */
  tables: 'usize',
} as const;

const ADD_COUNTS = {
  /** i32[items][bins + 1][4], as countBins leaves them. */
  tables: 'usize',
  items: 'i32',
  bins: 'i32',
  /** float[bins]: what is added to. */
  counts: 'usize',
} as const;

/** Records by their class in AssemblyScript. */
export const LAYOUTS = {
  GemmArgs: GEMM,
  PackArgs: PACK,
  ZeroArgs: ZERO,
  MinMaxArgs: MIN_MAX,
  UpdateRangeArgs: UPDATE_RANGE,
  FakeQuantArgs: FAKE_QUANT,
  FakeQuantLearnedArgs: FAKE_QUANT_LEARNED,
  BatchNormArgs: BATCH_NORM,
  BatchNormGradArgs: BATCH_NORM_GRAD,
  SgdArgs: SGD,
  MaxPoolArgs: MAX_POOL,
  MaxPoolGradArgs: MAX_POOL_GRAD,
  FakeQuantScaledArgs: FAKE_QUANT_SCALED,
  SumRowsArgs: SUM_ROWS,
  ReluArgs: RELU,
  AdamArgs: ADAM,
  SoftWeightArgs: SOFT_WEIGHT,
  RoundingStepArgs: ROUNDING_STEP,
  FiniteMinMaxArgs: FINITE_MIN_MAX,
  CountBinsArgs: COUNT_BINS,
  AddCountsArgs: ADD_COUNTS,
  /** One output position of a product. */
  Point: {
    /** Byte offset of the point in c. */
    c: 'usize',
    /** Run[] */
    runs: 'usize',
    runsEnd: 'usize',
  },
  /** A stretch along k. */
  Run: {
    /** Byte offsets within a tile of a and a panel of b. */
    a: 'usize',
    b: 'usize',
    length: 'i32',
  },
  SgdParameter: {
    w: 'usize',
    g: 'usize',
    v: 'usize',
    /** Floats. */
    size: 'i32',
    /** The items of earlier parameters. */
    firstItem: 'i32',
  },
} as const satisfies Record<string, Layout>;

/** Work items, numbered in this order: the file of assembly/ that has a function of that name, and its arguments. */
export const WORK = {
  gemm: { file: 'gemm', args: 'GemmArgs' },
  packColumns: { file: 'pack', args: 'PackArgs' },
  packTransposed: { file: 'pack', args: 'PackArgs' },
  zero: { file: 'zero', args: 'ZeroArgs' },
  minMaxChannels: { file: 'minmax', args: 'MinMaxArgs' },
  minMaxTensor: { file: 'minmax', args: 'MinMaxArgs' },
  updateRange: { file: 'minmax', args: 'UpdateRangeArgs' },
  fakeQuant: { file: 'fake-quant', args: 'FakeQuantArgs' },
  fakeQuantGrad: { file: 'fake-quant', args: 'FakeQuantArgs' },
  learnedGradTensor: { file: 'fake-quant-learned', args: 'FakeQuantLearnedArgs' },
  learnedGradChannels: { file: 'fake-quant-learned', args: 'FakeQuantLearnedArgs' },
  batchNorm: { file: 'batch-norm', args: 'BatchNormArgs' },
  batchNormGrad: { file: 'batch-norm', args: 'BatchNormGradArgs' },
  sgd: { file: 'sgd', args: 'SgdArgs' },
  maxPoolGrad: { file: 'max-pool-grad', args: 'MaxPoolGradArgs' },
  fakeQuantScaled: { file: 'fake-quant-scaled', args: 'FakeQuantScaledArgs' },
  fakeQuantScaledGrad: { file: 'fake-quant-scaled', args: 'FakeQuantScaledArgs' },
  sumRows: { file: 'fake-quant-scaled', args: 'SumRowsArgs' },
  finiteMinMax: { file: 'histogram', args: 'FiniteMinMaxArgs' },
  countBins: { file: 'histogram', args: 'CountBinsArgs' },
  addCounts: { file: 'histogram', args: 'AddCountsArgs' },
  maxPool: { file: 'max-pool', args: 'MaxPoolArgs' },
  relu: { file: 'relu', args: 'ReluArgs' },
  adam: { file: 'adam', args: 'AdamArgs' },
  softWeight: { file: 'rounding', args: 'SoftWeightArgs' },
  roundingStep: { file: 'rounding', args: 'RoundingStepArgs' },
} as const satisfies Record<string, { file: string; args: keyof typeof LAYOUTS }>;

export type WorkName = keyof typeof WORK;
type LayoutName = keyof typeof LAYOUTS;
/** Values of a record's fields: addresses and sizes in bytes, counts, and floats as they are. */
export type Values<L extends LayoutName> = { readonly [F in keyof (typeof LAYOUTS)[L]]: number };
/** What a work item is given. */
export type Arguments<W extends WorkName> = Values<(typeof WORK)[W]['args']>;

const IDS = new Map(Object.keys(WORK).map((name, id) => [name, id]));
/** A work item's number. */
export const idOf = (work: WorkName): number => IDS.get(work)!;

const FIELDS = new Map(Object.entries<Layout>(LAYOUTS).map(([name, layout]) => [name, Object.entries(layout)]));
/** Bytes of a record, and of the longest. */
export const bytesOf = (layout: LayoutName): number => 4 * FIELDS.get(layout)!.length;
export const MOST_BYTES = 4 * Math.max(...[...FIELDS.values()].map(({ length }) => length));

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** A record as 32-bit integers: a float as the integer with its bits. */
export function words<L extends LayoutName>(layout: L, values: Values<L>): number[] {
  return FIELDS.get(layout)!.map(([name, type]) => {
    const value = (values as Record<string, number>)[name];
    if (type !== 'f32') return value;
    float[0] = value;
    return bits[0];
  });
}
