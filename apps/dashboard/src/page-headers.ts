import { SECURITY_HEADERS } from "@bullpen/runtime";
import type { RequestHandler } from "express";

/**
 * Job data is text that models and callers wrote. Should bull-board ever render it as markup, the page
 * still runs no script of it and sends nothing anywhere. Its own inline styles need `unsafe-inline`.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const pageHeaders: RequestHandler = (_request, response, next) => {
  response.set({ ...SECURITY_HEADERS, "content-security-policy": CONTENT_SECURITY_POLICY });
  next();
};
