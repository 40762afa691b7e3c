// QatFakeQuantScaled and QatFakeQuantScaledGrad: see the contract.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { FakeQuantScaledAttrs } from '../contract';
import { FAKE_QUANT_SCALED, FAKE_QUANT_SCALED_GRAD, SUM_ROWS } from './assembly/ids';
import { sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';
import { packQParams } from './qparams';
import { f32, type KernelRuntime } from './runtime';

/** Rows of one work item: enough that a sum per item and channel weighs little beside them. */
const ROWS_PER_ITEM = 64;

/** x [..., C], factor [C], range [2, C] -> fake-quantized x * factor. */
export const fakeQuantScaled: WasmKernel<'QatFakeQuantScaled'> = ({ x, factor, range }, attrs, runtime) => {
  const y = runtime.output(x.shape);
  const work = cut(runtime, x, attrs);
  const { addresses } = packQParams(runtime, range, attrs);
  runtime.run(FAKE_QUANT_SCALED, work.items, [
    ...[runtime.address(x), 0, runtime.address(y)],
    ...[...work.args, runtime.address(factor), ...addresses, f32(attrs.qmin), f32(attrs.qmax), 0],
  ]);
  return [y];
};

/** x, dy [..., C], factor [C], range [2, C] -> [dx, dfactor]; dx lies where dy lay. */
export const fakeQuantScaledGrad: WasmKernel<'QatFakeQuantScaledGrad'> = ({ x, dy, factor, range }, attrs, runtime) => {
  const dx = runtime.share(dy);
  const dfactor = runtime.output(factor.shape);
  const work = cut(runtime, x, attrs);
  const channels = sizeOf(factor);
  const { addresses, more } = packQParams(runtime, range, attrs, work.items * channels * 4);
  const [partial] = more;
  runtime.run(FAKE_QUANT_SCALED_GRAD, work.items, [
    ...[x, dy, dx].map((tensor) => runtime.address(tensor)),
    ...[...work.args, runtime.address(factor), ...addresses, f32(attrs.qmin), f32(attrs.qmax), partial],
  ]);
  runtime.run(SUM_ROWS, 1, [partial, work.items, channels, runtime.address(dfactor)]);
  return [dx, dfactor];
};

interface Work {
  readonly items: number;
  /** blocks, rows, rowsPerItem, itemsPerBlock, channels. */
  readonly args: readonly number[];
}

/** Items within the taps that are wanted; without taps, x is one block. */
function cut(runtime: KernelRuntime, x: TensorInfo, { taps }: FakeQuantScaledAttrs): Work {
  const channels = x.shape[x.shape.length - 1];
  const all = taps ? x.shape[0] * x.shape[1] : 1;
  const wanted = taps ?? [0];
  const rows = sizeOf(x) / channels / all;
  const blockBytes = rows * channels * 4;
  const [blocks] = runtime.table(`blocks ${blockBytes},${wanted.join()}`, () => [wanted.map((i) => i * blockBytes)]);
  const itemsPerBlock = Math.ceil(rows / ROWS_PER_ITEM);
  return {
    items: wanted.length * itemsPerBlock,
    args: [blocks, rows, ROWS_PER_ITEM, itemsPerBlock, channels],
  };
}
