export {
  AddressGuard,
  type AllowedDestination,
  isPublic,
  parseDestination,
  RefusedAddressError,
} from "./address-guard.js";
export { AnswerTooLongError, RefusedRedirectError } from "./errors.js";
export { shownUrl } from "./shown-url.js";
