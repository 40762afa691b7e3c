// What a PyTorch script of a recipe is: its text, and what it has to leave out. Not for the scripts: eager.ts, torchao.ts.
import { CHOICES, type Choice, type Recipe } from '../recipe/recipe';
import { NAMES } from '../recipe/recipe-text';

/** A choice in force that a script leaves out, or keeps in part. */
export interface LeftOut {
  readonly choice: Choice;
  /** As an address says it: 'ranges=mse'. */
  readonly setting: string;
  /** Sentences: why, and what the script does in its place. */
  readonly why: string;
}

export interface Script {
  readonly filename: string;
  readonly text: string;
  readonly leftOut: readonly LeftOut[];
}

/** Why a choice is left out; undefined where it is not. */
export type Reasons = Readonly<Partial<Record<Choice, (recipe: Recipe) => string | undefined>>>;

/** Every choice in force for which there is a reason, the first one that is. */
export const leftOutFor = (recipe: Recipe, ...all: readonly Reasons[]): readonly LeftOut[] =>
  CHOICES.flatMap((choice) => {
    const why = all.map((reasons) => reasons[choice]?.(recipe)).find((reason) => reason !== undefined);
    return why === undefined ? [] : [{ choice, setting: `${NAMES[choice]}=${recipe[choice]}`, why }];
  });

/** What PyTorch has nothing for, in whichever way. */
export const NOWHERE: Reasons = {
  powerOfTwo: ({ powerOfTwo }) =>
    powerOfTwo ? 'PyTorch has no observer whose scales are powers of two. They are any.' : undefined,
  ranges: ({ ranges }) =>
    ranges === 'histogram' || ranges === 'minmax'
      ? undefined
      : 'PyTorch has no observer that chooses the ranges of activations so. HistogramObserver does.',
  weightRanges: ({ weightRanges }) =>
    weightRanges === 'minmax'
      ? undefined
      : 'PyTorch has no observer that chooses the ranges of weights so. The smallest and the largest are taken.',
  rounding: ({ rounding }) => (rounding === 'nearest' ? undefined : 'PyTorch rounds every weight to the nearest code.'),
  beginAt: ({ beginAt }) => (beginAt === 'weights' ? undefined : 'QAT begins with the weights as they are.'),
  correctBias: ({ correctBias }) => (correctBias ? 'Biases stay as they are.' : undefined),
  equalize: ({ equalize }) => (equalize ? 'Channels stay as they are.' : undefined),
  oscillations: ({ oscillations }) =>
    oscillations === 'leave' ? undefined : 'PyTorch has nothing that watches codes. Weights are left to oscillate.',
  reestimateBatchNorm: ({ reestimateBatchNorm }) =>
    reestimateBatchNorm === 0
      ? undefined
      : 'torch.optim.swa_utils.update_bn changes the variances by which weights are scaled while it looks. The running statistics stay.',
};
