// What was trained as a state dict of the network as it was: the same function, however batch norms were trained.
import { beforeAll, expect, test } from 'vitest';
import { setUpWasm } from '../device/wasm/testing';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import { Lab } from './lab';
import { floatStart, qatStart } from './prepared';
import { FEW_STEPS, train } from './testing';
import { normed, source } from './unlike';

const IMAGES = 6;

beforeAll(setUpWasm);

async function logits(lab: Lab, network: Parameters<Lab['logits']>[0]): Promise<number[]> {
  const { pixels } = await source.images('test', 0, IMAGES);
  const size = pixels.length / IMAGES;
  const rows: number[] = [];
  for (let i = 0; i < IMAGES; i++) rows.push(...(await lab.logits(network, pixels.slice(i * size, (i + 1) * size))));
  return rows;
}

test.each(['fused', 'folded', 'apart'] as const)('of a network trained with batch norms %s', async (batchNorm) => {
  const lab = new Lab(normed(), source);
  const { graph, params } = floatStart(lab, { batchNorm, equalize: batchNorm === 'folded' });
  const trained = await train(lab, graph, { ...FEW_STEPS, kind: 'control' }, params);
  const whole = lab.parameters({ graph, trained });
  const shapes = (of: typeof whole) => Object.fromEntries([...of].map(([name, { shape }]) => [name, [...shape]]));
  expect(shapes(whole)).toEqual(shapes(lab.model.params));
  const original = new Lab({ ...lab.model, params: whole }, source);
  const [ours, theirs] = [await logits(original, { graph: lab.model.graph }), await logits(lab, { graph, trained })];
  const largest = Math.max(...theirs.map(Math.abs));
  // Float32 sums of some hundred products, normalised in other steps.
  ours.forEach((value, i) => expect(Math.abs(value - theirs[i])).toBeLessThan(1e-5 * largest));
  const before = await logits(lab, { graph: lab.model.graph });
  expect(Math.max(...before.map((value, i) => Math.abs(value - theirs[i])))).toBeGreaterThan(1e-2 * largest);
});

test('of a network with learned scales, without these', async () => {
  const lab = new Lab(normed(), source);
  const { graph, params } = await qatStart(lab, { ...DEFAULT_RECIPE, qconfig: 'lsq', ranges: 'minmax' });
  const trained = await train(lab, graph, FEW_STEPS, params);
  expect([...trained.params.keys()].some((name) => name.endsWith('.qparams'))).toBe(true);
  expect([...lab.parameters({ graph, trained }).keys()].sort()).toEqual([...lab.model.params.keys()].sort());
});
