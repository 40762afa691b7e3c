// What a reader made of a file: whether it survived. Not for time limits of what never ends: those who call it have them.
import { PlaygroundError } from '../../src/core/errors';
import type { Target } from './target';

/** Milliseconds that a file of some KB may take, and bytes that may be held for it. */
const MOST_MILLISECONDS = 2000;
const MOST_HELD = 1.5e9;
/** What a file from outside may be refused with. */
const CODES: readonly string[] = ['bad-file', 'bad-argument', 'storage', 'unsupported'];
const PROTOTYPES = [Object.prototype, Array.prototype, Map.prototype];
const plain = PROTOTYPES.map((one) => Reflect.ownKeys(one).length);

/** @returns what went wrong; undefined where the file was read, or refused in words */
export function judge({ read }: Target, file: Uint8Array): string | undefined {
  const began = performance.now();
  try {
    read(file);
  } catch (error) {
    if (!(error instanceof PlaygroundError))
      return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    if (!CODES.includes(error.code)) return `refused it with '${error.code}': ${error.message}`;
    if (error.message.length < 10 || error.hint.length < 10) return `refused it without words: ${error.message}`;
    if (error.message.length > 1000) return `refused it in ${error.message.length} characters`;
  }
  const took = performance.now() - began;
  if (took > MOST_MILLISECONDS) return `took ${Math.round(took)} ms`;
  if (PROTOTYPES.some((one, i) => Reflect.ownKeys(one).length !== plain[i])) return 'changed a prototype';
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  if (arrayBuffers + heapUsed > MOST_HELD) return `holds ${Math.round((arrayBuffers + heapUsed) / 1e6)} MB`;
  return undefined;
}
