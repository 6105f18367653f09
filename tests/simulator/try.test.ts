import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { startSimulator } from "../../simulator/index.js";
test("try", async () => {
  const world = await startSimulator({ token: "t".repeat(32), timeScale: 1000, agents: [
    { address: "127.30.0.1", dataMinerId: 111, name: "DMA-MAIN", system: "DMS", elementCount: 40 },
    { address: "127.30.0.2", dataMinerId: 111, name: "DMA-BACKUP", pristine: true } ] });
  const call = async (a: string, method: string, route: string, query: Record<string,string>, body?: unknown) => {
    for (let i = 0; i < 50; i++) {
    try {
    const r = await fetch(`${world.agent(a).url}${world.basePath}/${route}?${new URLSearchParams({ agent: a, ...query, bypassProxy: "true" })}`, { method, headers: { authorization: "Bearer " + world.token, ...(body ? { "content-type": "application/json" } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await r.text();
    return { status: r.status, json: text ? JSON.parse(text) : null };
    } catch (e) { await new Promise(r => setTimeout(r, 10)); }
    }
    throw new Error("silent");
  };
  const s = await call("127.30.0.1", "GET", "agent", {});
  expect(s.status).toBe(200);
  const config = { type: "virtualIp", main: { address: "127.30.0.1", acquisitionAddress: null }, backup: { address: "127.30.0.2", acquisitionAddress: null }, virtualIps: [{ network: "corporate", address: "127.30.0.5", prefixLength: 24 }], hostname: null, mode: "automatic", heartbeats: [
    { kind: "normal", from: "main", target: { agent: "backup" }, interface: null, maxFailures: 3 }, { kind: "normal", from: "backup", target: { agent: "main" }, interface: null, maxFailures: 3 },
    { kind: "inverted", from: "main", target: { address: "127.30.0.254" }, interface: null, maxFailures: 3 }, { kind: "inverted", from: "backup", target: { address: "127.30.0.253" }, interface: null, maxFailures: 3 }], syncInterface: null, restartWhenGoingOffline: false };
  const p = await call("127.30.0.1", "PUT", "pair", { dataMinerId: "111" }, { requestId: randomUUID(), revision: s.json.revision, owner: "a/b/c", previousOwner: null, config });
  console.log(p);
  const t = Date.now();
  await world.settled();
  console.log("set up", Date.now() - t, JSON.stringify(world.agent("127.30.0.1").snapshot(), null, 1), world.agent("127.30.0.2").snapshot().status);
  await world.pair().switchRoles();
  console.log(world.pair().online, Date.now() - t);
  await world.pair().switchRoles();
  const m = await call("127.30.0.1", "GET", "agent", {});
  const e = await call("127.30.0.1", "DELETE", "pair", { dataMinerId: "111", requestId: randomUUID(), revision: m.json.revision, owner: "a/b/c", mode: "delete", keep: "127.30.0.1", reset: "127.30.0.2", offlineUnavailable: "false" });
  console.log(e);
  await world.settled();
  console.log(Date.now() - t, await call("127.30.0.2", "GET", "agent", {}), (await call("127.30.0.1", "GET", "operation", { id: e.json.id })).json, (await call("127.30.0.1", "GET", "agent", {})).json.dms);
  await world.close();
});
