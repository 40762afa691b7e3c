import { expect, it } from 'vitest';
import { CIFAR10 } from '../data/cifar10-spec';
import { fileNameOf, markOf, runNameOf, type Own } from './own';
import { expectedShapes, fits, network, withLastLayer } from './resnet18-cifar10';

const weights = (classes: number) => ({ name: 'my weights.v2.pt', sum: '01', classes, blob: new Blob() });
const images = (classes: readonly string[]) => ({
  ...{ name: 'pets.zip', sum: '02', spec: { ...CIFAR10, classes }, blob: new Blob() },
  counts: { train: 1, validation: 1, test: 1 },
});

it('uses the last layer as it is where it tells apart what the images show', () => {
  const [same, other] = [images(CIFAR10.classes), images(['cat', 'dog'])];
  const cases: readonly (readonly [Own, boolean])[] = [
    [{}, true],
    [{ images: same }, true],
    [{ images: other }, false],
    [{ images: images([...CIFAR10.classes].reverse()) }, false],
    [{ network: weights(10) }, true],
    [{ network: weights(7) }, false],
    [{ network: weights(2), images: other }, true],
  ];
  for (const [own, fit] of cases) expect(fits(own)).toBe(fit);
});

it('names files and runs by what is not the page’s own, and tells it from others', () => {
  const own = { network: weights(2), images: images(['cat', 'dog']) };
  expect([fileNameOf({}), fileNameOf(own)]).toEqual(['resnet18-cifar10', 'my-weights-v2-pets']);
  expect([runNameOf({}, 3), runNameOf(own, 3)]).toEqual([3, 'my weights.v2.pt + pets.zip 3']);
  expect([markOf({}), markOf(own), markOf({ images: own.images })]).toEqual(['', 'n01i02', 'i02']);
});

it('expects every parameter of the network, of which the last layer alone leaves its classes open', () => {
  const shapes = expectedShapes();
  expect(shapes.get('fc.weight')).toEqual(['classes', 512]);
  expect(shapes.get('fc.bias')).toEqual(['classes']);
  expect(shapes.get('conv1.weight')).toEqual([64, 3, 7, 7]);
  expect([...shapes.values()].filter((shape) => shape.includes('classes'))).toHaveLength(2);
});

it('has another last layer in the place of its own', () => {
  const layer = { weight: new Float32Array(3 * 512).fill(2), bias: Float32Array.of(1, 2, 3) };
  const { graph, params } = withLastLayer({ graph: network(), params: new Map(), images: CIFAR10 }, layer);
  expect(graph.nodes.at(-1)!.out.c).toBe(3);
  expect(params.get('fc.weight')).toEqual({ shape: [3, 512], data: layer.weight });
  expect(params.get('fc.bias')).toEqual({ shape: [3], data: layer.bias });
});
