import { defineErrors } from "../define-errors.ts"

/** Errors of the edge: how a request is written, where it goes, and how much of it there may be. */
export const gatewayErrors = defineErrors({
  "gateway.ambiguous_path": {
    status: 400,
    message: "The path can be read in more than one way.",
    action:
      "Write it plainly: no dot segments, no `//`, `;` or backslash, and no encoded separators or letters.",
  },
  "gateway.malformed_request": {
    status: 400,
    message: "The request can be read in more than one way, or is not one that this server takes.",
    action: "Send one Host, one length, no body with GET or DELETE, and each header that has one value once.",
  },
  "gateway.upgrade_refused": {
    status: 400,
    message: "The connection cannot be upgraded to another protocol.",
    action: "Send the request without an Upgrade header.",
  },
  "gateway.unknown_host": {
    status: 421,
    message: "No organization of this platform has that host name.",
    action: "Use the address of your organization, or the platform's own.",
  },
  "gateway.foreign_origin": {
    status: 403,
    message: "Pages of that origin may not call this API.",
    action: "Call it from the organization's own origin, or have the origin allowed in the configuration.",
  },
  "gateway.rate_limited": {
    status: 429,
    message: "More requests arrived from you than are taken in this time.",
    action: "Wait for the seconds that Retry-After names.",
  },
  "gateway.unavailable": {
    status: 503,
    message: "The gateway could not learn which organizations there are, so it refuses.",
    action: "Try again; if it stays, look at the health of the governance service.",
  },
  "gateway.upstream_unavailable": {
    status: 503,
    message: "The service that answers this operation cannot be reached.",
    action: "Try again; if it stays, look at the health of that service.",
  },
  "gateway.upstream_failed": {
    status: 502,
    message: "The service that answers this operation gave no usable answer.",
    action: "Read the state before you repeat a change: it may have happened.",
  },
  "gateway.upstream_timeout": {
    status: 504,
    message: "The service that answers this operation took too long.",
    action: "Read the state before you repeat a change: it may have happened.",
  },
})
