// QatFakeQuantLearnedGrad: see the contract.
import { fakeQuantArgs } from './fake-quant-args';
import type { WasmKernel } from './kernel';

/** x, dy [..., C], qparams [2, 1] or [2, C] -> [dx, dqparams]. */
export const fakeQuantLearnedGrad: WasmKernel<'QatFakeQuantLearnedGrad'> = ({ x, dy, qparams }, attrs, runtime) => {
  const dx = runtime.output(x.shape);
  const dqparams = runtime.output(qparams.shape);
  const floats = 2 * qparams.shape[1];
  const { items, args, partial } = fakeQuantArgs(runtime, x, dy, dx, qparams, attrs, floats);
  const { gradientScale, learnsZeroPoint } = attrs;
  const scales = { gradientScale, zeroPointScale: learnsZeroPoint ? gradientScale : 0 };
  runtime.run(args.channels ? 'learnedGradChannels' : 'learnedGradTensor', items, { ...args, ...scales, partial });
  runtime.run('sumRows', 1, { x: partial, rows: items, channels: floats, sum: runtime.address(dqparams) });
  return [dx, dqparams];
};
