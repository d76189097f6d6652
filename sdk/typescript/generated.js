/**
 * Fails with a message where the client has not been generated; `--unless-here` lets `npm ci` in this folder pass, which
 * comes before that.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const passes = process.argv.includes("--unless-here") && process.env.INIT_CWD === here;
if (!passes && !existsSync(`${here}/src/schema.ts`)) {
  console.error("src/schema.ts has not been generated: run `make sdk` in the project's folder, then build again");
  process.exit(1);
}
