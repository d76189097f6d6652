/** Lists, tables and the trail, in the demonstration's world. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, every, follow, login, Refused } from "../src/index.js";
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
  const page = await ines.GET("/api/v1/incidents/", {
    params: { query: { fields: ["title", "status"], expand: ["client", "component"], status__in: SEVERAL } },
  });

  const found = answer(page).results;
  assert.deepEqual(new Set(found.map((each) => each.status)), new Set(SEVERAL));
  for (const each of found) {
    assert.deepEqual(Object.keys(each), ["id", "title", "status", "client", "component"]);
  }
  assert.match(page.response.url, /fields=title,status&expand=client,component&status__in=resolved,closed$/);
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

test("a table", async () => {
  const table = await ines.GET("/api/v1/incidents/", {
    params: { query: { status__in: SEVERAL, fields: ["title", "status"] } },
    headers: { Accept: "text/csv" },
    parseAs: "text",
  });

  const [header, ...rows] = answer(table).split("\r\n");
  assert.equal(header, "id,title,status");
  assert.ok(rows.length > 1);
});

test("no table of what is refused", async () => {
  const table = await ines.GET("/api/v1/incidents/", {
    params: { query: { page_size: 10 } },
    headers: { Accept: "text/csv" },
    parseAs: "text",
  });
  assert.equal(table.error?.code, "invalid_filter");
});
