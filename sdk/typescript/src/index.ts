/**
 * A typed client: every path, parameter, body and answer has its type from the API's own description.
 *
 *     const ims = await login("https://ims.example.org", "eva@example.org", "nine quiet lanterns drift");
 *     const incident = answer(await ims.GET("/api/v1/incidents/{id}/", { params: { path: { id: 7 } } }));
 */
import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./schema.js";

export type { components, paths } from "./schema.js";
/** What answers hold by default; tables and files come with `parseAs`. */
type Json = "application/json" | "application/problem+json";
export type Ims = Client<paths, Json>;
export type Problem = components["schemas"]["Problem"];

/** The server refused: `problem` tells the code, every failing item, the rule and what to do next. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail} ${problem.next}`);
    this.name = "Refused";
  }
}

/** A client that acts as the owner of a token; without one, for what needs no login. */
export function connect(address: string, token?: string): Ims {
  const headers = token === undefined ? {} : { Authorization: `Token ${token}` };
  return createClient<paths, Json>({ baseUrl: address, headers });
}

/** A client that acts as a person, with a new token. Throws Refused. */
export async function login(address: string, email: string, password: string): Promise<Ims> {
  const made = await connect(address).POST("/api/v1/auth/token/", { body: { email, password } });
  return connect(address, answer(made).token);
}

/** What the server answered, if it did what it was asked. Throws Refused. */
export function answer<Data>(result: { data?: Data; error?: Problem }): Data {
  if (result.error !== undefined) {
    throw new Refused(result.error);
  }
  if (result.data === undefined) {
    throw new Error("the answer is not one of those that are described");
  }
  return result.data;
}
