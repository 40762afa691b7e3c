// What earlier versions of the page kept of runs in localStorage, as text: their choices, figures and curves. Read to be
// carried over; nothing is written in this form any more. Not for where the text lies: src/ui/state.
import * as v from 'valibot';
import { RunRecordSchema, type RunRecord } from './record';

/**
 * Never throws: nobody can mend what stands there.
 * @returns runs that can be read, in the order they were kept, and whether there was something besides
 */
export function readPastRuns(text: string): { readonly runs: readonly RunRecord[]; readonly damaged: boolean } {
  const listed = v.safeParse(v.object({ version: v.literal(1), runs: v.array(v.unknown()) }), parsed(text));
  if (!listed.success) return { runs: [], damaged: true };
  const read = listed.output.runs.map((run) => v.safeParse(RunRecordSchema, run));
  const runs = read.flatMap(({ success, output }) => (success ? [output] : []));
  return { runs, damaged: runs.length < read.length };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
