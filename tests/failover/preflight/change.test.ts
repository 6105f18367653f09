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

  test("of the virtual IPs has to fit the subnets and the certificates", () => {
    const declared = { ...declaredPair, virtualIps: [{ network: "corporate", address: "10.10.11.6", prefixLength: 24 }] };
    expect(preflightChange(change({ declared }), ["virtualIps"]).violations).toHaveLength(2);
  });

  test("of the mode is refused where K1 breaks it, and of other options warned", () => {
    const both: Partial<AgentFacts> = { version: "10.6.0.0-1", nats: "brokerGateway" };
    expect(preflightChange(change({ both }), ["mode"]).violations.map(({ property }) => property)).toEqual(["mode"]);
    const other = preflightChange(change({ both }), ["heartbeats"]);
    expect(other.violations).toEqual([]);
    expect(other.warnings.join(" ")).toContain("(K1)");
  });
});
