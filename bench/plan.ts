// npm run bench -- plan: what the integer engine does layer by layer on the real network: kernels, work, bytes, time.
// Layers are timed alone on one thread; a whole run is timed beside them, since threads and caches join layers.
import { serializeInt8Model } from '../src/convert/serialize';
import { loadConverted } from '../tests/golden/converted';
import { environment, measureInPage, withPage, type BenchResult } from './harness';
import type { PlanArgument, PlanFigures } from './pages/plan';

const REPEATS = 200;

export async function run(): Promise<BenchResult> {
  const { model } = loadConverted('int8_ptq_minmax_add_relu', 'qconfig');
  const argument: PlanArgument = {
    int8: Buffer.from(serializeInt8Model(model)).toString('base64'),
    repeats: REPEATS,
  };
  const [figures, browser] = await withPage(
    async (page) =>
      [await measureInPage<PlanFigures>(page, 'plan', argument), page.context().browser()!.version()] as const,
    { webgpu: false },
  );
  const { peak, layers, run_us } = figures;
  const total = (key: 'live_macs' | 'weight_bytes' | 'activation_bytes' | 'us') =>
    layers.reduce((sum, layer) => sum + layer[key], 0);
  const gmacs = (macs: number, us: number) => macs / us / 1e3;
  const row = (name: string, kernel: string, macs: number, weights: number, activations: number, us: number) => [
    name,
    kernel,
    (macs / 1e6).toFixed(2),
    (weights / 1024).toFixed(0),
    (activations / 1024).toFixed(0),
    us.toFixed(1),
    macs > 0 ? gmacs(macs, us).toFixed(1) : '',
    macs > 0 ? `${((100 * gmacs(macs, us)) / peak.gmacs).toFixed(0)} %` : '',
  ];
  return {
    table: [
      ['layer', 'kernel', 'live MMAC', 'weights KiB', 'maps KiB', 'us', 'GMAC/s', 'of peak'],
      ...layers.map((layer) =>
        row(layer.name, layer.kernel, layer.live_macs, layer.weight_bytes, layer.activation_bytes, layer.us),
      ),
      row('sum of layers', '', total('live_macs'), total('weight_bytes'), total('activation_bytes'), total('us')),
      row('whole run', '', total('live_macs'), total('weight_bytes'), total('activation_bytes'), run_us),
      [`peak: ${peak.what}`, peak.kernel, '', '', '', '', peak.gmacs.toFixed(1), '100 %'],
    ],
    json: { environment: environment(browser), ...figures },
  };
}
