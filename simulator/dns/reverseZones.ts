import { isIPv6 } from "node:net";
import { reverseNameOf } from "pulumi-dataminer-failover/dns";

/** The reverse zone of the network that an address is in; it begins at a label: 8 bits of IPv4, 4 bits of IPv6 (RFC 1035 3.5, RFC 3596 2.5). */
export function reverseZoneOf(address: string, prefixLength: number): string {
  const labels = reverseNameOf(address).split(".");
  const outside = Math.floor(prefixLength / (isIPv6(address) ? 4 : 8));
  // Behind the digits stand in-addr or ip6, arpa and the root.
  return labels.slice(labels.length - 3 - outside).join(".");
}
