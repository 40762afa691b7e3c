import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLayerBits, writeLayerBits } from './layer-bits';

describe('widths of single layers', () => {
  it('come back from their text', () => {
    const bits = fc.integer({ min: 2, max: 8 });
    const widths = fc.record({ weightBits: bits, activationBits: bits });
    const layers = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]\w*(\.\w+){0,3}$/), widths), {
      selector: ([layer]) => layer,
    });
    fc.assert(
      fc.property(layers, (entries) => {
        const read = readLayerBits(writeLayerBits(new Map(entries)));
        expect([...read!]).toEqual(entries);
      }),
    );
    expect(readLayerBits('')).toEqual(new Map());
    expect(readLayerBits('layer4.1.conv2=2/4,fc=8/8')!.get('layer4.1.conv2')).toEqual({
      weightBits: 2,
      activationBits: 4,
    });
  });

  it.each([
    'fc',
    'fc=8',
    'fc=8/',
    'fc=1/8',
    'fc=8/9',
    'fc=4/4,',
    ',fc=4/4',
    'fc=4/4,fc=4/4',
    '=4/4',
    'fc =4/4',
    'fc=10/8',
  ])('are refused: %j', (text) => expect(readLayerBits(text)).toBeUndefined());
});
