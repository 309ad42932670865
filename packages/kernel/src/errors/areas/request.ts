import { defineErrors } from "../define-errors.ts"

/** Errors of a request as such, before anyone asks who sent it or what it may do. */
export const requestErrors = defineErrors({
  "request.invalid_json": {
    status: 400,
    message: "The body is not valid JSON.",
    action: "Send one JSON document in UTF-8.",
  },
  "request.invalid": {
    status: 422,
    message: "The request does not have the form that this operation takes.",
    action: "Compare it with /v1/openapi.json; `errors` names each member at fault.",
  },
  "request.ambiguous": {
    status: 400,
    message: "The request can be read in two ways.",
    action: "Send each of Host and Authorization once, and no transfer coding but chunked.",
  },
  "request.too_large": {
    status: 413,
    message: "The body is larger than this operation takes.",
    action: "Send less at once; the limit is named in the documentation.",
  },
  "request.not_found": {
    status: 404,
    message: "There is no such operation.",
    action: "Look the path up in /v1/openapi.json.",
  },
  "request.invalid_cursor": {
    status: 400,
    message: "The cursor was not issued by this list.",
    action: "Start again without `cursor`, or use `next_cursor` of the page before, unchanged.",
  },
  "request.project_required": {
    status: 400,
    message: "This operation works on one project, and the request selects none.",
    action: "Name the project in X-Project-ID, or use the same path under /v1/projects/{id}/.",
  },
  "request.project_mismatch": {
    status: 400,
    message: "The request selects two different projects.",
    action: "Name the same project in X-Project-ID and in the path, or leave one of them out.",
  },
  "request.conflict": {
    status: 409,
    message: "What exists already stands against this request.",
    action: "Read the current state, then decide whether to try again.",
  },
  "request.unsupported_media_type": {
    status: 415,
    message: "This operation does not take a body of that content type.",
    action: "Send application/json, or what the operation's documentation names.",
  },
  "request.foreign_host": {
    status: 421,
    message: "This address does not answer to that host name.",
    action: "Use the address that `gatehouse status` prints.",
  },
  "request.foreign_origin": {
    status: 403,
    message: "A web page may not call this address.",
    action: "Call it from a program, without an Origin header.",
  },
  "request.unreachable": {
    status: 502,
    message: "The server did not answer.",
    action: "Check the address and whether the plane runs: `gatehouse status`.",
  },
  "request.unexpected_answer": {
    status: 502,
    message: "The server's answer does not have the form that this client knows.",
    action: "Check that the address is a Gatehouse, and that client and server are of one release.",
  },
  "request.internal": {
    status: 500,
    message: "Something failed on our side. Nothing of the request was kept.",
    action: "Try again; if it stays, report the request id.",
  },
})
