// A visitor's own picture, as runes: its pixels, the square that is cut out of them, and what the models of the run in hand
// take that for. It outlasts runs and folded steps. Not for reading files, cameras or drawings: src/ui/own; not for
// computing: the project does that.
import { getContext, setContext } from 'svelte';
import type { AnsweringModel } from '../../project/types';
import { mostLikely, probabilities } from '../../report/probabilities';
import { ANSWERING } from '../compare/models';
import { averaged } from '../../data/averaged';
import { largestSquare, type Square } from '../../data/square';
import type { OwnFiles } from './own-files.svelte';
import type { Playground } from './playground.svelte';
import { problemOf, type Problem } from './problem';

/** Milliseconds that a hand rests before the networks are asked. */
const REST = 150;
const NAMED = 3;

/** One model's answer: of every class, and the likeliest ones. */
const answerOf = (model: AnsweringModel, logits: Float32Array) => {
  const all = probabilities(logits);
  return { model, all, likeliest: mostLikely(all, NAMED) };
};
type OwnAnswer = ReturnType<typeof answerOf>;

export class OwnPicture {
  /** As it was opened; a new one takes its place only once it is there. */
  picture = $state.raw<ImageData>();
  square = $state.raw<Square>();
  opening = $state(false);
  asking = $state(false);
  /** Why the picture that was given last was not opened, and why the networks did not answer. */
  problem = $state.raw<Problem>();
  askProblem = $state.raw<Problem>();
  private answered = $state.raw<{
    readonly picture: ImageData;
    readonly runId: string;
    readonly answers: readonly OwnAnswer[];
  }>();
  /** Counts what was asked for: what is no longer the newest is let go. */
  private openings = 0;
  private askings = 0;

  /** What the networks take; once one is loaded. */
  readonly images = $derived.by(() => this.playground.results.load?.images);
  /** What they are given: the square, as small as they take it. */
  readonly pixels = $derived.by(() => {
    const { picture, square, images } = this;
    return picture && square && images && averaged(picture, square, images.w);
  });
  /** Of the run in hand to this picture, perhaps to the square as it was a moment ago. */
  readonly answers = $derived.by(() => {
    const { answered, picture, playground } = this;
    return answered?.picture === picture && answered?.runId === playground.current.id ? answered.answers : undefined;
  });
  /** What the run in hand has come to, as far as its models are concerned. */
  private readonly ready = $derived.by(() => {
    const { id, states } = this.playground.current;
    return `${id} ${states.train} ${states.convert} ${this.files.integers?.name}`;
  });

  /** @param files may hold an integer network, which answers too */
  constructor(
    private readonly playground: Playground,
    private readonly files: Pick<OwnFiles, 'integers'>,
  ) {}

  /** Opens a picture; where that fails, the one there is stays. @returns whether it is this one that stands there now */
  async open(read: () => ImageData | Promise<ImageData>): Promise<boolean> {
    const opening = ++this.openings;
    this.problem = undefined;
    this.opening = true;
    try {
      const picture = await read();
      if (opening !== this.openings) return false;
      this.picture = picture;
      this.square = largestSquare(picture);
      return true;
    } catch (error) {
      if (opening === this.openings) this.problem = problemOf(error);
      return false;
    } finally {
      if (opening === this.openings) this.opening = false;
    }
  }

  /** Asks once the hand rests and nothing computes; to be called in an effect, which a change starts again. */
  ask(): (() => void) | undefined {
    const { pixels, picture, ready, playground } = this;
    if (!pixels || !picture || !ready || playground.busy) return undefined;
    const timer = setTimeout(() => void this.askFor(picture, pixels), REST);
    return () => clearTimeout(timer);
  }

  private async askFor(picture: ImageData, pixels: Uint8Array): Promise<void> {
    const asking = ++this.askings;
    const runId = this.playground.current.id;
    this.askProblem = undefined;
    this.asking = true;
    try {
      const logits = await this.playground.project.answersTo(pixels);
      if (asking !== this.askings) return;
      const answers = ANSWERING.flatMap((model) => (logits[model] ? [answerOf(model, logits[model])] : []));
      this.answered = { picture, runId, answers };
    } catch (error) {
      if (asking === this.askings) this.askProblem = problemOf(error);
    } finally {
      if (asking === this.askings) this.asking = false;
    }
  }
}

const KEY = Symbol('own picture');
/** For the components below, as provided at the top of the page. */
export const provideOwnPicture = (own: OwnPicture): OwnPicture => setContext(KEY, own);
export const useOwnPicture = (): OwnPicture => getContext(KEY);
