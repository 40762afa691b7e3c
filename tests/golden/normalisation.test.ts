// Normalised image bytes against torchvision's float32 arithmetic, to the last bit.
import { expect, it } from 'vitest';
import { normalisedBytes } from '../../src/core/image-spec';
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { loadFixture } from './fixture';

it('every byte of every channel', () => {
  expect(normalisedBytes(CIFAR10)).toEqual(loadFixture('normalisation').f32('table'));
});
