// The nine steps as the page names them. Not for what the steps do, nor which choices they read: see src/project.
import { STEP_IDS, type StepId } from '../../project/types';
import { words } from '../words/words.svelte';

/** Each in the language in force when it is read. */
export const STEP_NAMES = Object.defineProperties(
  {},
  Object.fromEntries(STEP_IDS.map((step) => [step, { get: () => words().stepNames[step] }])),
) as Readonly<Record<StepId, string>>;

/** 1 to 9. */
export const stepNumber = (step: StepId): number => STEP_IDS.indexOf(step) + 1;

/** The step that a link names, e.g. '#step-train'. */
export const stepOf = (hash: string): StepId | undefined => STEP_IDS.find((id) => hash === `#step-${id}`);

/** Steps whose results may come out otherwise with the same choices: another adapter, other times. */
export const REPEATABLE: readonly StepId[] = ['load', 'compare'];
