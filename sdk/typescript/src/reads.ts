/** What the description says of reads: their parameters, their records, and the members that can be chosen. */
import type { paths } from "./schema.js";

export type Get<Path extends keyof paths> = paths[Path] extends { get: infer Read } ? Read : never;
export type Query<Path extends keyof paths> =
  Get<Path> extends { parameters: { query?: infer Given } } ? NonNullable<Given> : never;
export type Place<Path extends keyof paths> = Get<Path> extends { parameters: { path: infer Given } } ? Given : never;
export type Whole<Path extends keyof paths> =
  Get<Path> extends { responses: { 200: { content: { "application/json": infer Answer } } } } ? Answer : never;
export type Row<Path extends keyof paths> = Whole<Path> extends { results: (infer Item)[] } ? Item : Whole<Path>;
/** The names that `expand` takes: members beside those of the record itself. */
export type Relation<Path extends keyof paths> = Query<Path> extends { expand?: (infer Name)[] } ? Name : never;
export type Field<Path extends keyof paths> = Exclude<keyof Row<Path>, Relation<Path>> & string;
export type Chosen<Path extends keyof paths, Name> = Pick<Row<Path>, Extract<keyof Row<Path>, Name | "id" | Relation<Path>>>;

/** The reads that take `fields`: those that take `expand`, too. */
export type Selectable = {
  [Path in keyof paths]: Get<Path> extends { parameters: { query?: { expand?: unknown[] } } } ? Path : never;
}[keyof paths];
export type Listed = { [Path in Selectable]: Whole<Path> extends { results: unknown[] } ? Path : never }[Selectable];

/** The paths as described, but that no read takes `fields`: `partial` is for that, and answers another type. */
export type Paths = {
  [Path in keyof paths]: Path extends Selectable ? Omit<paths[Path], "get"> & { get: WithoutFields<Path> } : paths[Path];
};
type WithoutFields<Path extends keyof paths> = Omit<Get<Path>, "parameters"> & {
  parameters: Omit<Parameters<Path>, "query"> & { query?: Query<Path> & { fields?: never } };
};
type Parameters<Path extends keyof paths> = Get<Path> extends { parameters: infer Given } ? Given : never;
