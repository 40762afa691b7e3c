// The scripts that the page shows, run by PyTorch on the project's weights and images: what they quantize is what ours
// quantizes, to the integer. Skipped where there is no Python with torch. Not for the scripts' words: src/pytorch.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { installedPython } from '../../bench/python';
import { convert } from '../../src/convert/convert';
import type { Param, ParamStore } from '../../src/core/params';
import type { ObservedRange } from '../../src/core/qparams';
import { fuse } from '../../src/graph/fuse';
import { resnet18 } from '../../src/graph/resnet18';
import { eagerScript } from '../../src/pytorch/eager';
import type { Script } from '../../src/pytorch/script';
import { preset } from '../../src/pytorch/testing';
import { torchaoScript } from '../../src/pytorch/torchao';
import { freeze } from '../../src/quant/freeze';
import { observeWeights } from '../../src/quant/observe-weights';
import { prepareBy } from '../../src/quant/prepare-by';
import { readLayerBits } from '../../src/recipe/layer-bits';
import type { Preset } from '../../src/recipe/presets';
import { DEFAULT_RECIPE, type Recipe } from '../../src/recipe/recipe';
import { loadConverted } from './converted';
import { loadCheckpoint } from './network';

const PUBLIC = fileURLToPath(new URL('../../public', import.meta.url));
const RUNNER = fileURLToPath(new URL('./pytorch-scripts.py', import.meta.url));
const python = installedPython();
const withTorchao = installedPython('import torchao');
const folder = mkdtempSync(join(tmpdir(), 'pytorch-scripts-'));
afterAll(() => rmSync(folder, { recursive: true }));
/** Python starts, reads images, calibrates, converts, and may train. */
const TIMEOUT = 600_000;

interface Qparams {
  readonly scale: number;
  readonly zeroPoint: number;
}
interface Layer extends Qparams {
  readonly weights?: string;
  readonly bias?: string;
}
interface Made {
  readonly ranges: Readonly<Record<string, readonly [min: string, max: string]>>;
  readonly layers: Readonly<Record<string, Layer>>;
  readonly predictions: readonly number[];
  readonly state: Readonly<Record<string, readonly [shape: number[], data: string]>>;
}

/** Of an exported network. */
interface GraphMade {
  readonly weights: readonly string[];
  readonly activations: readonly Qparams[];
  readonly predictions: readonly number[];
}

type Settings = Readonly<Record<string, number>>;

/** Runs a part of a script. @param settings constants in place of the script's */
function run<M = Made>({ filename, text }: Script, part: 'ptq' | 'qat' | 'graph' | 'main', settings: Settings) {
  writeFileSync(join(folder, filename), text);
  const changes = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const args = ['-B', RUNNER, folder, filename.replace('.py', ''), PUBLIC, part, ...changes];
  const options = { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
  const { status, stdout, stderr } = spawnSync((withTorchao ?? python)!, args, options);
  expect(status, stderr).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  return { made: JSON.parse(lines.at(-1)!) as M, printed: lines.slice(0, -1) };
}

const floats = (text: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);

const rangesOf = ({ ranges }: Made) =>
  new Map<string, ObservedRange>(
    Object.entries(ranges).map(([key, [min, max]]) => [key, { min: floats(min), max: floats(max) }]),
  );

/** What our conversion makes of the ranges that PyTorch observed, as a script's layers. */
function ours(recipe: Recipe, params: ParamStore, ranges: ReadonlyMap<string, ObservedRange>): Made['layers'] {
  const network = recipe.batchNorm === 'apart' ? resnet18() : fuse(resnet18()).graph;
  const graph = prepareBy(network, { ...recipe, layers: readLayerBits(recipe.layerBits)! });
  const model = convert(graph, params, freeze(graph, ranges));
  const { scale, zeroPoint } = model.tensors[0].q;
  const layers = model.ops.flatMap((op): [string, Layer][] => {
    const { scale, zeroPoint } = model.tensors[op.output].q;
    if (!graph.quant[op.name]) return [];
    if (!('weights' in op)) return [[op.name, { scale, zeroPoint }]];
    const weights = createHash('sha256').update(op.weights).digest('hex');
    return [[op.name, { scale, zeroPoint, weights, bias: Buffer.from(op.bias.buffer).toString('base64') }]];
  });
  return { quant: { scale, zeroPoint }, ...Object.fromEntries(layers) };
}

/** On another kind of CPU a range may differ in its last bits. */
const isNear = (a: number, b: number): boolean => Math.abs(a / b - 1) < 1e-5;

/** Runs a whole script, briefly. @returns the five accuracies that it prints, in percent */
function accuracies(script: Script): readonly number[] {
  const { printed } = run(script, 'main', { STEPS: 2, BATCH: 16, TEST_IMAGES: 100, CALIBRATION_IMAGES: 64 });
  const figures = printed.filter((line) => line.endsWith(' %')).map((line) => Number(line.split(' ').at(-2)));
  expect(figures).toHaveLength(5);
  expect(figures[0]).toBeGreaterThan(80);
  return figures;
}

/** All are nearly as good as the float network: ranges of two batches clip a little. */
function expectSound(figures: readonly number[]): void {
  for (const figure of figures) expect(figure).toBeGreaterThan(figures[0] - 10);
}

/** Those whose scripts differ in more than numbers. */
const EAGER_PRESETS: readonly Preset['id'][] = [
  'as_opened',
  'article',
  'qat_fused_kernel',
  'qat_without_fusion',
  'per_tensor_minmax',
  'learned_w8a8',
  'learned_w4a4',
];
/** Choices that no preset makes. */
const RARE: Partial<Recipe> = {
  ...{ weightBits: 8, learningRate: 1e-5, averaging: 0.9, schedule: 'one_cycle', augmentation: 'none', distillation: 0.5 },
};

describe.skipIf(!python)('scripts in eager mode, run by PyTorch', () => {
  it("PTQ at 8/8 bits has the fixture's scales, zero points, weights and predictions", { timeout: TIMEOUT }, () => {
    const recipe: Recipe = { ...DEFAULT_RECIPE, weightBits: 8, ranges: 'minmax' };
    const { made } = run(eagerScript(recipe, PUBLIC), 'ptq', { CALIBRATION_IMAGES: 128, CALIBRATION_BATCH: 32 });
    const { layers, predictions } = loadConverted('int8_ptq_minmax_add_relu').fixture.values;
    for (const { name, scale, zero_point: zeroPoint, weights_sha256: weights } of layers) {
      const layer = made.layers[name];
      if (!layer) continue;
      expect(layer, name).toMatchObject({ zeroPoint, ...(weights && { weights }) });
      expect(isNear(layer.scale, scale), name).toBe(true);
    }
    expect(Object.keys(made.layers)).toHaveLength(30);
    const alike = made.predictions.filter((prediction, i) => prediction === predictions[i]);
    expect(alike.length).toBeGreaterThanOrEqual(made.predictions.length - 1);
  });

  const FEW_BITS: Partial<Recipe> = { activationBits: 4, keepEight: 'edges_and_sums', layerBits: 'layer2.0.conv1=3/5' };
  it.each<[string, Partial<Recipe>]>([
    ['few bits, both ends and the sums at 8, a layer with its own', FEW_BITS],
    ['one scale for a weight, narrow, 0 to 255', { weightScheme: 'per_tensor_symmetric', narrowRange: true, reduceRange: false }],
    ['nothing fused', { batchNorm: 'apart', fuseAddRelu: false }],
  ])('PTQ, %s, is what our prepare and convert make of the same ranges', { timeout: TIMEOUT }, (_, choices) => {
    const recipe: Recipe = { ...DEFAULT_RECIPE, weightBits: 4, ranges: 'minmax', ...choices };
    const { made } = run(eagerScript(recipe, PUBLIC), 'ptq', { CALIBRATION_IMAGES: 64 });
    const { params } = loadCheckpoint();
    const observing: Recipe = { ...recipe, qconfig: 'fbgemm' };
    const graph = prepareBy(recipe.batchNorm === 'apart' ? resnet18() : fuse(resnet18()).graph, {
      ...observing,
      layers: readLayerBits(recipe.layerBits)!,
    });
    expect(made.layers).toEqual(ours(observing, params, observeWeights(graph, params, rangesOf(made))));
  });

  it('QAT of the default recipe converts to what ours makes of the same training', { timeout: TIMEOUT }, () => {
    const script = eagerScript(DEFAULT_RECIPE, PUBLIC);
    const { made, printed } = run(script, 'qat', { STEPS: 3, BATCH: 8, FREEZE_OBSERVERS_AT: 2 });
    expect(printed).toHaveLength(3);
    const trained = [...loadCheckpoint().params.keys()].map((name): [string, Param] => {
      const [shape, data] = made.state[name];
      return [name, { shape, data: floats(data) }];
    });
    expect(made.layers).toEqual(ours(DEFAULT_RECIPE, new Map(trained), rangesOf(made)));
  });

  it.each<[string, Partial<Recipe>]>([
    ...EAGER_PRESETS.map((id): [string, Partial<Recipe>] => [id, preset(id)]),
    ['learned scales, one for a weight', { weightBits: 8, qconfig: 'lsq', weightScheme: 'per_tensor_symmetric' }],
    ['affine weights', { weightBits: 8, weightScheme: 'per_channel_affine' }],
    ['averages, one cycle, half a teacher', RARE],
  ])('%s runs from its first line to its last', { timeout: TIMEOUT }, (_, fields) => {
    const figures = accuracies(eagerScript({ ...DEFAULT_RECIPE, ...fields }, PUBLIC));
    if (fields.weightBits === 8) expectSound(figures);
  });
});

describe.skipIf(!withTorchao)('scripts for torchao, run by PyTorch', () => {
  it("PTQ at 8/8 bits has the fixture's weights, and its scales of what layers read", { timeout: TIMEOUT }, () => {
    const recipe: Recipe = { ...DEFAULT_RECIPE, weightBits: 8, ranges: 'minmax' };
    const settings = { CALIBRATION_IMAGES: 128, CALIBRATION_BATCH: 32 };
    const { made } = run<GraphMade>(torchaoScript(recipe, PUBLIC), 'graph', settings);
    const { layers, predictions } = loadConverted('int8_ptq_minmax_add_relu').fixture.values;
    const weights = layers.flatMap(({ weights_sha256 }) => weights_sha256 ?? []);
    expect([...made.weights].sort()).toEqual(weights.sort());
    const read = layers.filter(({ name }) => name === 'quant' || name.endsWith('conv1') || name.endsWith('skip_add'));
    expect(read).toHaveLength(18);
    for (const { name, scale, zero_point } of read)
      expect(
        made.activations.some((own) => own.zeroPoint === zero_point && isNear(own.scale, scale)),
        name,
      ).toBe(true);
    const alike = made.predictions.filter((prediction, i) => prediction === predictions[i]);
    expect(alike.length).toBeGreaterThanOrEqual(made.predictions.length - 1);
  });

  it.each<[string, Partial<Recipe>]>([
    ['as_opened', {}],
    ['article', preset('article')],
    ['qat_fused_kernel', preset('qat_fused_kernel')],
    ['learned_w8a8', preset('learned_w8a8')],
    ['averages, one cycle, half a teacher', RARE],
  ])('%s runs from its first line to its last', { timeout: TIMEOUT }, (_, fields) => {
    const figures = accuracies(torchaoScript({ ...DEFAULT_RECIPE, ...fields }, PUBLIC));
    if (fields.weightBits === 8) expectSound(figures);
  });
});
