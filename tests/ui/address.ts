// Where the browser tests find the page on its fake workers, built once for all of them. Not for the page on real workers.

/** The server of the built page on fakes, started by playwright.config.ts. */
export const FAKES_PORT = 4198;
/** @param query what fake.ts reads, e.g. 'delay=1'; a hash may follow */
export const fakePage = (query = ''): string => `http://localhost:${FAKES_PORT}/tests/ui/fake.html?${query}`;
