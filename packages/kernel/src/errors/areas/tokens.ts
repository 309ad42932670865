import { defineErrors } from "../define-errors.ts"

/** Errors of credentials: how they were sent, and whether they are what they say. */
export const tokensErrors = defineErrors({
  "tokens.missing": {
    status: 401,
    message: "The request carries no credential.",
    action: "Send `Authorization: Bearer <access token>`; `gatehouse token` prints one.",
  },
  "tokens.ambiguous_credentials": {
    status: 400,
    message: "The request carries more than one credential.",
    action: "Send exactly one Authorization header with one bearer token.",
  },
  "tokens.in_query": {
    status: 400,
    message: "A credential in a query string is refused, since addresses stay in histories and logs.",
    action: "Send it in the Authorization header, and treat the one that was sent as leaked.",
  },
  "tokens.malformed": {
    status: 401,
    message: "The credential does not have the form of a signed token.",
    action: "Send the access token exactly as the identity server issued it.",
  },
  "tokens.unknown_issuer": {
    status: 401,
    message: "The token's issuer is not one of this platform's.",
    action: "Log in at the realm of an organization of this platform.",
  },
  "tokens.unknown_key": {
    status: 401,
    message: "The token's issuer publishes no usable key under that key id.",
    action: "Get a new token; if it stays, look at the key set that the realm publishes.",
  },
  "tokens.signature_invalid": {
    status: 401,
    message: "The token is not signed as its issuer signs.",
    action: "Send the access token exactly as the identity server issued it.",
  },
  "tokens.wrong_kind": {
    status: 401,
    message: "The token is not an access token.",
    action: "Send the access token, not an ID, refresh, logout or internal token.",
  },
  "tokens.wrong_audience": {
    status: 401,
    message: "The token is meant for another audience.",
    action: "Get the token from a client that has this API in its audience.",
  },
  "tokens.expired": {
    status: 401,
    message: "The token has expired, or lives longer than this platform allows.",
    action: "Get a new one with the refresh token, or log in again.",
  },
  "tokens.not_yet_valid": {
    status: 401,
    message: "The token is from the future.",
    action: "Compare the clocks of the identity server and of this machine.",
  },
  "tokens.invalid_claims": {
    status: 401,
    message: "The token lacks a claim that is required here, or a claim does not have its form.",
    action: "Compare the realm's mappers with the template; `details` in the log names the claim.",
  },
  "tokens.proof_required": {
    status: 401,
    message: "The token is bound to a key, and no proof of that key is taken here.",
    action: "Get the token from a client without sender-constrained tokens.",
  },
  "tokens.revoked": {
    status: 401,
    message: "The token, its session or its principal was revoked.",
    action: "Log in again.",
  },
  "tokens.unavailable": {
    status: 503,
    message: "The credential could not be verified in time, so it is refused.",
    action: "Try again; if it stays, look at the health of the identity server.",
  },
  "tokens.not_configured": {
    status: 500,
    message: "A verifier was configured in a way that would skip a check.",
    action: "Give it an audience, issuers, and only keys that it may use.",
  },
})
