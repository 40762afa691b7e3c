// Files of weights as PyTorch, safetensors and numpy write them, read by the page's own readers; and such as it refuses.
import { describe, expect, it } from 'vitest';
import { PlaygroundError } from '../../src/core/errors';
import { imagesOfNpz } from '../../src/import/labelled-images';
import { readPyTorch } from '../../src/import/pytorch';
import { readSafetensors } from '../../src/import/safetensors';
import { loadFixture } from './fixture';

type Group = Readonly<Record<string, string>>;
const fixture = loadFixture<{ readonly good: Group; readonly bad: Group; readonly arrays: Group }>('files');
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const { good, bad, arrays } = fixture.values;
const weights = (name: string) =>
  (name.endsWith('.pt') ? readPyTorch : readSafetensors)(bytesOf(good[name]));

describe('weights', () => {
  it.each(Object.keys(good))('%s', (name) => {
    const tensors = weights(name);
    expect(tensors.size).toBeGreaterThan(4);
    for (const [key, { shape, values }] of tensors) {
      const wanted = [`tensor.${key}`, `module.${key}`].find((one) => fixture.names.includes(one))!;
      // A fixture has no scalars.
      expect(shape.length > 0 ? shape : [1]).toEqual(fixture.shape(wanted));
      expect(values()).toEqual(fixture.f32(wanted));
    }
  });

  it('all tensors of a state dict are there, views too', () => {
    const tensors = fixture.names.filter((name) => name.startsWith('tensor.'));
    expect([...weights('state_dict.pt').keys()].sort()).toEqual(tensors.map((name) => name.slice(7)).sort());
  });
});

describe('what is refused, and why', () => {
  const WHY: Record<string, string> = {
    'runs.pt': 'it holds "posix.system", which is code and not weights',
    'whole_model.pt': 'it holds "torch.nn.modules.container.Sequential", which is code and not weights',
    'legacy.pt': 'it is not of the form that torch.save has written since PyTorch 1.6',
    'repeated.pt': 'tensor "weight": its values are not all there',
    'no_dict.pt': 'it is not a dict',
  };
  it.each(Object.keys(bad))('%s', (name) => {
    const read = () => readPyTorch(bytesOf(bad[name]));
    expect(read).toThrow(PlaygroundError);
    expect(read).toThrow(`This file cannot be read as a PyTorch state dict: ${WHY[name]}.`);
  });
});

describe('images of numpy', () => {
  it.each(['images.npz', 'fortran.npz'])('%s', (name) => {
    const { pixels, ...set } = imagesOfNpz(bytesOf(arrays[name]));
    expect(pixels).toEqual(fixture.u8('images'));
    const classes = ['class 0', 'class 1', 'class 2'];
    expect(set).toEqual({ count: 4, width: 2, height: 2, labels: Uint8Array.of(1, 0, 2, 1), classes });
  });

  it('objects are pickles, and refused', () => {
    expect(() => imagesOfNpz(bytesOf(arrays['objects.npz']))).toThrow('values of type "|O" are not read');
  });
});
