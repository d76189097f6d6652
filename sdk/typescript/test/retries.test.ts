/** What `safely` repeats, how long it waits, and that the server carries it out once. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, connect, every, follow, login, Refused, safely } from "../src/index.js";
import { told } from "./told.js";

type Outcome = () => Response | Error;
const PATH = "/api/v1/incidents/{id}/notes/";
const written: Outcome = () => Response.json({ id: 7 }, { status: 201 });

function refusal(status: number, code: string, headers: Record<string, string> = {}): Outcome {
  return () => Response.json({ status, code, detail: "", next: "" }, { status, headers });
}

/** A server that answers, or fails, as it is told, and remembers the keys; and the waits of the caller. */
function stub(outcomes: Outcome[]) {
  const keys: (string | null)[] = [];
  const waits: number[] = [];
  const fetch = async (request: Request) => {
    keys.push(request.headers.get("Idempotency-Key"));
    const outcome = outcomes.shift()?.() ?? new Error("no more was expected");
    if (outcome instanceof Error) {
      throw outcome;
    }
    return outcome;
  };
  const wait = async (seconds: number) => void waits.push(seconds);
  return { keys, waits, fetch, wait, ims: connect("http://ims.example", "a token") };
}

/** Write a note to a server that answers, or fails, as it is told; returns the keys and waits, too. */
function write(...outcomes: Outcome[]) {
  return writeWith({}, ...outcomes);
}

async function writeWith(own: { key?: string }, ...outcomes: Outcome[]) {
  const { keys, waits, fetch, wait, ims } = stub(outcomes);
  const note = safely(
    (key) =>
      ims.POST(PATH, {
        params: { path: { id: 1 }, header: { "Idempotency-Key": key } },
        body: { body: "Told the bank." },
        fetch,
      }),
    { wait, ...own },
  );
  const [settled] = await Promise.allSettled([note]);
  return { settled, keys, waits };
}

const page = (next: string | null): Outcome => () => Response.json({ next, previous: null, results: [{ id: 7 }] });

/** Read all notes from such a server. */
async function read(...outcomes: Outcome[]) {
  const { waits, fetch, wait, ims } = stub(outcomes);
  const ids: number[] = [];
  const notes = every((cursor) => ims.GET(PATH, { params: { path: { id: 1 }, query: { cursor } }, fetch }), { wait });
  const reading = async () => {
    for await (const note of notes) {
      ids.push(note.id);
    }
  };
  const [settled] = await Promise.allSettled([reading()]);
  return { settled, ids, waits };
}

function between(least: number, value: number | undefined, most: number) {
  assert.ok(value !== undefined && least <= value && value <= most, `${value}`);
}

const PASSING: Record<string, Outcome> = {
  "no connection": () => new TypeError("fetch failed"),
  "no answer in time": () => new DOMException("too slow", "TimeoutError") as Error,
  throttled: refusal(429, "throttled"),
  unavailable: refusal(503, "database_unavailable"),
  "a proxy without its server": () => new Response("<h1>Bad gateway</h1>", { status: 502 }),
  "a proxy that says 503": () => new Response("<h1>Unavailable</h1>", { status: 503 }),
  "a proxy's own document": () => Response.json({ message: "no upstream" }, { status: 503 }),
};

for (const [name, passing] of Object.entries(PASSING)) {
  test(`repeated with the same key: ${name}`, async () => {
    const { settled, keys, waits } = await write(passing, passing, written);

    assert.equal(settled.status, "fulfilled");
    assert.equal(keys.length, 3);
    assert.equal(new Set(keys).size, 1);
    between(0.5, waits[0], 1);
    between(1, waits[1], 2);
  });
}

for (const [name, passing] of Object.entries(PASSING)) {
  test(`read again, page by page: ${name}`, async () => {
    const { ids, waits } = await read(passing, page("http://ims.example/?cursor=c"), passing, passing, page(null));

    assert.deepEqual(ids, [7, 7]);
    assert.equal(waits.length, 3);
    between(0.5, waits[0], 1);
    between(1, waits[2], 2);
  });

  test(`followed again: ${name}`, async () => {
    const end: Outcome = () => Response.json({ next: "", previous: null, after: "9", horizon: "9", results: [] });
    const { fetch, wait, ims } = stub([passing, end]);
    const trail = (after: string) => ims.GET("/api/v1/audit-entries/", { params: { query: { after } }, fetch });

    for await (const { after } of follow(trail, "0", { wait })) {
      assert.equal(after, "9");
    }
  });
}

test("a read waits as long as it is asked to", async () => {
  const { ids, waits } = await read(refusal(429, "throttled", { "Retry-After": "20" }), page(null));
  assert.deepEqual(ids, [7]);
  between(20.5, waits[0], 21);
});

test("a read is refused at once by a rule, and given up in the end", async () => {
  const refused = await read(refusal(403, "role_not_permitted"));
  assert.ok(refused.settled.status === "rejected" && refused.settled.reason instanceof Refused);
  assert.deepEqual(refused.waits, []);
  const lost = await read(...Array<Outcome>(6).fill(() => new TypeError("fetch failed")));
  assert.deepEqual([lost.settled.status, lost.waits.length], ["rejected", 4]);
});

test("a key of one's own is sent", async () => {
  const { keys } = await writeWith({ key: "note-of-4711" }, () => new TypeError("fetch failed"), written);
  assert.deepEqual(keys, ["note-of-4711", "note-of-4711"]);
});

test("each thing to be done has its own key", async () => {
  const [one, other] = [await write(written), await write(written)];
  assert.notEqual(one.keys[0], other.keys[0]);
  assert.deepEqual(one.waits, []);
});

test("a key where the platform makes none", async () => {
  const kept = Object.getOwnPropertyDescriptor(globalThis, "crypto");
  Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true });
  const { keys } = await write(written);
  Object.defineProperty(globalThis, "crypto", kept ?? { value: undefined, configurable: true });

  assert.match(keys[0] ?? "", /^[0-9a-f]{32}$/);
});

test("it waits at least as long as it is asked to", async () => {
  const { waits } = await write(refusal(503, "database_unavailable", { "Retry-After": "30" }), written);
  between(30.5, waits[0], 31);
});

test("a date to retry after is left to the growing pause", async () => {
  const date = { "Retry-After": "Mon, 02 Mar 2026 10:00:00 GMT" };
  const { waits } = await write(refusal(503, "database_unavailable", date), written);
  between(0.5, waits[0], 1);
});

const REFUSED: Record<string, Outcome> = {
  "a rule": refusal(409, "precondition_failed"),
  "a defect": refusal(500, "internal_error"),
  "a wait too long": refusal(429, "throttled", { "Retry-After": "3600" }),
};

for (const [name, refused] of Object.entries(REFUSED)) {
  test(`told at once: ${name}`, async () => {
    const { settled, waits } = await write(refused);
    assert.ok(settled.status === "rejected" && settled.reason instanceof Refused);
    assert.deepEqual(waits, []);
  });
}

test("another failure than of the connection is told at once", async () => {
  const { settled, keys } = await write(() => new Error("a defect of the caller"));
  assert.equal(settled.status, "rejected");
  assert.equal(keys.length, 1);
});

test("it gives up", async () => {
  for (const last of [refusal(503, "database_unavailable"), () => new TypeError("fetch failed")]) {
    const { settled, keys, waits } = await write(...Array<Outcome>(6).fill(last));
    assert.equal(settled.status, "rejected");
    assert.deepEqual([keys.length, waits.length], [5, 4]);
  }
});

test("a lost answer does not write twice", async () => {
  const ines = await login(told("IMS_ADDRESS"), told("IMS_EMAIL"), told("IMS_PASSWORD"));
  const incident = answer(await ines.GET("/api/v1/incidents/")).results[0];
  assert.ok(incident);
  const path = { id: incident.id };
  const body = { body: `Told the bank, ${Date.now()}.` };
  let sent = 0;
  const losing = async (request: Request) => {
    const response = await fetch(request);
    sent += 1;
    if (sent === 1) {
      throw new TypeError("fetch failed");
    }
    return response;
  };

  const note = await safely(
    (key) => ines.POST(PATH, { params: { path, header: { "Idempotency-Key": key } }, body, fetch: losing }),
    { wait: async () => undefined },
  );

  const ids: number[] = [];
  for await (const each of every((cursor) => ines.GET(PATH, { params: { path, query: { cursor } } }))) {
    if (each.body === body.body) {
      ids.push(each.id);
    }
  }
  assert.equal(sent, 2);
  assert.deepEqual(ids, [note.id]);
});
