import { isAtOrBelow, parentOf } from "pulumi-dataminer-failover/dns";
import { types } from "pulumi-dataminer-failover/dns/messages";

/** Records of one name and type; they share one TTL (RFC 2181 5.2). Never changed in place. */
export interface StoredRRset {
  readonly ttl: number;
  readonly rdata: readonly Buffer[];
}

/** All RRsets of one name, by type. Never changed in place. */
export type Node = ReadonlyMap<number, StoredRRset>;

/** The records of one zone. */
export class Contents {
  private constructor(private readonly nodes: Map<string, Node>) {}

  static empty(): Contents {
    return new Contents(new Map());
  }

  /** One to change and perhaps throw away; a zone takes it over as a whole. */
  copy(): Contents {
    return new Contents(new Map(this.nodes));
  }

  get names(): readonly string[] {
    return [...this.nodes.keys()];
  }

  node(name: string): Node | undefined {
    return this.nodes.get(name);
  }

  find(name: string, type: number): StoredRRset | undefined {
    return this.nodes.get(name)?.get(type);
  }

  /** Sets an RRset; without records it goes. */
  put(name: string, type: number, rrset: StoredRRset | undefined): void {
    const node = new Map(this.nodes.get(name));
    if (rrset && rrset.rdata.length > 0) node.set(type, rrset);
    else node.delete(type);
    if (node.size > 0) this.nodes.set(name, node);
    else this.nodes.delete(name);
  }

  /** Whether the name exists: it has records, or something below it has (RFC 4592 2.2.2, empty non-terminals). */
  exists(name: string): boolean {
    return this.nodes.has(name) || this.names.some((other) => isAtOrBelow(other, name));
  }

  /** The records from which the wildcard that covers a name answers (RFC 4592 3.3.1). */
  findWildcard(name: string): Node | undefined {
    let encloser = parentOf(name);
    while (encloser !== undefined && !this.exists(encloser)) encloser = parentOf(encloser);
    return encloser === undefined ? undefined : this.nodes.get(encloser === "." ? "*." : `*.${encloser}`);
  }

  /** The delegation at or above a name, below the apex (RFC 1034 4.3.2, step 3b). */
  findDelegation(name: string, apex: string): { name: string; rrset: StoredRRset } | undefined {
    let found: { name: string; rrset: StoredRRset } | undefined;
    for (let at: string | undefined = name; at !== undefined && at !== apex; at = parentOf(at)) {
      const rrset = this.find(at, types.NS);
      if (rrset) found = { name: at, rrset };
    }
    return found;
  }

  equals(other: Contents): boolean {
    if (this.nodes.size !== other.nodes.size) return false;
    return [...this.nodes].every(([name, node]) => {
      const others = other.nodes.get(name);
      if (others === node) return true;
      return others?.size === node.size && [...node].every(([type, rrset]) => sameRRset(rrset, others.get(type)));
    });
  }
}

/** As sets: the order of the records means nothing (RFC 2181 5). */
function sameRRset(a: StoredRRset, b: StoredRRset | undefined): boolean {
  return b !== undefined && a.ttl === b.ttl && sameRecords(a.rdata, b.rdata);
}

/** Whether both hold the same records, whatever their order and TTL. */
export function sameRecords(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  const wanted = new Set(b.map((rdata) => rdata.toString("hex")));
  const held = new Set(a.map((rdata) => rdata.toString("hex")));
  return held.size === wanted.size && [...held].every((rdata) => wanted.has(rdata));
}
