/** Lists, tables and the trail, in the demonstration's world. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, every, follow, login, partial, Refused, table } from "../src/index.js";
import { told } from "./told.js";

const SEVERAL: ("resolved" | "closed")[] = ["resolved", "closed"];
const ines = await login(told("IMS_ADDRESS"), told("IMS_EMAIL"), told("IMS_PASSWORD"));

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) {
    found.push(item);
  }
  return found;
}

test("several values of one parameter", async () => {
  const read = await ines.GET("/api/v1/incidents/", {
    params: { query: { expand: ["client", "component"], status__in: SEVERAL } },
  });

  assert.deepEqual(new Set(answer(read).results.map((each) => each.status)), new Set(SEVERAL));
  assert.match(read.response.url, /expand=client,component&status__in=resolved,closed$/);
});

test("a row of a list has every member", async () => {
  for (const row of answer(await ines.GET("/api/v1/incidents/")).results) {
    const title: string = row.title;
    const alone = answer(await ines.GET("/api/v1/incidents/{id}/", { params: { path: { id: row.id } } }));
    assert.deepEqual([alone.title, alone.updated_at], [title, row.updated_at]);
  }
});

test("chosen members alone", async () => {
  const read = await partial(ines, "/api/v1/incidents/", ["title", "status"], {
    query: { expand: ["client", "component"], status__in: SEVERAL },
  });

  const found = answer(read).results;
  assert.deepEqual(new Set(found.map((each) => each.status)), new Set(SEVERAL));
  for (const each of found) {
    assert.deepEqual(Object.keys(each), ["id", "title", "status", "client", "component"]);
  }
  // @ts-expect-error: what was not chosen is not there
  assert.equal(found[0]?.severity, undefined);
  const path = { id: found[0]!.id };
  const one = answer(await partial(ines, "/api/v1/incidents/{id}/", ["title", "notes"], { path }));
  assert.deepEqual([one.id, one.title], [path.id, found[0]!.title]);
  assert.ok(Array.isArray(one.notes));
});

test("nothing else can be chosen, and nothing is chosen in another way", async () => {
  // @ts-expect-error: no such member
  assert.equal((await partial(ines, "/api/v1/incidents/", ["colour"])).error?.code, "invalid_filter");
  // @ts-expect-error: a relation comes by `expand`
  assert.equal((await partial(ines, "/api/v1/incidents/", ["client"])).error?.code, "invalid_filter");
  // @ts-expect-error: the answer has another type then
  await ines.GET("/api/v1/incidents/", { params: { query: { fields: ["title"], expand: ["client"] } } });
});

test("all pages of chosen members", async () => {
  const found = answer(await ines.GET("/api/v1/incidents/")).results;
  const oneByOne = every((cursor) => partial(ines, "/api/v1/incidents/", ["id"], { query: { page_size: 1, cursor } }));
  assert.deepEqual((await all(oneByOne)).map((each) => each.id), found.map((each) => each.id));
});

test("the records of all pages", async () => {
  const query = { status__in: SEVERAL, ordering: "created_at" } as const;
  const found = answer(await ines.GET("/api/v1/incidents/", { params: { query } })).results;

  const oneByOne = every((cursor) =>
    ines.GET("/api/v1/incidents/", { params: { query: { ...query, page_size: 1, cursor } } }),
  );

  assert.ok(found.length > 1);
  assert.deepEqual(await all(oneByOne), found);
});

test("no pages of what is refused", async () => {
  const refused = every((cursor) =>
    ines.GET("/api/v1/incidents/", { params: { query: { page_size: 1000, cursor } } }),
  );
  await assert.rejects(all(refused), Refused);
});

test("the trail has no last page", async () => {
  const query = { after: "0", page_size: 1 };
  const endless = every(() => ines.GET("/api/v1/audit-entries/", { params: { query } }));
  await assert.rejects(all(endless), /there is no cursor in/);
});

test("the trail is followed to its end and from there", async () => {
  const read = (after: string, page_size: number) =>
    ines.GET("/api/v1/audit-entries/", { params: { query: { after, operation: "incident.create", page_size } } });
  const found = answer(await read("0", 50)).results;

  const pages = await all(follow((after) => read(after, 1)));

  assert.ok(found.length > 1);
  assert.deepEqual(pages.flatMap((page) => page.results), found);
  const again = await all(follow((after) => read(after, 1), pages.at(-1)?.after));
  assert.deepEqual(again.map((page) => page.results), [[]]);
});

for (const size of [1, 7, 200]) {
  test(`following ends though it reads its own discoveries, ${size} to a page`, async () => {
    const begin = String(answer(await ines.GET("/api/v1/audit-entries/")).results[0]!.id);
    for (let read = 0; read < 5; read++) {
      await ines.GET("/api/v1/incidents/");
    }
    const query = { include_discovery: true, page_size: size };
    const pages = await all(
      follow((after) => ines.GET("/api/v1/audit-entries/", { params: { query: { ...query, after } } }), begin),
    );

    const ids = pages.flatMap((page) => page.results.map((entry) => entry.id));
    assert.deepEqual(ids, [...new Set(ids)].sort((one, other) => one - other));
    assert.ok(ids.length >= 5);
  });
}

test("chosen members of the trail are followed", async () => {
  const read = (after: string) => partial(ines, "/api/v1/audit-entries/", ["operation"], { query: { after } });
  const entries = (await all(follow(read))).flatMap((page) => page.results);
  assert.ok(entries.length > 1);
  assert.deepEqual(Object.keys(entries[0]!), ["id", "operation"]);
});

test("a list that has no cursor is not followed", async () => {
  await assert.rejects(all(follow(() => ines.GET("/api/v1/audit-entries/"))), /read it with `after`/);
});

test("a table", async () => {
  const asked = { query: { status__in: SEVERAL, fields: ["title", "status"] as ("title" | "status")[] } };
  const [header, ...rows] = answer(await table(ines, "/api/v1/incidents/", asked)).split("\r\n");
  assert.equal(header, "id,title,status");
  assert.ok(rows.length > 1);

  const stream = answer(await table(ines, "/api/v1/incidents/", asked, "stream"));
  assert.equal(await new Response(stream).text(), [header, ...rows].join("\r\n"));
});

test("no table of what is refused", async () => {
  const refused = await table(ines, "/api/v1/incidents/", { query: { page_size: 10 } });
  assert.equal(refused.error?.code, "invalid_filter");
});
