// A recipe as the address of the page (what differs from the defaults) and as a file. Not for what it may hold: recipe.ts.
import { PlaygroundError } from '../core/errors';
import { parse } from '../core/schema';
import { checkRecipe, CHOICES, DEFAULT_RECIPE, KeptRecipeSchema, type Choice, type Recipe } from './recipe';

/** What each choice is called in an address and on a command line. */
export const NAMES: Readonly<Record<Choice, string>> = {
  backend: 'backend',
  steps: 'steps',
  batch: 'batch',
  learningRate: 'lr',
  schedule: 'schedule',
  weightBits: 'weight-bits',
  activationBits: 'activation-bits',
  images: 'images',
  seed: 'seed',
  augmentation: 'augmentation',
  optimizer: 'optimizer',
  distillation: 'distillation',
  averaging: 'averaging',
  oscillations: 'oscillations',
  reestimateBatchNorm: 'reestimate-batch-norm',
  qconfig: 'qconfig',
  reduceRange: 'reduce-range',
  weightScheme: 'weight-scheme',
  narrowRange: 'narrow-range',
  powerOfTwo: 'power-of-two',
  keepEight: 'keep-eight',
  layerBits: 'layer-bits',
  ranges: 'ranges',
  weightRanges: 'weight-ranges',
  rounding: 'rounding',
  beginAt: 'begin-at',
  correctBias: 'correct-bias',
  equalize: 'equalize',
  batchNorm: 'batch-norm',
  fuseAddRelu: 'fuse-add-relu',
};

/**
 * A recipe of texts by name, each in place of what the base has.
 * @throws PlaygroundError 'bad-argument' naming the first that is unknown, given twice or not what it may be: then none counts
 */
export function readChoices(texts: Iterable<readonly [name: string, text: string]>, base = DEFAULT_RECIPE): Recipe {
  const given = new Map<string, unknown>();
  for (const [name, text] of texts) {
    const choice = choiceNamed(name);
    if (!choice) throw bad(`${name} is unknown.`, `Known are ${Object.values(NAMES).join(', ')}.`);
    if (given.has(choice)) throw bad(`${name} is given twice.`, 'Give it once.');
    given.set(choice, valueOf(text, DEFAULT_RECIPE[choice]));
  }
  return checkRecipe({ ...base, ...Object.fromEntries(given) });
}

/** The query of an address, readable: '?weight-bits=4&steps=300'; empty where all is as by default. */
export function toQuery(recipe: Recipe): string {
  const differing = CHOICES.filter((choice) => recipe[choice] !== DEFAULT_RECIPE[choice]);
  const query = String(new URLSearchParams(differing.map((choice) => [NAMES[choice], String(recipe[choice])])));
  return query && `?${query}`;
}

/**
 * The recipe of an address; parameters that name no choice, as links gather them on their way (utm_source), are passed over.
 * @throws PlaygroundError 'bad-argument' as readChoices
 */
export const fromQuery = (query: string): Recipe =>
  readChoices([...new URLSearchParams(query)].filter(([name]) => choiceNamed(name)));

/** JSON that people can read. */
export const toFile = (recipe: Recipe): string => `${JSON.stringify(recipe, null, 2)}\n`;

/** @throws PlaygroundError 'bad-file' */
export function fromFile(text: string): Recipe {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PlaygroundError('bad-file', 'The recipe is no JSON.', 'Take a file that this page has written.', {
      cause,
    });
  }
  return parse(
    KeptRecipeSchema,
    value,
    ({ what, may }) =>
      new PlaygroundError(
        'bad-file',
        `The recipe cannot be used: ${what}.`,
        may ? `It may be ${may}.` : 'A recipe has every field, and no others.',
      ),
  );
}

const choiceNamed = (name: string): Choice | undefined => CHOICES.find((choice) => NAMES[choice] === name);

/** A text as a value of the same type as `like`; what is none stays text, to be refused as that. */
function valueOf(text: string, like: Recipe[Choice]): Recipe[Choice] | string {
  if (typeof like === 'number') return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
  if (typeof like === 'boolean' && ['true', 'false'].includes(text)) return text === 'true';
  return text;
}

const bad = (what: string, hint: string): PlaygroundError => new PlaygroundError('bad-argument', what, hint);
