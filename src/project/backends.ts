// Which backend the train worker has, and what all runs with the same choice of it share: the loaded network, its proofs,
// and FP32's answers to images. Not for choosing one: the worker does.
import { proxy } from 'comlink';
import type { Place } from '../model/own';
import type { Recipe } from '../recipe/recipe';
import type { Evaluation } from '../report/types';
import type { BackendInfo, OnProgress, Split } from '../worker/api';
import type { Events } from './events';
import type { ProjectRun, SharedResults } from './run';
import type { Workers } from './workers';

type Backend = Recipe['backend'];

export class Backends {
  private readonly shared = new Map<Backend, SharedResults>();
  /** The choice whose backend the train worker has. */
  private active: Backend | undefined;
  /** Of FP32: whichever worker gave them, they stay the same. */
  private readonly answers = new Map<string, Promise<Evaluation>>();

  /** @param workers those there are now */
  constructor(
    private readonly workers: () => Pick<Workers, 'train'>,
    private readonly place: Place,
    private readonly events: Events,
  ) {}

  sharedBy(backend: Backend): SharedResults {
    if (!this.shared.has(backend)) this.shared.set(backend, {});
    return this.shared.get(backend)!;
  }

  /** For a worker that loads the network itself: with the last layer that was trained for it, where there is one. */
  placeOf({ backend }: Recipe): Place {
    return { ...this.place, lastLayer: this.sharedBy(backend).load?.lastLayer };
  }

  /** Starts a backend in the train worker, in the place of the one there is. */
  async start(backend: Backend): Promise<BackendInfo> {
    this.active = undefined;
    const replaced = proxy((info: BackendInfo) => this.replace(info));
    const info = await this.workers().train.start(this.place, backend, replaced);
    this.active = backend;
    return info;
  }

  /** Gives the train worker the backend that a loaded run has chosen. */
  async activate(run: ProjectRun, recipe: Recipe): Promise<void> {
    if (this.active === recipe.backend) return;
    const backend = await this.start(recipe.backend);
    run.keep('load', { ...run.results.load!, backend }, recipe);
  }

  /** FP32's answers to the first images of a split: computed once for each backend, split and number of images. */
  fp32({ backend }: Recipe, split: Split, images: number, onProgress: OnProgress): Promise<Evaluation> {
    const key = `${backend} ${split} ${images}`;
    const answer = this.answers.get(key) ?? this.workers().train.evaluate({ kind: 'fp32' }, split, images, onProgress);
    this.answers.set(key, answer);
    // A failure is forgotten, so that the next call tries again.
    answer.catch(() => this.answers.delete(key));
    return answer;
  }

  /** The next step that needs the backend starts it again. */
  retire(): void {
    this.active = undefined;
  }

  /** The worker is another one: nothing is loaded. */
  forget(): void {
    this.retire();
    this.shared.clear();
  }

  /** The worker had to take another backend for the one it was given. */
  private replace(backend: BackendInfo): void {
    const shared = this.active && this.shared.get(this.active);
    if (shared?.load) Object.assign(shared, { load: { ...shared.load, backend } });
    this.events.emit({ type: 'backend-replaced', backend });
    this.events.changed();
  }
}
