import { defineErrors } from "../define-errors.ts"

/** Errors of the identity engine and of the client that speaks to any identity server. */
export const identityErrors = defineErrors({
  "identity.realm_not_found": {
    status: 404,
    message: "There is no such realm.",
    action: "Check the realm's name in the path; `gatehouse organization list` prints what there is.",
  },
  "identity.admin_unauthorized": {
    status: 401,
    message: "The Admin API needs a bearer token of an administrator.",
    action: "Get one with the credentials of the bootstrap client, or of a realm's own service account.",
  },
  "identity.admin_forbidden": {
    status: 403,
    message: "That administrator may not do this.",
    action: "Use an account that holds the right itself: nobody can give or reset what they lack.",
  },
  "identity.admin_not_found": {
    status: 404,
    message: "There is no such realm, or nothing of that id in it.",
    action: "Look the id up in a list first; ids come from `Location`.",
  },
  "identity.admin_conflict": {
    status: 409,
    message: "The realm holds something of that name already.",
    action: "Choose another name, or change what is there.",
  },
  "identity.admin_invalid": {
    status: 400,
    message: "The representation breaks a rule of the identity engine.",
    action: "Correct what the answer names; rules are the same on create, update and import.",
  },
  "identity.unavailable": {
    status: 503,
    message: "The identity server does not answer.",
    action: "Try again; if it stays, look at the identity server's health with `gatehouse status`.",
  },
  "identity.credentials_refused": {
    status: 503,
    message: "The identity server does not take the credentials that Gatehouse has for it.",
    action: "Check the client id and secret of the identity address, and the rights of its service account.",
  },
  "identity.unexpected_answer": {
    status: 502,
    message: "The identity server answered in a way that Gatehouse does not know.",
    action:
      "Check that the address is a Keycloak of a supported version; the log names operation and status.",
  },
  "identity.not_found": {
    status: 404,
    message: "The identity server has nothing of that name.",
    action: "Check the name of the realm, user or group.",
  },
  "identity.conflict": {
    status: 409,
    message: "The identity server holds something of that name already.",
    action: "Choose another name, or change what is there.",
  },
  "identity.refused": {
    status: 422,
    message: "The identity server refused the change as invalid.",
    action: "Correct names, addresses or passwords to what the realm allows; the log names the operation.",
  },
})
