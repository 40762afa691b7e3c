// Exported parameters and arrays, read by PyTorch and numpy. Skipped where there is no Python with torch.
// Not for integer networks: exports.test.ts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { installedPython } from '../../bench/python';
import { FORMATS } from '../../src/export/formats';
import { foldBatchNorms } from '../../src/graph/fold';
import { fuse } from '../../src/graph/fuse';
import { resnet18 } from '../../src/graph/resnet18';
import { stateDict } from '../../src/graph/state-dict';
import { loadFixture } from './fixture';
import { loadCheckpoint } from './network';

const RUNNER = fileURLToPath(new URL('./exported-files.py', import.meta.url));
const REFERENCE = fileURLToPath(new URL('../../reference', import.meta.url));
const python = installedPython();
const folder = mkdtempSync(join(tmpdir(), 'exported-files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const TIMEOUT = 300_000;

/** Writes the files, and what the runner says of each. */
function read<T>(what: 'state-dict' | 'npz', images: number, files: Readonly<Record<string, Uint8Array>>): T[] {
  const paths = Object.entries(files).map(([name, bytes]) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  });
  const args = ['-B', RUNNER, REFERENCE, String(images), what, ...paths];
  const { status, stdout, stderr } = spawnSync(python!, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as T[];
}

describe.skipIf(!python)('exported files, read by PyTorch', () => {
  it("parameters, as they are and put together from folded ones, give PyTorch's predictions", { timeout: TIMEOUT }, async () => {
    const graph = resnet18();
    const { params } = loadCheckpoint();
    const folded = { graph, params: stateDict(graph, foldBatchNorms(fuse(graph).graph, params)) };
    const fixture = loadFixture<{ predictions: number[] }>('fp32');
    const { predictions } = fixture.values;
    const made = read<{ predictions: number[]; logits: number[] }>('state-dict', predictions.length, {
      'as-it-is.pt': await FORMATS.pytorch.write({ graph, params }),
      'as-it-is.safetensors': await FORMATS.safetensors.write({ graph, params }),
      'folded.pt': await FORMATS.pytorch.write(folded),
      'folded.safetensors': await FORMATS.safetensors.write(folded),
    });
    const logits = fixture.f32('logits');
    for (const one of made) {
      expect(one.predictions).toEqual(predictions);
      expect(one.logits).toHaveLength(logits.length);
      // Float32 sums in another order.
      one.logits.forEach((value, i) => expect(Math.abs(value - logits[i])).toBeLessThan(1e-4));
    }
    // The same weights, the same arithmetic.
    expect(made[0]).toEqual(made[1]);
    expect(made[2]).toEqual(made[3]);
  });

  it('npz of figures and of activations, by numpy', { timeout: TIMEOUT }, async () => {
    const q = { scale: 0.5, zeroPoint: 3, qmin: 0, qmax: 15 };
    const activations = [
      {
        ...{ name: 'layer1.0.conv1', tensor: { h: 1, w: 2, c: 3, q } },
        ...{ float: Float32Array.of(1, 2, 3, 4, 5, 6.1), simulated: Float32Array.of(1, 2, 3, 4, 5, 6) },
        codes: Uint8Array.of(5, 7, 9, 11, 13, 15),
      },
    ];
    const [figures, arrays] = read<Record<string, unknown>>('npz', 0, {
      'figures.npz': await FORMATS.figures_npz.write([{ name: 'conv1', sqnr: 21.5, weightBits: 4 }, { name: 'fc', weightBits: 8 }]),
      'activations.npz': await FORMATS.activations_npz.write(activations),
    });
    expect(figures).toEqual({
      layer: { dtype: '<U5', shape: [2], values: ['conv1', 'fc'] },
      sqnr: { dtype: 'float64', shape: [2], values: [21.5, 'nan'] },
      weightBits: { dtype: 'float64', shape: [2], values: [4, 8] },
    });
    const of = (part: string) => arrays[`layer1.0.conv1/${part}`];
    expect(of('codes')).toEqual({ dtype: 'uint8', shape: [1, 2, 3], values: [5, 7, 9, 11, 13, 15] });
    expect(of('qparams')).toEqual({ dtype: 'float64', shape: [2], values: [0.5, 3] });
    expect(of('float')).toEqual({ dtype: 'float32', shape: [1, 2, 3], values: [1, 2, 3, 4, 5, Math.fround(6.1)] });
    expect(of('simulated')).toMatchObject({ values: [1, 2, 3, 4, 5, 6] });
  });
});
