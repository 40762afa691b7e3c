// Normalised image bytes against torchvision's float32 arithmetic, to the last bit.
import { expect, it } from 'vitest';
import { NORMALISED } from '../../src/core/normalisation';
import { loadFixture } from './fixture';

it('every byte of every channel', () => {
  expect(NORMALISED).toEqual(loadFixture('normalisation').f32('table'));
});
