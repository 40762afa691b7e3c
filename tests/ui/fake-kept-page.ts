// A page that is kept for a visit without a network, as the page on fakes believes. For tests of the page only.
import type { KeptPage } from '../../src/offline/api';

const MiB = 2 ** 20;
const ALL = { weights: 21 * MiB, images: 158 * MiB };

/** @param state 'page', 'some' or 'all' that is kept; with 'newer' a newer version waits, and other tabs are open; null: none */
export function fakeKeptPage(state: string | null): KeptPage | undefined {
  if (!state) return undefined;
  const weights = state === 'page' ? 0 : ALL.weights;
  const images = { page: 0, all: ALL.images }[state] ?? 12 * MiB;
  return {
    answeredAll: true,
    look: async () => ({ weights: { kept: weights, all: ALL.weights }, images: { kept: images, all: ALL.images } }),
    on(tell) {
      tell('kept');
      if (state === 'newer') tell('newer');
    },
    takeOver: async () => false,
  };
}
