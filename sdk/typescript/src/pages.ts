/** Lists from the first page to the last, and the audit trail as it grows. Reads are repeated like writes. */
import type { Sent } from "./answers.js";
import { repeated, type Repeats } from "./retries.js";

/** What the pages of all collections have in common. */
export type Page<Item> = { next: string | null; results: Item[] };
/** A page of the trail, of whole entries or of partial ones. */
export type TrailPage<Entry> = { results: Entry[]; after?: string; horizon?: string };

/**
 * The records of all pages, each page read when its first record is asked for; `read` reads the page at a cursor, which
 * is empty for the first. What got no answer, 429 or 503 is read again. Throws Refused.
 *
 *     every((cursor) => ims.GET("/api/v1/incidents/", { params: { query: { status: "open", cursor } } }))
 */
export async function* every<Item>(
  read: (cursor: string) => Promise<Sent<Page<Item>>>,
  repeats: Repeats = {},
): AsyncGenerator<Item> {
  let cursor: string | null = "";
  while (cursor !== null) {
    const at: string = cursor;
    const page = await repeated(() => read(at), repeats);
    yield* page.results;
    cursor = page.next === null ? null : cursorOf(page.next);
  }
}

/**
 * The pages of the trail after a cursor, oldest entry first, each with the cursor to go on from, `after`. It ends where
 * the trail ended when the first page was read, so it comes to an end though each of its reads may be one more entry:
 * keep the last cursor, and follow again from there in a while. Throws Refused.
 *
 *     follow((after) => ims.GET("/api/v1/audit-entries/", { params: { query: { after } } }), kept)
 */
export async function* follow<Entry>(
  read: (after: string) => Promise<Sent<TrailPage<Entry>>>,
  after = "0",
  repeats: Repeats = {},
): AsyncGenerator<{ results: Entry[]; after: string }> {
  let end: number | undefined;
  for (;;) {
    const at = after;
    const page = await repeated(() => read(at), repeats);
    end ??= numberOf(page.horizon);
    const reached = numberOf(page.after);
    after = String(reached);
    yield { results: page.results, after };
    if (page.results.length === 0 || reached >= end) {
      return;
    }
  }
}

/** A cursor of the trail. Throws for a page that was read without `after`, or of another list. */
function numberOf(cursor: string | undefined): number {
  if (cursor === undefined) {
    throw new Error("the page has no cursor of the trail; read it with `after`");
  }
  return Number(cursor);
}

/** The cursor in the address of a page. Throws where there is none: the trail has another, `after`. */
function cursorOf(address: string): string {
  const cursor = new URL(address).searchParams.get("cursor");
  if (cursor === null) {
    throw new Error(`there is no cursor in ${address}`);
  }
  return cursor;
}
