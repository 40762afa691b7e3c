// The arguments of `npm run report` as options of a run. Not for running one: report.ts.
import { parseArgs } from 'node:util';
import { PlaygroundError } from '../src/core/errors';
import { checkOptions, DEFAULT_OPTIONS, type RunOptions } from '../src/report/options';

const USAGE =
  'Usage: npm run report -- [--steps N] [--batch N] [--backend webgpu|wasm] [--weight-bits B] [--activation-bits B] ' +
  '[--images N] [--json FILE]';

const OPTIONS = {
  steps: { type: 'string' },
  batch: { type: 'string' },
  backend: { type: 'string' },
  'weight-bits': { type: 'string' },
  'activation-bits': { type: 'string' },
  images: { type: 'string' },
  json: { type: 'string' },
} as const;

/**
 * @returns the options that were given, and where the report's JSON goes
 * @throws Error that says what is wrong with the first argument that is, and the usage
 */
export function readArguments(args: readonly string[]): { chosen: Partial<RunOptions>; json: string | undefined } {
  try {
    const { json, backend, ...numbers } = parseArgs({ args: [...args], options: OPTIONS }).values;
    if (backend !== undefined && !['webgpu', 'wasm'].includes(backend)) throw new Error(`Unknown backend ${backend}.`);
    const given = Object.entries(numbers).map(([name, text]) => [optionOf(name), asNumber(text)]);
    const chosen = { ...(backend !== undefined && { backend }), ...Object.fromEntries(given) } as Partial<RunOptions>;
    checkOptions({ ...DEFAULT_OPTIONS, ...chosen });
    return { chosen, json };
  } catch (error) {
    const { message } = error as Error;
    const what = error instanceof PlaygroundError ? `${message} ${error.hint}` : message;
    throw new Error(`${what}\n${USAGE}`, { cause: error });
  }
}

/** 'weight-bits' is the option weightBits. */
const optionOf = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** What is no number stays what it is, to be refused as that. */
const asNumber = (text: string): number | string =>
  text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
