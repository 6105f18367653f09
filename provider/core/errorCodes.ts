/** Every code of an error of this package. Each has its page, docs/runbooks/<code>.md: what it means and what to do. */
export const errorCodes = [
  "AGENT_IN_PAIR",
  "AGENT_REFUSED",
  "AGENT_UNREACHABLE",
  "ANSWER_TOO_DEEP",
  "ANSWER_TOO_LARGE",
  "API_VERSION",
  "BACKUP_IS_ONLINE",
  "BOTH_ONLINE",
  "CA_INVALID",
  "DATABASE_FAILING",
  "DATA_ON_ONE_NODE",
  /** The server does not know the key, knows it with another algorithm, or (Knot) does not let it in. */
  "DNS_BADKEY",
  /** The secret of the key differs from the server's. */
  "DNS_BADSIG",
  /** The two clocks differ. Facts: `skewSeconds`, this machine's clock minus the server's. */
  "DNS_BADTIME",
  /** The server does not take a signature of this length. */
  "DNS_BADTRUNC",
  /** The name is an alias. Facts: `name`, `target`. */
  "DNS_CNAME",
  /** Something else stands there than was expected. Facts: `name`, `type`, `expected`, `found`. */
  "DNS_CONFLICT",
  /** Bytes that are no DNS message, or values that fit into none. */
  "DNS_FORMAT",
  /** The server could not read the message. */
  "DNS_FORMERR",
  /** A key that cannot be read, or not be used. */
  "DNS_KEY_FILE",
  /** Text that is no domain name. */
  "DNS_NAME_INVALID",
  /** The server is not primary for the zone, or the zone is no zone of its own. */
  "DNS_NOTAUTH",
  /** The server takes no updates at all. */
  "DNS_NOTIMP",
  /** A name lies outside of the zone. */
  "DNS_NOTZONE",
  /** The server says that it is done, and reading back shows something else. Facts: `name`, `type`, `desired`, `found`. */
  "DNS_NOT_APPLIED",
  /** The server serves no zone that the name is in. */
  "DNS_NO_ZONE",
  /** The server's policy refuses; from PowerDNS also whenever it does not take the signature. */
  "DNS_REFUSED",
  /** The server failed, and rolled back. */
  "DNS_SERVFAIL",
  /** The time was up before a server answered. */
  "DNS_TIMED_OUT",
  /** No server could be reached, or none answered before it cut the connection. */
  "DNS_UNREACHABLE",
  /** What was answered could not be verified, and what is there does not tell whether the change was made. */
  "DNS_UNVERIFIED",
  /** The server is not authoritative for the name. */
  "DNS_WRONG_SERVER",
  "END_MODE_UNSUPPORTED",
  "EXPECTATION_UNMET",
  "FILE_UNREADABLE",
  "FIXED_INPUT",
  "FOREIGN_PAIR",
  "GIVEN_UP_AGENT",
  "INVENTORY_INVALID",
  "KEPT_MEMBER_SILENT",
  "MEMBERS_CUT_OFF",
  "MEMBERS_DISAGREE",
  "MEMBER_REFUSES",
  "MEMBER_UNREACHABLE",
  "NOBODY_ONLINE",
  "NONSENSE",
  "NOTHING_TO_COMPARE",
  "NOT_APPLIED",
  "NOT_ENDED",
  "NOT_OUR_STATE",
  "NOT_PREPARED",
  "NO_ANSWER_IN_TIME",
  "NO_DATAMINER_ID",
  "NO_JSON",
  "NO_ONLINE_MEMBER",
  "NO_TARGET",
  "OFFLINE_SILENT_HERE",
  "OFFLINE_UNAVAILABLE_UNSUPPORTED",
  "OFFLINE_UNREACHABLE",
  "ONLINE_MEMBER_UNAVAILABLE",
  "OPERATION_FAILED",
  "OPERATION_VANISHED",
  "OTHER_AGENT",
  "OTHER_MEMBER",
  "OTHER_PAIR",
  "PAGE_NOT_SERVED",
  "PAIR_INVALID",
  "PAIR_IN_TRANSITION",
  "PAIR_UNREACHABLE",
  "PAIR_VANISHED",
  "PREFLIGHT",
  "PROTOCOL_MISMATCH",
  "PROXY_REFUSED",
  "RECORD_EXISTS",
  "RECORD_UNWRITABLE",
  "REPORT_NOT_WRITTEN",
  "SETTINGS_REFUSED",
  "STACK_UNREADABLE",
  "STATE_TOO_NEW",
  "SWITCH_BUSY",
  "SWITCH_GOES_ON",
  "SWITCH_KNOWN_ISSUE",
  "SWITCH_MEMBER_SILENT",
  "SWITCH_NO_PAIR",
  "SWITCH_OUT_OF_SYNC",
  "SWITCH_RED_ROW",
  "SWITCH_REQUEST_INVALID",
  "SWITCH_ROLES_UNCLEAR",
  "SWITCH_TOO_SOON",
  "SWITCH_UNANSWERED",
  "SWITCH_UNDONE",
  "TARGET_INVALID",
  "TIMED_OUT",
  "TLS_NOT_TRUSTED",
  "TOKEN_INVALID",
  "TOKEN_MISSING",
  "UNEXPECTED_STATE",
  "VIRTUAL_IP_IN_USE",
] as const;

/** The stable code of an error: programs compare it, never the message. */
export type ErrorCode = (typeof errorCodes)[number];

/** A code that the product or the host of its API has given; such errors share the page AGENT_REFUSED or OPERATION_FAILED. */
export type ProductCode = string & Record<never, never>;
