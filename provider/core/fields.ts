import { z } from "zod";
import { canonicalAddress } from "./addresses.js";
import { isDuration, longestHours, type Duration as WrittenDuration } from "./durations.js";

/** An IPv4 or IPv6 address in its one spelling. */
export const IpAddress = z
  .string()
  .refine((text) => canonicalAddress(text) !== undefined, "expected an IPv4 or IPv6 address")
  .overwrite((text) => canonicalAddress(text) ?? text);

const expectedDuration = `expected a duration such as "90s", "30m" or "4h", of at most ${longestHours}h`;

export const Duration = z.templateLiteral([z.number(), z.enum(["s", "m", "h"])], expectedDuration).refine(isDuration, expectedDuration);
export type Duration = WrittenDuration;

/** How long each act of a resource may take. */
export const Timeouts = z.strictObject({
  /** For setting it up. */
  create: Duration.optional(),
  /** For changing it. */
  update: Duration.optional(),
  /** For ending or removing it. */
  delete: Duration.optional(),
});
export type Timeouts = z.infer<typeof Timeouts>;

/** A virtual IP address, as a pair takes it over and as a resource of its own declares it. */
export const virtualAddressFields = {
  /** The network whose interface holds it: `"corporate"`, where users live, or `"acquisition"`, where managed devices live. */
  network: z.enum(["corporate", "acquisition"]),
  /** The address itself: unused elsewhere, in the subnet of that network's interface on both Agents. */
  address: IpAddress,
  /** Bits of the subnet, as in `24`. */
  prefixLength: z.int().min(1).max(128),
};
