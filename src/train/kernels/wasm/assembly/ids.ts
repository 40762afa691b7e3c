// Numbers by which the TypeScript side names the work items of this module; see dispatch.ts.
export const GEMM = 0;
export const PACK_COLUMNS = 1;
export const PACK_TRANSPOSED = 2;
export const ZERO = 3;
export const MINMAX_CHANNELS = 4;
export const MINMAX_TENSOR = 5;
export const UPDATE_RANGE = 6;
export const FAKE_QUANT = 7;
export const FAKE_QUANT_GRAD = 8;
export const BATCH_NORM = 9;
export const BATCH_NORM_GRAD = 10;
export const SGD = 11;
export const MAX_POOL_GRAD = 12;
export const FAKE_QUANT_SCALED = 13;
export const FAKE_QUANT_SCALED_GRAD = 14;
export const SUM_ROWS = 15;
