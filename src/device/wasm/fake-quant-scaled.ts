// QatFakeQuantScaled and QatFakeQuantScaledGrad: see the contract.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { FakeQuantScaledAttrs } from '../contract';
import { sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';
import { packQParams } from './qparams';
import type { KernelRuntime } from './runtime';
import type { Arguments } from './work';

/** Rows of one work item: enough that a sum per item and channel weighs little beside them. */
const ROWS_PER_ITEM = 64;

/** x [..., C], factor [C], range [2, C] -> fake-quantized x * factor. */
export const fakeQuantScaled: WasmKernel<'QatFakeQuantScaled'> = ({ x, factor, range }, attrs, runtime) => {
  const y = runtime.output(x.shape);
  const work = cut(runtime, x, attrs);
  const { qparams } = packQParams(runtime, range, attrs);
  const addresses = runtime.addresses({ x, out: y, factor });
  runtime.run('fakeQuantScaled', work.items, { ...addresses, dy: 0, ...work.args, ...qparams, partial: 0 });
  return [y];
};

/** x, dy [..., C], factor [C], range [2, C] -> [dx, dfactor]; dx lies where dy lay. */
export const fakeQuantScaledGrad: WasmKernel<'QatFakeQuantScaledGrad'> = ({ x, dy, factor, range }, attrs, runtime) => {
  const dx = runtime.share(dy);
  const dfactor = runtime.output(factor.shape);
  const work = cut(runtime, x, attrs);
  const channels = sizeOf(factor);
  const { qparams, more } = packQParams(runtime, range, attrs, work.items * channels * 4);
  const [partial] = more;
  const addresses = runtime.addresses({ x, dy, out: dx, factor });
  runtime.run('fakeQuantScaledGrad', work.items, { ...addresses, ...work.args, ...qparams, partial });
  runtime.run('sumRows', 1, { x: partial, rows: work.items, channels, sum: runtime.address(dfactor) });
  return [dx, dfactor];
};

interface Work {
  readonly items: number;
  readonly args: Pick<Arguments<'fakeQuantScaled'>, 'blocks' | 'rows' | 'rowsPerItem' | 'itemsPerBlock' | 'channels'>;
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
    args: { blocks, rows, rowsPerItem: ROWS_PER_ITEM, itemsPerBlock, channels },
  };
}
