// The page on fake workers, for its tests and for looking at it. Query: fail=STEP fails that step, or the control, once;
// delay=MS is the length of a tick, webgpu=STATUS, broken=1 makes the project impossible; saved, taken, full, inexact and lose:
// FakeOptions; kept: fake-kept-page.ts; address is what the page takes for its own query. No figure here is a measurement.
import { mount } from 'svelte';
import { createProject } from '../../src/project/project';
import type { Isolation } from '../../src/offline/api';
import type { Own } from '../../src/project/types';
import type { Recipe } from '../../src/recipe/recipe';
import App from '../../src/ui/App.svelte';
import { allowOwnWorkers } from '../../src/ui/trusted';
import '../../src/ui/theme.css';
import { fakeImage } from './fake-results';
import { fakeKeptPage } from './fake-kept-page';
import { CHOSEN, FakeWorkers } from './fake-workers';

// Its workers lie beside the folder that it is in.
allowOwnWorkers(`${location.origin}/`);

const query = new URLSearchParams(location.search);
const target = document.getElementById('app')!;
const given = query.get('address') ?? '';
const here = Object.assign(globalThis, { address: given });
mount(App, {
  target,
  props: {
    open(recipe: Recipe, own: Own) {
      if (query.get('broken')) throw new Error('This browser has no module workers.');
      const fake = new FakeWorkers({
        fail: query.get('fail') ?? '',
        delay: Number(query.get('delay') ?? 10),
        webgpu: query.get('webgpu') ?? 'no-api',
        saved: query.get('saved') ?? '',
        taken: query.has('taken'),
        full: query.has('full'),
        inexact: query.has('inexact'),
        loseAt: Number(query.get('lose') ?? 0),
      });
      const playground = createProject({
        recipe: given || Object.keys(own).length > 0 ? recipe : CHOSEN,
        own,
        startWorkers: fake.start,
      });
      const image = async (index: number) => fakeImage(index);
      const testImages = (indices: readonly number[]) => Promise.all(indices.map(image));
      Object.assign(playground, { stops: fake.stops, testImages, validationImage: image });
      return Object.assign(globalThis, { fake, playground }).playground;
    },
    kept: fakeKeptPage(query.get('kept')),
    isolation: (tell: (isolation: Isolation) => void) => tell('here'),
    address: { read: () => given, write: (query: string) => void (here.address = query) },
  },
});
