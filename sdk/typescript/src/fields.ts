/** Reads of chosen members only, and tables: what `fields` makes of an answer. */
import type { Sent } from "./answers.js";
import type { Ims } from "./client.js";
import type { Chosen, Field, Listed, Place, Query, Selectable, Whole } from "./reads.js";
import type { paths } from "./schema.js";

/** An answer that has only the named members of each record, its id, and the relations asked for. */
export type PartialAnswer<Path extends keyof paths, Name> =
  Whole<Path> extends { results: unknown[] }
    ? Omit<Whole<Path>, "results"> & { results: Chosen<Path, Name>[] }
    : Chosen<Path, Name>;
type Asked<Path extends keyof paths> = {
  query?: Query<Path>;
} & ([Place<Path>] extends [never] ? { path?: never } : { path: Place<Path> });
type Sending<Answer> = (path: string, init: object) => Promise<Sent<Answer>>;

/**
 * Read only some members of a record, or of those of a list; the answer's type has no others.
 *
 *     partial(ims, "/api/v1/incidents/", ["title", "status"], { query: { severity: "P1" } })
 */
export function partial<Path extends Selectable, Name extends Field<Path>>(
  ims: Ims,
  path: Path,
  fields: readonly Name[],
  ...[asked]: [Place<Path>] extends [never] ? [Asked<Path>?] : [Asked<Path>]
): Promise<Sent<PartialAnswer<Path, Name>>> {
  const send = ims.GET as unknown as Sending<PartialAnswer<Path, Name>>;
  return send(path, { params: { path: asked?.path, query: { ...asked?.query, fields } } });
}

type Forms = { text: string; blob: Blob; stream: ReadableStream<Uint8Array> };

/**
 * Everything that a list finds as CSV: a text, or a "stream" where it may be long, or a "blob".
 *
 *     table(ims, "/api/v1/incidents/", { query: { status: "open", fields: ["title", "status"] } })
 */
export function table<Path extends Listed, Form extends keyof Forms = "text">(
  ims: Ims,
  path: Path,
  asked: Asked<Path> & { query?: { fields?: Field<Path>[] } },
  form?: Form,
): Promise<Sent<Forms[Form]>> {
  const send = ims.GET as unknown as Sending<Forms[Form]>;
  const params = { path: asked.path, query: asked.query };
  return send(path, { params, headers: { Accept: "text/csv" }, parseAs: form ?? "text" });
}
