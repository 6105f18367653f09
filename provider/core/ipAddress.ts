import { z } from "zod";
import { canonicalAddress } from "./addresses.js";

/** An IPv4 or IPv6 address in its one spelling. */
export const IpAddress = z
  .string()
  .refine((text) => canonicalAddress(text) !== undefined, "expected an IPv4 or IPv6 address")
  .overwrite((text) => canonicalAddress(text) ?? text);
