/**
 * A typed client: every path, parameter, body and answer has its type from the API's own description.
 *
 *     const ims = await login("https://ims.example.org", "eva@example.org", "nine quiet lanterns drift");
 *     const incident = answer(await ims.GET("/api/v1/incidents/{id}/", { params: { path: { id: 7 } } }));
 */
import createClient, { type Client } from "openapi-fetch";

import { answer } from "./answers.js";
import type { paths } from "./schema.js";

export { answer, type Problem, Refused, type Result } from "./answers.js";
export { every, follow, type Page, type TrailPage } from "./pages.js";
export { safely } from "./retries.js";
export type { components, paths } from "./schema.js";

/** What answers hold by default; tables and files come with `parseAs`. */
type Json = "application/json" | "application/problem+json";
export type Ims = Client<paths, Json>;

/** A client that acts as the owner of a token; without one, for what needs no login. */
export function connect(address: string, token?: string): Ims {
  const headers = token === undefined ? {} : { Authorization: `Token ${token}` };
  // Several values as they are described: separated by commas.
  const querySerializer = { array: { style: "form", explode: false } } as const;
  return createClient<paths, Json>({ baseUrl: address, headers, querySerializer });
}

/** A client that acts as a person, with a new token. Throws Refused. */
export async function login(address: string, email: string, password: string): Promise<Ims> {
  const made = await connect(address).POST("/api/v1/auth/token/", { body: { email, password } });
  return connect(address, answer(made).token);
}
