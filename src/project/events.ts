// Who listens to a project, and how its parts tell of what they do. Not for what they do.
import { proxy } from 'comlink';
import { errorText } from '../core/causes';
import type { OnProgress, Progress } from '../worker/api';
import type { StepId } from './steps';
import type { ProjectEvent, Run, RunEvent, StepPart } from './types';

export class Events {
  private readonly listeners = new Set<(event: ProjectEvent) => void>();

  /** @returns ends it */
  on(listener: (event: ProjectEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Nobody listens any more. */
  end(): void {
    this.listeners.clear();
  }

  /** Tells every listener; one that throws is a mistake of its own, not of what it is told of. */
  emit(event: ProjectEvent): void {
    for (const listener of this.listeners)
      try {
        listener(event);
      } catch (error) {
        console.error(`A listener to ${event.type} failed.\n${errorText(error)}`);
      }
  }

  tell(run: Run, event: RunEvent): void {
    this.emit({ runId: run.id, ...event });
  }

  /** Runs, their choices or their results have changed. */
  changed(): void {
    this.emit({ type: 'runs-changed' });
  }

  /** For a worker: tells how far a part of a step is; of a step with several, which one by what it counts. */
  progress(run: Run, step: StepId, part: StepPart | Readonly<Record<Progress['what'], StepPart>>): OnProgress {
    const partOf = ({ what }: Progress) => (typeof part === 'string' ? part : part[what]);
    return proxy((progress) => this.tell(run, { type: 'progress', step, part: partOf(progress), progress }));
  }
}
