import { describe, test } from "vitest";
import { isEnded } from "./acts.js";
import { type ManagedPair, managedPair, prepareRoom } from "./managedPair.js";
import { everything, failure } from "./truthTable.js";

prepareRoom();
const octet = 79;

const allowed = { ...Object.fromEntries(everything.map((key) => [key, true])), timeouts: { delete: "30m" } };
const whole = { dataMinerId: 111, elementCount: 40, pristine: false };
const deletions = ({ simulator }: ManagedPair) => simulator.requests.all({ method: "DELETE" });

/** Main or the backup is online, and everything is allowed at the end. */
const sides = ["main", "backup"] as const;
async function given(online: (typeof sides)[number], options?: Parameters<typeof managedPair>[1]) {
  const pair = await managedPair(octet, options);
  if (online === "backup") await pair.pair.switchRoles();
  await pair.program.up(allowed);
  const [kept, offline] = online === "main" ? [pair.a, pair.b] : [pair.b, pair.a];
  return { pair, kept, offline };
}

const silences: [how: string, silence: (member: ManagedPair["a"]) => void, code: string][] = [
  ["never answers us", (member) => member.cutOff(), "OFFLINE_SILENT_HERE"],
  ["cuts our connections", (member) => member.cutOff({ how: "reset" }), "OFFLINE_SILENT_HERE"],
  ["is behind a broken proxy", (member) => member.fail({ kind: "htmlPage", status: 502 }, { times: 10_000 }), "OFFLINE_SILENT_HERE"],
  [
    "has lost its message broker",
    (member) => member.fail({ kind: "hostError", errorCode: 1006 }, { times: 10_000 }),
    "OFFLINE_SILENT_HERE",
  ],
  ["takes our token no more", (member) => member.fail({ kind: "hostError", errorCode: 1010 }, { times: 10_000 }), "MEMBER_REFUSES"],
];

describe.concurrent.for(sides)("while %s is online, an offline member that is silent towards us only is never given up: it", (online) => {
  test.for(silences)("%s", async ([, silence, code], { expect }) => {
    const { pair, offline } = await given(online);
    silence(offline);
    expect(await failure(pair.program.destroy())).toMatchObject({ code });
    expect(deletions(pair)).toEqual([]);
    for (const member of [pair.a, pair.b]) expect(member.snapshot()).toMatchObject({ pair: { state: "active" }, agent: whole });
  });
});

test.concurrent.for(sides)("two members that answer us and not each other are not ended, %s online", async (online, { expect }) => {
  const { pair } = await given(online, { config: { mode: "manual" }, declared: { mode: "manual" } });
  pair.pair.breakPath();
  expect(await failure(pair.program.destroy())).toMatchObject({ code: "MEMBERS_CUT_OFF" });
  expect(deletions(pair)).toEqual([]);
});

const gone: [how: string, lose: (member: ManagedPair["a"]) => void][] = [
  ["is stopped", (member) => member.stop()],
  ["has lost its network", (member) => member.cutOff({ from: "everyone" })],
  ["has lost its cable", (member) => member.unplug(1)],
];

describe.concurrent.for(sides)(
  "while %s is online, an offline member that the online one does not reach either is given up: it",
  (online) => {
    test.for(gone)("%s", async ([, lose], { expect }) => {
      const { pair, kept, offline } = await given(online);
      lose(offline);
      await pair.program.destroy();
      expect(deletions(pair).every(({ query }) => query.includes("offlineUnavailable=true"))).toBe(true);
      expect(kept.snapshot()).toMatchObject({ pair: null, agent: whole });
      expect(offline.snapshot(), "it was not reset").toMatchObject({ pair: {}, agent: whole });
      const [stays, before] = pair.program.lines.slice(-2);
      expect(stays).toMatch(
        new RegExp(
          `^${offline.address} must not come back on the network: .*still has DataMiner ID 111, .*poll the same devices a second time\\.$`,
        ),
      );
      expect(before).toMatch(
        new RegExp(`^Before ${offline.address} is connected again: .*take the cluster out of its DB\\.xml, .*SLReset\\.exe`),
      );
      expect(pair.program.lines.join("\n")).not.toMatch(/is reset to factory|is rewritten/);
    });

    test.for(gone)("%s, and without allowUnreachableOffline it is not given up", async ([, lose], { expect }) => {
      const { pair, offline } = await given(online);
      lose(offline);
      await pair.program.up({ ...allowed, allowUnreachableOffline: false });
      expect(await failure(pair.program.destroy())).toMatchObject({ code: "OFFLINE_UNREACHABLE" });
      expect(deletions(pair)).toEqual([]);
    });
  },
);

test.concurrent("a version that cannot end without the offline member says so", async ({ expect }) => {
  const gateway = { profile: "10.1-gateway" as const };
  const { pair, offline } = await given("main", { main: gateway, backup: gateway });
  offline.stop();
  expect(await failure(pair.program.destroy())).toMatchObject({ code: "OFFLINE_UNAVAILABLE_UNSUPPORTED" });
  expect(deletions(pair)).toEqual([]);
});

test.concurrent("a member that is back before the write arrives is not given up, and the same run ends the pair as usual", async ({
  expect,
}) => {
  const { pair, kept, offline } = await given("main");
  offline.stop();
  kept.fail({ kind: "slow", seconds: 20 }, { route: "endPair" });
  const ending = pair.program.destroy();
  while (deletions(pair).length === 0) await pair.wait(1);
  offline.start();
  await ending;
  expect(deletions(pair)).toMatchObject([
    { status: 409, query: expect.stringContaining("offlineUnavailable=true") },
    { status: 202, query: expect.stringContaining("offlineUnavailable=false") },
  ]);
  isEnded(pair, expect);
});
