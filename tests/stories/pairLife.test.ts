import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownedBy } from "../support/owners.js";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

let world: PairWorld;
let stack: Stack;

const declaration = (pair?: object) => ({
  agents: { main: world.connection(1), backup: world.connection(2) },
  pair: { main: "main", backup: "backup", ...world.pair(pair) },
});

beforeAll(async () => {
  world = await startPairWorld("51.1");
  stack = await Stack.create({ environment: { [tokenEnv]: token } });
  await stack.declare(declaration());
});

afterAll(async () => {
  await world.close();
  await stack.remove();
});

/** One pair's life in order: each test goes on where the one before ended. */
describe("a Failover pair through the real CLI", () => {
  test("preview touches nothing", async () => {
    const { code, output } = await stack.run("preview");
    expect(output).toContain("FailoverPair");
    expect(code).toBe(0);
    expect(world.simulator.requests.all().every(({ method }) => method === "GET")).toBe(true);
    expect(world.simulator.pairs).toEqual([]);
  });

  test("up sets the pair up, and says what it waits for", async () => {
    const { code, output } = await stack.up();
    expect(output).toContain("FailoverPair pair: Setting up pair 111");
    expect(code).toBe(0);
    const { outputs, id } = await stack.resource("pair");
    expect(id).toBe(`${world.address(1)}+${world.address(2)}`);
    expect(outputs).toMatchObject({
      dataMinerId: 111,
      state: "active",
      online: "main",
      onlineAgent: world.address(1),
      failedOver: false,
      led: { main: "green", backup: "green" },
      problems: [],
      reachableAt: world.address(5),
    });
    expect(world.simulator.pair().owner).toEqual(ownedBy("story/test/pair"));
  });

  test("up again has nothing to do and asks no Agent", async () => {
    world.simulator.requests.clear();
    const { code, output } = await stack.up("--expect-no-changes");
    expect(output).toContain("4 unchanged");
    expect(code).toBe(0);
    expect(world.simulator.requests.all()).toEqual([]);
  });

  test.each([
    "refresh --yes --skip-preview",
    "preview --refresh --expect-no-changes",
    "preview --refresh --run-program --expect-no-changes",
  ])("%s costs exactly one GET of each Agent", async (form) => {
    world.simulator.requests.clear();
    const { code, output } = await stack.run(...form.split(" "));
    expect(`${code}\n${output}`).toMatch(/^0\n/);
    const asked = world.simulator.requests.all().map(({ method, path, addressed }) => `${method} ${path} ${addressed}`);
    expect(asked.sort()).toEqual([`GET agent ${world.address(1)}`, `GET agent ${world.address(2)}`]);
  });

  test("a changed option is changed in place, and nothing else is written", async () => {
    await stack.declare(declaration({ mode: "manual" }));
    world.simulator.requests.clear();
    const { code, output } = await stack.up();
    expect(`${code}\n${output}`).toMatch(/^0\n/);
    expect(output).toContain("1 updated");
    expect(world.simulator.pair().config.mode).toBe("manual");
    expect(world.simulator.requests.count({ method: "PUT" })).toBe(1);
    expect((await stack.drift()).code).toBe(0);
  });

  test("a switch is no drift: the drift run is clean while the output online changes", async () => {
    await world.simulator.pair().switchRoles();
    const { code, output } = await stack.drift();
    expect(`${code}\n${output}`).toMatch(/^0\n/);
    await stack.succeed("refresh", "--yes", "--skip-preview");
    const { outputs } = await stack.resource("pair");
    expect(outputs).toMatchObject({ online: "backup", onlineAgent: world.address(2), failedOver: true });
  });

  test("an update while the backup is online goes to the backup and moves no traffic", async () => {
    await stack.declare(declaration({ mode: "automatic" }));
    world.simulator.requests.clear();
    const { code, output } = await stack.up();
    expect(`${code}\n${output}`).toMatch(/^0\n/);
    expect(world.simulator.requests.all({ method: "PUT" }).map(({ addressed }) => addressed)).toEqual([world.address(2)]);
    expect(world.simulator.pair().online).toBe("backup");
  });

  test("destroy refuses while ending would reset main, and nothing is lost", async () => {
    const { code, output } = await stack.destroy();
    expect(code).not.toBe(0);
    expect(output).toContain("allowResetOfMain");
    expect(world.simulator.agent(world.address(1)).snapshot().agent.elementCount).toBe(40);
    await world.simulator.pair().switchRoles();
  });

  test("destroy ends the pair: main stays with its data, the address is released, the backup is reset", async () => {
    const { code, output } = await stack.destroy();
    expect(`${code}\n${output}`).toMatch(/^0\n/);
    const main = world.simulator.agent(world.address(1)).snapshot();
    const backup = world.simulator.agent(world.address(2)).snapshot();
    expect(main.pair).toBeNull();
    expect(main.agent).toMatchObject({ dataMinerId: 111, elementCount: 40 });
    expect(main.agent.interfaces.flatMap(({ addresses }) => addresses).some(({ virtual }) => virtual)).toBe(false);
    expect(main.dms.primaryAddress).toBe(world.address(1));
    expect(backup.agent).toMatchObject({ dataMinerId: null, pristine: true, elementCount: 0 });
    expect((await stack.exported()).resources.filter(({ type }) => type.includes("dataminer"))).toEqual([]);
  });

  test("destroy again has nothing to do", async () => {
    const { code, output } = await stack.destroy();
    expect(`${code}\n${output}`).toMatch(/^0\n/);
  });
});
