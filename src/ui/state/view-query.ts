// How the page is shown, as part of its address and as text that is kept: language, theme, size of text, parts that are hidden,
// keys of a presenter, whether figures are guessed first. Not for choices of the recipe (src/recipe), nor for putting it into effect:
// view.svelte.ts.

import { LANGUAGE_IDS, type Language } from '../words/words.svelte';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
/** Text in percent of the browser's own size. */
export const SIZES = [100, 125, 150, 175] as const;
export type Size = (typeof SIZES)[number];
/** Parts of the page that can be hidden. */
export const PARTS = [
  'network',
  'layers',
  'runs',
  'steps',
  'code',
  'exercises',
  'class',
  'gallery',
  'glossary',
  'results',
] as const;
export type Part = (typeof PARTS)[number];

export interface ViewChoices {
  readonly language: Language;
  readonly theme: Theme;
  readonly size: Size;
  readonly hidden: readonly Part[];
  /** Page Down and Page Up go from part to part. */
  readonly keys: boolean;
  /** A figure is guessed before it is shown. */
  readonly predict: boolean;
}

export const PLAIN_VIEW: ViewChoices = {
  language: 'en',
  theme: 'auto',
  size: 100,
  hidden: [],
  keys: false,
  predict: false,
};

/** What each is called in an address. */
const NAMES = {
  language: 'lang',
  theme: 'theme',
  size: 'text',
  hidden: 'hide',
  keys: 'present',
  predict: 'predict',
} as const satisfies Readonly<Record<keyof ViewChoices, string>>;

/** What an address asks for in place of `base`; what it asks for that there is not is passed over, as it changes no figure. */
export function viewOf(query: string, base: ViewChoices = PLAIN_VIEW): ViewChoices {
  const asked = new URLSearchParams(query);
  const language = LANGUAGE_IDS.find((language) => language === asked.get(NAMES.language));
  const theme = THEMES.find((theme) => theme === asked.get(NAMES.theme));
  const size = SIZES.find((size) => String(size) === asked.get(NAMES.size));
  const hidden = asked.get(NAMES.hidden)?.split(',');
  return {
    language: language ?? base.language,
    theme: theme ?? base.theme,
    size: size ?? base.size,
    hidden: hidden ? PARTS.filter((part) => hidden.includes(part)) : base.hidden,
    keys: asked.has(NAMES.keys) || base.keys,
    predict: asked.has(NAMES.predict) || base.predict,
  };
}

/** What differs from the plain view, e.g. 'theme=dark&text=150'; empty where nothing does. */
export function viewQuery({ language, theme, size, hidden, keys, predict }: ViewChoices): string {
  const parts = [
    language === PLAIN_VIEW.language ? '' : `${NAMES.language}=${language}`,
    theme === PLAIN_VIEW.theme ? '' : `${NAMES.theme}=${theme}`,
    size === PLAIN_VIEW.size ? '' : `${NAMES.size}=${size}`,
    hidden.length === 0 ? '' : `${NAMES.hidden}=${hidden.join(',')}`,
    keys ? `${NAMES.keys}=1` : '',
    predict ? `${NAMES.predict}=1` : '',
  ];
  return parts.filter(Boolean).join('&');
}

/** A query without what it says of the view. */
export function withoutView(query: string): string {
  const rest = new URLSearchParams(query);
  for (const name of Object.values(NAMES)) rest.delete(name);
  return String(rest);
}

/** One query of two: each with or without its '?'. */
export function joinQueries(first: string, second: string): string {
  const both = [first, second].map((query) => query.replace(/^\?/, '')).filter(Boolean);
  return both.length > 0 ? `?${both.join('&')}` : '';
}
