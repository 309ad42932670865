import { defineErrors } from "../define-errors.ts"

/** Errors of the evaluator of OpenFGA models. `details.reason` holds OpenFGA's own sentence for its wire. */
export const rebacErrors = defineErrors({
  "rebac.invalid_model": {
    status: 422,
    message: "The authorization model breaks a rule of the model language.",
    action: "Read details.violations: each names the type and relation, and the rule.",
  },
  "rebac.invalid_request": {
    status: 422,
    message: "The question names a user, relation or object that the authorization model does not allow.",
    action: "Write users and objects like type:id, with types and relations of the model in use.",
  },
  "rebac.type_not_found": {
    status: 422,
    message: "The authorization model has no such type.",
    action: "Use a type of the model in use.",
  },
  "rebac.relation_not_found": {
    status: 422,
    message: "The type has no such relation in the authorization model.",
    action: "Use a relation that the model in use defines on that type.",
  },
  "rebac.invalid_tuple": {
    status: 422,
    message: "A tuple is not allowed by the authorization model.",
    action: "Compare the tuple with the type restrictions of its relation.",
  },
  "rebac.resolution_too_complex": {
    status: 422,
    message: "The answer lies deeper or wider than the evaluator goes, so it is refused.",
    action: "Nest groups and parents less deep, or spread them over fewer relations.",
  },
  "rebac.too_many_names": {
    status: 422,
    message: "The tuples name more types, relations and conditions than one store can hold.",
    action: "Use the types and relations of a model; ids belong behind the colon.",
  },
  "rebac.condition_failed": {
    status: 422,
    message: "A condition could not be evaluated with the context at hand, so it is refused.",
    action: "Send every parameter that the condition names, with its type.",
  },
})
