import { describe, expect, test } from "vitest";
import type { NetworkInterface, ProbeFacts } from "../../../provider/failover/memberFacts.js";
import { preflight } from "../../../provider/failover/preflight.js";
import { backupAddress, declaredPair, fourHeartbeats, mainAddress, paired, virtualAddress } from "../members.js";
import { broken, type Changes, card, hostnamePair, question, warned } from "./question.js";

describe("virtual IPs", () => {
  const vip = (address: string, network = "corporate", prefixLength = 24) => ({ address, network, prefixLength });
  const declaring = (...virtualIps: ReturnType<typeof vip>[]) => ({ ...declaredPair, virtualIps });

  test.each<[string, Changes, string[]]>([
    [
      "neither virtual IP nor hostname",
      { declared: { ...declaredPair, virtualIps: [] } },
      ["virtualIps: A pair needs virtual IPs or a shared hostname, and neither is declared. Declare one of them."],
    ],
    [
      "text that is no address",
      { declared: declaring(vip("dma-virtual")) },
      ["virtualIps: Virtual IP dma-virtual (corporate) is no IP address. Write one."],
    ],
    [
      "an impossible prefix length",
      { declared: declaring(vip(virtualAddress, "corporate", 33)) },
      ["virtualIps: Virtual IP 10.10.10.5 (corporate) cannot have a prefix length of 33. Write that of its subnet."],
    ],
    [
      "two on one network",
      { declared: declaring(vip(virtualAddress), vip("10.10.10.6")) },
      ["virtualIps: Virtual IP 10.10.10.6 (corporate) is the second on that network. Declare one virtual IP a network."],
    ],
    [
      "none on the corporate network",
      {
        declared: declaring(vip("10.10.20.5", "acquisition")),
        main: { interfaces: [card(1, "corporate", mainAddress), card(2, "acquisition", "10.10.20.1")] },
        backup: { interfaces: [card(1, "corporate", backupAddress), card(2, "acquisition", "10.10.20.2")] },
      },
      ["virtualIps: There is no virtual IP on the corporate network, where users reach the pair. Add one."],
    ],
    [
      "one outside the subnet of either member",
      { declared: declaring(vip("10.10.11.5")) },
      [
        "virtualIps: Virtual IP 10.10.11.5 (corporate) is outside the subnet of that network's interface on main 10.10.10.1 (10.10.10.1/24). Choose one inside.",
        "virtualIps: Virtual IP 10.10.11.5 (corporate) is outside the subnet of that network's interface on backup 10.10.10.2 (10.10.10.2/24). Choose one inside.",
      ],
    ],
    [
      "a network that a member is not on",
      {
        declared: declaring(vip(virtualAddress), vip("10.10.20.5", "acquisition")),
        main: { interfaces: [card(1, "corporate", mainAddress), card(2, "acquisition", "10.10.20.1")] },
      },
      [
        "virtualIps: Virtual IP 10.10.20.5 (acquisition) has no interface on backup 10.10.10.2: nothing there is on the acquisition network. Connect one.",
      ],
    ],
    [
      "an own address of a member",
      { declared: declaring(vip(backupAddress)) },
      ["virtualIps: Virtual IP 10.10.10.2 (corporate) is the own address of backup 10.10.10.2. Choose one that no machine has."],
    ],
    [
      "virtual IPs beside a hostname",
      { declared: { ...declaring(vip(virtualAddress)), hostname: "dma.skyline.local" }, when: "preview" },
      ["hostname: A pair has either virtual IPs or a shared hostname, and both are declared. Leave one of them out."],
    ],
  ])("refuse %s", (_, changes, expected) => {
    expect(broken(changes)).toEqual(expected);
  });

  test.each<[string, Changes, string]>([
    [
      "an acquisition network that they leave out",
      {
        main: { interfaces: [card(1, "corporate", mainAddress), card(2, "acquisition", "10.10.20.1")] },
        backup: { interfaces: [card(1, "corporate", backupAddress), card(2, "acquisition", "10.10.20.2")] },
      },
      "Both Agents have an acquisition interface, but no virtual IP is declared there. Devices that send data there would have to know both Agents.",
    ],
    [
      "another prefix length than the interface's",
      { declared: declaring(vip(virtualAddress, "corporate", 25)) },
      "Virtual IP 10.10.10.5 (corporate) has prefix length 25; its interface on main 10.10.10.1 has 24.",
    ],
    [
      "no Pcap library",
      { backup: { pcap: "none" } },
      "backup 10.10.10.2: No Pcap libraries have been found on this DataMiner Agent. " +
        "Without them no gratuitous ARP is sent at a switch: install Npcap before it is in a pair with virtual IPs.",
    ],
    [
      "a Pcap library that could not be looked for",
      { main: { pcap: "undetected" } },
      "main 10.10.10.1: No Pcap libraries could be detected on this DataMiner Agent. " +
        "The look for them failed, so they may be there: check that Npcap is installed, without which no gratuitous ARP is sent at a switch.",
    ],
    [
      "no Pcap library, in our own words where the Failover Config window has none yet",
      { both: { version: "10.4.9.0-1" }, main: { pcap: "none" } },
      "main 10.10.10.1: neither Npcap nor WinPcap is installed. " +
        "Without them no gratuitous ARP is sent at a switch: install Npcap before it is in a pair with virtual IPs.",
    ],
  ])("warn of %s", (_, changes, expected) => {
    expect(broken(changes)).toEqual([]);
    expect(warned(changes)).toContain(expected);
  });

  test("may not answer before the pair exists, whoever sees it", () => {
    const answering: ProbeFacts = {
      addresses: [{ address: virtualAddress, answers: true, mac: "AA-BB-CC-00-00-01" }],
      names: [],
      reverse: [],
    };
    const silent: ProbeFacts = { addresses: [{ address: virtualAddress, answers: false, mac: null }], names: [], reverse: [] };
    const reason =
      "virtualIps: Virtual IP 10.10.10.5 (corporate) is in use: the machine with MAC AA-BB-CC-00-00-01 answers there, seen from backup 10.10.10.2. " +
      "Free it or choose another.";
    expect(broken({ probes: { main: silent, backup: answering } })).toEqual([reason]);
    expect(broken({ probes: { main: silent, backup: silent } })).toEqual([]);
    expect(broken({ probes: { main: silent, backup: answering }, when: "preview" })).toEqual([]);
  });

  test("may answer where exactly one member of their pair holds them", () => {
    const answering: ProbeFacts = { addresses: [{ address: virtualAddress, answers: true, mac: null }], names: [], reverse: [] };
    const holding = (address: string): NetworkInterface[] => [
      {
        ...card(1, "corporate", address),
        addresses: [...card(1, "corporate", address).addresses, { address: virtualAddress, prefixLength: 24, virtual: true }],
      },
    ];
    const probes = { main: answering, backup: answering };
    const main = paired("main", { agent: { interfaces: holding(mainAddress) } });
    expect(preflight({ ...question({ probes }), main, backup: paired("backup") }).violations).toEqual([]);
    const both = paired("backup", { agent: { interfaces: holding(backupAddress) } });
    expect(preflight({ ...question({ probes }), main, backup: both }).violations).toHaveLength(2);
  });

  test("are not missed in a pair with a shared hostname, nor is Pcap", () => {
    const changes: Changes = { declared: hostnamePair, when: "preview", both: { pcap: "none" } };
    expect(broken(changes)).toEqual([]);
    expect(warned(changes)).toEqual([]);
  });
});

test("the interface of synchronization exists on both Agents", () => {
  expect(broken({ declared: { ...declaredPair, syncInterface: 1 } })).toEqual([]);
  expect(
    broken({
      declared: { ...declaredPair, syncInterface: 2 },
      main: { interfaces: [card(1, "corporate", mainAddress), card(2, "other", "10.0.0.1")] },
    }),
  ).toEqual(["syncInterface: Backup 10.10.10.2 has no interface 2; it has 1. Name one of both Agents."]);
});

test("heartbeats are judged against the Agents' own addresses", () => {
  const [, ...others] = fourHeartbeats;
  const itself = { ...fourHeartbeats[0]!, target: { address: mainAddress } };
  expect(broken({ declared: { ...declaredPair, heartbeats: [itself, ...others] } })).toEqual([
    "heartbeats: The normal heartbeat from main to 10.10.10.1 targets the Agent that sends it. Target the backup Agent or another address.",
  ]);
});
