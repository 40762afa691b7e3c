// Every text in every other language: that it is one, and that it marks and links what the English one does.
import { describe, expect, it } from 'vitest';
import { richParts } from '../parts/rich';
import { english } from './en';
import { preferred } from './words.svelte';
import { chinese } from './zh';

/** The same in both languages, but for commas. */
const NAMES = [
  'QAT',
  'PTQ',
  'FP32',
  'QAT INT8',
  'PTQ INT8',
  'WASM',
  'WebAssembly',
  'WebGPU',
  'SGD',
  'Adam',
  'qconfig',
  'PyTorch QAT',
  'INT8, TorchScript',
  'dB',
  'relu',
  'ONNX, QDQ',
  'ONNX, QLinear',
  'TensorFlow Lite',
  'TensorFlow Lite, INT4',
  'safetensors',
];
const CHINESE = /\p{Script=Han}/u;

interface Pair {
  readonly path: string;
  readonly english: string;
  readonly chinese: string;
}

/** What functions are tried with, until one of them gives text: figures, texts, and lists of these. */
const SAMPLES: readonly unknown[] = [7, 'x', ['x', 'y'], [7, 8]];

function said(text: unknown, sample: unknown): unknown {
  if (typeof text !== 'function') return text;
  try {
    return (text as (...given: unknown[]) => unknown)(...Array.from({ length: text.length }, () => sample));
  } catch {
    return undefined;
  }
}

/** All texts side by side; one that takes other things than samples is left to whoever shows it. */
function* pairs(english: unknown, chinese: unknown, path = ''): Generator<Pair> {
  if (typeof english === 'function') {
    for (const sample of SAMPLES) {
      const [one, other] = [said(english, sample), said(chinese, sample)];
      if (typeof one !== 'string' || typeof other !== 'string') continue;
      return yield { path: `${path}()`, english: one, chinese: other };
    }
  } else if (typeof english === 'string') yield { path, english, chinese: String(chinese) };
  else if (typeof english === 'object' && english !== null)
    for (const [name, inner] of Object.entries(english))
      yield* pairs(inner, (chinese as Record<string, unknown>)[name], path ? `${path}.${name}` : name);
}

const PAIRS = [...pairs(english, chinese)];
/** What is marked, by kind, and where links lead. */
const marks = (text: string): string[] =>
  richParts(text)
    .filter(({ kind }) => kind === 'code' || kind === 'strong' || kind === 'link')
    .map(({ kind, href = '' }) => `${kind} ${href}`)
    .sort();

describe('Chinese texts', () => {
  it.each(PAIRS.filter(({ english }) => /\p{L}{2}/u.test(english)))('$path is one', ({ english, chinese }) => {
    // Figures and signs alone need no translation: 3/4.
    const bare = english.replaceAll(String(SAMPLES[0]), '').trim();
    if (!NAMES.includes(bare) && /\p{L}/u.test(chinese)) expect(chinese).toMatch(CHINESE);
  });

  it.each(PAIRS)('$path has the marks of the English one', ({ english, chinese }) =>
    expect(marks(chinese)).toEqual(marks(english)),
  );

  it('have a sentence on what happened and one on what to do for every code of an error', () => {
    for (const sentences of Object.values(chinese.problems.byCode!))
      for (const sentence of Object.values(sentences)) expect(sentence).toMatch(CHINESE);
  });
});

describe('the language that a browser prefers', () => {
  it('is the first that the page speaks', () => {
    expect(preferred(['de-DE', 'zh-CN', 'en'])).toBe('zh');
    expect(preferred(['en-GB', 'zh'])).toBe('en');
    expect(preferred(['ZH-Hant-TW'])).toBe('zh');
    expect(preferred(['', 'fr'])).toBe('en');
    expect(preferred([])).toBe('en');
  });
});
