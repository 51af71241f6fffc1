import { getResponseParameters, listInputItemsParameters } from "../parameters.js";
import { ANSWER_ERRORS, JSON_BODY_ERRORS, NEW_QUERY_ERRORS } from "./error-groups.js";
import type { Operation } from "./operation.js";

export const responseOperations: readonly Operation[] = [
  {
    method: "post",
    path: "/v1/responses",
    id: "create_response",
    tag: "Responses",
    role: "submit",
    summary: "Answer a conversation, as a response",
    description:
      "Runs the agent on the items of the conversation and answers when it has ended, in the form of the OpenAI Responses API. With `stream: true` the response comes as server-sent events. With `background: true` the answer comes at once, and the response is asked for by its id. A client that disconnects from any other response cancels it.",
    headers: ["Idempotency-Key"],
    body: { json: "CreateResponseRequest" },
    answers: { 200: { description: "The response.", json: "Response", events: "ResponseEvent" } },
    errors: [
      ...JSON_BODY_ERRORS,
      ...NEW_QUERY_ERRORS,
      ...ANSWER_ERRORS,
      "previous_response_not_found",
      "item_not_found",
    ],
    errorShape: "ChatError",
  },
  {
    method: "get",
    path: "/v1/responses/{id}",
    id: "get_response",
    tag: "Responses",
    role: "read",
    summary: "Get a response, or its events",
    query: getResponseParameters,
    answers: {
      200: { description: "The response as it is now.", json: "Response", events: "ResponseEvent" },
    },
    errors: ["response_not_found", "server_stopping"],
  },
  {
    method: "delete",
    path: "/v1/responses/{id}",
    id: "delete_response",
    tag: "Responses",
    role: "submit",
    summary: "Delete a response",
    description: "One that has not ended is cancelled first. Responses that continue it stay.",
    answers: { 200: { description: "It is gone.", json: "DeletedResponse" } },
    errors: ["response_not_found"],
  },
  {
    method: "post",
    path: "/v1/responses/{id}/cancel",
    id: "cancel_response",
    tag: "Responses",
    role: "submit",
    summary: "Cancel a response in the background",
    description: "One that has ended stays as it is.",
    answers: { 200: { description: "The response after its end.", json: "Response" } },
    errors: ["response_not_found"],
  },
  {
    method: "get",
    path: "/v1/responses/{id}/input_items",
    id: "list_response_input_items",
    tag: "Responses",
    role: "read",
    summary: "List what a response was asked",
    query: listInputItemsParameters,
    answers: { 200: { description: "A page of the request's items.", json: "InputItemPage" } },
    errors: ["response_not_found"],
  },
];
