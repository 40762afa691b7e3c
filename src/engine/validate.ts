// What the WASM engine asks of an Int8Model beyond its being well-formed: maps that can be planned pixel by pixel.
// Not for planning: what passes here can be planned.
import type { Int8Model } from '../convert/int8-model';
import { validateInt8Model } from '../convert/validate';
import { PlaygroundError } from '../core/errors';

/** A plan lists every pixel of a convolution. */
const MAX_PIXELS = 1 << 18;

/** @throws PlaygroundError 'bad-file' naming the first thing that is wrong */
export function validateModel(model: Int8Model): void {
  validateInt8Model(model);
  model.tensors.forEach(({ h, w }, index) => {
    if (h * w <= MAX_PIXELS) return;
    throw new PlaygroundError(
      'bad-file',
      `The int8 engine cannot run this model: tensor ${index} has ${h} x ${w} pixels, more than ${MAX_PIXELS}.`,
      'Use a model for smaller images.',
    );
  });
}
