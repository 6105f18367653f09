/** DNS messages as bytes, for whoever answers them: records, TSIG signatures, and frames over TCP (RFC 1035, 2136, 8945). */
export { classes, opcodes, rcodeName, rcodes, typeName, typeNumber, types } from "./constants.js";
export { decodeMessage, encodeMessage, FrameReader, frame, type Message, type WireQuestion } from "./message.js";
export { encodeRdata, formatRdata } from "./rdata.js";
export { type BadReason, findTsig, type SignOptions, signMessage, type Verification, type VerifyOptions, verifyMessage } from "./tsig.js";
export type { Tsig } from "./tsigRecord.js";
export { decodeName, encodeName } from "./wireNames.js";
export type { WireRecord } from "./wireRecord.js";
