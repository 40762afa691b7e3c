// The end of a switch that knows every member of a union. Not for values from outside: core/schema.ts.

/** In a `default:`, so that a new member of the union does not compile; throws on a value no type allows. */
export function impossible(value: never, what: string): never {
  throw new Error(`${JSON.stringify(value)} is no ${what} that this code knows.`);
}
