// Records as another page, or a damaged disk, may leave them.
import { describe, expect, test } from 'vitest';
import { replaced, spoilt } from '../../core/spoilt';
import { DEFAULT_RECIPE } from '../../recipe/recipe';
import { asTraining, hasEnded, offer, type TrainingRecord } from './record';

const history = (steps: number) => ({
  losses: Array.from({ length: steps }, (_, i) => 1 / (i + 1)),
  validations: [{ step: 1, accuracy: 0.5, images: 256 }],
  schedule: [{ step: 0, rate: 1e-3 }],
});
const result = (steps: number) => ({
  ...{
    steps,
    finished: true,
    diverged: false,
    losses: new Float32Array(steps).fill(1),
    schedule: [{ step: 0, rate: 1e-3 }],
  },
  ...{ imagesPerSecond: 9, tensorsAtStart: 300, tensorsAtEnd: 300 },
});
const judged = { ...history(3), validations: [{ step: 1, accuracy: 0.5, integers: 0.25, images: 256 }] };
const whole: TrainingRecord = {
  ...{ id: 'a', options: DEFAULT_RECIPE, savedAt: 1_700_000_000_000 },
  runs: { qat: { step: 3, history: judged, result: result(3) }, control: { step: 2, history: history(2) } },
};
const refused = expect.objectContaining({ code: 'storage', message: expect.stringContaining('it is damaged') });

test('a whole record passes as it is, with an ended control too, and before the first step', () => {
  expect(asTraining('a', structuredClone(whole))).toEqual(whole);
  const { qat } = whole.runs;
  const ended = { ...whole, runs: { qat, control: qat } };
  expect(asTraining('a', ended)).toEqual(ended);
  const fresh = { ...whole, runs: { qat: { step: 0, history: { losses: [], validations: [], schedule: [] } } } };
  expect(asTraining('a', fresh)).toEqual(fresh);
  expect([whole, ended, fresh].map(hasEnded)).toEqual([false, true, false]);
});

test('a record whose choices had no version or schedule yet goes on with the same, at the constant rate it had', () => {
  expect(asTraining('a', replaced(whole, ['options', 'version']))).toEqual(whole);
  const constant = replaced(whole, ['options', 'schedule'], 'constant');
  expect(asTraining('a', replaced(whole, ['options', 'schedule']))).toEqual(constant);
});

describe('refused', () => {
  const optional = [
    'options.version',
    'options.schedule',
    'options.distillation',
    'options.keepEight',
    'options.ranges',
    'options.weightRanges',
    'options.batchNorm',
    'options.rounding',
    'options.reduceRange',
    'options.weightScheme',
    'options.narrowRange',
    'options.powerOfTwo',
    'options.beginAt',
    'options.correctBias',
    'options.equalize',
    'options.layerBits',
    'options.averaging',
    'options.oscillations',
    'options.augmentation',
    'options.reestimateBatchNorm',
    'options.optimizer',
    'runs.control',
    'runs.control.result',
    'runs.qat.result',
    'runs.qat.history.validations[0].integers',
  ];
  test.each(spoilt(whole, { optional }))('$how', ({ value }) => expect(() => asTraining('a', value)).toThrow(refused));

  const { qat, control } = whole.runs;
  test.each([
    ['of another id', { ...whole, id: 'b' }],
    ['with fewer losses than steps', { ...whole, runs: { qat: { ...qat, step: 4 } } }],
    ['validated after its end', { ...whole, runs: { qat, control: { ...control, history: history(1), step: 0 } } }],
    [
      'with a loss that is no number',
      { ...whole, runs: { qat: { ...qat, history: { ...history(3), losses: [1, NaN, 1] } } } },
    ],
    ['with a result of other steps', { ...whole, runs: { qat: { ...qat, result: result(2) } } }],
    [
      'with a result that is no number',
      { ...whole, runs: { qat: { ...qat, result: { ...result(3), losses: Float32Array.of(1, NaN, 1) } } } },
    ],
    ['whose control began before QAT ended', { ...whole, runs: { qat: { ...qat, result: undefined }, control } }],
  ])('a record %s', (_, value) => expect(() => asTraining('a', value)).toThrow(refused));
});

test('what is offered says how far each run is', () =>
  expect(offer(whole, 'unknown')).toEqual({
    ...{ id: 'a', options: DEFAULT_RECIPE, savedAt: 1_700_000_000_000, elsewhere: 'unknown' },
    ...{ qat: { step: 3, ended: true }, control: { step: 2, ended: false } },
  }));
