/**
 * A typed client: every path, parameter, body and answer has its type from the API's own description.
 *
 *     const ims = await login("https://ims.example.org", "eva@example.org", "nine quiet lanterns drift");
 *     const incident = answer(await ims.GET("/api/v1/incidents/{id}/", { params: { path: { id: 7 } } }));
 */
export { answer, type Problem, Refused, type Result, type Sent } from "./answers.js";
export { connect, type Ims, login } from "./client.js";
export { partial, type PartialAnswer, table } from "./fields.js";
export { every, follow, type Page, type TrailPage } from "./pages.js";
export { type Repeats, safely } from "./retries.js";
export type { components, paths } from "./schema.js";
