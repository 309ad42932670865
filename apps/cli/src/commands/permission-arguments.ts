import { loginArguments } from "../api/connect.ts"

/** What `check` and `explain` ask about. */
export const permissionArguments = {
  permission: { type: "positional", required: true, description: "Permission, such as can_write" },
  object: {
    type: "positional",
    required: true,
    description: "Object: organization:acme, project:NAME, project:ID",
  },
  principal: {
    type: "string",
    description: "Ask about somebody else, by user name or id; needs can_manage_users",
    valueHint: "USER",
  },
  ...loginArguments,
} as const
