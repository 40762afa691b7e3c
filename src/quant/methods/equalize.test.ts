// PyTorch's numbers: tests/golden/methods.test.ts.
import { beforeAll, describe, expect, it } from 'vitest';
import { setUpWasm } from '../../device/wasm/testing';
import { foldBatchNorms } from '../../graph/fold';
import { fuse } from '../../graph/fuse';
import { resnet18 } from '../../graph/resnet18';
import { model, source } from '../../lab/unlike';
import { normalizeImages } from '../../data/normalize';
import { logitsOf } from '../../train/evaluate';
import { FloatModel } from '../../train/float-model';
import { equalizablePairs, equalize } from './equalize';

const { graph, params } = foldBatchNorms(fuse(model.graph).graph, model.params);
const weightOf = (id: string) => `${id}.weight`;

describe('equalizablePairs', () => {
  it('of a residual network are the two convolutions of each block', () => {
    const blocks = [1, 2, 3, 4].flatMap((layer) => [0, 1].map((block) => `layer${layer}.${block}`));
    expect(equalizablePairs(fuse(resnet18()).graph)).toEqual(
      blocks.map((block) => [`${block}.conv1`, `${block}.conv2`]),
    );
  });

  it('go through ReLUs and pools, and to a linear layer from a single pixel', () => {
    expect(equalizablePairs(graph)).toEqual([
      ['first', 'second'],
      ['second', 'fc'],
    ]);
  });
});

describe('equalize', () => {
  beforeAll(setUpWasm);

  it('changes what weights are, and nothing of what the network computes', async () => {
    const spread = new Map(params);
    const { shape, data } = params.get(weightOf('first'))!;
    spread.set(weightOf('first'), { shape, data: data.map((v, i) => v * 4 ** Math.floor(i / 9)) });
    const equalized = equalize(graph, spread);
    expect(equalized.get(weightOf('first'))).not.toEqual(spread.get(weightOf('first')));
    const images = normalizeImages((await source.images('validation', 0, 20)).pixels, source.spec);
    const [before, after] = [new FloatModel(graph, spread), new FloatModel(graph, equalized)];
    const [expected, found] = [await logitsOf(before, images), await logitsOf(after, images)];
    const largest = Math.max(...expected.map(Math.abs));
    found.forEach((logit, i) => expect(Math.abs(logit - expected[i])).toBeLessThan(1e-5 * largest));
    [before, after].forEach((model) => model.dispose());
  });

  it('leaves a channel alone that one of both layers does without', () => {
    const dead = new Map(params);
    const { shape, data } = params.get(weightOf('first'))!;
    dead.set(weightOf('first'), { shape, data: data.map((v, i) => (i < 9 ? 0 : v)) });
    for (const { data } of equalize(graph, dead).values()) expect(data.every(Number.isFinite)).toBe(true);
  });
});
