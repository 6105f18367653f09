import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Files of these rooms that have a name in them. */
function filesNaming(name: string, rooms: readonly string[]): string[] {
  return rooms.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${room}/${file}`)
      .filter((file) => new RegExp(`\\b${name}\\b`).test(readFileSync(file, "utf8"))),
  );
}

const everywhere = ["provider", "sdk", "operations", "cli"];

test("only switchOver asks Agents for a switch: no resource does, so no `up` does", () => {
  expect(filesNaming("switchPair", everywhere).sort()).toEqual([
    "operations/switch/run.ts",
    "provider/agent/answers.ts",
    "provider/agent/client.ts",
    "provider/agent/contract.ts",
  ]);
});

test("only the command `switch` calls switchOver: neither drift nor the web page does", () => {
  expect(filesNaming("switchOver", everywhere).sort()).toEqual(["cli/switch.ts", "operations/index.ts", "operations/switchOver.ts"]);
});
