// What an earlier visit made of other files than this project has: why it is refused. Not for telling them apart: markOf.
import { PlaygroundError } from '../core/errors';

/** @param what is asked for, and what for @param own it is of files of a visitor's own, and not of the page's */
export const ofOtherFiles = (what: 'training' | 'run', purpose: 'resume' | 'open', own: boolean): PlaygroundError =>
  own
    ? new PlaygroundError(
        'storage',
        `That ${what} is of a network or of images of a visitor's own, which this page does not have now.`,
        `Give the same files again in the load step, then ${purpose} it.`,
      )
    : new PlaygroundError(
        'storage',
        `That ${what} is of the page's own network and images.`,
        `Go back to them in the load step, then ${purpose} it.`,
      );
