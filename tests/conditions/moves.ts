import fc from "fast-check";
import type { Fault, FaultOptions } from "../../simulator/index.js";
import type { ManagedPair } from "./managedPair.js";

/** Something that happens to a pair, as plain data, so that a failing run can be read and repeated. */
export interface Move {
  what: string;
  who?: "a" | "b";
  with?: unknown;
}

type Act = (pair: ManagedPair, who: "a" | "b", given: never) => void;

/** Everything that can happen to two members and to the calls to them. */
const kinds: Record<string, { weight: number; whose?: true; given?: fc.Arbitrary<unknown>; act: Act }> = {
  goesOnline: { weight: 6, whose: true, act: ({ pair }, who) => pair.bringOnline(who === "a" ? "main" : "backup") },
  stops: {
    weight: 3,
    whose: true,
    given: fc.boolean(),
    act: (pair, who, releaseVirtualIp: boolean) => pair[who].stop({ releaseVirtualIp }),
  },
  starts: { weight: 4, whose: true, act: (pair, who) => pair[who].start() },
  restarts: {
    weight: 4,
    whose: true,
    given: fc.constantFrom(5, 20, 60, 120),
    act: (pair, who, seconds: number) => pair[who].restart(seconds),
  },
  isCutOff: {
    weight: 4,
    whose: true,
    given: fc.record({ how: fc.constantFrom("hang", "reset"), from: fc.constantFrom("clients", "everyone") }),
    act: (pair, who, options: { how: "hang" | "reset"; from: "clients" | "everyone" }) => pair[who].cutOff(options),
  },
  isReached: { weight: 4, whose: true, act: (pair, who) => pair[who].reconnect() },
  losesCable: { weight: 2, whose: true, given: fc.constantFrom(1, 2), act: (pair, who, index: number) => pair[who].unplug(index) },
  getsCables: {
    weight: 3,
    whose: true,
    act: (pair, who) => {
      for (const index of [1, 2]) pair[who].plug(index);
    },
  },
  pathBreaks: {
    weight: 3,
    given: fc.constantFrom(1, 2, undefined),
    act: ({ pair }, _, index: number | undefined) => pair.breakPath(index),
  },
  pathIsMended: { weight: 3, act: ({ pair }) => pair.mendPath() },
  targetIsSilent: {
    weight: 2,
    whose: true,
    given: fc.boolean(),
    act: ({ address, simulator }, who, silent: boolean) => simulator.setSilent(address(who === "a" ? 254 : 253), silent),
  },
  strangerOnVirtualIp: {
    weight: 1,
    given: fc.boolean(),
    act: ({ address, simulator }, _, answers: boolean) => simulator.setForeignHost(address(5), answers),
  },
  runtimeError: { weight: 1, whose: true, act: (pair, who) => pair[who].raiseRuntimeError() },
  databaseFails: { weight: 1, whose: true, act: (pair, who) => pair[who].setDatabase("Failing") },
  forgetsOperations: { weight: 2, whose: true, act: (pair, who) => pair[who].forgetOperations() },
  routing: {
    weight: 3,
    given: fc.constantFrom("anyAgent", "direct"),
    act: ({ simulator }, _, routing: "anyAgent" | "direct") => {
      simulator.routing = routing;
    },
  },
  differs: {
    weight: 1,
    whose: true,
    act: ({ pair }, who) => pair.editConfig({ syncInterface: 1 }, { only: who === "a" ? "main" : "backup" }),
  },
  callFails: {
    weight: 5,
    whose: true,
    given: fc.record({
      fault: fc.oneof(
        fc.constantFrom<Fault>(
          { kind: "loseAnswer" },
          { kind: "loseRequest" },
          { kind: "htmlPage", status: 502 },
          { kind: "hostError", errorCode: 1006 },
          { kind: "hostError", errorCode: 1014, retryAfterSeconds: 20 },
          { kind: "otherMember" },
        ),
        fc.integer({ min: 5, max: 90 }).map((seconds): Fault => ({ kind: "slow", seconds })),
      ),
      route: fc.constantFrom<NonNullable<FaultOptions["route"]>>("endPair", "readAgent", "readOperation"),
    }),
    act: (pair, who, { fault, route }: { fault: Fault; route: NonNullable<FaultOptions["route"]> }) => pair[who].fail(fault, { route }),
  },
};

export const aMove: fc.Arbitrary<Move> = fc.oneof(
  ...Object.entries(kinds).map(([what, { weight, whose, given }]) => ({
    weight,
    arbitrary: fc.record<Move>({
      what: fc.constant(what),
      ...(whose ? { who: fc.constantFrom("a", "b") } : {}),
      ...(given ? { with: given } : {}),
    } as never),
  })),
);

/** Does it; what cannot happen to a pair that is no more does not. */
export function play(pair: ManagedPair, { what, who = "a", with: given }: Move): void {
  const needsPair = ["goesOnline", "pathBreaks", "pathIsMended", "differs"].includes(what);
  if (needsPair && [pair.a, pair.b].some(({ failoverStatus }) => failoverStatus === null)) return;
  kinds[what]?.act(pair, who, given as never);
}
