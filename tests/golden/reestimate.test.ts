// Statistics of batch norms re-estimated over batches: FP32 against torch.optim.swa_utils.update_bn, quantized networks against
// the average of what PyTorch's modules have of each batch.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Param } from '../../src/core/params';
import type { ObservedRange } from '../../src/core/qparams';
import { reestimateStatistics } from '../../src/train/reestimate';
import { freshState, type TrainState } from '../../src/train/state';
import { BACKENDS } from '../../src/train/testing';
import { loadFixture } from './fixture';
import { graphOf, type KindValues } from './small-step';
import { relative } from './train-step';

const fixture = loadFixture<{
  readonly batches: number;
  readonly kinds: Readonly<Record<string, KindValues & { readonly self_difference: number }>>;
}>('reestimate');
const { batches, kinds } = fixture.values;

function arraysOf(prefix: string): Map<string, Param> {
  const names = fixture.names.filter((name) => name.startsWith(prefix));
  return new Map(
    names.map((name) => [name.slice(prefix.length), { shape: fixture.shape(name), data: fixture.f32(name) }]),
  );
}

function stateOf(kind: string): TrainState {
  const params = new Map([...arraysOf('start.'), ...arraysOf(`${kind}.start.`), ...arraysOf(`${kind}.before.`)]);
  const ranges = [...arraysOf(`${kind}.range.`)].map(([key, { data }]): [string, ObservedRange] => {
    const channels = data.length / 2;
    return [key, { min: data.slice(0, channels), max: data.slice(channels) }];
  });
  return { ...freshState(params), step: 1, ranges: new Map(ranges), observersFrozen: true };
}

async function* images(): AsyncGenerator<Float32Array> {
  for (let i = 0; i < batches; i++) yield fixture.f32(`batch.${i}`);
}

describe.each(BACKENDS)('on %s', (_, start) => {
  beforeAll(start);

  it.each(Object.entries(kinds))('%s', async (kind, { self_difference, ...values }) => {
    const found = await reestimateStatistics(graphOf(kind, values), stateOf(kind), images());
    const wanted = arraysOf(`${kind}.after.`);
    expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [name, { data }] of wanted)
      expect(relative(found.get(name)!.data, data), name).toBeLessThan(4 * self_difference);
  });

  it('of the averages, where they are kept', async () => {
    const state = stateOf('fp32');
    const half = new Map([...state.params].map(([name, { shape, data }]) => [name, { shape, data: data.map((v) => v / 2) }]));
    const graph = graphOf('fp32', kinds.fp32);
    const averaged = await reestimateStatistics(graph, { ...state, averages: half }, images());
    expect(averaged).toEqual(await reestimateStatistics(graph, { ...state, params: half }, images()));
  });
});
