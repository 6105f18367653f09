import { createHash } from "node:crypto";
import { BlockList, isIP, isIPv6 } from "node:net";
import type { Interface, VirtualIpConfig } from "pulumi-dataminer-failover/agent";
import type { AgentOptions } from "../options.js";

/** A network card. `touched`: it was plugged or unplugged at some time, only then the status window has a row for it. */
export interface NetworkCard extends Interface {
  touched: boolean;
}

/** Corporate first, then acquisition, then the cable for synchronization (About DMA Failover; Advanced Failover options). */
export function cardsOf(options: AgentOptions): NetworkCard[] {
  const prefixLength = options.prefixLength ?? (isIPv6(options.address) ? 64 : 24);
  const wanted: [Interface["network"], string | undefined][] = [
    ["corporate", options.address],
    ["acquisition", options.acquisitionAddress],
    ["other", options.syncAddress],
  ];
  return wanted
    .filter((entry): entry is [Interface["network"], string] => entry[1] !== undefined)
    .map(([network, address], position) => ({
      index: position + 1,
      network,
      mac: macOf(options.address, position + 1),
      connected: true,
      addresses: [{ address, prefixLength, virtual: false }],
      registersInDns: options.registersInDns ?? true,
      touched: false,
    }));
}

/** Locally administered and the same in every run, so that tests and demos read alike. */
function macOf(address: string, index: number): string {
  const digest = createHash("sha256").update(`${address}#${index}`).digest("hex").toUpperCase();
  return `02-${[0, 2, 4, 6, 8].map((at) => digest.slice(at, at + 2)).join("-")}`;
}

export function addVirtualIps(cards: readonly NetworkCard[], virtualIps: readonly VirtualIpConfig[]): void {
  for (const { network, address, prefixLength } of virtualIps) {
    const card = cards.find((candidate) => candidate.network === network);
    if (!card || card.addresses.some((held) => held.address === address)) continue;
    card.addresses = [...card.addresses, { address, prefixLength, virtual: true }];
  }
}

/** All virtual addresses, or those given. */
export function removeVirtualIps(cards: readonly NetworkCard[], only?: readonly string[]): void {
  for (const card of cards) {
    card.addresses = card.addresses.filter(({ address, virtual }) => !virtual || (only !== undefined && !only.includes(address)));
  }
}

/** The card in whose subnet an address lies; the corporate one for everything else. */
export function cardTowards(cards: readonly NetworkCard[], address: string): NetworkCard | undefined {
  return cards.find((card) => card.addresses.some((own) => !own.virtual && inSubnet(address, own))) ?? cards[0];
}

function inSubnet(address: string, own: { address: string; prefixLength: number }): boolean {
  if (isIP(address) === 0 || isIP(address) !== isIP(own.address)) return false;
  const family = isIPv6(own.address) ? "ipv6" : "ipv4";
  const subnet = new BlockList();
  subnet.addSubnet(own.address, own.prefixLength, family);
  return subnet.check(address, family);
}
