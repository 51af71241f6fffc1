// The tests of the infrastructure that need tools of their own: scripts/infra.mjs brings them.
import "./chart-suite.js";
import "./image-suite.js";
