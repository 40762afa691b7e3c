// The examples in docs/: every block of TypeScript there is run, and what stands behind an arrow is what comes out.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const DOCS = resolve('docs');
const IMPORT = /^import \{ (.*) \} from '(.*)';$/gm;
const RESULT = /^(.*); \/\/ => (.*)$/gm;

interface Example {
  readonly file: string;
  /** Its first line that is no import. */
  readonly title: string;
  readonly code: string;
}

const examples: Example[] = readdirSync(DOCS)
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) =>
    [...readFileSync(join(DOCS, file), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => {
      const title = code.split('\n').find((line) => line && !line.startsWith('import'))!;
      return { file, title, code };
    }),
  );

/** @returns how many results were compared */
async function run(code: string): Promise<number> {
  const imports = [...code.matchAll(IMPORT)];
  const modules = await Promise.all(imports.map(([, , path]) => import(/* @vite-ignore */ join(DOCS, `${path}.ts`))));
  let at = 0;
  const body = code
    .replace(IMPORT, (_, names: string) => `const { ${names} } = modules[${at++}];`)
    .replace(RESULT, (_, expression: string, result: string) => `check(${expression}, ${result});`);
  let compared = 0;
  const check = (found: unknown, expected: unknown) => {
    compared++;
    expect(ArrayBuffer.isView(found) ? Array.from(found as unknown as ArrayLike<number>) : found).toEqual(expected);
  };
  (new Function('modules', 'check', `'use strict';\n${body}`) as (...given: unknown[]) => void)(modules, check);
  return compared;
}

describe.each(examples)('$file: $title', ({ code }) => {
  it('gives what it says', async () => expect(await run(code)).toBeGreaterThan(0));
});

it('there are some', () => expect(examples.length).toBeGreaterThan(8));
