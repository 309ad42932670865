import { defineErrors } from "../define-errors.ts"

/** Errors of starting and stopping the plane. */
export const serverErrors = defineErrors({
  "server.port_taken": {
    status: 500,
    message: "A port that Gatehouse needs is taken by another program.",
    action: "Stop that program, or move all of Gatehouse's ports with --port N.",
  },
})
