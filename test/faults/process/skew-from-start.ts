// Loaded before a process of Bullpen by `--import`: its wall clock is wrong from its start on.
import { setClockSkew } from "./skewed-clock.js";

setClockSkew(Number(process.env.BULLPEN_TEST_CLOCK_SKEW_MS));
