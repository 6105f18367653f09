import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { backup, code, fastWorld, main, pairedWorld, stillWorld } from "./worlds.js";

/** What a call comes to: its status, or the error's code. */
const outcome = (call: Promise<{ status: number }>): Promise<unknown> =>
  call.then(
    ({ status }) => status,
    (error: { code?: string }) => error.code,
  );

describe("an Agent that is cut off", () => {
  test("from those who call hangs, while the other member still reaches it", async () => {
    const { api, world } = await pairedWorld();
    world.agent(main).cutOff();
    const hanging = api.call("GET", main, "agent");
    const ended = outcome(hanging); // With the world.
    expect(await Promise.race([ended, pause(100, "nothing")])).toBe("nothing");
    expect((await api.snapshot(backup)).pair).toMatchObject({ buddyReachable: true, state: "active" });
    world.agent(main).reconnect();
    expect((await api.call("GET", main, "agent")).status).toBe(200);
  });

  test("can reset every connection instead", async () => {
    const { api, world } = await stillWorld();
    world.agent(main).cutOff({ how: "reset" });
    expect(["ECONNRESET", "UND_ERR_SOCKET"]).toContain(await outcome(api.call("GET", main, "agent")));
  });

  test("from everyone is lost to the other member too", async () => {
    const { api, world } = await pairedWorld();
    world.agent(main).cutOff({ from: "everyone" });
    expect((await api.snapshot(backup)).pair?.buddyReachable).toBe(false);
  });
});

describe("a call that goes wrong on demand", () => {
  test("may lose its answer after everything was done", async () => {
    const { api, world } = await stillWorld();
    const write = { requestId: randomUUID(), revision: world.agent(main).snapshot().revision };
    world.agent(main).fail({ kind: "loseAnswer" }, { route: "putPair" });
    expect((await api.call("GET", main, "agent")).status, "another route").toBe(200);
    expect(await outcome(api.putPair(main, write))).not.toBe(202);
    expect(world.requests.all({ route: "putPair" })).toMatchObject([{ status: null, executed: main }]);
    expect(world.agent(main).snapshot().pair?.state).toBe("configuring");
    expect(await api.putPair(main, write)).toMatchObject({ status: 202, body: { requestId: write.requestId } });
  });

  test("may be lost before anything was done", async () => {
    const { api, world } = await stillWorld();
    world.agent(main).fail({ kind: "loseRequest" });
    expect(await outcome(api.putPair(main))).not.toBe(202);
    expect(world.agent(main).snapshot().pair).toBeNull();
  });

  test("may meet the host's errors as often as asked, with the time to wait", async () => {
    const { api, world } = await stillWorld();
    world.agent(main).fail({ kind: "hostError", errorCode: 1014, retryAfterSeconds: 7 }, { times: 2 });
    world.agent(main).fail({ kind: "hostError", errorCode: 1006 });
    const answers = [];
    for (let call = 0; call < 4; call++) answers.push(await api.call("GET", main, "agent"));
    expect(answers.map((answer) => [answer.status, code(answer)])).toEqual([
      [429, 1014],
      [429, 1014],
      [503, 1006],
      [200, undefined],
    ]);
    expect(answers[0]?.headers["retry-after"]).toBe("7");
  });

  test("may be answered with a page, or with the other member's Snapshot", async () => {
    const { api, world } = await pairedWorld();
    world.agent(main).fail({ kind: "htmlPage", status: 502 });
    expect(await api.call("GET", main, "agent")).toMatchObject({ status: 502, text: expect.stringContaining("<html>") });
    world.agent(main).fail({ kind: "otherMember" });
    expect((await api.snapshot(main)).agent.address).toBe(backup);
    expect((await api.snapshot(main)).agent.address).toBe(main);
  });

  test("may be slow, in simulated time", async () => {
    const { api, world } = await fastWorld();
    world.agent(main).fail({ kind: "slow", seconds: 60 });
    const start = world.clock.now();
    expect((await api.call("GET", main, "agent")).status).toBe(200);
    expect(world.clock.now() - start).toBeGreaterThanOrEqual(59_000);
  });

  test("goes wrong no more once the faults are cleared", async () => {
    const { api, world } = await stillWorld();
    world.agent(main).fail({ kind: "htmlPage", status: 502 }, { times: 100 });
    world.agent(main).faults.clear();
    expect((await api.call("GET", main, "agent")).status).toBe(200);
  });
});
