import { expect, test } from "vitest";
import { canonicalHeartbeats } from "../../provider/failover/configuration.js";
import { judgeHeartbeats } from "../../provider/failover/heartbeats.js";
import { parseVersion } from "../../provider/failover/version.js";
import { HeartbeatInput } from "../../provider/failoverPair/inputs.js";
import { standardHeartbeats } from "../../sdk/heartbeats.js";

const built = (targets: Parameters<typeof standardHeartbeats>[0]) =>
  new Promise<unknown[]>((done) => standardHeartbeats(targets).apply((list) => done(list)));

test("the standard heartbeats are the recommended four, and no rule has anything to say about them", async () => {
  const heartbeats = (await built({ main: "10.10.10.254", backup: "10.10.10.253" })).map((heartbeat) => HeartbeatInput.parse(heartbeat));
  const member = (address: string) => ({ address, ownAddresses: [address] });
  const members = { main: member("10.10.10.1"), backup: member("10.10.10.2") };
  for (const mode of ["manual", "automatic"] as const) {
    for (const version of ["10.1.0.0-9966", "10.5.4.0-15588"]) {
      expect(judgeHeartbeats({ heartbeats, mode, version: parseVersion(version), members })).toEqual({ violations: [], warnings: [] });
    }
  }
  expect(canonicalHeartbeats(heartbeats)).toHaveLength(4);
});

test("the limit of failed checks is 3 unless the program names another", async () => {
  const standard = (await built({ main: "10.0.0.1", backup: "10.0.0.2" })).map((heartbeat) => HeartbeatInput.parse(heartbeat).maxFailures);
  const patient = (await built({ main: "10.0.0.1", backup: "10.0.0.2", maxFailures: 9 })).map(
    (one) => HeartbeatInput.parse(one).maxFailures,
  );
  expect([standard, patient]).toEqual([
    [3, 3, 3, 3],
    [9, 9, 9, 9],
  ]);
});
