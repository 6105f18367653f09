import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv, type WorldOptions } from "../support/world.js";

let world: PairWorld;
let stack: Stack;
let network = 0;

const open = async (options: WorldOptions = {}) => {
  world = await startPairWorld(`53.${++network}`, options);
};

const declaration = (pair?: object, agent?: object) => ({
  agents: { main: world.connection(1, agent), backup: world.connection(2, agent) },
  pair: { main: "main", backup: "backup", ...world.pair(pair) },
});

beforeEach(async () => {
  stack = await Stack.create({ environment: { [tokenEnv]: token } });
});

afterEach(async () => {
  await world.close();
  await stack.remove();
});

const writes = () => world.simulator.requests.all().filter(({ method }) => method !== "GET");

describe("at the first preview, before anything is touched", () => {
  const cases: [what: string, world: WorldOptions, said: RegExp][] = [
    ["another DataMiner ID", { backup: { dataMinerId: 222 } }, /DataMiner ID.*222|222.*DataMiner ID/],
    ["another version", { backup: { version: "10.5.3.0-15500" } }, /10\.5\.3\.0-15500/],
    ["a backup that is in a cluster", { backup: { system: "OTHER", pristine: false, elementCount: 3 } }, /OTHER/],
    ["Swarming", { main: { swarming: true } }, /Swarming/],
  ];
  test.each(cases)("%s is named", async (_, options, said) => {
    await open(options);
    await stack.declare(declaration());
    const { code, output } = await stack.run("preview");
    expect(code).not.toBe(0);
    expect(output).toMatch(said);
    expect(writes()).toEqual([]);
  });

  test("everything that is wrong is said at once", async () => {
    await open({ backup: { dataMinerId: 222, version: "10.5.3.0-15500", system: "OTHER", pristine: false } });
    await stack.declare(declaration());
    const { output } = await stack.run("preview");
    for (const said of ["222", "10.5.3.0-15500", "OTHER"]) expect(output).toContain(said);
  });

  test("an Agent that is not what the program expects is named", async () => {
    await open();
    await stack.declare(declaration({}, { dataMinerId: 112, version: "10.4.0.0-1" }));
    const { code, output } = await stack.run("preview");
    expect(code).not.toBe(0);
    expect(output).toContain("declared is 112");
    expect(output).toContain("declared is 10.4.0.0-1");
  });

  test("a wrong token is named, and where it came from", async () => {
    await open({ token: "another-token-of-at-least-32-characters" });
    await stack.declare(declaration());
    const { code, output } = await stack.run("preview");
    expect(code).not.toBe(0);
    expect(output).toContain("401");
    expect(output).not.toContain(token);
  });

  test("an Agent that is silent is a line in preview, and an error in up", async () => {
    await open();
    await stack.declare(declaration());
    world.simulator.agent(world.address(2)).stop();
    const preview = await stack.run("preview");
    expect(`${preview.code}\n${preview.output}`).toMatch(/^0\n/);
    expect(preview.output).toContain(`Reading Agent ${world.address(2)}: the connection is refused`);
    const up = await stack.up();
    expect(up.code).not.toBe(0);
    expect(world.simulator.pairs).toEqual([]);
  });
});

describe("on a live pair", () => {
  const changes: [what: string, change: () => object, said: string][] = [
    ["type", () => ({ virtualIps: undefined, hostname: "dma.example.com" }), "the type of a pair cannot be changed in place"],
    ["main", () => ({ main: { ...world.connection(3) } }), "the main Agent"],
    ["backup", () => ({ backup: { ...world.connection(3) } }), "the backup Agent"],
  ];
  test.each(changes)("a changed %s is refused in preview, and says how to do it on purpose", async (_, change, said) => {
    await open({ others: { 3: { dataMinerId: 111, pristine: true } } });
    await stack.declare(declaration());
    expect((await stack.up()).code).toBe(0);
    await stack.declare(declaration(change()));
    world.simulator.requests.clear();
    const { code, output } = await stack.run("preview");
    expect(code).not.toBe(0);
    expect(output).toContain(said);
    expect(output).toContain("destroy --target");
    expect(writes()).toEqual([]);
  });

  test("a changed shared hostname is refused in preview", async () => {
    await open();
    world.simulator.setName("dma.example.com", [world.address(1), world.address(2)]);
    const hostname = (name: string) => declaration({ virtualIps: undefined, hostname: name });
    await stack.declare(hostname("dma.example.com"));
    const up = await stack.up();
    expect(`${up.code}\n${up.output}`).toMatch(/^0\n/);
    await stack.declare(hostname("other.example.com"));
    const { code, output } = await stack.run("preview");
    expect(code).not.toBe(0);
    expect(output).toContain("the shared hostname dma.example.com cannot be changed in place");
    await stack.declare(hostname("DMA.example.com."));
    expect((await stack.run("preview", "--expect-no-changes")).code).toBe(0);
  });

  test("a connection spelled differently is a state-only update: the pair is untouched", async () => {
    await open();
    await stack.declare(declaration());
    expect((await stack.up()).code).toBe(0);
    await stack.write("token", `${token}\n`);
    const respelled = { tokenEnv: undefined, tokenFile: `${stack.folder}/token`, basePath: "/api/custom/dma-failover/v1/" };
    // Every C library reads this as a name for the address, without a hosts file.
    const byName = (last: number) => ({ host: world.address(last).replace(/^127/, "0x7f"), address: world.address(last) });
    const agents = {
      main: world.connection(1, { ...respelled, ...byName(1) }),
      backup: world.connection(2, { ...respelled, ...byName(2) }),
    };
    await stack.declare({ ...declaration(), agents });
    const revision = world.simulator.agent(world.address(1)).snapshot().revision;
    world.simulator.requests.clear();
    const { code, output } = await stack.up();
    expect(`${code}\n${output}`).toMatch(/^0\n/);
    expect(output).toContain("3 updated");
    expect(writes()).toEqual([]);
    expect(world.simulator.agent(world.address(1)).snapshot().revision).toBe(revision);
    expect((await stack.resource("pair")).outputs.main).toMatchObject({ tokenFile: `${stack.folder}/token` });
    expect((await stack.drift()).code).toBe(0);
  });
});
