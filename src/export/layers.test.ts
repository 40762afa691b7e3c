// Figures of layers as Model Explorer's node data. As npz, by numpy: tests/golden/exported-files.test.ts.
import { unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { FORMATS } from './formats';
import type { LayerFigures } from './layers';

const FIGURES: readonly LayerFigures[] = [
  { name: 'conv1', sqnr: 30, weightBits: 8, microseconds: 12.5 },
  { name: 'maxpool', sqnr: Infinity, microseconds: 3 },
  { name: 'fc', sqnr: 21.25, weightBits: 4, microseconds: 1 },
];

it('node data: a file for each figure that was measured, of the layers that have it as a finite number', async () => {
  const files = unzipSync(await FORMATS.node_data.write(FIGURES));
  expect(Object.keys(files)).toEqual(['sqnr.json', 'weightBits.json', 'microseconds.json']);
  const of = (file: string) => JSON.parse(new TextDecoder().decode(files[file])) as unknown;
  expect(of('sqnr.json')).toEqual({
    results: { conv1: { value: 30 }, fc: { value: 21.25 } },
    gradient: [
      { stop: 0, bgColor: '#e45756' },
      { stop: 1, bgColor: '#f5f5f5' },
    ],
  });
  expect(of('microseconds.json')).toMatchObject({
    results: { conv1: { value: 12.5 }, maxpool: { value: 3 }, fc: { value: 1 } },
    gradient: [{ bgColor: '#f5f5f5' }, { bgColor: '#e45756' }],
  });
});
