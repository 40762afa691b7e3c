import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FORMAT_VERSION, loadFixture } from './fixture';

const folder = fileURLToPath(new URL('./fixtures/', import.meta.url));
const files = readdirSync(folder);
const topics = files.filter((f) => f.endsWith('.json')).map((f) => f.slice(0, -'.json'.length));

describe('golden fixtures', () => {
  it('exist, and together stay below 10 MB', () => {
    expect(topics.length).toBeGreaterThan(0);
    const bytes = files.reduce((sum, f) => sum + statSync(join(folder, f)).size, 0);
    expect(bytes).toBeLessThan(10e6);
  });

  it.each(topics)('%s says what made it and holds every array it lists', (topic) => {
    const raw = JSON.parse(readFileSync(join(folder, `${topic}.json`), 'utf8'));
    expect(raw).toMatchObject({ topic, version: FORMAT_VERSION, made_by: 'reference/oracle.py' });
    expect(raw.torch).toMatch(/^2\.13\.0/);
    const fixture = loadFixture(topic);
    for (const name of fixture.names) {
      const { dtype } = raw.arrays[name];
      const size = fixture.shape(name).reduce((n, d) => n * d, 1);
      expect(fixture.array(name, dtype).length, name).toBe(size);
    }
  });

  it('made from weights are made from those in public/checkpoint', () => {
    const checkpoint = fileURLToPath(new URL('../../public/checkpoint/', import.meta.url));
    const { shards } = JSON.parse(readFileSync(join(checkpoint, 'manifest.json'), 'utf8'));
    const sum = createHash('sha256');
    for (const { file } of shards) sum.update(readFileSync(join(checkpoint, file)));
    const sums = topics.map((t) => loadFixture(t).checkpoint).filter((s) => s !== null);
    expect(sums.length).toBeGreaterThan(0);
    expect(new Set(sums)).toEqual(new Set([sum.digest('hex')]));
  });
});
