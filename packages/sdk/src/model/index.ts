// Not through the package's index, which loads a web server; and nothing else loads this, since reading the language costs 100 ms.
export {
  checkModel,
  describePlace,
  type FilePlace,
  isYamlFile,
  placeOf,
  readModelFile,
  readStoreFile,
  readTupleFile,
  type StoreAssertion,
  type StoreFile,
} from "@gatehouse/openfga/files"
export {
  type AccessChange,
  type AccessGroup,
  diff,
  type Explanation,
  type ModelDiff,
  type PathStep,
  type RelationName,
  type RelationshipTuple,
  type TriedNode,
  type TriedTuple,
  type TupleChanges,
} from "@gatehouse/rebac"
export {
  type AssertionReport,
  runStoreTests,
  type StoreReport,
  type TestReport,
} from "./run-store-tests.ts"
