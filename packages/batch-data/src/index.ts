export { alignLines } from "./input/align-lines.js";
export { formatOfName, withoutGz } from "./input/formats.js";
export { InputError } from "./input/input-error.js";
export { type Defaults, toBatchLine } from "./input/question.js";
export { type ReadOptions, type RequestLine, readInput, readParquetInput } from "./input/read-input.js";
export { textLines } from "./input/text-lines.js";
export { unpacked } from "./input/unpack.js";
export { resultsParquet } from "./output/results-parquet.js";
