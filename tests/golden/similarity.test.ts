// SQNR and cosine similarity against torch.ao.ns.fx.utils', which has float32 sums.
import { describe, expect, it } from 'vitest';
import { Similarity } from '../../src/analysis/similarity';
import { loadFixture } from './fixture';

interface SimilarityCase {
  readonly name: string;
  readonly sqnr: number | string;
  readonly cosine: number | string;
}
const fixture = loadFixture<{ readonly cases: readonly SimilarityCase[] }>('similarity');

describe('Similarity', () => {
  it.each(fixture.values.cases)('$name', ({ name, sqnr, cosine }) => {
    const found = new Similarity().add(fixture.f32(`x.${name}`), fixture.f32(`y.${name}`));
    if (typeof sqnr === 'number') expect(found.sqnr).toBeCloseTo(sqnr, 4);
    else expect(found.sqnr).toBe(Number(sqnr));
    expect(found.cosine).toBeCloseTo(Number(cosine), 6);
  });
});
