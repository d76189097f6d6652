/** Lists from the first page to the last, and the audit trail as it grows. */
import { answer, type Result } from "./answers.js";
import type { components } from "./schema.js";

/** What the pages of all collections have in common. */
export type Page<Item> = { next: string | null; results: Item[] };
export type TrailPage = components["schemas"]["TrailPage"];

/**
 * The records of all pages, each page read when its first record is asked for; `read` reads the page at a cursor, which
 * is empty for the first. Throws Refused.
 *
 *     every((cursor) => ims.GET("/api/v1/incidents/", { params: { query: { status: "open", cursor } } }))
 */
export async function* every<Item>(read: (cursor: string) => Promise<Result<Page<Item>>>): AsyncGenerator<Item> {
  let page = answer(await read(""));
  yield* page.results;
  while (page.next !== null) {
    page = answer(await read(cursorOf(page.next)));
    yield* page.results;
  }
}

/**
 * The pages of the trail after a cursor, oldest entry first, each with the cursor to go on from, `after`. It ends with
 * an empty page: keep the last cursor, and follow again from there in a while. Throws Refused.
 *
 *     follow((after) => ims.GET("/api/v1/audit-entries/", { params: { query: { after } } }), kept)
 */
export async function* follow(
  read: (after: string) => Promise<Result<TrailPage>>,
  after = "0",
): AsyncGenerator<{ results: TrailPage["results"]; after: string }> {
  for (;;) {
    const page = answer(await read(after));
    after = page.after ?? after;
    yield { results: page.results, after };
    if (page.results.length === 0) {
      return;
    }
  }
}

/** The cursor in the address of a page. Throws where there is none: the trail has another, `after`. */
function cursorOf(address: string): string {
  const cursor = new URL(address).searchParams.get("cursor");
  if (cursor === null) {
    throw new Error(`there is no cursor in ${address}`);
  }
  return cursor;
}
