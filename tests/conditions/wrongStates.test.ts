import { describe, test } from "vitest";
import { type ManagedPair, managedPair, prepareRoom } from "./managedPair.js";
import { failure } from "./truthTable.js";

prepareRoom();
const octet = 74;

const splitBrain = async ({ become, pair }: ManagedPair) => {
  pair.breakPath();
  await become("Online", "Online");
};
const bothOffline = async ({ address, become, simulator }: ManagedPair) => {
  simulator.setSilent(address(254), true);
  await become("Offline", "Offline");
};

interface Contradiction {
  name: string;
  happens: (pair: ManagedPair) => unknown;
  online: "main" | "backup" | "none" | "both";
  problem: RegExp;
  /** Whose configuration counts. */
  compared: "main" | "backup";
  destroy: string;
}
const contradictions: Contradiction[] = [
  {
    name: "a split brain",
    happens: splitBrain,
    online: "both",
    problem: /^Both members are online \(split brain\)\.$/,
    compared: "main",
    destroy: "BOTH_ONLINE",
  },
  {
    name: "two offline members",
    happens: bothOffline,
    online: "none",
    problem: /^Both members are offline\.$/,
    compared: "main",
    destroy: "NOBODY_ONLINE",
  },
  {
    name: "two configurations, main online",
    happens: () => {},
    online: "main",
    problem: /^The members hold different configurations\.$/,
    compared: "main",
    destroy: "MEMBERS_DISAGREE",
  },
  {
    name: "two configurations, the backup online",
    happens: ({ pair }) => pair.switchRoles(),
    online: "backup",
    problem: /^The members hold different configurations\.$/,
    compared: "backup",
    destroy: "MEMBERS_DISAGREE",
  },
];

describe.concurrent("seen twice, 10 s apart, the pair is invalid:", () => {
  test.for(contradictions)("$name", async ({ happens, online, problem, compared, destroy }, { expect }) => {
    const pair = await managedPair(octet);
    const { a, b, program, simulator } = pair;
    await happens(pair);
    const other = compared === "main" ? "backup" : "main";
    pair.pair.editConfig({ syncInterface: 1 }, { only: other });
    simulator.requests.clear();
    await program.refresh();
    const looks = simulator.requests.all({ route: "readAgent", addressed: a.address }).map(({ time }) => Date.parse(time));
    expect(looks).toHaveLength(2);
    expect(looks[1]! - looks[0]!).toBeGreaterThanOrEqual(10_000);
    expect(program.outs).toMatchObject({ state: "invalid", online, onlineAgent: onlineAgent(pair, online) });
    expect(program.outs.problems).toContainEqual(expect.stringMatching(problem));
    expect(await program.drift(), "the other one's configuration does not count").toEqual([]);

    pair.pair.editConfig({ mode: "manual" }, { only: compared });
    await program.refresh();
    expect(await program.drift(), "the online one's does, or main's").toEqual(["mode"]);

    const written = simulator.requests.count({ method: "PUT" });
    for (const more of [{}, { mode: "manual", restartWhenGoingOffline: true }]) {
      const refused = { code: "PAIR_INVALID", message: expect.stringMatching(/Runbook: PAIR_INVALID\.$/) };
      expect(await failure(program.up(more))).toMatchObject(refused);
    }
    expect(simulator.requests.count({ method: "PUT" })).toBe(written);
    await program.up({ mode: "manual", endMode: "delete", allowUnreachableOffline: true, allowDataLoss: true, allowResetOfMain: true });
    expect(program.outs).toMatchObject({ endMode: "delete", allowResetOfMain: true });
    expect(await failure(program.destroy())).toMatchObject({
      code: destroy,
      message: expect.stringMatching(new RegExp(`Runbook: ${destroy}\\.$`)),
    });
    expect(simulator.requests.count({ method: "DELETE" })).toBe(0);
    for (const member of [a, b]) expect(member.snapshot().agent).toMatchObject({ dataMinerId: 111, elementCount: 40 });
  });
});

const onlineAgent = ({ address }: ManagedPair, online: string): string | null =>
  online === "main" ? address(1) : online === "backup" ? address(2) : null;

describe.concurrent("a contradiction that is over at the second look is no invalid pair:", () => {
  test("two offline members, of which one is on its way online", async ({ expect }) => {
    const pair = await managedPair(octet);
    await bothOffline(pair);
    pair.simulator.setSilent(pair.address(254), false);
    pair.simulator.requests.clear();
    const read = pair.program.refresh();
    await polled(() => pair.simulator.requests.count({ route: "readAgent", status: 200 }) >= 2);
    pair.pair.bringOnline("main");
    await read;
    expect(pair.program.outs.state).toBe("switching");
    await pair.become("Online", "Offline");
    await pair.program.refresh();
    expect(pair.program.outs).toMatchObject({ state: "active", online: "main", problems: [] });
  });

  test("two configurations that meet again", async ({ expect }) => {
    const pair = await managedPair(octet);
    pair.pair.editConfig({ syncInterface: 1 }, { only: "main" });
    pair.simulator.requests.clear();
    const read = pair.program.refresh();
    await polled(() => pair.simulator.requests.count({ route: "readAgent", status: 200 }) >= 2);
    pair.pair.meet();
    await read;
    expect(pair.program.outs).toMatchObject({ state: "active", problems: [] });
  });
});

/** Requests are no facts of the simulated world, so nobody tells when they come. */
async function polled(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 1));
}
