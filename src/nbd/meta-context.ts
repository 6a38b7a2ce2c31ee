/**
 * Which metadata contexts of an export a client's queries mean (specification, "Metadata
 * querying").
 *
 * A query is the name of a context. In a list, one that ends in a colon means all whose names begin
 * with it, and no query at all means every context; a selection knows neither. What is unknown
 * means none, and is no error: a client may know more than the server does.
 */

/** A context, with the number that replies to NBD_CMD_BLOCK_STATUS call it by. */
export interface MetaContext {
  readonly id: number;
  readonly name: string;
}

/** The contexts that a list shows, each once, in the order of the export. */
export function listContexts(names: readonly string[], queries: readonly string[]): MetaContext[] {
  return numbered(names).filter(
    ({ name }) =>
      queries.length === 0 ||
      queries.some((query) => query === name || (query.endsWith(":") && name.startsWith(query))),
  );
}

/** The contexts that a selection takes, each once, in the order of the export. */
export function selectContexts(
  names: readonly string[],
  queries: readonly string[],
): MetaContext[] {
  const wanted = new Set(queries);
  return numbered(names).filter(({ name }) => wanted.has(name));
}

function numbered(names: readonly string[]): MetaContext[] {
  return names.map((name, id) => ({ id, name }));
}
