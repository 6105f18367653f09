import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";
import { findForbiddenImports, findMisshapen, ownDoors, packageRules, roomRules } from "./support/houseRules.js";
import { findCircles, findForbiddenReaches, importGraph, reachRules } from "./support/importGraph.js";
import { findImports } from "./support/imports.js";

const notHouse = new Set(["node_modules", "dist", "tests"]);

/** Every TypeScript file of the house, in whichever folder: a folder that no rule knows is found too. */
function findHouseFiles(folder = ""): string[] {
  return readdirSync(folder || ".", { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return notHouse.has(entry.name) || entry.name.startsWith(".") ? [] : findHouseFiles(path);
    return folder && /\.[cm]?tsx?$/.test(entry.name) ? [path] : [];
  });
}

const files = findHouseFiles().map((file) => ({ file, source: readFileSync(file, "utf8") }));

describe("the house", () => {
  test("is read from the provider's rooms to the tools", () => {
    expect(files.map(({ file }) => file)).toEqual(expect.arrayContaining(["provider/agent/contract.ts", "tools/openapi.ts"]));
  });

  test("has no import that goes up or takes another room's package", () => {
    expect(files.flatMap(({ file, source }) => findForbiddenImports(file, source))).toEqual([]);
  });

  test("has no files that bring each other in, not as types either", () => {
    expect(findCircles(importGraph(files, "all"))).toEqual([]);
  });

  test.each(Object.entries(reachRules))("loads no package by way of %s but %j", (room, allowed) => {
    expect(findForbiddenReaches(importGraph(files, "values"), room, allowed)).toEqual([]);
  });

  test("has no long file, no utils, no helpers and no types.ts", () => {
    expect(files.flatMap(({ file, source }) => findMisshapen(file, source))).toEqual([]);
  });
});

interface Manifest {
  name: string;
  exports: Record<string, string | { default: string }>;
  dependencies: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

describe.each([
  ["the library", ".", ["sdk", "provider", "operations"]],
  ["the command line", "cli", ["cli"]],
  ["the simulator", "simulator", ["simulator"]],
])("the package of %s", (_, folder, rooms) => {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

  test("has the doors that tsconfig.json leads to sources", () => {
    const built = Object.entries(manifest.exports).flatMap(([door, target]) =>
      typeof target === "string" ? [] : [[posix.join(manifest.name, door), posix.join(folder, target.default)]],
    );
    const sources = Object.entries(ownDoors).filter(([door]) => door === manifest.name || door.startsWith(`${manifest.name}/`));
    expect(Object.fromEntries(built)).toEqual(
      Object.fromEntries(
        sources.map(([door, file]) => [door, posix.join(folder, "dist", posix.relative(folder, file)).replace(/ts$/, "js")]),
      ),
    );
  });

  test("depends on what it imports, and on nothing else", () => {
    const imported = files
      .filter(({ file }) => rooms.includes(file.split("/")[0] ?? ""))
      .flatMap(({ file, source }) => findImports(file, source))
      .flatMap(({ target = "" }) => /^(?!node:)(@[^/]+\/)?[^./][^/]*/.exec(target)?.[0] ?? [])
      .filter((name) => name !== manifest.name);
    const { typescript: _, ...peers } = manifest.peerDependencies ?? {};
    expect([...new Set(imported)].sort()).toEqual(Object.keys({ ...manifest.dependencies, ...peers }).sort());
  });
});

describe("the rules", () => {
  test("let a room use only rooms that stand before it", () => {
    const rooms = Object.keys(roomRules);
    for (const [index, [room, rule]] of Object.entries(roomRules).entries()) {
      for (const used of [...rule.uses, ...(rule.types ?? [])]) expect(rooms.indexOf(used), `${room} uses ${used}`).toBeLessThan(index);
    }
  });

  test("give packages to rooms that exist in the table", () => {
    expect(Object.keys(roomRules)).toEqual(expect.arrayContaining(Object.values(packageRules).flatMap(({ rooms }) => rooms)));
  });

  test("are told with file, line and import", () => {
    expect(
      findForbiddenImports("provider/failover/led.ts", 'import type { A } from "../core/a.js";\nimport { B } from "../agent/b.js";\n'),
    ).toEqual(['provider/failover/led.ts:2 imports "../agent/b.js": provider/failover may use provider/core.']);
  });

  test.each([
    ["provider/core/wait.ts", 'import { a } from "../failover/a.js"', "provider/core may use no other room"],
    ["provider/core/wait.ts", 'import type { a } from "../virtualIp/index.js"', "provider/core may use no other room"],
    ["provider/core/wait.ts", 'import { dynamic } from "@pulumi/pulumi"', "@pulumi/pulumi as a value belongs to sdk, examples"],
    ["provider/failover/led.ts", 'import type { Snapshot } from "../agent/snapshotSchema.js"', "provider/failover may use provider/core"],
    ["provider/failover/led.ts", 'import { encode } from "../dns/messages.js"', "provider/failover may use provider/core"],
    ["provider/failover/led.ts", 'import type { z } from "zod"', "provider/failover uses no package"],
    ["sdk/failoverPair.ts", 'import { led } from "../provider/failover/led.js"', "and provider/core"],
    ["provider/agent/client.ts", 'import type { Message } from "../dns/messages.js"', "provider/agent may use provider/core"],
    ["provider/agent/client.ts", 'import { failoverPair } from "../failoverPair/index.js"', "provider/agent may use provider/core"],
    ["provider/agent/client.ts", 'import { encode } from "dns-packet"', "dns-packet belongs to provider/dns"],
    ["provider/dns/client.ts", 'import type { Heartbeat } from "../failover/heartbeats.js"', "provider/dns may use provider/core"],
    ["provider/dns/client.ts", 'import { client } from "../agent/client.js"', "provider/dns may use provider/core"],
    ["provider/dns/client.ts", 'import { request } from "undici"', "undici belongs to provider/agent"],
    ["provider/dns/client.ts", 'import type { OwnedRecord } from "../records/ownedRecords.js"', "provider/dns may use provider/core"],
    [
      "provider/records/recordPlan.ts",
      'import { readAgent } from "../agent/client.js"',
      "provider/records may use provider/core, provider/dns",
    ],
    ["provider/virtualIp/index.ts", 'import type { PairInputs } from "../failoverPair/index.js"', "no resource imports another"],
    ["provider/virtualIp/index.ts", 'import { viewMembers } from "../failoverPair/view.js"', "no resource imports another"],
    ["provider/failoverPair/observe.ts", 'import { failoverPair } from "./index.js"', "a resource's own files do not come in by its door"],
    [
      "provider/failoverPair/observe.ts",
      'import { failoverPair } from "../failoverPair"',
      "a resource's own files do not come in by its door",
    ],
    ["provider/virtualIp/index.ts", 'export { failoverPair } from "../index.js"', "provider/virtualIp may use"],
    ["provider/dmaAgent/index.ts", 'import { client } from "../dns/client.js"', "provider/dmaAgent may use"],
    ["provider/virtualIp/index.ts", 'import { request } from "undici"', "undici belongs to provider/agent"],
    ["provider/virtualIp/index.ts", 'import { simulator } from "../../simulator/index.js"', "provider/virtualIp may use"],
    ["provider/virtualIp/index.ts", 'import type { VirtualIp } from "../../sdk/virtualIp.js"', "provider/virtualIp may use"],
    ["provider/virtualIp/index.ts", 'import { print } from "../../cli/print.js"', "provider/virtualIp may use"],
    ["provider/virtualIp/index.ts", 'import { detectDrift } from "../../operations/detectDrift.js"', "provider/virtualIp may use"],
    ["provider/virtualIp/index.ts", 'import { VirtualIp } from "pulumi-dataminer-failover"', "provider/virtualIp may use"],
    ["provider/index.ts", 'import { client } from "./agent/client.js"', "provider/index may use provider/core, provider/dmaAgent"],
    [
      "provider/index.ts",
      'import { LocalWorkspace } from "@pulumi/pulumi/automation"',
      "@pulumi/pulumi/automation belongs to operations, examples, tools",
    ],
    [
      "sdk/virtualIp.ts",
      'import { VirtualIpInputs } from "../provider/virtualIp/index.js"',
      "provider/virtualIp, provider/index as types only",
    ],
    [
      "sdk/virtualIp.ts",
      'import type { VirtualIpInputs } from "../provider/virtualIp/inputs.js"',
      "the inside of provider/virtualIp is that resource's alone",
    ],
    [
      "operations/readStatus.ts",
      'import { observePair } from "../provider/failoverPair/observe.js"',
      "the inside of provider/failoverPair is that resource's alone",
    ],
    ["sdk/virtualIp.ts", 'export { virtualIp } from "pulumi-dataminer-failover/provider"', "sdk may use no other room"],
    ["sdk/virtualIp.ts", 'import { ConnectionInputs } from "../provider/agent/connection.js"', "sdk may use no other room"],
    ["sdk/args.ts", 'import type { z } from "zod"', "zod belongs to provider/core"],
    [
      "sdk/index.ts",
      'import { LocalWorkspace } from "@pulumi/pulumi/automation"',
      "@pulumi/pulumi/automation belongs to operations, examples, tools",
    ],
    ["sdk/index.ts", 'import { Simulator } from "dataminer-failover-simulator"', "sdk may use no other room"],
    ["operations/readStatus.ts", 'import { Simulator } from "../simulator/index.js"', "operations may use"],
    ["operations/readStatus.ts", 'import { print } from "../cli/print.js"', "operations may use"],
    ["operations/readStatus.ts", 'import { Config } from "@pulumi/pulumi"', "@pulumi/pulumi as a value belongs to sdk, examples"],
    ["cli/status.ts", 'import { z } from "zod"', "zod belongs to provider/core"],
    ["cli/status.ts", 'import { Simulator } from "../simulator/index.js"', "cli may use"],
    ["cli/status.ts", 'import type { Snapshot } from "../provider/agent/snapshotSchema.js"', "cli may use"],
    ["cli/web/page.ts", 'import { z } from "zod/v4"', "zod belongs to provider/core"],
    ["cli/simulate.ts", 'import { FailoverPair } from "../sdk/index.js"', "cli may use"],
    ["simulator/agent.ts", 'import { failoverPair } from "../provider/failoverPair/index.js"', "simulator may use"],
    ["simulator/agent.ts", 'import type { FailoverPair } from "../sdk/index.js"', "simulator may use"],
    ["simulator/agent.ts", 'import { z } from "zod"', "zod belongs to provider/core"],
    ["simulator/agent.ts", 'import { fetch } from "undici"', "undici belongs to provider/agent"],
    ["examples/virtual-ip/index.ts", 'import { failoverPair } from "../../provider/failoverPair/index.js"', "examples may use sdk"],
    ["bench/compare.ts", 'import { story } from "../tests/support/story.js"', "bench may use"],
    ["tools/demo/main.ts", 'import { fetch } from "undici"', "undici belongs to provider/agent"],
    ["tools/demo/main.ts", 'import { Config } from "@pulumi/pulumi"', "@pulumi/pulumi as a value belongs to sdk, examples"],
    ["cli/status.ts", 'import { readStatus } from "../operations/index.js"', "cli imports the library by its name"],
    ["cli/status.ts", 'import { Simulator } from "dataminer-failover-simulator"', "cli may use"],
    ["cli/simulate.ts", 'import { generate } from "selfsigned"', "selfsigned belongs to simulator"],
    ["cli/output/terminal.ts", 'import pico from "picocolors"', "no room may use picocolors"],
    ["simulator/agent.ts", 'import { Snapshot } from "../provider/agent/index.js"', "simulator imports the library by its name"],
    ["simulator/agent.ts", 'import { Command } from "commander"', "commander belongs to cli"],
    ["operations/drift.ts", 'import { redact } from "pulumi-dataminer-failover/core"', "the library does not import itself by its name"],
    ["operations/drift.ts", 'import { Hono } from "hono"', "hono belongs to cli, simulator"],
    ["simulator/agent.ts", "await import(name)", "an import names its target"],
    ["simulator/agent.ts", 'import { handlers } from "../provider"', "simulator may use"],
    ["sdk/index.ts", 'import { readAgent } from "../provider/agent"', "sdk may use no other room"],
    ["provider/http/client.ts", "", '"provider/http" is no room of the house'],
    ["shared/a.ts", "", '"shared" is no room of the house'],
  ])("refuse in %s: %s", (file, source, rule) => {
    expect(findForbiddenImports(file, source)).toEqual([expect.stringContaining(rule)]);
  });

  test.each([
    [
      "provider/core/defineResource.ts",
      'import { z } from "zod"; import type { dynamic } from "@pulumi/pulumi"; import { inspect } from "node:util"',
    ],
    [
      "provider/failover/led.ts",
      'import { days } from "../core/durations.js"; import type { Status } from "./status.js"; import { isIP } from "node:net"',
    ],
    [
      "provider/agent/client.ts",
      'import { Pool } from "undici"; import { type Status } from "../failover/status.js"; import { wait } from "../core/wait.js"',
    ],
    ["provider/dns/client.ts", 'import { encode } from "dns-packet"; import { wait } from "../core/wait.js"'],
    [
      "provider/virtualIp/index.ts",
      'import { led } from "../failover/led.js"; import { read } from "../agent/client.js"; import { ask } from "../dns/client.js"',
    ],
    ["provider/failoverPair/index.ts", 'import { viewMembers } from "./view.js"'],
    ["provider/index.ts", 'export { virtualIp } from "./virtualIp/index.js"'],
    ["sdk/virtualIp.ts", 'import * as pulumi from "@pulumi/pulumi"; import type { VirtualIpInputs } from "../provider/virtualIp/index.js"'],
    [
      "operations/detectDrift.ts",
      'import { LocalWorkspace } from "@pulumi/pulumi/automation"; import { virtualIp } from "../provider/virtualIp/index.js"',
    ],
    ["cli/simulate.ts", 'import { Simulator } from "dataminer-failover-simulator"; import manifest from "dma-failover/package.json"'],
    ["cli/status.ts", 'import { Command } from "commander"; import { readStatus } from "pulumi-dataminer-failover/operations"'],
    [
      "simulator/agent.ts",
      'import { Snapshot } from "pulumi-dataminer-failover/agent"; import { gates } from "pulumi-dataminer-failover/failover"',
    ],
    ["examples/virtual-ip/index.ts", 'import { Config } from "@pulumi/pulumi"; import { FailoverPair } from "pulumi-dataminer-failover"'],
    [
      "tools/demo/main.ts",
      'import { Simulator } from "../../simulator/index.js"; import { PulumiCommand } from "@pulumi/pulumi/automation"',
    ],
  ])("allow in %s: %s", (file, source) => {
    expect(findForbiddenImports(file, source)).toEqual([]);
  });

  test.each([
    ["simulator/long.ts", "\n".repeat(251), "251 lines, 250 at most"],
    ["provider/core/long.ts", `${"a;\n".repeat(250)}a;`, "251 lines, 250 at most"],
    ["provider/virtualIp.ts", "", "the door of a resource its index.ts"],
    ["provider/core/types.ts", "", "there is no types.ts"],
    ["simulator/helpers/clock.ts", "", "there is no utils or helpers"],
    ["cli/utils.ts", "", "there is no utils or helpers"],
  ])("refuse the shape of %s", (file, source, problem) => {
    expect(findMisshapen(file, source)).toEqual([expect.stringContaining(problem)]);
  });

  test("allow 250 lines, and any number in a tool", () => {
    expect(findMisshapen("sdk/index.ts", "a;\n".repeat(250))).toEqual([]);
    expect(findMisshapen("tools/pulumi/build.ts", "a;\n".repeat(251))).toEqual([]);
  });
});

describe("the ways of imports", () => {
  const graph = (sources: Record<string, string>, which: "all" | "values") =>
    importGraph(
      Object.entries(sources).map(([file, source]) => ({ file, source })),
      which,
    );

  test("go round in a circle by types too, and a file that is only led to is in none", () => {
    const sources = {
      "a/one.ts": 'import { two } from "./two.js"',
      "a/two.ts": 'import type { Three } from "../b/index.js"; import "../b/four.js"',
      "b/index.ts": 'export * from "../a/one.js"',
      "b/four.ts": "",
      "b/five.ts": 'import { five } from "./five.js"',
    };
    expect(findCircles(graph(sources, "all"))).toEqual([["a/one.ts", "a/two.ts", "b/index.ts"], ["b/five.ts"]]);
    expect(findCircles(graph(sources, "values"))).toEqual([["b/five.ts"]]);
  });

  test("are told where they reach a package", () => {
    const sources = {
      "a/one.ts": 'import { two } from "../b/two.js"; import "node:net"; import type { A } from "alien"',
      "b/two.ts": 'import { z } from "zod/v4"; import { b } from "@scope/b/c"',
    };
    expect(findForbiddenReaches(graph(sources, "values"), "a", ["@scope/b"])).toEqual(["a/one.ts > b/two.ts > zod"]);
  });
});

describe("an import", () => {
  test.each([
    ['import a from "m"', false],
    ['import "m"', false],
    ['import {} from "m"', false],
    ['import * as a from "m"', false],
    ['import { type A, b } from "m"', false],
    ['import a, { type B } from "m"', false],
    ['export * from "m"', false],
    ['export { a } from "m"', false],
    ['import a = require("m")', false],
    ['const a = require("m")', false],
    ['const a = require.resolve("m")', false],
    ["const a = require(`m`)", false],
    ['const a = () => import("m")', false],
    ['import type a from "m"', true],
    ['import type { A } from "m"', true],
    ['import { type A, type B } from "m"', true],
    ['export type { A } from "m"', true],
    ['export { type A } from "m"', true],
    ['export type * from "m"', true],
    ['import type A = require("m")', true],
    ['let a: import("m").A', true],
    ['let a: typeof import("m")', true],
  ])("is seen in: %s (only a type: %s)", (source, typeOnly) => {
    expect(findImports("file.ts", `\n// first\n${source};\n`)).toEqual([{ line: 3, target: "m", typeOnly }]);
  });

  test("is not seen in text or comments", () => {
    expect(findImports("file.ts", `// import "m"\nconst text = 'exports.handler=()=>require("m").a';`)).toEqual([]);
  });
});
