/** What is wrong with TLS, and what mends it. */
export interface TlsFault {
  /** Whether TLS is spoken there and nobody can trust it; otherwise it cannot be spoken with us. */
  isDistrust: boolean;
  seen: string;
  cure: string;
}

/** Failures of trust: trying again cannot help, and nobody may switch verification off. */
const trustCodes = new Set([
  "CERT_UNTRUSTED",
  "CERT_REVOKED",
  "CERT_REJECTED",
  "CERT_CHAIN_TOO_LONG",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "HOSTNAME_MISMATCH",
  "CERT_SIGNATURE_FAILURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** The server knows only versions that are forbidden (RFC 8996); Node.js begins with TLS 1.2. */
const versionCodes = new Set(["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "ERR_SSL_UNSUPPORTED_PROTOCOL", "ERR_SSL_VERSION_TOO_LOW"]);

/** Alerts by which a server says that it wants a certificate of ours (RFC 8446 6.2); the last one has other reasons, too. */
const clientCertificateCodes = new Set(["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE"]);
const handshakeFailure = "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE";

const noClientCertificate = "This package has none to give: let the web server demand none for this API (in IIS, SSL Settings: Ignore).";

/** By the code of Node.js or OpenSSL, whose own words are `reason`; undefined when it is none of TLS. */
export function tlsFault(code: string, reason: string, protocol: "https" | "http"): TlsFault | undefined {
  if (code === "CERT_HAS_EXPIRED") {
    const seen = "its certificate, or that of the authority that signed it, has expired";
    return { isDistrust: true, seen, cure: "Renew it there; no setting here can help." };
  }
  if (code === "CERT_NOT_YET_VALID") {
    const cure = "Compare the clock of that server with this machine's.";
    return { isDistrust: true, seen: "its certificate is not valid yet", cure };
  }
  if (trustCodes.has(code) || code.startsWith("ERR_OSSL")) {
    const cure = "Set caFile to the authority that signed it, or tlsServerName to the name it carries.";
    return { isDistrust: true, seen: `its certificate is not trusted (${reason})`, cure };
  }
  if (versionCodes.has(code)) {
    const seen = "it offers no TLS of version 1.2 or later";
    return { isDistrust: false, seen, cure: "Enable TLS 1.2 on that server (in Windows, the Schannel settings)." };
  }
  if (clientCertificateCodes.has(code)) {
    return { isDistrust: false, seen: "it demands a client certificate", cure: noClientCertificate };
  }
  if (code === handshakeFailure) {
    const seen = "it ended the TLS handshake: it demands a client certificate, or accepts no cipher of this machine";
    return { isDistrust: false, seen, cure: noClientCertificate };
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
    return { isDistrust: false, seen: `what listens there does not speak ${protocol}`, cure: "Check protocol and port." };
  }
  return undefined;
}
