import { afterEach, expect, it, vi } from 'vitest';
import { inTurn } from './turns';

afterEach(() => vi.unstubAllGlobals());

it('draws one piece a frame, in the order in which they came, and none that was taken back', () => {
  const asked: (() => void)[] = [];
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => asked.push(callback));
  const frame = () => asked.splice(0).forEach((callback) => callback());
  const drawn: string[] = [];
  const draw = (name: string) => inTurn(() => drawn.push(name));

  draw('loss');
  const takeBack = draw('codes');
  draw('accuracy');
  frame();
  expect(drawn).toEqual(['loss']);
  takeBack();
  draw('scales');
  frame();
  expect(drawn).toEqual(['loss', 'accuracy']);
  frame();
  frame();
  expect(drawn).toEqual(['loss', 'accuracy', 'scales']);
  expect(asked).toEqual([]);

  draw('again')();
  draw('at last');
  frame();
  expect(drawn.at(-1)).toBe('at last');
});
