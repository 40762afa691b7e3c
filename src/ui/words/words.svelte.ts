// What the page says, in the language in force, and the change to another. Texts: en/ and, of the same type, every other
// language, loaded when it is asked for. Not for numbers: format.ts.
import { english } from './en';

/** All texts: strings, and functions of what stands in them. */
export type Words = typeof english;

/** By name in an address: the tag for assistive technology, and what the language calls itself. */
export const LANGUAGES = {
  en: { tag: 'en', name: 'English', load: () => Promise.resolve<Words>(english) },
  zh: { tag: 'zh-Hans', name: '简体中文', load: async (): Promise<Words> => (await import('./zh')).chinese },
} as const;
export type Language = keyof typeof LANGUAGES;
export const LANGUAGE_IDS = Object.keys(LANGUAGES) as readonly Language[];

let current = $state.raw<Words>(english);
let asked: Language = 'en';

/** The texts in force. Read where something is drawn or said, so that it follows a change. */
export const words = (): Words => current;

/** Puts a language in force, on the document too. @throws what loading it throws; the language is then what it was */
export async function speak(language: Language): Promise<void> {
  const { tag, load } = LANGUAGES[language];
  asked = language;
  const texts = await load();
  // Another one was asked for meanwhile.
  if (asked !== language) return;
  current = texts;
  document.documentElement.lang = tag;
  document.title = current.common.pageTitle;
}

/** @param tags as a browser prefers them, e.g. 'zh-CN'; @returns the first that there is; English where there is none */
export function preferred(tags: readonly string[]): Language {
  const known = tags.map((tag) => LANGUAGE_IDS.find((language) => tag.toLowerCase().split('-')[0] === language));
  return known.find((language) => language !== undefined) ?? 'en';
}
