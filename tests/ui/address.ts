// Where the browser tests find what playwright.config.ts serves; the page on its fake workers is built once for all of them. Not
// for hosts that a test opens itself.

/** Three ports from here on: another number lets two checkouts be tested at once. */
const FIRST = Number(process.env.QAT_TEST_PORT_BASE ?? 4198);

export const PORTS = { fakes: FIRST, built: FIRST + 1, source: FIRST + 2 } as const;
/** @param query what fake.ts reads, e.g. 'delay=1'; a hash may follow */
export const fakePage = (query = ''): string => `http://localhost:${PORTS.fakes}/tests/ui/fake.html?${query}`;
