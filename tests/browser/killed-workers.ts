// The real page whose workers can be killed in the middle of what they do. Not for what is tested:
// killed-workers.spec.ts, tests/faults/workers.spec.ts.
import type { Page } from '@playwright/test';
import type { Global } from './training-page';

export type Started = Global & { started: Record<string, Worker>; Worker: typeof Worker };

/** Has the page remember its workers by name, the newest of each. */
export const rememberWorkers = (page: Page) =>
  page.addInitScript(() => {
    const here = globalThis as unknown as Started;
    here.started = {};
    here.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        here.started[options?.name ?? ''] = this;
      }
    };
  });

/** Runs all steps; kills a worker at the first event of a step that is part of it. @returns what the run failed by */
export const killedAt = (page: Page, name: string, step: string, part: string) =>
  page.evaluate(
    async ([name, step, part]) => {
      const { playground, started } = globalThis as unknown as Started;
      const end = playground.on((event) => {
        if (event.type !== 'progress' && event.type !== 'train') return;
        const now = event.type === 'progress' ? `${event.step} ${event.part}` : `train ${event.event.type}`;
        if (now !== `${step} ${part}`) return;
        end();
        started[name].terminate();
      });
      return playground.runAll().then(
        () => 'ran to its end',
        (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
      );
    },
    [name, step, part],
  );
