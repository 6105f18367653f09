import { describe, expect, test } from "vitest";
import type { AgentFacts } from "../../../provider/failover/memberFacts.js";
import { preflightChange } from "../../../provider/failover/preflight.js";
import { declaredPair, paired } from "../members.js";
import { type Changes, question } from "./question.js";

describe("a change of a live pair", () => {
  const change = (changes: Changes) => ({
    ...question(changes),
    main: paired("main", { agent: changes.both ?? {} }),
    backup: paired("backup"),
  });

  test("is not judged when nothing changes", () => {
    expect(preflightChange(change({ declared: { ...declaredPair, heartbeats: [] } }), [])).toEqual({ violations: [], warnings: [] });
  });

  test("is judged by the rules of what changes, and no others", () => {
    const wrong = { ...declaredPair, heartbeats: [], syncInterface: 9 };
    expect(preflightChange(change({ declared: wrong }), ["syncInterface"]).violations.map(({ property }) => property)).toEqual([
      "syncInterface",
      "syncInterface",
    ]);
    expect(preflightChange(change({ declared: wrong }), ["heartbeats"]).violations.map(({ property }) => property)).toEqual(["heartbeats"]);
  });

  test("of the virtual IPs has to fit the subnets", () => {
    const declared = { ...declaredPair, virtualIps: [{ network: "corporate", address: "10.10.11.6", prefixLength: 24 }] };
    expect(preflightChange(change({ declared }), ["virtualIps"]).violations).toHaveLength(2);
  });

  test("of the virtual IPs has to be named by the certificates of both Agents; a change of anything else has not", () => {
    const declared = { ...declaredPair, virtualIps: [{ network: "corporate", address: "10.10.10.6", prefixLength: 24 }] };
    const certified = (...subjectAltNames: string[]) => {
      const agent = { https: { name: "dma", subjectAltNames, trusted: true } };
      return { ...question({ declared }), main: paired("main", { agent }), backup: paired("backup", { agent }) };
    };
    expect(preflightChange(certified("10.10.10.5"), ["virtualIps"]).violations).toEqual([
      { property: "main", reason: expect.stringContaining("does not name 10.10.10.6") },
      { property: "backup", reason: expect.stringContaining("does not name 10.10.10.6") },
    ]);
    expect(preflightChange(certified("10.10.10.6"), ["virtualIps"]).violations).toEqual([]);
    expect(preflightChange(certified("10.10.10.5"), ["mode"]).violations).toEqual([]);
  });

  test.each([
    [["mode"], ["mode"]],
    [["heartbeats"], ["heartbeats"]],
    [["virtualIps"], ["virtualIps"]],
    [["syncInterface", "restartWhenGoingOffline"], ["syncInterface"]],
  ] as const)("of %j is refused where BrokerGateway breaks every advanced option (RN 45613)", (changed, expected) => {
    const both: Partial<AgentFacts> = { version: "10.6.0.0-1", nats: "brokerGateway" };
    const { violations } = preflightChange(change({ both }), changed);
    expect(violations.map(({ property }) => property)).toEqual(expected);
    expect(violations[0]?.reason).toContain("(Failover configuration cannot be changed with BrokerGateway)");
  });

  test("of the virtual IPs may not reach for the target of an inverted heartbeat", () => {
    const declared = { ...declaredPair, virtualIps: [{ network: "corporate", address: "10.10.10.254", prefixLength: 24 }] };
    const [found] = preflightChange(change({ declared }), ["virtualIps"]).violations;
    expect(found).toMatchObject({ property: "heartbeats", reason: expect.stringContaining("the pair's own virtual IP") });
  });
});
