// The table of steps: what each asks of the workers, for one run with one recipe. Not for their order, nor for failures:
// performer.ts.
import { affineWeights } from '../convert/affine-weights';
import { serializeInt8Model } from '../int8/serialize';
import { fileNameOf, type Place } from '../model/own';
import { isAffine } from '../quant/qconfigs';
import type { Recipe } from '../recipe/recipe';
import type { Backends } from './backends';
import { compare } from './compare';
import type { Events } from './events';
import { configured } from './kept-results';
import { THREADS, type IntegerNetworks } from './integer-networks';
import type { ProjectRun } from './run';
import type { StepId } from './steps';
import type { Trainings } from './trainings';
import type { StepResults } from './types';
import type { Workers } from './workers';

/** The article's equivalence check. */
const EQUIVALENCE = { randomTests: 100, imageTests: 100 };

/** Bytes and weights, what a network makes of images, and a last layer that is trained anew. */
const LOADING = { bytes: 'checkpoint', tests: 'checkpoint', images: 'network', steps: 'last layer' } as const;

/** The article's steps, and the half of the train step that conversion needs. */
export type Work = StepId | 'qat';
export const stepOf = (work: Work): StepId => (work === 'qat' ? 'train' : work);

/** What is known of a work before anything is done for it. @throws PlaygroundError 'unsupported' */
export function checkBeforehand(work: Work, { weightScheme }: Recipe): void {
  if (work === 'convert' && isAffine(weightScheme)) throw affineWeights();
}

export interface Parts {
  readonly place: Place;
  /** Those there are now. */
  readonly workers: () => Workers;
  readonly events: Events;
  readonly backends: Backends;
  readonly networks: IntegerNetworks;
  readonly trainings: Trainings;
}

type Filled = Exclude<StepId, 'train'>;
type Steps = { readonly [S in Filled]: (run: ProjectRun, recipe: Recipe) => Promise<StepResults[S]> };

/** @returns does one work with the choices as they are at its start; what that returns keeps what it gave */
export function stepWork(parts: Parts): (run: ProjectRun, work: Work) => Promise<() => void> {
  const { backends, trainings } = parts;
  const steps = stepsOf(parts);

  async function fill<S extends Filled>(run: ProjectRun, step: S, recipe: Recipe) {
    const result = await steps[step](run, recipe);
    return () => run.keep(step, result, recipe);
  }

  return async (run, work) => {
    const { recipe } = run;
    if (work !== 'load' && run.results.load) await backends.activate(run, recipe);
    if (work === 'train') return trainings.both(run, recipe);
    if (work !== 'qat') return fill(run, work, recipe);
    await trainings.qat(run, recipe);
    return () => {};
  };
}

const stepsOf = ({ place, workers, events, backends, networks, trainings }: Parts): Steps => ({
  load: async (run, { backend: choice }) => {
    const { train, engine } = workers();
    const backend = await backends.start(choice);
    await engine.start(place);
    return { ...(await train.load(events.progress(run, 'load', LOADING))), backend };
  },
  fuse: () => workers().train.fuse(),
  verify: (run) => workers().train.verify(EQUIVALENCE, events.progress(run, 'verify', 'equivalence')),
  configure: async (_, recipe) => configured(recipe),
  prepare: (_, recipe) => workers().train.prepare(recipe),
  convert: async (run) => networks.convert(run, await trainings.of(run)),
  compare: async (run, recipe) => {
    const { results } = run;
    await networks.bring(run, 'compare');
    return compare(workers(), {
      place: backends.placeOf(recipe),
      threads: THREADS,
      recipe,
      trained: await trainings.of(run),
      backend: results.load!.backend,
      convert: results.convert!,
      training: results.train!,
      fp32: (onProgress) => backends.fp32(recipe, 'test', recipe.images, onProgress),
      progress: (part) => events.progress(run, 'compare', part),
    });
  },
  save: async ({ int8Model }) => {
    const bytes = serializeInt8Model(int8Model!);
    const blob = new Blob([bytes], { type: 'application/octet-stream' });
    return { filename: `${fileNameOf(place.own)}.int8`, bytes: blob.size, blob };
  },
});
