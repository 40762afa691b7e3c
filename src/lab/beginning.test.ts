// QAT that begins at PTQ's codes: before its first step its integers are PTQ's, however batch norms are trained.
import { beforeAll, expect, test, vi } from 'vitest';
import { setUpWasm } from '../device/wasm/testing';
import type { QatGraph } from '../quant/types';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import { freshRun } from '../train/kept-run';
import { Steering } from '../train/steering';
import { Lab } from './lab';
import { calibrationOf, preparedGraph, ptqOptions, qatBeginning, qatStart } from './prepared';
import { normed, source } from './unlike';

const LEARNING = { options: { iterations: 20, batch: 16, learningRate: 0.05, penalty: 0.01 }, seed: 1 };
const learning = (onProgress = () => {}) => ({ ...LEARNING, steering: new Steering(0), onProgress });
const LSQ = { ...DEFAULT_RECIPE, weightBits: 3, activationBits: 8, qconfig: 'lsq', beginAt: 'ptq' } as const;

beforeAll(setUpWasm);

test.each(
  (['fused', 'folded', 'apart'] as const).flatMap((batchNorm) =>
    (['flipped', 'learned'] as const).map((rounding) => [batchNorm, rounding] as const),
  ),
)('batch norm %s, roundings %s', async (batchNorm, rounding) => {
  const lab = new Lab(normed(), source);
  const recipe = { ...LSQ, batchNorm, rounding } as const;
  const told = vi.fn();
  const begun = await qatBeginning(lab, recipe, learning(told));
  expect(told.mock.calls.length > 0).toBe(rounding === 'learned');
  const graph: QatGraph = preparedGraph(lab, recipe);
  const options = { ...ptqOptions(recipe), ...calibrationOf(recipe) };
  const ptq = await lab.ptq(options, undefined, rounding === 'learned' ? learning() : undefined);
  const weightsOf = (model: typeof ptq) => model.ops.map((op) => ('weights' in op ? op.weights : undefined));
  expect(weightsOf(lab.convert(graph, freshRun(begun).state))).toEqual(weightsOf(ptq));
  const nearest = await qatStart(lab, recipe);
  expect(weightsOf(lab.convert(graph, freshRun(nearest.params).state))).not.toEqual(weightsOf(ptq));
});

test('with the biases that PTQ corrects, and without any of it where it begins at the weights', async () => {
  const lab = new Lab(normed(), source);
  const recipe = { ...LSQ, batchNorm: 'folded', rounding: 'nearest', correctBias: true } as const;
  const { params } = await qatStart(lab, recipe);
  const begun = await qatBeginning(lab, recipe, learning());
  const { ops } = await lab.ptq({ ...ptqOptions(recipe), ...calibrationOf(recipe) });
  for (const op of ops) if ('bias' in op) expect(begun.get(`${op.name}.bias`)!.data).toEqual(op.bias);
  expect(begun.get('first.bias')).not.toEqual(params.get('first.bias'));
  expect(await qatBeginning(lab, { ...recipe, beginAt: 'weights' }, learning())).toEqual(params);
});
