/** Requests that a lost answer, a limit or a short outage does no harm to. */
import { answer, type Sent } from "./answers.js";

/** How often a request is sent at most, and what waits for some seconds. */
export type Repeats = { attempts?: number; wait?: (seconds: number) => Promise<void> };

// Besides the server's own 429 and 503, what a proxy says that has lost the server.
const PASSING = [429, 502, 503, 504];
// Who has to wait for longer than so many seconds gets the refusal instead.
const LONGEST_WAIT = 60;

/**
 * Carry out a write once, however often it must be sent: every repeat has the same Idempotency-Key.
 *
 *     safely((key) => ims.POST("/api/v1/incidents/", { params: { header: { "Idempotency-Key": key } }, body }))
 *
 * It repeats what got no answer, 429 and 503, after the seconds of Retry-After and a growing, random pause. A `key` of
 * your own, kept with what is to be written, makes sure that the write is carried out once even if this program restarts. Throws
 * Refused, or what the last attempt threw without an answer.
 */
export function safely<Data>(
  call: (key: string) => Promise<Sent<Data>>,
  { key = newKey(), ...repeats }: Repeats & { key?: string } = {},
): Promise<Data> {
  return repeated(() => call(key), repeats);
}

/** The answer of a request that may be sent again. Throws Refused, or what the last attempt threw. */
export async function repeated<Data>(
  call: () => Promise<Sent<Data>>,
  { attempts = 5, wait = sleep }: Repeats,
): Promise<Data> {
  for (let sent = 0; sent < attempts - 1; sent++) {
    const result = await unlessLost(call());
    const asked = secondsAsked(result?.response);
    if (result !== undefined && (!PASSING.includes(result.response.status) || asked > LONGEST_WAIT)) {
      return answer(result);
    }
    await wait(asked + (0.5 + Math.random() / 2) * 2 ** sent);
  }
  return answer(await call());
}

/** The result; undefined when there was no answer. `fetch` tells a broken connection by a TypeError. */
async function unlessLost<Data>(sent: Promise<Sent<Data>>): Promise<Sent<Data> | undefined> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError")) {
      return undefined;
    }
    throw error;
  }
}

/** What Retry-After asks for; 0 when it is not there, or is a date, which only others than the server send. */
function secondsAsked(response: Response | undefined): number {
  const said = response?.headers.get("Retry-After") ?? "";
  return /^\d+$/.test(said) ? Number(said) : 0;
}

/** Node 18 and pages without TLS have no `randomUUID`; a key only has to be one that the caller never used before. */
function newKey(): string {
  const digit = () => Math.floor(Math.random() * 16).toString(16);
  return globalThis.crypto?.randomUUID?.() ?? Array.from({ length: 32 }, digit).join("");
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
