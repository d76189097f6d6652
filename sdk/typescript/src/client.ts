/** Clients that act as somebody. */
import createClient, { type Client } from "openapi-fetch";

import { answer } from "./answers.js";
import type { Paths } from "./reads.js";

/** What answers hold by default; files come with `parseAs`. */
type Json = "application/json" | "application/problem+json";
export type Ims = Client<Paths, Json>;

/** A client that acts as the owner of a token; without one, for what needs no login. */
export function connect(address: string, token?: string): Ims {
  const headers = token === undefined ? {} : { Authorization: `Token ${token}` };
  // Several values as they are described: separated by commas.
  const querySerializer = { array: { style: "form", explode: false } } as const;
  return createClient<Paths, Json>({ baseUrl: address, headers, querySerializer });
}

/** A client that acts as a person, with a new token. Throws Refused. */
export async function login(address: string, email: string, password: string): Promise<Ims> {
  const made = await connect(address).POST("/api/v1/auth/token/", { body: { email, password } });
  return connect(address, answer(made).token);
}
