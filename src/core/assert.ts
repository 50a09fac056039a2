/** The one assertion of core and engine: a breach is our bug, never the user's and never the world's. */
export class Bug extends Error {
  override name = 'Bug';
}

export function assert(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Bug(what);
}
