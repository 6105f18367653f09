import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AgentControl } from "../../simulator/index.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { type PairWorld, token, tokenEnv } from "../support/world.js";
import { closeWorlds, openLivePair, openPrepared } from "./pairs.js";
import { Resource } from "./resource.js";

let provider: DynamicProvider;
let world: PairWorld;
let folder: string;

const settings = { maxStartupSeconds: 720 };
const args = (last: number, more?: object) => world.connection(last, { __owner: `room/test/agent${last}`, ...more });
const agent = (last: number) => world.simulator.agent(world.address(last));
const up = (last: number, more?: object) => new Resource(provider).up(args(last, more));
const linesOf = (last: number) => provider.lines.filter((line) => line.startsWith(`DmaAgent agent${last}:`));

beforeAll(async () => {
  const lasts = [21, 22, 23, 24, 25, 26, 27];
  const prepared = { dataMinerId: 111, system: "DMS", elementCount: 3 };
  ({ world } = await openLivePair("61.1", { others: { ...Object.fromEntries(lasts.map((last) => [last, prepared])), 28: {} } }));
  folder = await mkdtemp(join(tmpdir(), "dma-failover-token-"));
  await writeFile(join(folder, "token"), token);
  provider = await DynamicProvider.start("dmaAgent", { [tokenEnv]: token });
});

afterAll(async () => {
  provider.stop();
  await Promise.all([closeWorlds(), rm(folder, { recursive: true })]);
});

describe("an Agent that is gone is left as it is, with one line", () => {
  const answers: [what: string, last: number, gone: (agent: AgentControl) => void, said: RegExp][] = [
    ["was reset and answers 401", 21, (one) => one.fail({ kind: "hostError", errorCode: 1010 }), /no longer knows this API \(401\)/],
    ["was reset and answers 404", 22, (one) => one.fail({ kind: "hostError", errorCode: 5 }), /no longer knows this API \(404\)/],
    ["has lost its DataMiner ID", 23, (one) => one.prepareAgain({ dataMinerId: 222 }), /has lost its DataMiner ID 111/],
  ];
  test.each(answers)("when it %s", async (_, last, gone, said) => {
    const resource = await up(last, { settings });
    gone(agent(last));
    await resource.destroy();
    expect(await provider.line(new RegExp(`agent${last}: .*Not put back: maxStartupSeconds`))).toMatch(said);
    expect(linesOf(last)).toHaveLength(1);
  });

  test("and without settings there is nothing to name", async () => {
    const resource = await up(24);
    agent(24).fail({ kind: "hostError", errorCode: 1010 });
    await resource.destroy();
    expect(await provider.line(/agent24: .*no longer knows this API/)).not.toContain("Not put back");
  });
});

describe("an Agent is found to be said farewell to", () => {
  const sources: [what: string, last: number, source: () => object][] = [
    ["a token file", 26, () => ({ tokenEnv: undefined, tokenFile: join(folder, "token") })],
    ["a literal token", 27, () => ({ tokenEnv: undefined, token })],
  ];
  test.each(sources)("with %s", async (_, last, source) => {
    const resource = await up(last, { settings, ...source() });
    expect(agent(last).snapshot().agent.settings.maxStartupSeconds).toBe(720);
    await resource.destroy();
    expect(agent(last).snapshot().agent.settings.maxStartupSeconds).toBe(900);
  });

  test("over https with the authorities of the system", async () => {
    const { world: secure } = await openPrepared("61.2", { protocol: "https" });
    const trusting = await DynamicProvider.start("dmaAgent", { [tokenEnv]: token, NODE_EXTRA_CA_CERTS: String(secure.simulator.caFile) });
    const args = secure.connection(1, { protocol: "https", settings, __owner: "room/test/secure" });
    const resource = await new Resource(trusting).up(args);
    await resource.destroy();
    trusting.stop();
    expect(secure.simulator.agent(secure.address(1)).snapshot().agent.settings.maxStartupSeconds).toBe(900);
    expect(secure.simulator.requests.count({ method: "PUT", status: 200 })).toBe(2);
  });

  test("that never had a DataMiner ID has lost none", async () => {
    const resource = await up(28);
    expect(resource.outs.dataMinerId).toBeNull();
    await resource.destroy();
    await resource.diff(args(28, { settings }));
    await provider.line(/agent28: differs/);
    expect(linesOf(28)).toHaveLength(1);
  });
});

test("any other answer is an error, and the Agent stays in state", async () => {
  const resource = await up(25, { settings });
  agent(25).fail({ kind: "hostError", errorCode: 12 });
  await expect(resource.destroy()).rejects.toThrow("500 12");
  agent(25).fail({ kind: "htmlPage", status: 200 });
  await expect(resource.destroy()).rejects.toThrow("no answer of the Failover API");
  await resource.destroy();
  expect(agent(25).snapshot().agent.settings.maxStartupSeconds).toBe(900);
});

describe("a member of a pair", () => {
  const owner = (value: string | null) => world.simulator.pair().setOwner(value);

  test("is not deleted while that pair belongs to this project and stack, and the error says how to go on", async () => {
    const resource = await up(1);
    const refused = /it is in the Failover pair of room\/test\/pair.*run `pulumi up` first, then `pulumi destroy`/;
    await expect(resource.destroy()).rejects.toThrow(refused);
    owner("room/test/other-name");
    await expect(resource.destroy()).rejects.toThrow("room/test/other-name");
  });

  test("is deleted when the pair belongs to another stack, or to nobody", async () => {
    const resource = await up(1);
    for (const another of ["room/test2/pair", "broom/test/pair", null]) {
      owner(another);
      await resource.destroy();
    }
  });

  test("is deleted, and its settings put back, when the pair is disabled", async () => {
    const resource = await up(2, { settings });
    owner("room/test/pair");
    await expect(resource.destroy()).rejects.toThrow("room/test/pair");
    world.simulator.pair().setState("inactive");
    await resource.destroy();
    expect(agent(2).snapshot().agent.settings.maxStartupSeconds).toBe(900);
    world.simulator.pair().setState("active");
  });

  test("is never taken for the other one: an answer that describes the other member is refused", async () => {
    const resource = await up(1);
    agent(1).fail({ kind: "otherMember" }, { times: 2 });
    await expect(resource.refresh()).rejects.toThrow(`${world.address(2)} answered`);
    await expect(resource.destroy()).rejects.toThrow(`${world.address(2)} answered`);
  });
});
