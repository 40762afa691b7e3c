// The page on a fake session, for its tests and for looking at it. Query: fail=STEP fails that step, or the control,
// once; delay=MS is the length of a tick, webgpu=STATUS, broken=1 makes the session impossible; saved, taken, full and
// lose: FakeOptions. No figure here is a measurement.
import { mount } from 'svelte';
import uPlot from 'uplot';
import App from '../../src/ui/App.svelte';
import '../../src/ui/theme.css';
import { FakeSession } from './fake-session';

const query = new URLSearchParams(location.search);
const target = document.getElementById('app')!;
mount(App, {
  target,
  props: {
    open() {
      if (query.get('broken')) throw new Error('This browser has no module workers.');
      const session = new FakeSession({
        fail: query.get('fail') ?? '',
        delay: Number(query.get('delay') ?? 10),
        webgpu: query.get('webgpu') ?? 'no-api',
        saved: query.get('saved') ?? '',
        taken: query.has('taken'),
        full: query.has('full'),
        loseAt: Number(query.get('lose') ?? 0),
      });
      return Object.assign(globalThis, { fake: session, uPlot }).fake;
    },
  },
});
