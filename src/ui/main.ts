// The page's entry: mounts App on real sessions; the newest is globalThis.playground for the report command.
// index.html brings theme.css, so that the page has its colours before this runs.
import { mount } from 'svelte';
import { createSession } from '../session/session';
import App from './App.svelte';

const target = document.getElementById('app')!;
target.replaceChildren();
mount(App, { target, props: { open: () => Object.assign(globalThis, { playground: createSession() }).playground } });
