// No component says anything by itself: what visitors read stands in words/, where other languages have it too.
import { readdirSync, readFileSync } from 'node:fs';
import { parse, type AST } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';

/** The same in every language: names, and what is no word. */
const NAMES = [
  'add',
  'add_relu',
  'µs',
  'FP32',
  'INT8',
  'PTQ',
  'PTQ INT8',
  'QAT',
  'QAT INT8',
  'QAT Playground',
  'SQNR',
  'p95',
  'qconfig',
];

/** Texts that are drawn or read out; others name ids, types and the like. */
const SAID = ['alt', 'aria-label', 'aria-valuetext', 'exception', 'label', 'legend', 'placeholder', 'question'];
SAID.push('summary', 'title');

const WORD = /\p{L}{2}/u;

/** What expressions in the place of text say by themselves: strings, in templates and in both branches of a condition too. */
function stringsOf(node: AST.ExpressionTag['expression']): string[] {
  if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : [];
  if (node.type === 'TemplateLiteral')
    return [...node.quasis.map(({ value }) => value.raw), ...node.expressions.flatMap(stringsOf)];
  if (node.type === 'ConditionalExpression') return [...stringsOf(node.consequent), ...stringsOf(node.alternate)];
  if (node.type === 'LogicalExpression') return [...stringsOf(node.left), ...stringsOf(node.right)];
  return [];
}

type Piece = AST.Text | AST.ExpressionTag;
const said = (pieces: readonly Piece[]): string[] =>
  pieces.flatMap((piece) => (piece.type === 'Text' ? [piece.data] : stringsOf(piece.expression)));

/** Texts that a component says by itself. */
function literalTexts(file: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { type, name, value } = node as { type?: string; name?: string; value?: true | Piece | Piece[] };
    if (type === 'Text' || type === 'ExpressionTag') found.push(...said([node as Piece]));
    else if (type === 'Attribute') {
      if (SAID.includes(name!) && value && value !== true) found.push(...said([value].flat()));
    } else if (type !== 'StyleDirective') Object.values(node).forEach(visit);
  };
  visit(parse(readFileSync(file, 'utf8'), { modern: true, filename: file }).fragment);
  return found
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => WORD.test(text) && !NAMES.includes(text));
}

const COMPONENTS = readdirSync('src/ui', { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.svelte'),
);

describe('components', () => {
  it.each(COMPONENTS)('%s has no text of its own', (file) =>
    expect(
      literalTexts(`src/ui/${file}`),
      'Put these texts into src/ui/words (docs/words.md), in every language; names that stay as they are into NAMES.',
    ).toEqual([]),
  );
});
