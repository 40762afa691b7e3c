// What a model file does not say of images and classes, from options or as the playground's networks have it.
// Not for bytes and codes: src/convert/image.ts.
import { PlaygroundError } from '../core/errors';
import { bytesPerImage, type ImageSpec } from '../core/image-spec';
import { CIFAR10 } from '../data/cifar10-spec';
import type { Int8Model } from '../int8/int8-model';

/** @throws PlaygroundError 'bad-argument' unless the options fit the model */
export function specOf(
  { tensors, ops }: Int8Model,
  options: Partial<Pick<ImageSpec, 'mean' | 'std' | 'classes'>>,
): ImageSpec {
  const { h, w, c } = tensors[0];
  const outputs = bytesPerImage(tensors[ops[ops.length - 1].output]);
  const { mean = CIFAR10.mean, std = CIFAR10.std, classes = namesOf(outputs) } = options;
  const perChannel = (values: readonly number[]) => values.length === c && values.every(Number.isFinite);
  if (!perChannel(mean) || !perChannel(std) || std.some((value) => value <= 0))
    refuse(`a mean and a standard deviation above 0 for each of its ${c} channels`);
  if (classes.length !== outputs) refuse(`names for its ${outputs} classes`);
  return { h, w, c, mean, std, classes };
}

const namesOf = (outputs: number): readonly string[] =>
  outputs === CIFAR10.classes.length ? CIFAR10.classes : Array.from({ length: outputs }, (_, i) => String(i));

function refuse(needs: string): never {
  throw new PlaygroundError('bad-argument', `This network needs ${needs}.`, 'Pass them as options of loadModel.');
}
