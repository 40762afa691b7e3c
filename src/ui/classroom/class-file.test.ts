import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlaygroundError } from '../../core/errors';
import { DEFAULT_RECIPE } from '../../recipe/recipe';
import type { Report } from '../../report/types';
import { labReport as texts } from '../words/en/lab-report';
import { LAB_REPORT_ID, labReport, type LabReport } from '../exercises/lab-report';
import { readClassFile } from './class-file';

const recipe = { ...DEFAULT_RECIPE, weightBits: 4, activationBits: 4, seed: 7 };
const latency = { median_ms: 1, p95_ms: 2, samples: 9, threads: 1, what: '' };
const REPORT: Report = {
  ...{ fp32: { accuracy: 0.88 }, ptq: { accuracy: 0.41 }, control: { accuracy: 0.885 }, agreement: 0.9 },
  qat: { int8: { accuracy: 0.87 }, simulated: { accuracy: 0.871 } },
  latency: { fp32_wasm: latency, fp32_backend: latency, int8: latency, ratio: 1 },
  size: { fp32_bytes: 400, int8_bytes: 100, ratio: 4 },
  ...{ images: 10_000, backend: 'wasm', adapter: '', engine: 'wasm', options: recipe },
  training: { steps: 400, control_steps: 400, schedule: [], first_loss: 1, last_loss: 0.5, images_per_s: 40 },
};
const exercise = { task: '', evidence: '', hints: 0, question: '', answer: '</script><script>alert(1)</script>' };
const LAB: LabReport = {
  ...{
    author: 'A & <b>B</b>',
    made: '2026-01-01T00:00:00.000Z',
    address: 'https://example.org/',
    browser: '',
    cores: 2,
    language: 'en',
  },
  runs: [
    // Its choices were changed after it was judged: figures go with those they were made of.
    { name: 'Run 1', recipe: DEFAULT_RECIPE, report: REPORT, losses: { qat: [1], control: [2] } },
    { name: 'Run 2', recipe: { ...DEFAULT_RECIPE, seed: 3 } },
  ],
  ...{ stops: [], predictions: [] },
  exercises: [
    { id: 'x', name: 'First', met: true, ...exercise },
    { id: 'y', name: 'Second', met: false, ...exercise },
  ],
};
const READ = {
  name: 'a.html',
  author: 'A & <b>B</b>',
  runs: [
    { name: 'Run 1', recipe, figures: { fp32: 0.88, ptq: 0.41, qat: 0.87, images: 10_000, bytes: 100 } },
    { name: 'Run 2', recipe: { ...DEFAULT_RECIPE, seed: 3 } },
  ],
  exercises: [
    { id: 'x', name: 'First', met: true },
    { id: 'y', name: 'Second', met: false },
  ],
};
/** Stands in for the browser's parser. */
const jsonIn = (html: string): string | undefined =>
  new RegExp(`<script type="application/json" id="${LAB_REPORT_ID}">(.*?)</script>`, 's').exec(html)?.[1];
const read = (text: string, name = 'a.html') => readClassFile(name, text, jsonIn);
const refusal = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof PlaygroundError && error.code === 'bad-file') return `${error.message} ${error.hint}`;
    throw error;
  }
  return '';
};

describe('a file that a student handed in', () => {
  it('is a lab report as the page writes it, or its JSON', () => {
    expect(read(labReport(LAB, texts))).toEqual(READ);
    expect(read(`\n${JSON.stringify(LAB)}`)).toEqual(READ);
  });

  it('is the report of one run', () => {
    const { name, recipe, figures } = READ.runs[0]!;
    expect(name).toBe('Run 1');
    expect(read(JSON.stringify(REPORT), 'b.json')).toEqual({
      ...{ name: 'b.json', author: '', runs: [{ name: '', recipe, figures }], exercises: [] },
    });
  });

  it('may be of an earlier version of the page, whose recipes had fewer choices', () => {
    const { oscillations, ...earlier } = DEFAULT_RECIPE;
    expect(oscillations).toBe('leave');
    const text = JSON.stringify({ ...LAB, runs: [{ name: 'old', recipe: earlier }] });
    expect(read(text).runs[0]!.recipe).toEqual(DEFAULT_RECIPE);
  });

  it.each([
    ['', 'There is no report in it.'],
    ['a,b\n1,2', 'There is no report in it.'],
    ['<!doctype html><p>Hello', 'There is no report in it.'],
    [`<script type="application/json" id="${LAB_REPORT_ID}">{"runs":</script>`, 'it is no JSON'],
    ['{"runs": [', 'it is no JSON'],
    ['{}', 'author is missing'],
    [JSON.stringify({ ...LAB, runs: [] }), 'runs is a list, not a list with something in it'],
    [JSON.stringify({ ...LAB, exercises: 'all' }), 'exercises is "all", not a list'],
    [JSON.stringify({ ...REPORT, fp32: { accuracy: 88 } }), 'fp32.accuracy is 88, not a number from 0 to 1'],
    [JSON.stringify({ ...REPORT, qat: { int8: { accuracy: null } } }), 'qat.int8.accuracy is null'],
    [JSON.stringify({ ...REPORT, options: { ...recipe, weightBits: 99 } }), 'options.weightBits is 99'],
    [JSON.stringify({ ...REPORT, options: { ...recipe, colour: 'red' } }), 'options.colour is unknown'],
    [JSON.stringify({ ...LAB, runs: [{ name: 'x', recipe: 'mine' }] }), 'runs[0].recipe is "mine"'],
  ])('is refused with its reason: %.40s', (text, reason) => {
    expect(refusal(text)).toContain(reason);
    expect(refusal(text)).toContain('Take a file as this page saves it');
  });

  it('is taken as it is or refused, whatever was done to it', () => {
    const wholes = [labReport(LAB, texts), JSON.stringify(LAB), JSON.stringify(REPORT)];
    const mutated = fc
      .tuple(fc.constantFrom(...wholes), fc.nat(), fc.nat(20), fc.string())
      .map(([whole, at, less, more]) => {
        const from = at % whole.length;
        return whole.slice(0, from) + more + whole.slice(from + less);
      });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string(), fc.json()), (text) => {
        if (refusal(text)) return;
        for (const { recipe, figures } of read(text).runs) {
          expect(recipe.weightBits).toBeGreaterThanOrEqual(2);
          for (const share of figures ? [figures.fp32, figures.ptq, figures.qat] : []) {
            expect(share).toBeGreaterThanOrEqual(0);
            expect(share).toBeLessThanOrEqual(1);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has fields of a foreign kind cut off, and long texts', () => {
    const text = JSON.stringify({ ...LAB, author: 'x'.repeat(5000), __proto__: { bad: 1 }, extra: 1 });
    const file = read(text);
    expect(Object.keys(file)).toEqual(['name', 'author', 'runs', 'exercises']);
    expect(file.author.length).toBeLessThan(250);
  });
});
