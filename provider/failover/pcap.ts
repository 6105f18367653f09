import { gates } from "./gates.js";
import type { Pcap } from "./memberFacts.js";
import { satisfies, type Version } from "./version.js";

/** What there is to say of an Agent's packet capture libraries, and what to do. */
export interface PcapNotice {
  /** Literally as the Failover Config window says it, from the version on in which it does. */
  text: string;
  advice: string;
}

/** Not there is another thing than not found out: the vendor page "Viewing the current Failover DMA status" gives each its advice. */
const notices: Record<"none" | "undetected", PcapNotice & { before: string }> = {
  none: {
    text: "No Pcap libraries have been found on this DataMiner Agent",
    before: "neither Npcap nor WinPcap is installed",
    advice: "Without them no gratuitous ARP is sent at a switch: install Npcap before it is in a pair with virtual IPs",
  },
  undetected: {
    text: "No Pcap libraries could be detected on this DataMiner Agent",
    before: "it could not be told whether Npcap or WinPcap is installed",
    advice:
      "The look for them failed, so they may be there: check that Npcap is installed, without which no gratuitous ARP is sent at a switch",
  },
};

/** Null when a library is there. The window has its texts from RN 40257 and RN 40267 on; before them we use our own. */
export function pcapNotice(pcap: Pcap, version: Version | undefined): PcapNotice | null {
  if (pcap !== "none" && pcap !== "undetected") return null;
  const { text, before, advice } = notices[pcap];
  const isTold = version === undefined || satisfies(version, gates.tellsPcap) !== "no";
  return { text: isTold ? text : before, advice };
}
