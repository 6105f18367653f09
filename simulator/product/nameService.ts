/** The DNS that the Agents' servers are set to. */
export interface NameService {
  /** The name of an Agent in the zone that all of them register in: absolute, with the trailing dot. */
  nameOf(agentName: string): string;
  /** Adds addresses at a name, and the name at the addresses, beside whatever is there. Rejects when that did not work out. */
  register(name: string, addresses: readonly string[]): Promise<void>;
  /** Addresses at a name; none when it has none or nothing answers. */
  resolve(name: string): Promise<string[]>;
  /** Names that an address points to, without the trailing dot. */
  reverse(address: string): Promise<string[]>;
}
