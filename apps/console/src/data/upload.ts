import type { FileView } from "@bullpen/client";
import { apiUrl } from "./client.js";

/**
 * Uploads the input file of a batch. Not by `fetch`, which does not tell how far an upload is.
 *
 * @param onProgress called with the part that was sent, 0 to 1.
 * @throws {Error} that says why the api did not take it.
 */
export function uploadInput(
  content: Blob,
  filename: string,
  onProgress: (part: number) => void,
): Promise<FileView> {
  const form = new FormData();
  form.append("purpose", "batch");
  form.append("file", content, filename);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", apiUrl("/v1/files"));
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(new Error("The upload broke off. Try it again."));
    request.onload = () => {
      if (request.status < 300) resolve(request.response);
      else
        reject(new Error(request.response?.error?.message ?? `The upload was refused (${request.status}).`));
    };
    request.send(form);
  });
}
