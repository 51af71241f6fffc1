/** The model whose queue the suite uses. */
export const MODEL = "scripted";
