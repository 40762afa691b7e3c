import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../src/recipe/recipe';
import { NAMES, toFile } from '../src/recipe/recipe-text';
import { readArguments } from './report-arguments';

const USAGE = /\nUsage: npm run report -- \[--steps N\] .* \[--record FILE\]$/;

describe('the arguments of the report command', () => {
  it('stand in the place of the defaults, and no others do', () => {
    expect(readArguments([])).toEqual({ recipe: DEFAULT_RECIPE, json: undefined, record: undefined });
    const all =
      '--steps 20 --batch 8 --backend wasm --weight-bits 4 --activation-bits 5 --images 100 --lr 2e-3 --seed 7 ' +
      '--schedule constant --qconfig fbgemm --fuse-add-relu false --json report.json';
    expect(readArguments(all.split(' '))).toEqual({
      recipe: {
        ...DEFAULT_RECIPE,
        ...{ steps: 20, batch: 8, backend: 'wasm', weightBits: 4, activationBits: 5, images: 100 },
        ...{ learningRate: 2e-3, schedule: 'constant', seed: 7, qconfig: 'fbgemm', fuseAddRelu: false },
      },
      json: 'report.json',
      record: undefined,
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
    [['--backend', 'cuda'], 'backend is "cuda". Choose one of "auto", "webgpu", "wasm".'],
    [['--backend', ''], 'backend is "". Choose one of "auto", "webgpu", "wasm".'],
    [['--lr', '0,001'], 'learningRate is "0,001". Choose a number from 1e-8 to 1.'],
    [['--schedule', 'sine'], 'schedule is "sine". Choose one of "constant", "step", "cosine", "one_cycle".'],
    [['--seed', '-1'], "Option '--seed' argument is ambiguous"],
    [['--seed=-1'], 'seed is -1. Choose a whole number from 0 to 4,294,967,295.'],
    [['--qconfig', 'qnnpack'], 'qconfig is "qnnpack". Choose one of "fbgemm_qat", "fbgemm_fused", "fbgemm", "lsq".'],
    [['--fuse-add-relu', 'yes'], 'fuseAddRelu is "yes". Choose true or false.'],
    [['--recipe', 'no-such-file.json'], "ENOENT: no such file or directory, open 'no-such-file.json'"],
    [['--colour', '1'], "Unknown option '--colour'"],
    [['--steps'], "Option '--steps <value>' argument missing"],
    [['60'], "Unexpected argument '60'"],
  ])('are refused before anything is built: %j', (args, what) => {
    expect(() => readArguments(args)).toThrow(what);
    expect(() => readArguments(args)).toThrow(USAGE);
  });

  it('are all named in the usage', () => {
    for (const name of [...Object.values(NAMES), 'recipe', 'json', 'record'])
      expect(() => readArguments(['60'])).toThrow(`[--${name} `);
  });

  it('may come as a recipe in a file, which they stand in the place of', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'recipe-')), 'recipe.json');
    const recipe = { ...DEFAULT_RECIPE, weightBits: 5, seed: 5 };
    writeFileSync(file, toFile(recipe));
    expect(readArguments(['--recipe', file])).toEqual({ recipe, json: undefined, record: undefined });
    expect(readArguments(['--seed', '6', '--recipe', file]).recipe).toEqual({ ...recipe, seed: 6 });
    writeFileSync(file, JSON.stringify({ ...recipe, weightBits: 1 }));
    expect(() => readArguments(['--recipe', file])).toThrow('The recipe cannot be used: weightBits is 1.');
  });
});
