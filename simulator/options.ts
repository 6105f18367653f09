import type { AgentFacts, PairConfig, Position } from "pulumi-dataminer-failover/agent";
import type { Clock } from "./clock.js";
import type { DnsOptions } from "./dns/options.js";
import type { ProfileName } from "./profiles.js";

/** One simulated Agent. What is left out is as on an ordinary, healthy server. */
export interface AgentOptions {
  /** Where it listens, in 127.0.0.0/8. It is also its corporate address and its name in `agent=`. */
  address: string;
  /** Its DataMiner ID. Default: null, as after a reset. */
  dataMinerId?: number | null;
  /** Name of the Agent, and of its server in DNS. Default: `DMA-` and its address. */
  name?: string;
  /** The DataMiner System it is in; absent: in none. */
  system?: string;
  /** How many elements it has. Default: 0. */
  elementCount?: number;
  /** Never used: nothing on it but the script of this API and its token. */
  pristine?: boolean;
  /** The product version that it behaves like. Default: `10.5`. */
  profile?: ProfileName;
  /** Overrides the build of the profile. */
  version?: string;
  /** Who manages NATS. Default: as its version has it. */
  nats?: AgentFacts["nats"];
  /** Gives it a second interface, on the acquisition network. */
  acquisitionAddress?: string;
  /** Gives it one more interface, a cross cable for synchronization. */
  syncAddress?: string;
  /** Of the networks of its interfaces, in bits. Default: 24, for IPv6 64. */
  prefixLength?: number;
  /** Every interface is set to register its addresses in DNS, as Windows is by default. Default: true. */
  registersInDns?: boolean;
  /** The packet capture library that it has. Default: npcap. */
  pcap?: AgentFacts["pcap"];
  /** Where it stores its data. Default: a dedicated cluster. */
  storage?: AgentFacts["storage"];
  /** Whether Swarming is enabled. Default: false. */
  swarming?: boolean;
  /** What it says about its certificate; by default what it really has: none over http. */
  https?: Partial<NonNullable<AgentFacts["https"]>> | null;
  /** More names and addresses in its certificate: the virtual IP address or the shared hostname (Setting up HTTPS on a DMA). */
  subjectAltNames?: readonly string[];
  /** It was added to its DataMiner System by hostname (About DMA Failover, RN 37075). */
  addedByHostname?: boolean;
  /** How it answers after a factory reset: its token (401) or its routes (404) are missed first. */
  afterReset?: 401 | 404;
  /** False: its script tells neither its clock nor since when its status stands, nor when the last switch was. Default: true. */
  tellsTimes?: boolean;
  /** MaintenanceSettings.xml has the action `switch` in `WatchDog/Actions`. */
  switchesOnRuntimeError?: boolean;
}

/** A pair that is there from the start. */
export interface PairOptions {
  /** Its configuration. */
  config: PairConfig;
  /** Absent: made by hand. */
  owner?: string | null;
  /** Who is online. Default: main. */
  online?: Position;
}

/** The world that `startSimulator` makes. */
export interface SimulatorOptions {
  /** The Agents, each on an address of its own. */
  agents: readonly AgentOptions[];
  /** Pairs that are there from the start. Default: none. */
  pairs?: readonly PairOptions[];
  /** Bearer token of every Agent; synchronization copies it. */
  token: string;
  /** What Agents speak; over https with certificates of an authority of the simulator. Default: http. */
  protocol?: "http" | "https";
  /** On every Agent's address; 0: any free one. */
  port?: number;
  /** Path of the Failover API on each Agent. Default: `/api/custom/dma-failover/v1`. */
  basePath?: string;
  /** Simulated seconds in one real second. */
  timeScale?: number;
  /** Instead of a time scale. */
  clock?: Clock;
  /** `anyAgent`: a call is executed by any Agent of the same DataMiner System, round robin (UserDefinableApiEndpoint). */
  routing?: "direct" | "anyAgent";
  /** Agents register their addresses in DNS and look names up there. Absent: they do not register, and know `names`. */
  dns?: DnsOptions;
  /** What names resolve to when an Agent is asked to probe; not with `dns`. */
  names?: Readonly<Record<string, readonly string[]>>;
  /** Addresses outside the Agents that answer a ping, like a gateway. */
  hosts?: readonly string[];
}
