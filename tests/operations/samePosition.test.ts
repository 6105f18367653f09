import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Problem, problemText } from "../../operations/index.js";
import { connectionsOf } from "../../operations/pairTarget.js";
import { readStatus } from "../../operations/readStatus.js";
import { checkSwitch } from "../../operations/switch/checks.js";
import { askMembers } from "../../provider/agent/askMembers.js";
import type { Snapshot } from "../../provider/agent/snapshotSchema.js";
import { forgetSnapshots } from "../../provider/agent/snapshots.js";
import { closeConnections } from "../../provider/agent/transport.js";
import { planEnding } from "../../provider/failover/ending.js";
import { looksInvalid } from "../../provider/failover/roles.js";
import { failoverPair } from "../../provider/index.js";
import { json, standIn, token } from "../agent/standIn.js";
import { runCommand } from "../support/commandLine.js";
import { watchForSecrets } from "../support/secrecy.js";
import { aPair, aSnapshot, aStatus } from "../support/snapshot.js";

watchForSecrets(token);

const [main, backup] = ["127.0.22.1", "127.0.22.2"];
const port = 8122;
const tokenEnv = "SAME_POSITION_TOKEN";
beforeAll(() => {
  process.env[tokenEnv] = token;
});
afterAll(closeConnections);

type Position = "main" | "backup";
/** What a member says of itself in a pair whose configuration is right. */
const member = (here: string, position: Position, failoverStatus: string, state = "active"): Snapshot =>
  aSnapshot(here, {
    pair: aPair(main, backup, { position, state }),
    status: aStatus({ failoverStatus, syncConnection: failoverStatus === "Online" ? { value: "Available" } : null }),
  });

const target = Object.fromEntries(
  [main, backup].map((host, at) => [at === 0 ? "main" : "backup", { host, protocol: "http", port, tokenEnv }]),
) as never as {
  main: { host: string };
  backup: { host: string };
};
const declared = {
  ...target,
  virtualIps: [{ network: "corporate", address: "10.10.10.5", prefixLength: 24 }],
  mode: "automatic",
  heartbeats: [{ kind: "normal", from: "main", target: { agent: "backup" } }],
  __owner: "project/stack/pair",
};

async function given(claims: [Position, Position] = ["main", "main"], state?: string): Promise<void> {
  forgetSnapshots();
  await standIn([json(200, member(main, claims[0], "Online", state))], { host: main, port });
  await standIn([json(200, member(backup, claims[1], "Offline", state))], { host: backup, port });
}
const status = () => readStatus({ name: "north", ...target }, { secondLookMilliseconds: 0 });

describe("two members that both say that they are main", () => {
  const claim: Problem = { kind: "otherPosition", member: { position: "backup", address: backup }, seen: "main", expected: "backup" };
  const contradiction: Problem = { kind: "samePosition", seen: "main" };

  test("are no healthy pair in its status", async () => {
    await given();
    expect(await status()).toMatchObject({ state: "invalid", problems: [claim, contradiction] });
    const flags = ["--main", main, "--backup", backup, "--protocol", "http", "--port", String(port), "--token-env", tokenEnv];
    expect((await runCommand(["status", ...flags])).exitCode).toBe(3);
  });

  test("are told also while something is under way", async () => {
    await given(["main", "main"], "switching");
    expect((await status()).problems).toContainEqual(claim);
  });

  test("are told by the one that is wrong alone", async () => {
    forgetSnapshots();
    await standIn([json(200, member(backup, "main", "Online"))], { host: backup, port });
    expect((await status()).problems).toContainEqual(claim);
  });

  test("are invalid to the provider: told in its outputs, and refused by update", { timeout: 60_000 }, async () => {
    await given();
    const { inputs } = await failoverPair.check({ schemaVersion: 1 }, declared);
    const state = { ...inputs, __declared: inputs, schemaVersion: 1, dataMinerId: 111 };
    const { props } = await failoverPair.read("id", state);
    expect(props).toMatchObject({
      state: "invalid",
      problems: expect.arrayContaining([problemText(claim), problemText(contradiction)]),
    });
    const changed = { ...inputs, mode: "manual" };
    await expect(failoverPair.update("id", state, changed)).rejects.toMatchObject({ code: "PAIR_INVALID" });
  });

  test("are not ended, and not switched", async () => {
    await given();
    const asked = await askMembers(connectionsOf({ name: "north", ...target } as never));
    const plan = planEnding({ ...asked, options: { endMode: "delete" } } as never);
    expect(plan).toMatchObject({ kind: "refused", code: "MEMBERS_DISAGREE" });
    const failed = checkSwitch(asked, "backup").filter(({ passed }) => !passed);
    expect(failed).toEqual([
      expect.objectContaining({ name: "roles are clear", seen: expect.stringMatching(/^main is online; both members/) }),
    ]);
  });

  test("are invalid whichever position they claim, also when the pair is disabled", () => {
    const judged = (claims: [Position, Position], state = "active") =>
      looksInvalid(member(main, claims[0], "Online", state), member(backup, claims[1], "Offline", state));
    expect([
      judged(["main", "backup"]),
      judged(["main", "main"]),
      judged(["backup", "backup"]),
      judged(["main", "main"], "inactive"),
    ]).toEqual([false, true, true, true]);
  });
});

test("members that each say what they are have no problem", async () => {
  await given(["main", "backup"]);
  expect(await status()).toMatchObject({ state: "active", problems: [] });
});
