import { describe, expect, test } from "vitest";
import type { ProbeFacts } from "../../../provider/failover/memberFacts.js";
import { backupAddress, mainAddress, virtualAddress } from "../members.js";
import { broken, type Changes, hostnamePair, warned } from "./question.js";

describe("HTTPS certificates", () => {
  const https = (subjectAltNames: string[], changes = {}) => ({ name: "dma.example.com", subjectAltNames, trusted: true, ...changes });
  const [own, other] = [{ name: "dma-main.skyline.local" }, { name: "dma-backup.skyline.local" }];

  test.each<[string, Changes, string[]]>([
    [
      "one that is not trusted",
      { main: { https: https([virtualAddress]) }, backup: { https: https([virtualAddress], { trusted: false }) } },
      ["backup: The HTTPS certificate of backup 10.10.10.2 is not trusted. Install one of a trusted authority on it."],
    ],
    [
      "one that does not name the virtual IP",
      { main: { https: https(["dma-main.skyline.local", mainAddress]) }, backup: { https: https([virtualAddress]) } },
      ["main: The HTTPS certificate of main 10.10.10.1 does not name 10.10.10.5. Add it to the subject alternative names, on both Agents."],
    ],
    [
      "one that does not name the hostname",
      {
        main: { https: https(["other.skyline.local", "*.local"]) },
        backup: { https: https(["*.skyline.local"]) },
        declared: hostnamePair,
        when: "preview",
      },
      [
        "main: The HTTPS certificate of main 10.10.10.1 does not name dma.skyline.local. Add it to the subject alternative names, on both Agents.",
      ],
    ],
  ])("refuse %s", (_, changes, expected) => {
    expect(broken(changes)).toEqual(expected);
  });

  test.each<[string, Changes]>([
    ["no HTTPS at all", {}],
    ["the virtual IP", { both: { https: https([virtualAddress]) } }],
    ["the virtual IP with its kind before it", { both: { https: https([`IP Address:${virtualAddress}`]) } }],
    ["the hostname in capitals", { both: { https: https(["DNS:DMA.Skyline.Local"]) }, declared: hostnamePair, when: "preview" }],
    ["a wildcard over the hostname", { both: { https: https(["*.skyline.local"]) }, declared: hostnamePair, when: "preview" }],
  ])("accept %s", (_, changes) => {
    expect(broken(changes)).toEqual([]);
  });

  const now = Date.parse("2026-03-01T12:00:00Z");
  const until = (notAfter: string, changes = {}) => ({ https: https([virtualAddress], { ...own, notAfter, ...changes }) });
  const good = { https: https([virtualAddress], { ...other, notAfter: "2027-03-01T00:00:00Z" }) };

  test("refuse one that has expired, and do not call it untrusted too", () => {
    const expired = { main: until("2026-03-01T11:59:59Z", { trusted: false }), backup: good, now };
    expect(broken(expired)).toEqual([
      "main: The HTTPS certificate of main 10.10.10.1 expired on 2026-03-01: every client refuses it. Renew it, on the Agent's own web server.",
    ]);
    expect(warned(expired)).toEqual([]);
  });

  test.each([
    ["2026-03-01T12:00:01Z", ["The HTTPS certificate of main 10.10.10.1 expires on 2026-03-01, within 30 days. Renew it before."]],
    ["2026-03-31T11:59:59Z", ["The HTTPS certificate of main 10.10.10.1 expires on 2026-03-31, within 30 days. Renew it before."]],
    ["2026-03-31T12:00:01Z", []],
  ])("warn 30 days before one expires: %s", (notAfter, expected) => {
    expect(broken({ main: until(notAfter), backup: good, now })).toEqual([]);
    expect(warned({ main: until(notAfter), backup: good, now })).toEqual(expected);
  });

  test.each(["main", "backup"] as const)("refuse HTTPS on %s only", (position) => {
    const [name, title] = position === "main" ? ["main 10.10.10.1", "Backup 10.10.10.2"] : ["backup 10.10.10.2", "Main 10.10.10.1"];
    const without = position === "main" ? "backup" : "main";
    expect(broken({ [position]: good, now })).toEqual([
      `${without}: ${title} has no HTTPS, ${name} has: users who are used to it are cut off by each switch. Set it up on both Agents, or on neither.`,
    ]);
  });

  test("warn when the HTTPS name is the shared one, or the same on both", () => {
    const shared = {
      main: { https: https([virtualAddress], { name: virtualAddress }) },
      backup: { https: https([virtualAddress], other) },
    };
    expect(warned(shared)).toEqual([
      "The HTTPS name of main 10.10.10.1 is 10.10.10.5, which the pair shares. Set the Agent's own name there.",
    ]);
    const same = { main: { https: https([virtualAddress], own) }, backup: { https: https([virtualAddress], own) } };
    expect(warned(same)).toEqual(["Main and backup have the same HTTPS name dma-main.skyline.local. Set each Agent's own name."]);
  });
});

describe("the shared hostname", () => {
  const probe = (forward: string[], reverse: Record<string, string[]>, name = "dma.skyline.local"): ProbeFacts => ({
    addresses: [],
    names: [{ name, addresses: forward }],
    reverse: Object.entries(reverse).map(([address, names]) => ({ address, names })),
  });
  const good = probe([backupAddress, mainAddress], {
    [mainAddress]: ["DMA.skyline.local."],
    [backupAddress]: ["other.local", "dma.skyline.local"],
  });

  test.each<[string, ProbeFacts, string[]]>([
    ["forward to both and back from both", good, []],
    [
      "forward to one only",
      { ...good, names: [{ name: "dma.skyline.local", addresses: [mainAddress] }] },
      ["hostname: dma.skyline.local resolves to 10.10.10.1 on main 10.10.10.1. Make its records exactly 10.10.10.1 and 10.10.10.2."],
    ],
    [
      "forward to a third address too",
      { ...good, names: [{ name: "dma.skyline.local", addresses: [mainAddress, backupAddress, virtualAddress] }] },
      [
        "hostname: dma.skyline.local resolves to 10.10.10.1, 10.10.10.2, 10.10.10.5 on main 10.10.10.1. " +
          "Make its records exactly 10.10.10.1 and 10.10.10.2.",
      ],
    ],
    [
      "nowhere",
      { addresses: [], names: [], reverse: good.reverse },
      ["hostname: dma.skyline.local resolves to nothing on main 10.10.10.1. Make its records exactly 10.10.10.1 and 10.10.10.2."],
    ],
    [
      "back from one only",
      {
        ...good,
        reverse: [
          { address: mainAddress, names: ["dma.skyline.local"] },
          { address: backupAddress, names: ["dma-backup.skyline.local"] },
        ],
      },
      ["hostname: 10.10.10.2 resolves back to dma-backup.skyline.local on main 10.10.10.1. Add a PTR record from it to dma.skyline.local."],
    ],
  ])("resolves %s", (_, probed, expected) => {
    expect(broken({ declared: hostnamePair, probes: { main: probed, backup: good } })).toEqual(expected);
  });

  test("is not resolved in a preview, where the records may still be made", () => {
    expect(broken({ declared: hostnamePair, probes: { main: probe([], {}) }, when: "preview" })).toEqual([]);
  });

  test("without a dot is found in the PTR records by its first label", () => {
    const probed = probe(
      [mainAddress, backupAddress],
      { [mainAddress]: ["dma.skyline.local"], [backupAddress]: ["dma.skyline.local"] },
      "dma",
    );
    expect(broken({ declared: { ...hostnamePair, hostname: "dma" }, probes: { main: probed, backup: probed } })).toEqual([]);
  });
});
