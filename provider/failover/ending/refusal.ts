/** Why a pair cannot be ended now. The code is stable: runbooks and programs go by it. */
export type EndingRefusalCode =
  | "PAIR_UNREACHABLE"
  | "MEMBER_REFUSES"
  | "KEPT_MEMBER_SILENT"
  | "PAIR_IN_TRANSITION"
  | "BOTH_ONLINE"
  | "NOBODY_ONLINE"
  | "ONLINE_MEMBER_UNAVAILABLE"
  | "OTHER_PAIR"
  | "MEMBERS_DISAGREE"
  | "OFFLINE_SILENT_HERE"
  | "OFFLINE_UNREACHABLE"
  | "OFFLINE_UNAVAILABLE_UNSUPPORTED"
  | "MEMBERS_CUT_OFF"
  | "END_MODE_UNSUPPORTED"
  | "BACKUP_IS_ONLINE"
  | "DATA_ON_ONE_NODE"
  | "DATABASE_FAILING";

export interface EndingRefusal {
  code: EndingRefusalCode;
  /** One line: what was to be done, what was seen, what to do. */
  reason: string;
}
