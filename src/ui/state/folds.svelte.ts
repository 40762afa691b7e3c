// Which steps' cards stand open: what runs, failed, comes next or was done last, and what a hand has opened; the others are a
// line each. In a card, what is for engineers stands open where a hand has opened it. Not for what a card holds.
import { getContext, setContext } from 'svelte';
import { STEP_IDS, type StepId } from '../../project/types';
import type { Playground } from './playground.svelte';
import { stepOf } from './steps';

type ByHand = Readonly<Partial<Record<StepId, boolean>>>;

export class Folds {
  private byHand = $state.raw<ByHand>({});
  private more = $state.raw<ByHand>({});
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

  /** Whether a step shows what is for engineers. */
  showsMore(id: StepId): boolean {
    return this.more[id] ?? false;
  }

  showMore(id: StepId, shown: boolean): void {
    this.more = { ...this.more, [id]: shown };
  }

  /** Opens the card that a link names, e.g. '#step-train'. @returns whether it names one */
  follow(hash: string): boolean {
    const id = stepOf(hash);
    if (id) this.set(id, true);
    return id !== undefined;
  }
}

const KEY = Symbol('folds');
export const provideFolds = (folds: Folds): Folds => setContext(KEY, folds);
export const useFolds = (): Folds => getContext<Folds>(KEY);
