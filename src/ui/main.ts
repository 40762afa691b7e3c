// The page's entry: mounts App on real sessions; the newest is globalThis.playground for the report command.
// Not for anything else.
import { mount } from 'svelte';
import { createSession } from '../session/session';
import App from './App.svelte';
import './theme.css';

const target = document.getElementById('app')!;
target.replaceChildren();
mount(App, { target, props: { open: () => Object.assign(globalThis, { playground: createSession() }).playground } });
