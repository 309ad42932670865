import { defineErrors } from "../define-errors.ts"

/** Errors of the authorization wire as its client sees them. What only says "no answer" is `authz.unavailable`. */
export const openfgaErrors = defineErrors({
  "openfga.tuple_exists_or_missing": {
    status: 409,
    message: "A tuple to write exists already, or a tuple to remove does not exist.",
    action: "Read the current tuples, then decide whether to try again.",
  },
  "openfga.tuple_refused": {
    status: 422,
    message: "The authorization model does not allow that tuple.",
    action: "Use the types and relations that the model's restriction names.",
  },
  "openfga.query_refused": {
    status: 422,
    message: "The authorization server does not take that question.",
    action: "Check type, relation and ids against the authorization model.",
  },
  "openfga.request_refused": {
    status: 400,
    message: "The embedded authorization engine refuses the request.",
    action: "Read `code` and `message` of its answer; they are OpenFGA's.",
  },
  "openfga.explanation_too_large": {
    status: 422,
    message: "Explaining this answer would read more tuples than one explanation may.",
    action: "Ask about a single object, or a principal with fewer groups.",
  },
  "openfga.file_unreadable": {
    status: 400,
    message: "A file cannot be read.",
    action: "Check its path and rights.",
  },
  "openfga.file_too_large": {
    status: 413,
    message: "A file is larger than what is read of its kind.",
    action: "Check its path; give many tuples as CSV or JSON Lines.",
  },
  "openfga.file_invalid": {
    status: 422,
    message: "A file does not have the form that OpenFGA gives it.",
    action: "Mend it at the place that is named.",
  },
  "openfga.file_model_invalid": {
    status: 422,
    message: "The authorization model in a file breaks a rule of the model language.",
    action: "Mend the type and relation that are named.",
  },
  "openfga.file_tuple_invalid": {
    status: 422,
    message: "A file holds a tuple twice, or one that its authorization model does not allow.",
    action: "Remove the tuple, or compare it with the type restrictions of its relation.",
  },
})
