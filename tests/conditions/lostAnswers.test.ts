import { describe, test } from "vitest";
import type { Fault } from "../../simulator/index.js";
import { acts, countActs } from "./acts.js";
import { prepareRoom } from "./managedPair.js";
import { failure } from "./truthTable.js";

prepareRoom();
const octet = 76;

/** What goes wrong with the write, call after call; then it goes through. */
const faults: [what: string, ...Fault[]][] = [
  ["its answer is lost", { kind: "loseAnswer" }],
  ["its answer is lost three times", { kind: "loseAnswer" }, { kind: "loseAnswer" }, { kind: "loseAnswer" }],
  ["it is lost before anything is done", { kind: "loseRequest" }, { kind: "loseRequest" }],
  ["its answer is lost, and then it meets a proxy's page", { kind: "loseAnswer" }, { kind: "htmlPage", status: 502 }],
  ["it meets a proxy's page", { kind: "htmlPage", status: 502 }],
  ["it meets a host that has no API yet (503)", { kind: "hostError", errorCode: 7 }, { kind: "hostError", errorCode: 7 }],
  ["NATS fails it (1001)", { kind: "hostError", errorCode: 1001 }, { kind: "hostError", errorCode: 1001 }],
  ["the message broker is not there yet (1006)", { kind: "hostError", errorCode: 1006 }, { kind: "hostError", errorCode: 1006 }],
  ["the token's limit is reached (429)", { kind: "hostError", errorCode: 1014, retryAfterSeconds: 90 }],
  [
    "its answer is lost, and then the token's limit is reached",
    { kind: "loseAnswer" },
    { kind: "hostError", errorCode: 1014, retryAfterSeconds: 9 },
  ],
  ["it is slow", { kind: "slow", seconds: 20 }],
  ["it arrives long after it was sent again", { kind: "slow", seconds: 600 }],
];

describe.concurrent.each(acts)("$name: exactly one operation and the right result, although", ({ given, run, done, kind, route }) => {
  test.concurrent.for(faults)("%s", async ([, ...wrong], { expect }) => {
    const pair = await given(octet);
    const begun = countActs(pair.simulator);
    for (const fault of wrong) pair.a.fail(fault, { route });
    await run(pair);
    if (wrong.some((fault) => fault.kind === "slow")) await pair.wait(600);
    await pair.simulator.settled();
    expect(begun[kind]).toBe(1);
    expect(begun.setUp + begun.change + begun.end).toBe(1);
    done(pair, expect);
  });

  test.concurrent("it arrives long after its run has given up, and another run has done it", async ({ expect }) => {
    const pair = await given(octet);
    const begun = countActs(pair.simulator);
    pair.simulator.requests.clear();
    pair.a.fail({ kind: "slow", seconds: 600 }, { route, times: 2 });
    expect(await failure(run(pair))).toMatchObject({ code: "NO_ANSWER_IN_TIME" });
    await run(pair);
    await pair.wait(600);
    await pair.simulator.settled();
    expect(pair.simulator.requests.count({ route })).toBe(3);
    expect(begun.setUp + begun.change + begun.end).toBe(1);
    done(pair, expect);
  });

  test.concurrent("every answer about its progress is lost for a while", async ({ expect }) => {
    const pair = await given(octet);
    const begun = countActs(pair.simulator);
    for (const fault of [{ kind: "loseAnswer" }, { kind: "htmlPage", status: 503 }, { kind: "hostError", errorCode: 1014 }] as const) {
      pair.a.fail(fault, { route: "readOperation" });
    }
    await run(pair);
    expect(begun.setUp + begun.change + begun.end).toBe(1);
    await pair.simulator.settled();
    done(pair, expect);
  });
});
