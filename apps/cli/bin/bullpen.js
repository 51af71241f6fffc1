#!/usr/bin/env node
import { checkLimits } from "./check-limits.js";

checkLimits();
await import("../dist/main.js");
