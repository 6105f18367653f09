/** What every room speaks in: errors, secrets that no line shows, durations, and a clock that tests can turn. */
export { canonicalAddress } from "./addresses.js";
export { type Clock, systemClock } from "./clock.js";
export { formatMilliseconds, parseDuration } from "./durations.js";
export { type ErrorFacts, FailoverError, oneLine, RefusedError, reasonOf } from "./errors.js";
export { Duration } from "./fields.js";
export { keepSecret, redact } from "./redaction.js";
export { isValueItself, unsetVariable } from "./variable.js";
