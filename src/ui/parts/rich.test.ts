import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { richParts } from './rich';

describe('texts with a little markup', () => {
  it('come apart into what each is', () => {
    expect(richParts('**Round**, then `clip` *twice*: [step 3](#step-verify).')).toEqual([
      { kind: 'strong', text: 'Round' },
      { kind: 'text', text: ', then ' },
      { kind: 'code', text: 'clip' },
      { kind: 'text', text: ' ' },
      { kind: 'em', text: 'twice' },
      { kind: 'text', text: ': ' },
      { kind: 'link', text: 'step 3', href: '#step-verify' },
      { kind: 'text', text: '.' },
    ]);
  });

  it('lose nothing where nothing is marked', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[`*[]/.test(text)),
        (text) => {
          expect(richParts(text)).toEqual(text ? [{ kind: 'text', text }] : []);
        },
      ),
    );
  });

  it('leave a product as it is', () => {
    expect(richParts('3 * 4 * 5')).toEqual([{ kind: 'text', text: '3 * 4 * 5' }]);
  });
});
