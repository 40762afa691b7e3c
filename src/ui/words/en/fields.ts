// Choices of the recipe that are moved or typed in: what each is called, and what it is for. Not for named ones: choices.ts.
import type { NumberChoice } from '../../../recipe/recipe';

type Field = Exclude<NumberChoice, 'distillation'> | 'layerBits';

export const fields = {
  weightBits: {
    label: 'Weights',
    hint: 'PyTorch converts 8 bits only. With fewer, the file shrinks as the bits do.',
  },
  activationBits: {
    label: 'Activations',
    hint: 'At 8, fbgemm uses codes 0 to 127 only, so that sums cannot overflow: as many as at 7. See below for all.',
  },
  layerBits: {
    label: 'Layers with bits of their own',
    hint: 'Weights before activations, whatever is said above: layer4.1.conv2=2/4,fc=8/8.',
  },
  steps: { label: 'Steps', hint: 'One step learns from one batch. The control takes as many.' },
  batch: {
    label: 'Batch',
    hint: "Pictures in a step. Fewer need less memory; below 8, batch norm's averages get too noisy, and accuracy suffers.",
  },
  learningRate: {
    label: 'Learning rate',
    hint: 'Can be changed while QAT trains; the control takes the same. The article has 0.001.',
  },
  averaging: {
    label: 'Averaging',
    hint: '0: none. 0.99: an average of the weights over about the last 100 steps stands for the trained network.',
  },
  reestimateBatchNorm: {
    label: 'Statistics anew',
    hint: '0: no. 2,000: after the last step, batch norms that are trained along take their averages from this many pictures.',
  },
  seed: { label: 'Seed', hint: 'The same seed gives the same order of pictures.' },
  images: { label: 'Test pictures', hint: 'All 10,000 give the firmest figure; fewer are quicker.' },
} satisfies Readonly<Record<Field, { readonly label: string; readonly hint: string }>>;

export const fieldForms = {
  bits: (bits: number) => `${bits} bits`,
  /** Bounds and value as text. */
  wholeRefused: (min: string, max: string, value: string) =>
    `Not used: choose a whole number from ${min} to ${max}. ${value} stays.`,
  realRefused: (min: string, max: string, value: string) =>
    `Not used: choose a number from ${min} to ${max}. ${value} stays.`,
  layersRefused: 'Not used: write it like "layer4.1.conv2=2/4,fc=8/8", each layer once.',
  announced: (label: string, refusal: string) => `${label}: ${refusal}`,
};
