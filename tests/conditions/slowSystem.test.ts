import { describe, test } from "vitest";
import { isEnded } from "./acts.js";
import { managedPair, prepareRoom } from "./managedPair.js";
import { failure } from "./truthTable.js";

prepareRoom();
const octet = 78;

describe("a DataMiner System that learns late where it reaches the kept Agent", () => {
  test.concurrent("is waited for: the ending is done when it reaches that Agent at its own address", async ({ expect }) => {
    const pair = await managedPair(octet);
    const primaryAddress = () => pair.a.snapshot().dms.primaryAddress;
    expect(primaryAddress()).toBe(pair.address(5));
    pair.simulator.slowSystem(600);
    const asked = pair.simulator.requests.count({ route: "endPair" });
    const ending = pair.program.destroy();
    await pair.simulator.until(() => !pair.isPaired());
    await pair.wait(300);
    expect(primaryAddress(), "the pair is no more, and the system does not know yet").toBe(pair.address(5));
    await ending;
    expect(primaryAddress()).toBe(pair.address(1));
    expect(pair.simulator.requests.count({ route: "endPair" }) - asked).toBe(1);
    isEnded(pair, expect);
  });

  test.concurrent("is named when the time is up, and the next run has nothing left to do", async ({ expect }) => {
    const pair = await managedPair(octet, { declared: { timeouts: { delete: "10m" } } });
    pair.simulator.slowSystem(3600);
    expect(await failure(pair.program.destroy())).toMatchObject({
      code: "TIMED_OUT",
      message: expect.stringContaining("the rest of the system still reaches the kept Agent at another address"),
    });
    await pair.program.destroy();
    isEnded(pair, expect);
  });
});
