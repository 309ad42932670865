import { defineErrors } from "../define-errors.ts"

/** Errors of the control plane: organizations, members, projects, bindings. */
export const governanceErrors = defineErrors({
  "governance.project_name_taken": {
    status: 409,
    message: "The organization has a project of that name.",
    action: "Choose another name, or use the project that is there.",
  },
  "governance.subject_unknown": {
    status: 404,
    message: "The organization has no such user, service account or group.",
    action:
      "An administrator finds a user's id with GET /v1/members; a group is written group:<organization>/<path>.",
  },
  "governance.binding_not_found": {
    status: 404,
    message: "The subject does not hold that role by a binding of its own.",
    action:
      "List the project's bindings; a role that comes through a group is removed with the group's binding.",
  },
  "governance.last_owner": {
    status: 409,
    message: "A project always has at least one owner, and this is the last.",
    action: "Make somebody else an owner first.",
  },
  "governance.incomplete": {
    status: 503,
    message: "The change was recorded and could not be carried out at once. It will be completed.",
    action:
      "Read the state again in a few seconds; if it stays, look at the health of identity and authorization.",
  },
  "governance.logout_token_refused": {
    status: 400,
    message: "The logout token is not one that this platform accepts.",
    action: "Send the token exactly as the realm's identity server made it, once.",
  },
  "governance.provisioning_failed": {
    status: 500,
    message: "An organization could not be provisioned to its end.",
    action: "The log names the step; run it again, and it goes on from where it stopped.",
  },
})
