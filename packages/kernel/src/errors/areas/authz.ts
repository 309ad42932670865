import { defineErrors } from "../define-errors.ts"

/** Errors of permission checks and of the requests that ask for them. */
export const authzErrors = defineErrors({
  "authz.permission_denied": {
    status: 403,
    message: "You may see this, but you may not do that with it.",
    action: "Run `gatehouse explain` with the permission and object named here; it names the smallest grant.",
  },
  "authz.not_found": {
    status: 404,
    message: "There is nothing here that you may see.",
    action: "Check the id and the organization you are logged in to.",
  },
  "authz.too_many_groups": {
    status: 403,
    message: "More than 90 of your groups are bound to what you asked for.",
    action: "Bind fewer groups, or bind a parent group once instead of each of its children.",
  },
  "authz.unavailable": {
    status: 503,
    message: "The permission could not be decided in time, so it is refused.",
    action: "Try again; if it stays, look at the health of the authorization server.",
  },
  "authz.unknown_permission": {
    status: 422,
    message: "That type of object has no such permission.",
    action: "Use a permission of the two matrices in the documentation.",
  },
  "authz.invalid_object": {
    status: 422,
    message: "An object or principal is written as type:id, with a known type.",
    action: "Write it like project:<id> or user:<organization>/<subject>.",
  },
  "authz.malformed_access_request": {
    status: 400,
    message: "The request does not have the form of the AuthZEN Authorization API 1.0.",
    action: "Send application/json with subject, action and resource; `errors` names each member at fault.",
  },
})
