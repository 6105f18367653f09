/** Letters, digits, hyphens and underscores, which Windows hosts have too, in labels of 1 to 63 (RFC 1035 2.3.4). */
const labels = /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?$/i;
/** 255 bytes on the wire, with a length before each label and the root's at the end. */
const longestName = 253;

/** Whether the text is a domain name that people may write, with or without its last dot. */
export const isDomainName = (text: string): boolean => text.length <= longestName + Number(text.endsWith(".")) && labels.test(text);

/** Whether a host may have that name: no label of it begins or ends with a hyphen (RFC 952, RFC 1123 2.1). */
export const isHostName = (text: string): boolean => isDomainName(text) && !/(?:^|\.)-|-(?:\.|$)/.test(text);
