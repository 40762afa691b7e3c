// The page's Start over action, for whoever offers it. Not for ending a session: App does that.
import { getContext, setContext } from 'svelte';

const KEY = Symbol('start over');
export const useStartOver = (): (() => void) => getContext<() => void>(KEY);
export const provideStartOver = (action: () => void): void => void setContext(KEY, action);
