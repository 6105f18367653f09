import { afterAll, afterEach, expect, test } from "vitest";
import { closeWorlds, host, openVirtualIpWorld, type VirtualIpWorld } from "../contract/virtualIpWorld.js";
import { ownedBy } from "../support/owners.js";
import { until } from "../support/patience.js";
import { type Run, Stack, type StackOptions } from "../support/stack.js";
import { token, tokenEnv } from "../support/world.js";

/** Every resource of the package in one program, which renames and moves them, with aliases and without, as the declaration says. */
const program = `
const pulumi = require("@pulumi/pulumi");
const { DmaAgent, FailoverPair, SharedHostnameRecord, VirtualIp } = require("pulumi-dataminer-failover");
const { args, renamed = [], moved = [], aliased = [], options = {} } = require("./declaration.json");
class Site extends pulumi.ComponentResource {
  constructor() {
    super("my:index:Site", "site");
  }
}
const site = moved.length > 0 ? new Site() : undefined;
const nameOf = (key) => (renamed.includes(key) ? key + "-2" : key);
const optionsOf = (key) => {
  const alias = { ...(renamed.includes(key) && { name: key }), ...(moved.includes(key) && { parent: pulumi.rootStackResource }) };
  return { ...(moved.includes(key) && { parent: site }), ...(aliased.includes(key) && { aliases: [alias] }), ...options[key] };
};
const main = new DmaAgent(nameOf("main"), args.main, optionsOf("main"));
const backup = new DmaAgent(nameOf("backup"), args.backup, optionsOf("backup"));
const vip = new VirtualIp(nameOf("vip"), { ...args.vip, agents: [main, backup] }, optionsOf("vip"));
new SharedHostnameRecord(nameOf("record"), args.record, optionsOf("record"));
new FailoverPair(nameOf("pair"), { ...args.pair, main, backup, virtualIps: [vip] }, optionsOf("pair"));
`;

const all = ["main", "backup", "vip", "record", "pair"];
const settings = { maxWaitForOfflineSeconds: 300 };
let network = 0;
let stacks: Stack[] = [];

afterEach(async () => {
  for (const stack of stacks) await stack.remove();
  stacks = [];
});
afterAll(closeWorlds);

const open = (): Promise<VirtualIpWorld> => openVirtualIpWorld(`59.${100 + ++network}`);

interface Told {
  renamed?: string[];
  moved?: string[];
  aliased?: string[];
  options?: Record<string, object>;
  /** Whether the DmaAgents declare settings. */
  withSettings?: boolean;
}

function declarationIn({ world, at, args, dns }: VirtualIpWorld, { withSettings = true, ...told }: Told) {
  const { agents: _, __owner, ...vip } = args();
  const { members: __, ...place } = dns({ hostname: undefined });
  const more = withSettings ? { settings } : {};
  const { virtualIps: ___, ...pair } = world.pair();
  const record = { hostname: "dma-shared", addresses: [at(1), at(2)], dns: place };
  return { args: { main: world.connection(1, more), backup: world.connection(2, more), vip, record, pair }, ...told };
}

async function newStack(opened: VirtualIpWorld, told: Told = {}, options: StackOptions = {}): Promise<Stack> {
  const stack = await Stack.create({ program, project: "room", environment: { [tokenEnv]: token }, ...options });
  stacks.push(stack);
  await stack.declare(declarationIn(opened, told));
  return stack;
}

const succeeded = ({ code, output }: Run) => expect(`${code}\n${output}`).toMatch(/^0\n/);
const failed = ({ code, output }: Run) => expect(`${code}\n${output}`).not.toMatch(/^0\n/);

/** The pair that was set up once is there, and so is everything that the program declares. */
async function expectIntact(opened: VirtualIpWorld, { withSettings = true }: Told = {}): Promise<void> {
  const { simulator, agent, at, table, names, registers, server } = opened;
  await simulator.registered();
  expect(simulator.pairs).toHaveLength(1);
  expect(simulator.requests.count({ route: "putPair", status: 202 })).toBe(1);
  expect([1, 2].map((last) => agent(last).snapshot().agent)).toMatchObject([
    { dataMinerId: 111, elementCount: 40 },
    { dataMinerId: 111, elementCount: 40 },
  ]);
  const timers = [1, 2].map((last) => agent(last).snapshot().agent.settings.maxWaitForOfflineSeconds);
  expect(timers).toEqual(withSettings ? [300, 300] : [600, 600]);
  expect(registers()).toEqual([false, false]);
  expect(table()).toEqual([[at(1)], [at(2)], [at(5)]]);
  expect(names(5)).toEqual([host("dma-virtual")]);
  expect(server.addresses(host("dma-shared"))).toEqual([at(1), at(2)]);
}

/** Nothing is left to do, and after destroy nothing is left at all. */
async function expectClean(stack: Stack, opened: VirtualIpWorld): Promise<void> {
  const { simulator, agent, registers, server, at, names } = opened;
  const again = await stack.up("--expect-no-changes");
  succeeded(again);
  succeeded(await stack.drift());
  const destroyed = await stack.destroy();
  succeeded(destroyed);
  expect(simulator.pairs).toEqual([]);
  expect(agent(2).snapshot().agent.pristine).toBe(true);
  expect(agent(1).snapshot().agent).toMatchObject({ settings: { maxWaitForOfflineSeconds: 600 }, settingsOwners: [] });
  expect(registers()[0]).toBe(true);
  for (const label of ["dma-virtual", "dma-shared"]) expect(server.addresses(host(label))).toEqual([]);
  for (const last of [1, 2, 5]) expect(names(last)).not.toContain(host("dma-shared"));
  expect(names(5)).not.toContain(host("dma-virtual"));
  expect(opened.records().filter((record) => / TXT /.test(record))).toEqual([]);
  expect(server.addresses(host("dma-main"))).toContain(at(1));
}

const urnsOf = async (stack: Stack): Promise<string[]> =>
  (await stack.exported()).resources.map(({ urn }) => urn).filter((urn) => urn.includes("dataminer:"));

test.each(["--replace", "--target-replace"])("up %s of every resource ends nothing and removes nothing", async (flag) => {
  const opened = await open();
  const stack = await newStack(opened);
  succeeded(await stack.up());
  const replaced = await stack.up(...(await urnsOf(stack)).flatMap((urn) => [flag, urn]));
  succeeded(replaced);
  expect(replaced.output).toContain("FailoverPair pair: warning: the pair is not set up anew");
  expect(replaced.output).toMatch(/FailoverPair pair: pair 111 is not ended: /);
  await expectIntact(opened);
  await expectClean(stack, opened);
});

test("tainted resources are replaced, and nothing is ended or removed", async () => {
  const opened = await open();
  const stack = await newStack(opened);
  succeeded(await stack.up());
  for (const urn of await urnsOf(stack)) await stack.succeed("state", "taint", urn, "--yes");
  succeeded(await stack.up());
  await expectIntact(opened);
  await expectClean(stack, opened);
});

test("a replacement trigger and deleteBeforeReplace of what a pair needs end nothing", async () => {
  const opened = await open();
  const told = (trigger: number): Told => ({
    options: {
      pair: { replacementTrigger: trigger },
      main: { deleteBeforeReplace: true, replacementTrigger: trigger },
      vip: { deleteBeforeReplace: true, replacementTrigger: trigger },
      record: { deleteBeforeReplace: true, replacementTrigger: trigger },
    },
  });
  const stack = await newStack(opened, told(1));
  succeeded(await stack.up());
  await stack.declare(declarationIn(opened, told(2)));
  succeeded(await stack.up());
  await expectIntact(opened);
  await expectClean(stack, opened);
});

test("deleteBeforeReplace of the pair itself is refused before anything is touched", async () => {
  const opened = await open();
  const stack = await newStack(opened);
  succeeded(await stack.up());
  await stack.declare(declarationIn(opened, { options: { pair: { deleteBeforeReplace: true } } }));
  const refused = await stack.run("preview");
  failed(refused);
  expect(refused.output).toContain("deleteBeforeReplace would end the pair");
  await expectIntact(opened);
});

test.each([
  ["renamed", { renamed: all }, /aliases: \[\{ name: "(main|backup|vip|pair)" \}\]/],
  ["moved into a component", { moved: all }, /aliases: \[\{ parent: pulumi\.rootStackResource \}\]/],
  [
    "renamed and moved",
    { renamed: all, moved: all },
    /aliases: \[\{ name: "(main|backup|vip|pair)", parent: pulumi\.rootStackResource \}\]/,
  ],
])(
  "everything %s without aliases is refused in the preview, which proposes them; with them nothing but the owner changes",
  async (_, change, cure) => {
    const opened = await open();
    const stack = await newStack(opened);
    succeeded(await stack.up());
    await stack.declare(declarationIn(opened, change));
    const preview = await stack.run("preview");
    failed(preview);
    expect(preview.output).toMatch(cure);
    failed(await stack.up());
    await expectIntact(opened);
    await stack.declare(declarationIn(opened, { ...change, aliased: all }));
    succeeded(await stack.up());
    await expectIntact(opened);
    const name = "renamed" in change ? "pair-2" : "pair";
    expect(opened.simulator.pair().owner).toEqual(ownedBy("moved" in change ? `room/test/my:index:Site::${name}` : `room/test/${name}`));
    await expectClean(stack, opened);
  },
);

test("an Agent without settings and a record may be renamed without an alias: the old ones go, what they stand for stays", async () => {
  const opened = await open();
  const stack = await newStack(opened, { withSettings: false });
  succeeded(await stack.up());
  await stack.declare(declarationIn(opened, { withSettings: false, renamed: ["main", "record"] }));
  succeeded(await stack.up());
  await expectIntact(opened, { withSettings: false });
  await expectClean(stack, opened);
});

test("adopting a pair after a rename without an alias takes it over; the old name ends nothing", async () => {
  const opened = await open();
  const stack = await newStack(opened);
  succeeded(await stack.up());
  const declaration = declarationIn(opened, { renamed: ["pair"] });
  await stack.declare({
    ...declaration,
    args: { ...declaration.args, pair: { ...declaration.args.pair, adopt: "matching", endMode: "delete" } },
  });
  const adopted = await stack.up();
  succeeded(adopted);
  expect(adopted.output).toContain("pair 111 is not ended: it belongs to room/test/pair-2");
  await expectIntact(opened);
  await expectClean(stack, opened);
});

test("a second backend with a stack of the same name is told; what the first one destroys then stays for the second", async () => {
  const opened = await open();
  const first = await newStack(opened);
  succeeded(await first.up());
  const second = await newStack(opened);
  const preview = await second.run("preview");
  succeeded(preview);
  expect(preview.output).toMatch(/FailoverPair pair: warning: the pair is not set up anew: .* If another backend has a stack of this name/);
  const taken = await second.up();
  succeeded(taken);
  expect(taken.output).toContain("FailoverPair pair: warning: the pair is not set up anew");
  const destroyed = await first.destroy();
  succeeded(destroyed);
  expect(destroyed.output).toMatch(/pair 111 is not ended: a later creation of this resource has taken it over/);
  await expectIntact(opened);
  await expectClean(second, opened);
});

test("a renamed stack goes on owning everything", async () => {
  const opened = await open();
  const stack = await newStack(opened);
  succeeded(await stack.up());
  await stack.rename("renamed");
  succeeded(await stack.up());
  await expectIntact(opened);
  await expectClean(stack, opened);
});

test("a restored checkpoint: up after a refresh owns the pair again, and destroy ends it", async () => {
  const opened = await open();
  const stack = await newStack(opened);
  succeeded(await stack.up());
  const { text } = await stack.exported();
  succeeded(await stack.up("--replace", (await stack.resource("pair")).urn));
  await stack.write("checkpoint.json", text);
  await stack.succeed("stack", "import", "--file", "checkpoint.json");
  const drift = await stack.drift();
  expect(`${drift.code}\n${drift.output}`).toMatch(/^7\n/);
  succeeded(await stack.up("--refresh"));
  await expectIntact(opened);
  await expectClean(stack, opened);
});

test("a replacement that is killed before the old Agent and address are deleted is carried on by the next up", async () => {
  const opened = await open();
  const stack = await newStack(opened, { withSettings: false });
  succeeded(await stack.up());
  const { simulator, agent } = opened;
  simulator.requests.clear();
  const urns = (await urnsOf(stack)).filter((urn) => /::(main|vip)$/.test(urn));
  const replacing = stack.start("up", "--yes", "--skip-preview", ...urns.flatMap((urn) => ["--replace", urn]));
  // Both creations have marked main; what reads it from now on are the deletions.
  await until(() => agent(1).snapshot().agent.settingsOwners?.length === 2 && simulator.requests.count({ route: "putSettings" }) >= 3);
  agent(1).fail({ kind: "slow", seconds: 1_000_000 }, { route: "readAgent", times: 99 });
  await until(() => simulator.requests.count({ addressed: opened.at(1), route: "readAgent", status: null }) > 0);
  replacing.kill();
  await replacing.ended;
  agent(1).faults.clear();
  await stack.succeed("cancel", "--yes");
  // The CLI names the creations that it lost and asks for a refresh: what stands was taken over by them.
  succeeded(await stack.up("--refresh"));
  expect(simulator.pairs).toHaveLength(1);
  await expectClean(stack, opened);
});

test("a destroy that runs the program first ends the pair and removes everything, as any other does", async () => {
  const opened = await open();
  const stack = await newStack(opened, { withSettings: false });
  succeeded(await stack.up());
  succeeded(await stack.destroy("--run-program"));
  expect(opened.simulator.pairs).toEqual([]);
  expect(opened.server.addresses(host("dma-shared"))).toEqual([]);
});
