import type { AppViewRoute } from "@bull-board/api/typings/app";
import { ExpressAdapter } from "@bull-board/express";
import type { NextFunction, Request, Response } from "express";

/** Style sheets and icons that bull-board's page would load from other hosts. */
const OUTSIDE_LINK = /<link\b[^>]*\bhref="(?:https?:)?\/\/[^>]*>\s*/g;

/**
 * bull-board's Express adapter with a page that loads nothing from the internet: the original loads
 * fonts from Google, which is impossible in a cluster without internet access, and tells Google who visits.
 * The page's style sheet names system fonts after them.
 */
export class OfflineExpressAdapter extends ExpressAdapter {
  constructor() {
    super();
    this.app.disable("x-powered-by");
  }

  override setEntryRoute(page: AppViewRoute): this {
    this.app[page.method](page.route, (_request: Request, response: Response, next: NextFunction) => {
      const { name, params } = page.handler({ basePath: this.basePath, uiConfig: this.uiConfig });
      response.render(name, params, (error: Error | null, html?: string) => {
        if (error || html === undefined) next(error);
        else response.type("html").send(html.replaceAll(OUTSIDE_LINK, ""));
      });
    });
    return this;
  }

  override setBasePath(path: string): this {
    super.setBasePath(path);
    return this;
  }
}
