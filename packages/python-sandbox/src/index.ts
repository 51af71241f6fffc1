export { openLibraries, type PythonLibraries } from "./libraries/open-libraries.js";
export { createPythonSandbox, type PythonSandbox, type PythonSandboxOptions } from "./python-sandbox.js";
export { bootPython, type PythonSnapshot } from "./snapshot/python-snapshot.js";
