import { CIFAR10 } from './cifar10-spec';
import { expect, it } from 'vitest';
import { loadFixture } from '../../tests/golden/fixture';
import { normalizeImages } from './normalize';

it("gives PyTorch's float32 for every byte in every channel", () => {
  const everyByte = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
  expect(normalizeImages(everyByte, CIFAR10)).toEqual(loadFixture('normalisation').f32('table'));
});
