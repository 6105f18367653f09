import type { ExpectStatic } from "vitest";
import type { Simulator } from "../../simulator/index.js";
import { countBeginnings } from "../support/beginnings.js";
import { type ManagedPair, managedPair, preparedAgents } from "./managedPair.js";

/** Something a program does to a pair with one write, and how it is when that is done. */
export interface Act {
  name: string;
  route: "putPair" | "endPair";
  kind: "setUp" | "change" | "end";
  phases: readonly string[];
  given: (octet: number) => Promise<ManagedPair>;
  run: (pair: ManagedPair) => Promise<unknown>;
  done: (pair: ManagedPair, expect: ExpectStatic) => void;
}

const gateway = { profile: "10.1-gateway" as const };
const whole = { dataMinerId: 111, elementCount: 40, pristine: false };
const setUpPhases = ["checking", "configuring", "synchronizing", "goingOffline", "acquiringVirtualIp", "joiningCluster"];
const endPhases = [
  "stoppingOffline",
  "resettingOffline",
  "releasingVirtualIp",
  "informingCluster",
  "revertingDatabase",
  "restartingOnline",
];

/** Both members hold the same active pair of ours, one of them is online, and no data is lost. */
export function isOnePair({ a, b, isPaired, pair }: ManagedPair, expect: ExpectStatic): void {
  expect(isPaired()).toBe(true);
  expect(["main", "backup"]).toContain(pair.online);
  const [main, backup] = [a.snapshot(), b.snapshot()];
  for (const { agent, pair: seen } of [main, backup]) {
    expect(agent).toMatchObject(whole);
    expect(seen).toMatchObject({ state: "active", owner: expect.stringMatching(/^room\/test\/pair/) });
  }
  expect(main.revision).toBe(backup.revision);
}

/** The pair is no more: `kept` stands alone with its data, and the other one is as new. */
export function isEnded({ a, b, isPaired }: ManagedPair, expect: ExpectStatic, kept: "main" | "backup" = "main"): void {
  const [stays, reset] = kept === "main" ? [a, b] : [b, a];
  expect(isPaired()).toBe(false);
  expect(stays.snapshot()).toMatchObject({ pair: null, agent: whole });
  expect(reset.snapshot()).toMatchObject({ pair: null, agent: { dataMinerId: null, elementCount: 0, pristine: true } });
}

export const acts: Act[] = [
  {
    name: "setting up",
    route: "putPair",
    kind: "setUp",
    phases: setUpPhases,
    given: (octet) => preparedAgents(octet),
    run: ({ program }) => program.up(),
    done: isOnePair,
  },
  {
    name: "changing",
    route: "putPair",
    kind: "change",
    phases: ["configuring", "synchronizing"],
    given: (octet) => managedPair(octet),
    run: ({ program }) => program.up({ mode: "manual" }),
    done: (pair, expect) => {
      isOnePair(pair, expect);
      expect(pair.pair.config.mode).toBe("manual");
    },
  },
  {
    name: "ending",
    route: "endPair",
    kind: "end",
    phases: endPhases,
    given: (octet) => managedPair(octet),
    run: ({ program }) => program.destroy(),
    done: (pair, expect) => isEnded(pair, expect),
  },
  {
    name: "disabling",
    route: "endPair",
    kind: "end",
    phases: endPhases.filter((phase) => phase !== "resettingOffline"),
    given: (octet) => managedPair(octet, { main: gateway, backup: gateway, declared: { endMode: "disable" } }),
    run: ({ program }) => program.destroy(),
    done: ({ a, b }, expect) => {
      for (const member of [a, b]) expect(member.snapshot()).toMatchObject({ agent: whole, pair: { state: "inactive", owner: null } });
    },
  },
  {
    name: "enabling again",
    route: "putPair",
    kind: "setUp",
    phases: setUpPhases,
    given: async (octet) => {
      const pair = await managedPair(octet, { main: gateway, backup: gateway });
      pair.pair.setState("inactive");
      await pair.program.refresh();
      return pair;
    },
    run: ({ program }) => program.up(),
    done: isOnePair,
  },
];

/** How often long work of each kind has begun since. */
export function countActs(simulator: Simulator): Record<Act["kind"], number> {
  const [checking, configuring, stoppingOffline] = ["checking", "configuring", "stoppingOffline"].map((phase) =>
    countBeginnings(simulator, phase),
  ) as [() => number, () => number, () => number];
  return {
    get setUp() {
      return checking();
    },
    get change() {
      return configuring() - checking();
    },
    get end() {
      return stoppingOffline();
    },
  };
}
