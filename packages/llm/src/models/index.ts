// What of models needs no llama.cpp: the catalogue, downloads, and the arithmetic of memory.
export {
  type Architecture,
  type CatalogueEntry,
  findInCatalogue,
  readCatalogue,
  sizeOf,
} from "./catalogue.js";
export { findModel, isBinarySplit } from "./find-model.js";
export { hubSettings, openHub } from "./hub.js";
export { isBeingPulled, type LocalFile, listLocalFiles, removeLocalFiles } from "./local-models.js";
export { kvBytesPerToken, leastBytes } from "./memory.js";
export {
  findPulled,
  type PulledModel,
  type PullProgress,
  pullModel,
  type RemoteModel,
} from "./pull-model.js";
