import { test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { startPairWorld, token, tokenEnv } from "../support/world.js";
test("x", async () => {
  const t0 = performance.now();
  const time = () => Math.round(performance.now() - t0);
  const p = await DynamicProvider.start("dmaAgent", { [tokenEnv]: token, BAD: "abc\ndef-gehim" });
  const world = await startPairWorld("69.99", {others: {3: {}, 4: {}}});
  const c = await p.check({}, { ...world.connection(1), __owner: "p/s/main", caFile: null });
  const { id, outs } = await p.create(c.inputs);
  const u = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const { address: _, ...rest } = c.inputs;
  console.log(JSON.stringify(await p.diff(id, outs, { ...rest, host: u })).valueOf());
  const bad = await p.check({}, { ...world.connection(1), tokenEnv: "BAD" }).catch((e) => e);
  console.log(time(), JSON.stringify(bad));
  world.simulator.agent(world.address(3)).cutOff({ how: "hang" });
  console.log(time(), JSON.stringify(await p.check({}, { ...world.connection(3) })), time());
  for (const code of [7, 8, 1006] as const) {
    world.simulator.agent(world.address(1)).fail({ kind: "hostError", errorCode: code }, { times: 100 });
    console.log(time(), code, JSON.stringify(await p.read(id, outs).then((r) => r.props.reachable, String)), time());
    world.simulator.agent(world.address(1)).faults.clear();
  }
  world.simulator.agent(world.address(1)).fail({ kind: "hostError", errorCode: 7 }, { times: 1000 });
  console.log(time(), "delete at 503", await p.delete(id, outs).catch(String), time());
  console.log(p.lines);
  p.stop();
  const f = await DynamicProvider.start("failoverPair", { [tokenEnv]: token });
  console.log(JSON.stringify(await f.check({}, { main: { host: u, tokenEnv: "X" }, backup: world.connection(2), ...world.pair() })));
  console.log(JSON.stringify(await f.check({}, { main: u, backup: world.connection(2), ...world.pair({ mode: u, heartbeats: [{ kind: u, from: "main", target: u }, { kind: "normal", from: "main", target: { address: u } }], virtualIps: [{ network: "corporate", address: u, prefixLength: 24 }], timeouts: { create: u } }) })));
  f.stop();
  await world.close();
}, 200_000);
