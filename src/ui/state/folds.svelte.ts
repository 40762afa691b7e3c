// Which steps' cards stand open: what runs, failed, comes next or was done last, and what a hand has opened; the others are a
// line each. Not for what a card holds.
import { getContext, setContext } from 'svelte';
import { STEP_IDS, type StepId } from '../../project/types';
import type { Playground } from './playground.svelte';

type ByHand = Readonly<Partial<Record<StepId, boolean>>>;

export class Folds {
  private byHand = $state.raw<ByHand>({});
  readonly allOpen = $derived(STEP_IDS.every((id) => this.isOpen(id)));

  constructor(private readonly playground: Playground) {}

  isOpen(id: StepId): boolean {
    const { steps, next, lastDone } = this.playground;
    const { status } = steps[id];
    return this.byHand[id] ?? (status === 'running' || status === 'failed' || id === next || id === lastDone);
  }

  set(id: StepId, open: boolean): void {
    this.byHand = { ...this.byHand, [id]: open };
  }

  setAll(open: boolean): void {
    this.byHand = Object.fromEntries(STEP_IDS.map((id) => [id, open]));
  }

  /** Opens the card that a link names, e.g. '#step-train'. @returns whether it names one */
  follow(hash: string): boolean {
    const id = STEP_IDS.find((id) => hash === `#step-${id}`);
    if (id) this.set(id, true);
    return id !== undefined;
  }
}

const KEY = Symbol('folds');
export const provideFolds = (folds: Folds): Folds => setContext(KEY, folds);
export const useFolds = (): Folds => getContext<Folds>(KEY);
