// The runs side by side: their table, what was kept of earlier visits, curves laid over each other, seeds, and deleting.
import type { RunName } from '../../../project/types';
import { plural } from '../../format';

/** On which day and at what time. */
const time = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

export const runs = {
  title: 'Runs',
  add: 'New run with these choices',
  tableLabel: 'Choices and accuracies of each run',
  run: 'Run',
  bits: 'Bits: weights, activations',
  qconfig: 'qconfig',
  training: 'Training',
  control: 'Control',
  pictures: 'Test pictures',
  state: 'State',
  actions: 'Actions',
  overlay: 'Overlay',
  qconfigs: {
    fbgemm_qat: 'simulating',
    fbgemm_fused: 'fused kernel',
    fbgemm: 'observe only',
    lsq: 'learned scales',
  },
  trained: (steps: string, batch: string, rates: readonly string[], cosine: boolean, seed: number) =>
    `${steps} × ${batch}, rate ${rates.join(', then ')}${cosine ? ' along a cosine to zero' : ''}, seed ${seed}`,
  controlSteps: (steps: string) => `; control ${steps}`,
  computing: 'computing',
  changed: (step: string) => `changed: ${step} is next`,
  next: (step: string) => `next: ${step}`,
  done: 'done',
  gone: 'its weights are gone: run it again',
  foreign: 'made with other files',
  notTheirs: ' (this page does not have its files now)',
  keptWith: (size: string) => `kept: ${size}`,
  open: 'Open',
  pinned: 'pinned',
  /** By the name that was typed, or its number. */
  called: (name: RunName) => (typeof name === 'number' ? `Run ${name}` : name),
  nameOf: (name: string) => `Name of ${name}`,
  /** Of a run of an earlier visit. */
  nameThen: (name: string, when: number) => `${name}, ${time.format(when)}`,
  rename: 'Rename',
  duplicate: 'Duplicate',
  again: 'Run again',
  againWithSeed: (seed: number) => `Again with seed ${seed}`,
  pin: 'Pin',
  unpin: 'Unpin',
  delete: 'Delete',
  unpinFirst: ' (unpin it first)',
  overlayIt: (name: string) => `Overlay ${name}`,
  kept: (runs: number) =>
    `${plural(runs, 'run')}. What was trained or pinned is kept in this browser for the next visit: settings, figures and curves; once it is converted, its report and its integer model too, with which it can be opened again. Float weights are saved besides, while there is room. Whoever picks the best row by its test accuracy has used the test pictures for choosing: pick by the validation curve instead.`,
  notRead: {
    message: 'What was kept of some earlier runs cannot be read.',
    hint: 'It was set aside; the other runs are here, and new ones are kept.',
  },
  overlaid: 'Runs overlaid',
  chooseTwo: 'Choose one more run in the table to lay its curves over these.',
  most: (runs: number) => `These are as many as can be told apart: ${runs}.`,
  noCurve: (names: string) => `Nothing to draw yet of ${names}.`,
  loss: 'Training loss of QAT, smoothed',
  accuracy: 'Validation accuracy of QAT',
  ends: (name: string, figure: string) => `${name}: ${figure}.`,
  removeAll: 'Take all away',
  seeds: 'Runs that differ only in their seed',
  sameChoices: (weightBits: number, activationBits: number, steps: string, batch: string) =>
    `${weightBits}-bit weights, ${activationBits}-bit activations, ${steps} steps of ${batch} pictures`,
  seed: (seed: number) => `Seed ${seed}`,
  seedColumn: 'Seed',
  spread: (runs: number, mean: string, deviation: string, low: string, high: string) =>
    `${runs} seeds: QAT INT8 gets ${mean} of the test pictures right on average, with a standard deviation of ${deviation} points, from ${low} to ${high}.`,
  noSpread: 'Mean and spread stand here once two of them have come to the end of step 8.',
  curveLoss: 'Loss',
  deleteTitle: (name: string) => `Delete ${name}?`,
  endsStep: 'The running step ends.',
  deleteLive:
    'Its results are forgotten, and so is what this browser has saved of its training. Other runs, other trainings that are saved and what was downloaded are kept.',
  deletePast:
    'Its settings, figures and curves are forgotten, and the integer model that is kept of it. Other runs and trainings that are saved are kept.',
  keepIt: 'Keep it',
};
