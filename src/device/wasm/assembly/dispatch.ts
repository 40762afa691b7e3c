// The registry of work items: a number from ids.ts, the address of its arguments, the item's index.
import * as ids from './ids';
import { batchNorm, batchNormGrad, BatchNormArgs, BatchNormGradArgs } from './batch-norm';
import { fakeQuant, fakeQuantGrad, FakeQuantArgs } from './fake-quant';
import {
  fakeQuantScaled,
  fakeQuantScaledGrad,
  sumRows,
  FakeQuantScaledArgs,
  SumRowsArgs,
} from './fake-quant-scaled';
import { gemm, GemmArgs } from './gemm';
import { addCounts, countBins, finiteMinMax, AddCountsArgs, CountBinsArgs, FiniteMinMaxArgs } from './histogram';
import { maxPool, MaxPoolArgs } from './max-pool';
import { maxPoolGrad, MaxPoolGradArgs } from './max-pool-grad';
import { minMaxChannels, minMaxTensor, updateRange, MinMaxArgs, UpdateRangeArgs } from './minmax';
import { packColumns, packTransposed, PackArgs } from './pack';
import { sgd, SgdArgs } from './sgd';
import { zero, ZeroArgs } from './zero';

export function dispatch(id: i32, args: usize, item: i32): void {
  switch (id) {
    case ids.GEMM:
      return gemm(changetype<GemmArgs>(args), item);
    case ids.PACK_COLUMNS:
      return packColumns(changetype<PackArgs>(args), item);
    case ids.PACK_TRANSPOSED:
      return packTransposed(changetype<PackArgs>(args), item);
    case ids.ZERO:
      return zero(changetype<ZeroArgs>(args), item);
    case ids.MINMAX_CHANNELS:
      return minMaxChannels(changetype<MinMaxArgs>(args), item);
    case ids.MINMAX_TENSOR:
      return minMaxTensor(changetype<MinMaxArgs>(args), item);
    case ids.UPDATE_RANGE:
      return updateRange(changetype<UpdateRangeArgs>(args), item);
    case ids.FAKE_QUANT:
      return fakeQuant(changetype<FakeQuantArgs>(args), item);
    case ids.FAKE_QUANT_GRAD:
      return fakeQuantGrad(changetype<FakeQuantArgs>(args), item);
    case ids.BATCH_NORM:
      return batchNorm(changetype<BatchNormArgs>(args), item);
    case ids.BATCH_NORM_GRAD:
      return batchNormGrad(changetype<BatchNormGradArgs>(args), item);
    case ids.SGD:
      return sgd(changetype<SgdArgs>(args), item);
    case ids.MAX_POOL_GRAD:
      return maxPoolGrad(changetype<MaxPoolGradArgs>(args), item);
    case ids.FAKE_QUANT_SCALED:
      return fakeQuantScaled(changetype<FakeQuantScaledArgs>(args), item);
    case ids.FAKE_QUANT_SCALED_GRAD:
      return fakeQuantScaledGrad(changetype<FakeQuantScaledArgs>(args), item);
    case ids.SUM_ROWS:
      return sumRows(changetype<SumRowsArgs>(args), item);
    case ids.FINITE_MINMAX:
      return finiteMinMax(changetype<FiniteMinMaxArgs>(args), item);
    case ids.COUNT_BINS:
      return countBins(changetype<CountBinsArgs>(args), item);
    case ids.ADD_COUNTS:
      return addCounts(changetype<AddCountsArgs>(args), item);
    case ids.MAX_POOL:
      return maxPool(changetype<MaxPoolArgs>(args), item);
    default:
      unreachable();
  }
}
