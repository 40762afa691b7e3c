// A Vite plugin that puts the page's policy into the built page, and has the preview send what a host would.
// Not for what the policies allow: src/offline/headers.ts.
import type { Plugin } from 'vite';
import { headersFor, PAGE_POLICY } from '../src/offline/headers.ts';

const META = `<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}" />`;

export function policies(): Plugin {
  return {
    name: 'policies',
    transformIndexHtml: {
      order: 'post',
      // Vite's development server puts scripts and styles into the page.
      handler: (html, { server }) => (server ? html : html.replace(/<meta charset[^>]*>/, `$&\n    ${META}`)),
    },
    configurePreviewServer({ middlewares }) {
      middlewares.use(({ url }, response, next) => {
        for (const [name, value] of Object.entries(headersFor(new URL(url!, 'http://host').pathname)))
          response.setHeader(name, value);
        next();
      });
    },
  };
}
