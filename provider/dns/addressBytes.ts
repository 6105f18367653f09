import * as dnsPacket from "dns-packet";
import { canonicalAddress } from "../core/addresses.js";

/** The codecs of dns-packet, which its types leave out. They write a length first, and check nothing. */
const { record } = dnsPacket as unknown as { record(type: "A" | "AAAA"): { encode(address: string): Buffer } };
const lengthBytes = 2;

/** The 4 or 16 bytes of an IP address; undefined when the text is none. */
export function findAddressBytes(text: string): Buffer | undefined {
  const address = canonicalAddress(text);
  if (address === undefined) return undefined;
  return record(address.includes(":") ? "AAAA" : "A")
    .encode(address)
    .subarray(lengthBytes);
}
