/** Answers without their unions: what was asked for, or an exception. */
import type { components } from "./schema.js";

export type Problem = components["schemas"]["Problem"];
/** What every method answers, as far as `answer` needs it. */
export type Result<Data> = { data?: Data; error?: Problem };
/** The same with the response, which has the headers. */
export type Sent<Data> = Result<Data> & { response: Response };

/** The server refused: `problem` tells the code, every failing item, the rule and what to do next. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail} ${problem.next}`);
    this.name = "Refused";
  }
}

/** What the server answered, if it did what it was asked. Throws Refused. */
export function answer<Data>(result: Result<Data>): Data {
  // A proxy that has lost the server speaks HTML, or JSON of its own: that is no problem document.
  if (typeof result.error === "object" && typeof result.error.code === "string") {
    throw new Refused(result.error);
  }
  if (result.data === undefined) {
    throw new Error("the answer is not one of those that are described");
  }
  return result.data;
}
