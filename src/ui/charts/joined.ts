// Lines with steps of their own, on one axis of steps. Not for drawing.
import type { AlignedData } from 'uplot';

/**
 * @param tables each with its steps, ascending, then a list for each of its lines
 * @returns all steps that any has, ascending, then all lines, undefined at steps that are not theirs
 */
export function joined(tables: readonly AlignedData[]): AlignedData {
  const steps = [...new Set(tables.flatMap(([xs]) => [...xs]))].sort((a, b) => a - b);
  const placeOf = new Map(steps.map((step, i) => [step, i]));
  const lines = tables.flatMap(([xs, ...columns]) =>
    columns.map((values) => {
      const line = new Array<number | null | undefined>(steps.length).fill(undefined);
      for (let i = 0; i < xs.length; i++) line[placeOf.get(xs[i]!)!] = values[i];
      return line;
    }),
  );
  return [steps, ...lines];
}
