// The panel for a lecture.
import type { Part, Theme } from '../../state/view-query';

export const lecture = {
  title: 'For a lecture',
  colours: 'Colours',
  themes: { auto: 'As the system', light: 'Light', dark: 'Dark' } satisfies Record<Theme, string>,
  size: 'Size of text',
  shown: 'Shown',
  parts: {
    network: 'The network',
    layers: 'Which layer hurts?',
    runs: 'Runs',
    steps: 'The nine steps',
    code: 'Code beside the page',
    exercises: 'Exercises',
    class: 'A class',
    gallery: 'What goes wrong',
    glossary: 'Glossary',
    results: 'Results at the foot',
  } satisfies Record<Part, string>,
  keys: 'Page Down and Page Up, or a clicker, go from part to part',
  copy: 'Copy the link to this view',
  copied: 'The link is copied.',
  notCopied: (link: string) => `This browser does not let the page copy. The link is the address of this page: ${link}`,
};
