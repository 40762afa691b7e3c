// What charts share, and the curves of a training.
import { plural } from '../../format';

export const charts = {
  asTable: 'As a table',
  missing:
    'The program that draws it could not be fetched. Its numbers are in the table; it is tried again when it comes into sight.',
  step: 'Step',
  qat: 'QAT',
  control: 'FP32 control',
  integers: 'QAT as integers',
  loss: {
    title: 'Training loss',
    single: (run: string) => `${run}, single steps`,
    singleSteps: 'faint: single steps',
    means: (steps: number) => `faint: means of ${plural(steps, 'step')}`,
    summary: (run: 'qat' | 'control', loss: string, step: number) =>
      `${run === 'qat' ? 'QAT' : 'Control'}: smoothed loss ${loss} at step ${step}.`,
  },
  codes: {
    title: 'Codes of weights that change',
    flipped: 'Flipped by the step',
    oscillating: 'Going back and forth',
    eachStep: 'each step',
    means: (steps: number) => `means of ${plural(steps, 'step')}`,
    summary: (step: number, flipped: string, oscillating: string) =>
      `At step ${step} ${flipped} of the codes flipped and ${oscillating} go back and forth.`,
  },
  accuracy: {
    title: 'Validation accuracy',
    titleOn: (pictures: number) => `Validation accuracy on ${plural(pictures, 'picture')}`,
    note: 'shaded: 95 % interval',
    cost: (duration: string) => `training waited ${duration} for the newest integers`,
    atMost: (run: string) => `${run}, at most`,
    atLeast: (run: string) => `${run}, at least`,
    summary: (run: 'qat' | 'control', accuracy: string, low: string, high: string) =>
      `${run === 'qat' ? 'QAT' : 'Control'}: ${accuracy}, between ${low} and ${high}.`,
    asIntegers: (accuracy: string) => `As integers: ${accuracy}.`,
  },
};
