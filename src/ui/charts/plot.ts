// uPlot, fetched when the first chart comes near: nothing of the page needs it before. Not for drawing: Chart.svelte.
import type uPlot from 'uplot';

let asked: Promise<typeof uPlot> | undefined;

/** A failure is forgotten: the next chart asks again. */
export function loadPlot(): Promise<typeof uPlot> {
  asked ??= import('uplot').then(
    (module) => module.default,
    (error: unknown) => {
      asked = undefined;
      throw error;
    },
  );
  return asked;
}
