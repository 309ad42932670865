export { checkModel, checkTuples } from "./check-model.ts"
export { describePlace, type FileMistake, type FilePlace } from "./file-errors.ts"
export { placeOf } from "./places.ts"
export { isYamlFile, parseModel, readModelFile } from "./read-model.ts"
export { readStoreFile } from "./read-store.ts"
export { readTupleFile } from "./read-tuples.ts"
export type {
  StoreAssertion,
  StoreCheck,
  StoreFile,
  StoreListObjects,
  StoreListUsers,
  StoreQuestion,
  StoreTest,
} from "./store-file.ts"
