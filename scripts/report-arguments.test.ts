import { describe, expect, it } from 'vitest';
import { readArguments } from './report-arguments';

const USAGE = /\nUsage: npm run report -- \[--steps N\] .* \[--json FILE\]$/;

describe('the arguments of the report command', () => {
  it('are the options that were given and no others', () => {
    expect(readArguments([])).toEqual({ chosen: {}, json: undefined });
    const all =
      '--steps 20 --batch 8 --backend wasm --weight-bits 4 --activation-bits 5 --images 100 --json report.json';
    expect(readArguments(all.split(' '))).toEqual({
      chosen: { steps: 20, batch: 8, backend: 'wasm', weightBits: 4, activationBits: 5, images: 100 },
      json: 'report.json',
    });
  });

  it.each([
    [['--steps', '0'], 'steps is 0. Choose a whole number from 1 to 100,000.'],
    [['--steps', '60x'], 'steps is "60x". Choose a whole number from 1 to 100,000.'],
    [['--steps', ''], 'steps is "". Choose a whole number from 1 to 100,000.'],
    [['--batch', '2.5'], 'batch is 2.5. Choose a whole number from 1 to 512.'],
    [['--batch', 'Infinity'], 'batch is Infinity. Choose a whole number from 1 to 512.'],
    [['--weight-bits', '9'], 'weightBits is 9. Choose a whole number from 2 to 8.'],
    [['--activation-bits', '1'], 'activationBits is 1. Choose a whole number from 2 to 8.'],
    [['--images', '10001'], 'images is 10001. Choose a whole number from 1 to 10,000.'],
    [['--backend', 'cuda'], 'Unknown backend cuda.'],
    [['--backend', ''], 'Unknown backend .'],
    [['--colour', '1'], "Unknown option '--colour'"],
    [['--steps'], "Option '--steps <value>' argument missing"],
    [['60'], "Unexpected argument '60'"],
  ])('are refused before anything is built: %j', (args, what) => {
    expect(() => readArguments(args)).toThrow(what);
    expect(() => readArguments(args)).toThrow(USAGE);
  });
});
