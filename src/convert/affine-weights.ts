// What our integers cannot hold: weights with zero points. Said before a training, where choices are known, and by convert.
// Not for activations, whose zero points every operation knows.
import { PlaygroundError } from '../core/errors';

/** Why affine weights are not converted. */
export const affineWeights = (): PlaygroundError =>
  new PlaygroundError(
    'unsupported',
    'Affine weights cannot be converted: the weights of this page’s integer engine have no zero points.',
    'Choose symmetric weights. Affine ones can be trained and judged with the rounding simulated, no further.',
  );
