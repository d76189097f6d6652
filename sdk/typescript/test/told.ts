import assert from "node:assert/strict";

/** What a test is told about the server that it runs against. */
export function told(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
}
