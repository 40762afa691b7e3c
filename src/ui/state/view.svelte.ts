// How the page is shown, as runes, and put into effect: language on the page's texts, theme and size of text on the document,
// kept for the next visit where the browser lets it. Not for what an address may say of it: view-query.ts.
import { getContext, setContext } from 'svelte';
import { errorText } from '../../core/causes';
import { keep, kept } from './kept';
import { preferred, speak, words, type Language } from '../words/words.svelte';
import type { Problem } from './problem';
import { PLAIN_VIEW, viewOf, viewQuery, type Part, type Size, type Theme, type ViewChoices } from './view-query';

/** Where theme and size are kept, and where the language. */
const KEPT = 'qat-playground-view';
const KEPT_LANGUAGE = 'qat-playground-language';

export class View {
  /** In force, or on its way. */
  language = $state<Language>('en');
  private spoken: Language = 'en';
  /** Why the page does not speak the language that was asked for. */
  languageProblem = $state.raw<Problem>();
  theme = $state<Theme>('auto');
  size = $state<Size>(100);
  hidden = $state.raw<readonly Part[]>([]);
  keys = $state(false);
  predict = $state(false);
  readonly query = $derived(viewQuery(this));

  /** @param query of the page's address, which comes before what was kept, and that before what the browser prefers */
  constructor(query: string) {
    const language = preferred([kept(KEPT_LANGUAGE) ?? '', ...navigator.languages]);
    this.choose(viewOf(query, { ...viewOf(kept(KEPT) ?? ''), language }));
  }

  choose({ language, theme, size, hidden, keys, predict }: ViewChoices): void {
    this.language = language;
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

  /** The page speaks the language, once its texts are here; where they cannot be had it stays with the one in force. */
  async speak(language: Language): Promise<void> {
    this.language = language;
    this.languageProblem = undefined;
    try {
      await speak(language);
      this.spoken = language;
      keep(KEPT_LANGUAGE, language);
    } catch (error) {
      this.language = this.spoken;
      this.languageProblem = words().view.notLoaded;
      console.error(`${this.languageProblem.message}\n${errorText(error)}`);
    }
  }

  /** To be called in an effect. */
  apply(): void {
    const { documentElement: root } = document;
    root.dataset.theme = this.theme;
    root.style.fontSize = this.size === PLAIN_VIEW.size ? '' : `${this.size}%`;
    const { theme, size } = this;
    keep(KEPT, viewQuery({ ...PLAIN_VIEW, theme, size }));
  }
}

const KEY = Symbol('view');
export const provideView = (view: View): View => setContext(KEY, view);
export const useView = (): View => getContext<View>(KEY);
