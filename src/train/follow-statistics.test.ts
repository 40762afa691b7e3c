// Codes of weights before and after batch norms have other statistics, with scales that were observed and that are learned.
import { expect, test } from 'vitest';
import type { Param } from '../core/params';
import { inferenceWeights } from '../graph/fold';
import { quantizeWeight } from '../quant/fake-quant';
import type { QatGraph } from '../quant/types';
import { followStatistics } from './follow-statistics';
import { freshState, trainedBy, type TrainState } from './state';
import { noise, smallPrepared } from './testing';

const { params, observing, lsq, ranges, learned } = smallPrepared({ weightBits: 4, activationBits: 6 }, 1.07);

/** Other statistics for each that there are: variances from half to twice what they were. */
const statistics = new Map(
  [...params].flatMap(([name, { shape, data }], i): [string, Param][] => {
    const moved = noise(data.length, 50 + i);
    if (name.endsWith('running_var')) return [[name, { shape, data: data.map((v, c) => v * 2 ** moved[c]) }]];
    return name.endsWith('running_mean') ? [[name, { shape, data: moved }]] : [];
  }),
);

/** By node, the codes of its weight as inference has it. */
function codesOf(graph: QatGraph, state: TrainState) {
  const { params, quantizers } = trainedBy(graph, state);
  return graph.nodes.flatMap((node) =>
    node.op === 'conv' || node.op === 'linear'
      ? [[node.id, quantizeWeight(inferenceWeights(node, params).weight.data, quantizers.weights.get(node.id)!.q)]]
      : [],
  );
}

test.each([
  ['observed ranges', observing, { ...freshState(params), ranges, observersFrozen: true }],
  ['learned scales', lsq, freshState(learned)],
])('%s follow: every weight keeps its code', (_, graph, state) => {
  const codes = codesOf(graph, state);
  expect(codes).toHaveLength(5);
  expect(codesOf(graph, { ...state, statistics })).toEqual(codes);
  // The statistics alone would change them.
  expect(codesOf(graph, { ...state, params: new Map([...state.params, ...statistics]) })).not.toEqual(codes);
});

test('the statistics are those that were estimated; without any the network is what it was', () => {
  const network = { params, ranges };
  const { params: next } = followStatistics(observing, network, statistics);
  for (const [name, value] of statistics) expect(next.get(name)).toEqual(value);
  expect(followStatistics(observing, network, new Map())).toBe(network);
});
