import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";
import { notKnown, Resource } from "./resource.js";

let provider: DynamicProvider;
let world: PairWorld;

const lasts = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24];

beforeAll(async () => {
  const prepared = { dataMinerId: 111, system: "DMS", elementCount: 3 };
  world = await startPairWorld("60.1", {
    others: { ...Object.fromEntries(lasts.map((last) => [last, prepared])), 30: { name: "DMA-EMPTY" } },
  });
  provider = await DynamicProvider.start("dmaAgent", { [tokenEnv]: token, OTHER_TOKEN: token });
});

afterAll(async () => {
  provider.stop();
  await world.close();
});

/** Args of the Agent `last`, by whose number the resource is named too. */
const args = (last: number, more?: object) => world.connection(last, { __owner: `room/test/agent${last}`, ...more });
const agent = (last: number) => world.simulator.agent(world.address(last));
const requests = (last: number) => world.simulator.requests.all({ addressed: world.address(last) }).map(({ method }) => method);
const up = (last: number, more?: object) => new Resource(provider).up(args(last, more));

describe("an Agent's life", () => {
  let resource: Resource;

  test("create reads the Agent, writes nothing, and its id is the address", async () => {
    resource = await up(11, { dataMinerId: 111 });
    expect(resource.id).toBe(world.address(11));
    expect(new Set(requests(11))).toEqual(new Set(["GET"]));
  });

  test("every declared output is there, with what the Agent itself says", async () => {
    const { name, version, cluster, interfaces, capabilities, pcap } = agent(11).snapshot().agent;
    const facts = { agentName: name, version, cluster, interfaces, capabilities, pcap };
    expect(resource.outs).toMatchObject({ ...facts, dataMinerId: 111, reachable: true, warnings: [], schemaVersion: 2, settings: null });
  });

  test("what an Agent does not have is null, never left out", async () => {
    const { outs } = await up(30);
    expect(outs).toMatchObject({ dataMinerId: null, cluster: null, settings: null, timeouts: null, caFile: null, token: null });
    expect(Object.keys(outs).sort()).toEqual(Object.keys(resource.outs).sort());
  });

  test("read gives the inputs back as they were checked, and nothing differs", async () => {
    const { inputs, outs } = resource;
    expect(await resource.refresh()).toBe(true);
    expect(resource).toMatchObject({ inputs, outs });
    expect(Object.keys(resource.inputs).sort()).toEqual(Object.keys(inputs).sort());
    expect(await resource.diff(args(11, { dataMinerId: 111 }))).toEqual({ changes: false, replaces: [], deleteBeforeReplace: false });
  });

  test("any other token source, base path or timeout is a change that is only recorded", async () => {
    const changed = args(11, {
      dataMinerId: 111,
      tokenEnv: "OTHER_TOKEN",
      basePath: "/api/custom//dma-failover/v1",
      timeouts: { update: "1m" },
    });
    expect(await resource.diff(changed)).toMatchObject({ changes: true, replaces: [] });
    await resource.up(changed);
    expect(resource.outs).toMatchObject({ tokenEnv: "OTHER_TOKEN", timeouts: { update: "1m" }, agentName: `DMA-${world.address(11)}` });
    expect(await resource.diff(changed)).toMatchObject({ changes: false });
    expect(new Set(requests(11))).toEqual(new Set(["GET"]));
  });

  test("delete leaves the Agent as it is, and so does deleting again", async () => {
    const before = agent(11).snapshot();
    await resource.destroy();
    await resource.destroy();
    expect(agent(11).snapshot()).toEqual(before);
    expect(new Set(requests(11))).toEqual(new Set(["GET"]));
  });
});

describe("what is expected of an Agent", () => {
  test("is checked at create: every expectation that is not met is named at once", async () => {
    const { failures } = await provider.check({}, args(12, { dataMinerId: 7, version: "10.4.0.0-1" }));
    expect(failures.map(({ property }) => property)).toEqual(["dataMinerId", "version"]);
    expect(failures[0]?.reason).toMatch(/has 111, declared is 7\..*`pulumi up` cannot change it/);
  });

  test("is drift later, which up cannot repair, and the error says so", async () => {
    const resource = await up(13, { dataMinerId: 111 });
    agent(13).prepareAgain({ dataMinerId: 222 });
    await resource.refresh();
    expect(resource.outs.dataMinerId).toBe(222);
    expect(await resource.diff(args(13, { dataMinerId: 111 }))).toMatchObject({ changes: true, replaces: [] });
    await provider.line(/agent13: differs from what is declared: dataMinerId$/);
    await expect(resource.up(args(13, { dataMinerId: 111 }))).rejects.toThrow(
      /dataMinerId: the Agent has 222, declared is 111.*cannot change/,
    );
  });

  test("is not declared: an Agent that has another DataMiner ID than before is another Agent, and an error", async () => {
    const resource = await up(14);
    agent(14).prepareAgain({ dataMinerId: 222 });
    await expect(resource.refresh()).rejects.toThrow("is an Agent with DataMiner ID 222, recorded is 111");
  });

  test("is also held to an existing Agent when the program begins to declare it", async () => {
    const resource = await up(15);
    expect(await resource.diff(args(15, { dataMinerId: 7 }))).toMatchObject({ changes: true, replaces: [] });
    await expect(resource.up(args(15, { dataMinerId: 7 }))).rejects.toThrow("declared is 7");
  });
});

describe("how an Agent is reached", () => {
  test("spelled differently touches nothing: the same Agent answers there", async () => {
    const resource = await up(16);
    const byName = args(16, { host: world.address(16).replace(/^127/, "0x7f"), address: world.address(16) });
    expect(await resource.diff(byName)).toEqual({ changes: true, replaces: [], deleteBeforeReplace: false });
    await resource.up(byName);
    expect(resource.outs.host).toBe(byName.host);
    expect(new Set(requests(16))).toEqual(new Set(["GET"]));
  });

  test("with another Agent behind it is an error, and what is recorded stays", async () => {
    const resource = await up(17);
    const elsewhere = args(17, { host: world.address(18), port: agent(18).port, address: world.address(17) });
    await expect(resource.up(elsewhere)).rejects.toThrow(/421 WRONG_AGENT/);
    agent(17).prepareAgain({ dataMinerId: 222 });
    await expect(resource.up(args(17, { timeouts: { update: "1m" } }))).rejects.toThrow(
      /has? .*222, recorded is 111|ID 222, recorded is 111/,
    );
    expect(resource.outs).toMatchObject({ host: world.address(17), dataMinerId: 111 });
  });

  test("under another address is another Agent: replaced, the old one deleted first", async () => {
    const resource = await up(18);
    const replaced = { changes: true, replaces: ["address"], deleteBeforeReplace: true };
    expect(await provider.diff(resource.id, resource.outs, await new Resource(provider).check(args(19)))).toEqual(replaced);
  });

  test("is not replaced as long as its host or address is not known", async () => {
    const resource = await up(18);
    expect(await resource.diff(args(18, { host: notKnown.text }))).toEqual({ changes: true, replaces: [], deleteBeforeReplace: false });
    const named = args(18, { host: "dma.example.com", address: notKnown.text });
    expect(await resource.diff(named)).toEqual({ changes: true, replaces: [], deleteBeforeReplace: false });
  });
});

test("an Agent that was silent at the last refresh can be told of other time limits, and is a difference until it answers", async () => {
  const resource = await up(20);
  agent(20).stop();
  resource.outs = { ...resource.outs, reachable: false };
  const patient = args(20, { timeouts: { delete: "10m" } });
  await resource.up(patient);
  expect(resource.outs).toMatchObject({ timeouts: { delete: "10m" }, reachable: false });
  expect(await resource.diff(patient)).toMatchObject({ changes: true, replaces: [] });
  const elsewhere = args(20, { port: agent(20).port + 1, timeouts: { update: "1s" } });
  await expect(resource.up(elsewhere), "another way to it must lead there").rejects.toThrow("Reading Agent");
});

describe("read throws, so that the Agent stays in state, when what answers", () => {
  const answers: [what: string, last: number, fail: (last: number) => void, said: RegExp][] = [
    ["refuses the token", 22, (last) => agent(last).fail({ kind: "hostError", errorCode: 1010 }), /401 1010.*Check the token/],
    ["knows no such API", 23, (last) => agent(last).fail({ kind: "hostError", errorCode: 5 }), /404 5.*Check basePath/],
    ["is a page", 24, (last) => agent(last).fail({ kind: "htmlPage", status: 200 }), /no answer of the Failover API/],
    ["failed inside", 12, (last) => agent(last).fail({ kind: "hostError", errorCode: 12 }), /500 12/],
  ];
  test.each(answers)("%s", async (_, last, fail, said) => {
    const resource = await up(last);
    fail(last);
    await expect(resource.refresh()).rejects.toThrow(said);
    expect(resource.id).toBe(world.address(last));
  });

  test("is the other member, behind an address that moves", async () => {
    const resource = await up(19);
    const { outs } = resource;
    await expect(provider.read(resource.id, { ...outs, host: world.address(18), port: agent(18).port })).rejects.toThrow(/421 WRONG_AGENT/);
  });
});
