import { z } from "zod";
import { foreignText, isPresentable } from "../core/text.js";

/**
 * Every text of an Agent comes in through one of these. What is only shown or compared with words is cleaned on the way in, so that
 * nothing behind has to think of it: errors, outputs, reports, pages and metrics show what they get.
 */
const cleaned = (longest: number) => z.string().overwrite((text) => foreignText(text, longest));

/** A name, a value, a state. */
export const Label = cleaned(120);
/** A name of DNS, which may have 253 characters (RFC 1035 2.3.4), and a kind before it. */
export const DnsName = cleaned(260);
/** A sentence: why something failed. */
export const Sentence = cleaned(300);

const longestExact = 1_000;

/** What stands for something and is sent back as it came. It is refused rather than changed: then it would stand for something else. */
export const Exact = z
  .string()
  .max(longestExact)
  .refine(isPresentable, "expected a text without a secret, control and formatting characters");

/** RFC 3339; the format alone would let a second have a million digits. */
export const Moment = z.iso.datetime({ offset: true }).max(40);

/** More than a server or a pair can have: who sends it is no Agent. */
export const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(100);
/** A server may have hundreds of addresses, and as many names for them. */
export const longList = <Item extends z.ZodType>(item: Item) => z.array(item).max(1_000);
