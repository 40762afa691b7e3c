// The page's entry: mounts App on a real project, which is globalThis.playground for the report command.
// index.html brings theme.css, so that the page has its colours before this runs.
import { mount } from 'svelte';
import type { Isolation } from '../offline/api';
import { isolate } from '../offline/isolate';
import { keepPage } from '../offline/keep';
import { createProject } from '../project/project';
import type { Own } from '../project/types';
import type { Recipe } from '../recipe/recipe';
import App from './App.svelte';
import { allowOwnWorkers } from './trusted';

allowOwnWorkers();

const target = document.getElementById('app')!;
target.replaceChildren();
// A page that is being written is not kept: its files change.
const kept = import.meta.env.PROD
  ? keepPage(document.querySelector<HTMLMetaElement>('meta[name=version]')!.content)
  : undefined;
mount(App, {
  target,
  props: {
    open: (recipe: Recipe, own: Own) =>
      Object.assign(globalThis, { playground: createProject({ recipe, own }) }).playground,
    address: {
      read: () => location.search,
      write: (query: string) => history.replaceState(history.state, '', `${location.pathname}${query}${location.hash}`),
    },
    kept,
    isolation: (tell: (isolation: Isolation) => void) => isolate(kept, tell),
  },
});
