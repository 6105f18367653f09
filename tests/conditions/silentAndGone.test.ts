import { describe, test } from "vitest";
import { type ManagedPair, managedPair, prepareRoom } from "./managedPair.js";
import { failure, textsOf } from "./truthTable.js";

prepareRoom();
const octet = 73;

/** What may always be changed, for it touches nothing: how long the end may take. */
const onlyRecorded = { timeouts: { delete: "10m" } };
const changed = { mode: "manual", timeouts: { update: "10m" } };

/** Ways in which a member is silent although nothing is known to be wrong with the pair. */
const silences: [how: string, silence: (member: ManagedPair["a"]) => void][] = [
  ["refuses connections", (member) => member.stop()],
  ["never answers", (member) => member.cutOff()],
  ["cuts every connection", (member) => member.cutOff({ how: "reset" })],
  ["is behind a proxy that knows no way", (member) => member.fail({ kind: "htmlPage", status: 502 }, { times: 10_000 })],
  ["has a web server without DataMiner behind it", (member) => member.fail({ kind: "hostError", errorCode: 1006 }, { times: 10_000 })],
];

describe.concurrent("a backup that", () => {
  test.for(silences)(
    "%s is a problem and not clean; only what is recorded can be changed, and `up` fails while it is silent",
    async ([, silence], { expect }) => {
      const { b, pair, program, ...world } = await managedPair(octet);
      silence(b);
      await program.refresh();
      expect(program.outs).toMatchObject({ online: "main", state: "active", led: { backup: "red" } });
      expect(program.outs.problems).toContain(textsOf(world).silent("backup"));
      expect(await program.drift()).toEqual(["reachable.backup"]);
      expect(await failure(program.up())).toMatchObject({
        code: "MEMBER_UNREACHABLE",
        message: expect.stringMatching(/^Comparing the pair needs both members up\. .*127\./),
      });
      expect(await failure(program.up(changed))).toMatchObject({ code: "MEMBER_UNREACHABLE" });
      expect(pair.config.mode).toBe("automatic");
      await program.up(onlyRecorded);
      expect(program.outs).toMatchObject({ ...onlyRecorded, online: "main", reachable: { main: true, backup: false } });
      expect(await program.drift(onlyRecorded)).toEqual(["reachable.backup"]);
    },
  );
});

describe.concurrent("a main that", () => {
  test.for(silences.slice(1))("%s: nobody who answers is online, and that is not two offline members", async ([, silence], { expect }) => {
    const { a, program, ...world } = await managedPair(octet);
    silence(a);
    await program.refresh();
    expect(program.outs).toMatchObject({ online: "none", onlineAgent: null, state: "active", led: { main: "red", backup: "green" } });
    expect(program.outs.problems).toEqual([textsOf(world).silent("main"), "Nobody who answers is online."]);
    expect(await program.drift()).toEqual(["reachable.main"]);
    expect(await failure(program.up())).toMatchObject({ code: "MEMBER_UNREACHABLE" });
    expect(await failure(program.up(changed))).toMatchObject({ code: "NO_ONLINE_MEMBER" });
  });
});

describe.concurrent("both members that", () => {
  test.for(silences)("%s: nothing is known, so read, up and destroy fail and the state is kept", async ([, silence], { expect }) => {
    const { a, b, program } = await managedPair(octet);
    for (const member of [a, b]) silence(member);
    const { id, outs } = program;
    for (const act of [() => program.refresh(), () => program.up(changed), () => program.destroy()]) {
      expect(await failure(act())).toMatchObject({ code: "PAIR_UNREACHABLE" });
    }
    expect((await failure(program.destroy())).message).toContain("`pulumi state delete` takes the pair out of the state");
    expect(program).toMatchObject({ id, outs });
    await program.up(onlyRecorded);
    expect(program.outs).toMatchObject(onlyRecorded);
  });
});

/** Somebody else ends the pair: whom that keeps, and what becomes of the other one. */
async function endedByAnother(
  options: Parameters<typeof managedPair>[1] = {},
  given?: (pair: ManagedPair) => unknown,
): Promise<ManagedPair> {
  const pair = await managedPair(octet, options);
  const another = await pair.another().up();
  await given?.(pair);
  await another.up({ allowResetOfMain: true, allowUnreachableOffline: true });
  await another.destroy();
  return pair;
}

describe.concurrent("a pair is gone when", () => {
  const gone: [seen: string, end: () => Promise<ManagedPair>][] = [
    [
      "both answer without one",
      async () => {
        const pair = await endedByAnother();
        pair.b.prepareAgain({ dataMinerId: 111 });
        return pair;
      },
    ],
    ["the kept one does, and the reset one says 401", () => endedByAnother()],
    ["the kept one does, and the reset one says 404", () => endedByAnother({ backup: { afterReset: 404 } })],
    ["the kept one is the backup, and main says 401", () => endedByAnother({}, (before) => before.pair.switchRoles())],
    [
      "the kept one does, and the reset one is off",
      async () => {
        const pair = await endedByAnother();
        pair.b.stop();
        return pair;
      },
    ],
    [
      "the kept one does, and the reset one never answers",
      async () => {
        const pair = await endedByAnother();
        pair.b.cutOff();
        return pair;
      },
    ],
  ];
  test.for(gone)("%s", async ([, end], { expect }) => {
    const { program, simulator } = await end();
    simulator.requests.clear();
    await program.destroy();
    expect(await program.refresh()).toBe(false);
    expect(simulator.requests.all().filter(({ method }) => method !== "GET")).toEqual([]);
  });
});

describe.concurrent("a pair is not gone when", () => {
  const notGone: [seen: string, end: () => Promise<ManagedPair>, code: string][] = [
    [
      "the reset one answers again, pristine and with the ID, and the kept one is silent",
      async () => {
        const pair = await endedByAnother();
        pair.b.prepareAgain({ dataMinerId: 111 });
        pair.a.stop();
        return pair;
      },
      "AGENT_UNREACHABLE",
    ],
    [
      "the reset one answers again under another ID, and the kept one never answers",
      async () => {
        const pair = await endedByAnother();
        pair.b.prepareAgain({ dataMinerId: 222 });
        pair.a.cutOff();
        return pair;
      },
      "NO_ANSWER_IN_TIME",
    ],
    [
      "main was reset and answers again, and the backup that was kept is silent",
      async () => {
        const pair = await endedByAnother({}, (before) => before.pair.switchRoles());
        pair.a.prepareAgain({ dataMinerId: 111 });
        pair.b.stop();
        return pair;
      },
      "AGENT_UNREACHABLE",
    ],
    [
      "the reset one says 401, and the kept one is silent",
      async () => {
        const pair = await endedByAnother();
        pair.a.stop();
        return pair;
      },
      "1010",
    ],
  ];
  test.for(notGone)("%s", async ([, end, code], { expect }) => {
    const { program, simulator } = await end();
    simulator.requests.clear();
    expect(await failure(program.refresh())).toMatchObject({ code });
    expect((await failure(program.destroy())).code).toMatch(/^(KEPT_MEMBER_SILENT|MEMBER_REFUSES)$/);
    expect(program.id).not.toBe("");
    expect(simulator.requests.all().filter(({ method }) => method !== "GET")).toEqual([]);
  });

  test("the one that was given up comes back and still knows of it: that is invalid, and nobody is reset", async ({ expect }) => {
    const { b, become, program, roles, ...world } = await endedByAnother({}, ({ b: offline }) => offline.stop());
    b.start();
    await world.simulator.until(() => roles()[1] === "Offline");
    expect(await program.refresh()).toBe(true);
    expect(program.outs).toMatchObject({ state: "invalid", online: "none", led: { main: "red", backup: "red" } });
    expect(program.outs.problems).toEqual([
      textsOf(world).row("backup", "Configuration is Invalid (Failover buddy has no Failover configuration)"),
      `main ${world.address(1)}: it knows of no pair.`,
      expect.stringMatching(/^backup \S+: .* so looks an Agent that was given up and came back\. Take it off the network now: /),
    ]);
    expect(await failure(program.up(changed))).toMatchObject({
      code: "GIVEN_UP_AGENT",
      message: expect.stringMatching(/^Pair 111: backup \S+: .*polls the same devices a second time/),
    });
    // A program that makes the pair anew does not take it for a set-up of its own that was interrupted.
    await expect(world.another().up()).rejects.toThrow("so looks an Agent that was given up and came back");
    expect(await failure(program.destroy())).toMatchObject({ code: "MEMBERS_DISAGREE" });
  });
});
