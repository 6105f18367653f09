import { expectTypeOf, test } from "vitest";
import type { ProbeResult } from "../../provider/agent/contract.js";
import type { PairConfig } from "../../provider/agent/pairSchema.js";
import type { Snapshot, Status } from "../../provider/agent/snapshotSchema.js";
import type { Configuration } from "../../provider/failover/configuration.js";
import type { MemberFacts, ProbeFacts } from "../../provider/failover/memberFacts.js";
import type { StatusRows } from "../../provider/failover/statusTable.js";

test("takes what an Agent answers as it is, and gives back a configuration that can be sent", () => {
  expectTypeOf<Snapshot>().toExtend<MemberFacts>();
  expectTypeOf<Status>().toExtend<StatusRows>();
  expectTypeOf<ProbeResult>().toExtend<ProbeFacts>();
  expectTypeOf<PairConfig>().toExtend<Configuration>();
  expectTypeOf<Configuration>().toExtend<PairConfig>();
});
