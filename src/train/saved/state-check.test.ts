// States that a real run left, and what is refused: each part missing, cut short, foreign or not finite.
import { beforeAll, describe, expect, test } from 'vitest';
import { setUpWasm } from '../../device/wasm/testing';
import { prepareQat } from '../../quant/prepare';
import type { ParamStore } from '../../core/params';
import { learnedQuantizers } from '../../quant/learned';
import { qconfigById } from '../../quant/qconfigs';
import type { QatGraph } from '../../quant/types';
import type { OscillationState } from '../oscillations';
import type { TrainState } from '../state';
import { smallBatch, smallGraph, smallParams } from '../testing';
import { Trainer } from '../trainer';
import type { RunRecord } from './record';
import { asKeptRun } from './state-check';
import { runOf } from './testing';

const fused = smallGraph();
const params = smallParams(fused, 1);
const bits = { weightBits: 4, activationBits: 6 };
const lsq = prepareQat(fused, qconfigById('lsq', bits), { fuseAddRelu: true });
const GRAPHS = {
  control: fused,
  fbgemm_qat: prepareQat(fused, qconfigById('fbgemm_qat', bits), { fuseAddRelu: true }),
  fbgemm: prepareQat(fused, qconfigById('fbgemm', bits), { fuseAddRelu: false }),
  lsq,
};
const STARTS = { control: params, fbgemm_qat: params, fbgemm: params, lsq: new Map([...params, ...scalesOf(lsq)]) };
/** Scales and zero points to begin with, at random. */
function scalesOf(graph: QatGraph): ParamStore {
  const some = (channels: number) => Float32Array.from({ length: 2 * channels }, (_, i) => (i % 2 === 0 ? 0.1 : 0));
  return new Map(
    learnedQuantizers(graph).map(({ name, channels }) => [name, { shape: [channels, 2], data: some(channels) }]),
  );
}
type Name = keyof typeof GRAPHS;
const record: RunRecord = { step: 2, history: { losses: [1, 2], validations: [], schedule: [{ step: 0, rate: 1 }] } };
const states = {} as Record<Name, TrainState>;
const check = (name: Name, state: unknown) => asKeptRun(record, state, { graph: GRAPHS[name], params: STARTS[name] });

async function* plainImages() {
  yield smallBatch(2).x;
}

beforeAll(async () => {
  await setUpWasm();
  for (const [name, graph] of Object.entries(GRAPHS)) {
    // One of them remembers all that there is.
    const all =
      name === 'fbgemm_qat' ? ({ averaging: 0.9, optimizer: 'adam', oscillations: 'freeze', steps: 2 } as const) : {};
    const trainer = new Trainer(graph, { params: STARTS[name as Name] }, all);
    for (const step of [0, 1])
      await trainer.trainStep(
        smallBatch(step),
        { lr: 0.01, momentum: 0.9, weightDecay: 0 },
        { bnFrozen: false, observersFrozen: false },
      );
    if (name === 'fbgemm_qat') await trainer.reestimate(plainImages());
    states[name as Name] = structuredClone(await trainer.snapshot());
    trainer.dispose();
  }
});

test.each(Object.keys(GRAPHS) as Name[])('a state of %s passes as it was stored', (name) => {
  const { history, result, state } = check(name, states[name]);
  expect([history, result]).toEqual([record.history, undefined]);
  expect(state).toEqual(states[name]);
});

test('a state from before there were averages, statistics and Adam has none of them', () => {
  const { averages, statistics, oscillations, squares, ...old } = states.control;
  expect([averages, statistics, oscillations, squares].map(({ size }) => size)).toEqual([0, 0, 0, 0]);
  expect(check('control', old).state).toEqual(states.control);
});

test('at step 0 no state is needed: it is the start', () => {
  const start = { step: 0, history: { losses: [], validations: [], schedule: [] } };
  const { state } = asKeptRun(start, undefined, { graph: GRAPHS.fbgemm_qat, params });
  expect([state.step, state.params, state.momentum.size]).toEqual([0, params, 0]);
});

test('a control that diverged in its first steps has its result at the start', () => {
  const { history, result } = runOf(0, true);
  const ended = { ...result!, diverged: true };
  const taken = asKeptRun({ step: 0, history, result: ended }, undefined, { graph: GRAPHS.control, params });
  expect([taken.state.params, taken.result]).toEqual([params, ended]);
});

test('a state of another graph is refused', () => {
  for (const [name, other] of [
    ['fbgemm', 'fbgemm_qat'],
    ['control', 'fbgemm'],
    ['fbgemm_qat', 'control'],
  ] as const)
    expect(() => check(name, states[other])).toThrow(expect.objectContaining({ code: 'storage' }));
});

/** The map with one value changed. */
function changed(map: ReadonlyMap<string, unknown>, key: string, change: (value: never) => unknown) {
  expect(map.has(key)).toBe(true);
  return new Map([...map].map(([name, value]) => [name, name === key ? change(value as never) : value]));
}
const spoil = (data: Float32Array, at: number, value: number) => data.map((old, i) => (i === at ? value : old));

/** Parts that hold something for each parameter. */
const PARAMS = ['params', 'momentum', 'squares', 'averages'] as const;
type Params = (typeof PARAMS)[number];

describe('refused is a state', () => {
  type Damage = (state: TrainState) => unknown;
  const param =
    (part: Params, name: string, data: (data: Float32Array) => unknown): Damage =>
    (state) => ({
      ...state,
      [part]: changed(state[part], name, (value: { data: Float32Array }) => ({ ...value, data: data(value.data) })),
    });
  const range =
    (change: (value: { min: Float32Array; max: Float32Array }) => unknown): Damage =>
    (state) => ({
      ...state,
      ranges: changed(state.ranges, 'stem.weight', change),
    });
  const without =
    (part: Params | 'ranges'): Damage =>
    (state) => ({ ...state, [part]: new Map<string, unknown>([...state[part]].slice(1)) });
  const withExtra =
    (part: Params | 'ranges' | 'histograms'): Damage =>
    (state) => ({
      ...state,
      [part]: new Map<string, unknown>([...state[part], ['extra', [...state[part].values()][0]]]),
    });

  test.each<[string, Damage]>([
    ['that is missing', () => undefined],
    ['that is text', () => 'state'],
    ['of another step', (state) => ({ ...state, step: 1 })],
    ['that does not say whether observers are frozen', (state) => ({ ...state, observersFrozen: 1 })],
    ...[...PARAMS, 'ranges' as const, 'histograms' as const].flatMap((part): [string, Damage][] => [
      [`without ${part}`, (state) => ({ ...state, [part]: undefined })],
      [`whose ${part} are no map`, (state) => ({ ...state, [part]: Object.fromEntries(state[part]) })],
      [`with one more of ${part}`, withExtra(part)],
    ]),
    ...[...PARAMS, 'ranges' as const].map((part): [string, Damage] => [`with one less of ${part}`, without(part)]),
    ...PARAMS.flatMap((part): [string, Damage][] => [
      [`with ${part} cut short`, param(part, 'fc.bias', (data) => data.slice(1))],
      [`with ${part} of another type`, param(part, 'fc.bias', (data) => [...data])],
      [`with NaN in ${part}`, param(part, 'fc.weight', (data) => spoil(data, 79, NaN))],
      [`with Infinity in ${part}`, param(part, 'a.weight', (data) => spoil(data, 5, Infinity))],
      [
        `with ${part} of another shape`,
        (state) => ({
          ...state,
          [part]: changed(state[part], 'fc.weight', (value: object) => ({ ...value, shape: [8, 10] })),
        }),
      ],
    ]),
    ['with NaN in running statistics', param('params', 'stem.bn.running_var', (data) => spoil(data, 7, NaN))],
    ['without statistics', (state) => ({ ...state, statistics: undefined })],
    ['with one less of statistics', (state) => ({ ...state, statistics: new Map([...state.statistics].slice(1)) })],
    ['with one more of statistics', (state) => ({ ...state, statistics: new Map([...state.statistics, ...params]) })],
    ['with a range of fewer channels', range(({ min, max }) => ({ min: min.slice(1), max: max.slice(1) }))],
    ['with a range of another type', range(({ min, max }) => ({ min: [...min], max }))],
    ['with NaN in a range', range(({ min, max }) => ({ min: spoil(min, 0, NaN), max }))],
    ['with an infinite range', range(({ min, max }) => ({ min, max: spoil(max, 3, Infinity) }))],
    ['with a range upside down', range(({ min, max }) => ({ min: max.map((v) => v + 1), max: min }))],
  ])('%s', (_, damage) =>
    expect(() => check('fbgemm_qat', damage(states.fbgemm_qat))).toThrow(expect.objectContaining({ code: 'storage' })),
  );

  test.each<[string, (known: OscillationState) => unknown]>([
    ['whose codes are cut short', (known) => ({ ...known, codes: known.codes.slice(1) })],
    ['whose directions are of another type', (known) => ({ ...known, directions: [...known.directions] })],
    ['with a frequency that is no number', (known) => ({ ...known, frequencies: spoil(known.frequencies, 3, NaN) })],
    ['without means', (known) => ({ ...known, means: undefined })],
    ['with a change that is yet to come', (known) => ({ ...known, changed: known.changed.map(() => 9) })],
    ['that does not say how often it was looked at', (known) => ({ ...known, looks: undefined })],
  ])('with oscillations %s', (_, change) => {
    const state = states.fbgemm_qat;
    expect(() => check('fbgemm_qat', { ...state, oscillations: changed(state.oscillations, 'stem', change) })).toThrow(
      expect.objectContaining({ code: 'storage' }),
    );
  });

  type Histogram = { counts: Float32Array; min: number; max: number };
  test.each<[string, (histogram: Histogram) => unknown]>([
    ['cut short', (h) => ({ ...h, counts: h.counts.slice(1) })],
    ['of another type', (h) => ({ ...h, counts: [...h.counts] })],
    ['that counts NaN', (h) => ({ ...h, counts: spoil(h.counts, 9, NaN) })],
    ['that counts less than nothing', (h) => ({ ...h, counts: spoil(h.counts, 9, -1) })],
    ['of an infinite range', (h) => ({ ...h, max: Infinity })],
    ['upside down', (h) => ({ ...h, min: h.max + 1 })],
    ['that is nothing', () => null],
  ])('with a histogram %s', (_, damage) => {
    const state = states.fbgemm;
    expect(() => check('fbgemm', { ...state, histograms: changed(state.histograms, 'stem', damage) })).toThrow(
      expect.objectContaining({ code: 'storage' }),
    );
  });
});

test('a channel that has seen nothing, and a histogram that has not, are no damage', () => {
  const unseen = { min: new Float32Array(8).fill(Infinity), max: new Float32Array(8).fill(-Infinity) };
  const state = states.fbgemm;
  const ranges = changed(state.ranges, 'stem.weight', () => unseen);
  const histograms = new Map([...state.histograms].slice(1));
  expect(check('fbgemm', { ...state, ranges, histograms }).state.ranges.get('stem.weight')).toEqual(unseen);
});
