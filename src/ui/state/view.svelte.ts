// How the page is shown, as runes, and put into effect: theme and size of text on the document, kept for the next visit where
// the browser lets it. Not for what an address may say of it: view-query.ts.
import { getContext, setContext } from 'svelte';
import { keep, kept } from './kept';
import { PLAIN_VIEW, viewOf, viewQuery, type Part, type Size, type Theme, type ViewChoices } from './view-query';

/** Where theme and size are kept. */
const KEPT = 'qat-playground-view';

export class View {
  theme = $state<Theme>('auto');
  size = $state<Size>(100);
  hidden = $state.raw<readonly Part[]>([]);
  keys = $state(false);
  predict = $state(false);
  readonly query = $derived(viewQuery(this));

  /** @param query of the page's address, which comes before what was kept */
  constructor(query: string) {
    this.choose(viewOf(query, viewOf(kept(KEPT) ?? '')));
  }

  choose({ theme, size, hidden, keys, predict }: ViewChoices): void {
    this.theme = theme;
    this.size = size;
    this.hidden = hidden;
    this.keys = keys;
    this.predict = predict;
  }

  shows(part: Part): boolean {
    return !this.hidden.includes(part);
  }

  show(part: Part, shown: boolean): void {
    const others = this.hidden.filter((other) => other !== part);
    this.hidden = shown ? others : [...others, part];
  }

  /** To be called in an effect. */
  apply(): void {
    const { documentElement: root } = document;
    root.dataset.theme = this.theme;
    root.style.fontSize = this.size === PLAIN_VIEW.size ? '' : `${this.size}%`;
    keep(KEPT, viewQuery({ ...PLAIN_VIEW, theme: this.theme, size: this.size }));
  }
}

const KEY = Symbol('view');
export const provideView = (view: View): View => setContext(KEY, view);
export const useView = (): View => getContext<View>(KEY);
