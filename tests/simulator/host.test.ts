import { Agent as Dispatcher, fetch as fetchWith } from "undici";
import { describe, expect, test } from "vitest";
import { startSimulator } from "../../simulator/index.js";
import { backup, code, config, fastWorld, hostnameConfig, main, owner, pairedWorld, stillWorld, token, virtualIp } from "./worlds.js";

describe("the host of the API", () => {
  test("answers a read with everything the Agent knows", async () => {
    const { api } = await stillWorld({ main: { acquisitionAddress: "127.30.2.1" } });
    const snapshot = await api.snapshot(main);
    expect(snapshot).toMatchObject({ apiVersion: "1", pair: null, status: null, dms: { pairTypes: [], primaryAddress: main } });
    expect(snapshot.agent).toMatchObject({
      address: main,
      dataMinerId: 111,
      cluster: "DMS",
      elementCount: 40,
      pristine: false,
      https: null,
    });
    expect(snapshot.agent.interfaces.map(({ index, network }) => [index, network])).toEqual([
      [1, "corporate"],
      [2, "acquisition"],
    ]);
  });

  test("refuses a call without a bearer token, and one with another token, with its own numbers", async () => {
    const { api } = await stillWorld();
    expect(await api.call("GET", main, "agent", {}, undefined, { authorization: "Basic abc" })).toMatchObject({
      status: 401,
      body: { errors: [{ errorCode: 1008, faultingNode: 111 }] },
    });
    expect(code(await api.call("GET", main, "agent", {}, undefined, { authorization: "Bearer wrong" }))).toBe(1010);
  });

  test.each([
    ["GET", "nothing", undefined, {}, 404, 5],
    ["PUT", "agent", {}, {}, 405, 3],
    ["POST", "probe", "{", {}, 400, 10],
    ["POST", "probe", "{}", { "content-type": "text/html" }, 415, 1003],
  ])("answers %s %s with the host's error", async (method, route, body, headers, status, errorCode) => {
    const { api } = await stillWorld();
    const answer = await api.call(method, main, route, {}, body, headers);
    expect([answer.status, code(answer)]).toEqual([status, errorCode]);
  });

  test("refuses a query of more than 2 KB", async () => {
    const { api } = await stillWorld();
    expect(code(await api.call("GET", main, "operation", { id: "x".repeat(2100) }))).toBe(1011);
  });

  test.each([
    ["a query that lacks the Agent", "GET", "agent", { agent: undefined }, undefined, "query.agent"],
    ["a query without bypassProxy", "GET", "agent", { bypassProxy: undefined }, undefined, "query.bypassProxy"],
    ["a query key that the contract does not have", "GET", "agent", { verbose: "1" }, undefined, "verbose"],
    ["a body that does not fit", "POST", "probe", {}, { addresses: "all", names: [] }, "body.addresses"],
    ["a write without a DataMiner ID", "PUT", "pair", { dataMinerId: undefined }, {}, "query.dataMinerId"],
  ])("answers 400 to %s", async (_, method, route, query, body, named) => {
    const { api } = await stillWorld();
    const answer = await api.call(method, main, route, query, body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: "INVALID_REQUEST", detail: expect.stringContaining(named) }] } });
  });

  test("refuses a write that names another DataMiner ID", async () => {
    const { api, world } = await stillWorld();
    const answer = await api.putPair(main, {}, { dataMinerId: "112" });
    expect([answer.status, code(answer)]).toEqual([409, "WRONG_MEMBER"]);
    expect(world.agent(main).snapshot().pair).toBeNull();
  });

  test("refuses a call that means another Agent, before anything is done", async () => {
    const { api, world } = await stillWorld();
    const answer = await api.putPair(main, {}, { agent: backup });
    expect([answer.status, code(answer)]).toEqual([421, "WRONG_AGENT"]);
    expect(world.agent(main).snapshot().pair).toBeNull();
  });

  test("logs every request with the Agent that was called and the one that ran it", async () => {
    const { api, world } = await stillWorld();
    await api.snapshot(main);
    await api.call("GET", backup, "nothing");
    expect(world.requests.all()).toMatchObject([
      { addressed: main, executed: main, method: "GET", path: "agent", route: "readAgent", status: 200 },
      { addressed: backup, executed: null, path: "nothing", route: null, status: 404 },
    ]);
    expect(world.requests.count({ addressed: main, route: "readAgent" })).toBe(1);
    world.requests.clear();
    expect(world.requests.count()).toBe(0);
  });
});

describe("routing", () => {
  const third = { address: "127.30.1.3", dataMinerId: 333, system: "DMS" };

  test("by any Agent answers 421 until a call meets the right one", async () => {
    const { api } = await stillWorld({ routing: "anyAgent", others: [third] });
    const statuses = [];
    for (let call = 0; call < 4; call++) statuses.push((await api.call("GET", main, "agent")).status);
    expect(statuses).toEqual([200, 421, 200, 421]);
  });

  test("by any Agent leaves one that is in no DataMiner System to itself", async () => {
    const { api } = await stillWorld({ routing: "anyAgent", others: [third] });
    for (let call = 0; call < 3; call++) expect((await api.call("GET", backup, "agent")).status).toBe(200);
  });

  test("can be changed while it runs", async () => {
    const { api, world } = await stillWorld({ others: [third] });
    for (let call = 0; call < 3; call++) expect((await api.call("GET", main, "agent")).status).toBe(200);
    world.routing = "anyAgent";
    expect(new Set([(await api.call("GET", main, "agent")).status, (await api.call("GET", main, "agent")).status])).toEqual(
      new Set([200, 421]),
    );
  });

  test("on the offline member of a hostname pair forwards to the online one, unless the proxy is bypassed", async () => {
    const { api, world } = await pairedWorld({}, hostnameConfig);
    await api.call("GET", backup, "agent", { bypassProxy: undefined });
    await api.call("GET", backup, "agent");
    expect(world.requests.all().map(({ addressed, executed }) => [addressed, executed])).toEqual([
      [backup, main],
      [backup, backup],
    ]);
  });

  test("to an online member that is down is a page of the proxy", async () => {
    const { api, world } = await pairedWorld({}, { ...hostnameConfig, mode: "manual" });
    world.agent(main).stop();
    const answer = await api.call("GET", backup, "agent", { bypassProxy: undefined });
    expect([answer.status, answer.text]).toEqual([502, expect.stringContaining("<!DOCTYPE html>")]);
  });
});

describe("over https", () => {
  test("an Agent shows a certificate of the world's own authority, for its address and the virtual one", async () => {
    const { world } = await fastWorld({ protocol: "https", main: { subjectAltNames: [virtualIp] } });
    const dispatcher = new Dispatcher({ connect: { ca: world.caPem ?? "" } });
    const read = (options: object) =>
      fetchWith(`${world.agent(main).url}${world.basePath}/agent?agent=${main}&bypassProxy=true`, {
        headers: { authorization: `Bearer ${token}` },
        ...options,
      });
    const answer = await read({ dispatcher });
    expect(await answer.json()).toMatchObject({ agent: { https: { name: main, subjectAltNames: [main, virtualIp], trusted: true } } });
    await expect(read({})).rejects.toThrow("fetch failed");
    await dispatcher.close();
  });

  test("a pair is set up as over http", async () => {
    const { world } = await fastWorld({ protocol: "https" });
    const dispatcher = new Dispatcher({ connect: { ca: world.caPem ?? "" } });
    const { revision } = world.agent(main).snapshot();
    const query = new URLSearchParams({ agent: main, dataMinerId: "111", bypassProxy: "true" });
    const answer = await fetchWith(`${world.agent(main).url}${world.basePath}/pair?${query}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ requestId: crypto.randomUUID(), revision, owner, previousOwner: null, config }),
      dispatcher,
    });
    expect(answer.status).toBe(202);
    await world.settled();
    expect(world.pair().online).toBe("main");
    await dispatcher.close();
  });
});

describe("an address that cannot be listened on", () => {
  test("is told in one line with what to do, and leaves nothing open", async () => {
    const { world } = await stillWorld();
    const { port } = world.agent(main);
    const second = startSimulator({ agents: [{ address: main }], token, port });
    await expect(second).rejects.toThrow(`Listening on ${main}:${port}: port ${port} is in use.`);
    await expect(startSimulator({ agents: [{ address: "203.0.113.7" }], token })).rejects.toThrow("the address is not there");
  });
});
