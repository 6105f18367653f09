import { afterAll, beforeAll, expect, test } from "vitest";
import { succeeded } from "../support/pairStory.js";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

const zone = "skyline.local";
const worlds: PairWorld[] = [];
let stack: Stack;

/** Several pairs of one version, each behind a virtual IP with records. */
const program = `
const { DmaAgent, FailoverPair, VirtualIp } = require("pulumi-dataminer-failover");
for (const { name, main, backup, vip, pair } of require("./declaration.json").pairs) {
  const agents = [new DmaAgent(name + "-main", main), new DmaAgent(name + "-backup", backup)];
  const virtualIp = new VirtualIp(name + "-vip", { ...vip, agents });
  new FailoverPair(name, { ...pair, main: agents[0], backup: agents[1], virtualIps: [virtualIp] });
}
`;

beforeAll(async () => {
  for (const network of ["63.1", "63.2"]) worlds.push(await startPairWorld(network, { dns: { zone } }));
  stack = await Stack.create({ program, environment: { [tokenEnv]: token } });
  await stack.declare({ pairs: worlds.map((world, index) => declared(world, ["north", "south"][index] ?? "")) });
});

afterAll(async () => {
  for (const world of worlds) await world.close();
  await stack.remove();
});

function declared(world: PairWorld, name: string): object {
  const { nameServer, dns } = world.simulator;
  const members = [
    { hostname: "dma-main", address: world.address(1) },
    { hostname: "dma-backup", address: world.address(2) },
  ];
  const records = { server: `${nameServer.address}:${nameServer.port}`, zone, keyFile: dns?.keyFile, hostname: "dma-virtual", members };
  const { virtualIps: _, ...pair } = world.pair();
  const vip = { address: world.address(5), prefixLength: 24, network: "corporate", dns: records };
  return { name, main: world.connection(1), backup: world.connection(2), vip, pair };
}

/** The lines that the CLI shows at the end of a run, of ours those that hold the text. */
const said = (output: string, text: string) =>
  (output.split("Diagnostics:").at(-1) ?? "").split("\n").filter((line) => line.includes(text));

test("a warning that the version gives is said once an update, and stands in the warnings of each pair", async () => {
  const { code, output } = await stack.up();
  expect(`${code}\n${output}`).toMatch(/^0\n/);
  for (const text of [
    "known issue (Contents of Elements folder deleted from offline Agents in Failover cluster)",
    "known issue (RN 44680)",
    "both Agents can do a shared hostname",
  ]) {
    expect(said(output, text), text).toHaveLength(1);
  }
  for (const name of ["north", "south"]) {
    const { warnings } = (await stack.resource(name)).outputs;
    expect(JSON.stringify(warnings)).toMatch(
      /\(Contents of Elements folder deleted from offline Agents in Failover cluster\).*\(RN 44680\)/,
    );
  }
});

test.each([
  ["the first refresh", "refresh --yes"],
  ["a refresh that runs the program", "refresh --yes --run-program"],
  ["up with a refresh", "up --yes --refresh"],
  ["a drift run", "preview --refresh --expect-no-changes"],
])("%s tells no difference where nothing differs", async (_, form) => {
  const run = await stack.run(...form.split(" "));
  succeeded(run);
  expect(run.output).not.toContain("differs from");
  expect(run.output).not.toContain("not finished");
});

test("destroy with a target tells none either", async () => {
  const { urn } = await stack.resource("south");
  const run = await stack.destroy("--target", urn);
  succeeded(run);
  expect(run.output).not.toContain("differs from");
  expect(worlds[1]?.simulator.pairs).toEqual([]);
});
