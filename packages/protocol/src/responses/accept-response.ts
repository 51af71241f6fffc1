import {
  type AgentJob,
  agentJobSchema,
  type JsonSchema,
  jsonSchemaSchema,
  type Said,
  toolNamesOf,
} from "@bullpen/contracts";
import { z } from "zod";
import { toResponseFormat } from "../chat/response-format.js";
import { type Question, questionOf } from "../chat/to-question.js";
import { ApiError } from "../errors.js";
import { parseRequest } from "../parse-request.js";
import { type AcceptOptions, chooseModel, chooseTools, loopOf, samplingOf } from "../queries/accept-query.js";
import { toServiceTier } from "../service-tier.js";
import type { FunctionTool } from "../tools/caller-tools-request.js";
import { chooseCallerTools } from "../tools/choose-caller-tools.js";
import { chooseHostedTools, toResponseToolChoice } from "./choose-response-tools.js";
import { continueResponse, type EarlierConversation } from "./continue-response.js";
import { type Conversation, toConversation } from "./conversation.js";
import { fitConversation } from "./fit-conversation.js";
import { type InputItem, readInputItem } from "./input-items.js";
import { queryOfItem, queryOfResponse } from "./item-ids.js";
import { limitsOfResponse } from "./limits-of-response.js";
import { echoOf, keepInput } from "./response-echo.js";
import type { ResponseQuery } from "./response-query.js";
import { type ResponseRequest, responseRequestSchema } from "./response-request.js";
import type { ResponseTool } from "./response-tools.js";
import { cacheKeyOf, restoreConversation, sayParts } from "./restore-conversation.js";
import { toOutputItems } from "./to-output-items.js";

/** A request for a response that was accepted. */
export interface AcceptedResponse {
  readonly job: AgentJob;
  readonly stream: boolean;
}

/** Reads the query of an earlier response, of any tenant; `undefined` when it is not kept. */
type FindQuery = (queryId: string) => Promise<ResponseQuery | undefined>;

/**
 * The job of a request for a response. The user's last message is the query; what comes before it, of this request and
 * of the response that it continues, is the history.
 *
 * @throws {ApiError} that names the field at fault.
 */
export async function acceptResponse(
  value: unknown,
  options: AcceptOptions,
  find: FindQuery,
): Promise<AcceptedResponse> {
  const request = parseRequest(responseRequestSchema, value);
  if (request.background === true && request.store === false)
    throw refusal("background", "must be false with store: false: the response is asked for by its id");
  const input = await resolveReferences(request.input, options.tenant, find);
  const earlier = await findEarlier(request.previous_response_id, options.tenant, find);
  const conversation = toConversation(input, earlier?.openCall);
  const said = await restoreConversation(conversation.parts, options.tenant, find);
  return {
    job: toJob(value, { ...request, input }, options, { conversation, said, earlier }),
    stream: request.stream === true,
  };
}

/**
 * The job of a batch's line. It does not refer to earlier responses: these need not be kept when the line is run.
 *
 * @throws {ApiError} that names the field at fault.
 */
export function acceptResponseLine(value: unknown, options: AcceptOptions): AgentJob {
  const request = parseRequest(responseRequestSchema, value);
  const problem = "cannot be set in a line of a batch";
  if (request.background === true) throw refusal("background", problem);
  if (request.previous_response_id !== undefined)
    throw refusal("previous_response_id", `${problem}: send the conversation as input`);
  const conversation = toConversation(request.input);
  return toJob(value, request, options, { conversation, said: sayParts(conversation.parts) });
}

async function resolveReferences(
  input: ResponseRequest["input"],
  tenant: string,
  find: FindQuery,
): Promise<ResponseRequest["input"]> {
  if (typeof input === "string") return input;
  return Promise.all(
    input.map(async (item, i) => {
      if (item.type !== "item_reference") return item;
      const found = await findItem(item.id, tenant, find);
      if (found) return found;
      const message = `Item with id '${item.id}' not found. Send the item itself, or keep responses by store: true.`;
      throw new ApiError("item_not_found", message, `input[${i}].id`);
    }),
  );
}

async function findItem(id: string, tenant: string, find: FindQuery): Promise<InputItem | undefined> {
  const queryId = queryOfItem(id);
  const query = queryId === undefined ? undefined : await find(queryId);
  if (!query || !isReadable(query.job, tenant)) return undefined;
  return readInputItem(toOutputItems(query, () => undefined).find((item) => item.id === id));
}

async function findEarlier(
  id: string | undefined,
  tenant: string,
  find: FindQuery,
): Promise<EarlierConversation | undefined> {
  if (id === undefined) return undefined;
  const queryId = queryOfResponse(id);
  const found = queryId === undefined ? undefined : await find(queryId);
  if (found && isReadable(found.job, tenant)) return continueResponse(found);
  const message = `Previous response with id '${id}' not found. A response is removed some time after its end (RETENTION_SECONDS), and not kept with store: false.`;
  throw new ApiError("previous_response_not_found", message, "previous_response_id");
}

/** Whether a query gives a response that the tenant may read by its id. */
export function isReadable({ tenant, class: queryClass, response }: AgentJob, reader: string): boolean {
  return tenant === reader && queryClass === "interactive" && response?.store === true;
}

interface Talk {
  readonly conversation: Conversation;
  /** What the request's items say. */
  readonly said: readonly Said[];
  readonly earlier?: EarlierConversation | undefined;
}

function toJob(sent: unknown, request: ResponseRequest, options: AcceptOptions, talk: Talk): AgentJob {
  const { tools, servers, tool_choice } = toolsOf(sent, request, options);
  const names = toolNamesOf(tools);
  const model = chooseModel(request.model, "model", options);
  const limits = limitsOfResponse(request);
  const question = questionOfTalk(request, talk);
  const format = formatOf(sent, request);
  const system = [...(talk.earlier?.system ?? []), ...talk.conversation.system];
  const cacheKey = talk.earlier?.cacheKey ?? cacheKeyOf(talk.conversation.parts);
  const job = agentJobSchema.parse({
    tenant: options.tenant,
    key_id: options.keyId,
    class: options.class,
    ...toServiceTier(request.service_tier),
    model,
    ...question,
    ...(cacheKey !== undefined && { cache_key: cacheKey }),
    ...(request.stream === true && { stream: true }),
    ...tools,
    ...(tool_choice && { tool_choice }),
    ...samplingOf({ ...request, tools: names, votes: request.bullpen.votes }, options),
    ...(format && { response_format: format }),
    ...loopOf({ ...request.bullpen, ...limits }, options),
    metadata: request.metadata,
    response: {
      ...(options.class === "interactive" && { input: keepInput(request.input) }),
      ...(system.length > 0 && { system }),
      background: request.background === true,
      store: request.store !== false,
      ...(servers.length > 0 && { servers }),
      echo: echoOf(request, tools.tools),
    },
  });
  return request.truncation === "auto" ? fitConversation(job, options) : job;
}

function questionOfTalk(
  { instructions, input }: ResponseRequest,
  { conversation, said, earlier }: Talk,
): Question {
  const system = [...(earlier?.system ?? []), ...conversation.system];
  const question = questionOf(
    [...(earlier?.said ?? []), ...said],
    [...(instructions === undefined ? [] : [instructions]), ...system],
  );
  if (question.query.trim() !== "") return question;
  const problem =
    typeof input === "string" ? "must not be empty" : "must hold a message of the user that is not empty";
  throw refusal("input", problem);
}

function toolsOf(sent: unknown, request: ResponseRequest, options: AcceptOptions) {
  const { tools: listed, tool_choice: choice, bullpen } = request;
  const hosted = chooseHostedTools(listed ?? [], options.knownTools);
  const own = (listed ?? []).flatMap((tool, index) =>
    tool.type === "function" ? [{ tool: toFunctionTool(tool, sent, index), index }] : [],
  );
  const isNone = choice === "none" && own.length === 0;
  const named = listed || bullpen.tools ? [...hosted.names, ...(bullpen.tools ?? [])] : undefined;
  const tools = chooseTools(isNone ? [] : named, "bullpen.tools", options, request.model);
  const caller_tools = chooseCallerTools(own, tools, {
    own: (index) => `tools[${index}]`,
    definition: (index) => `tools[${index}]`,
    all: "tools",
    ours: "tools",
    choice: "tool_choice",
  });
  const chosen = { tools, ...(caller_tools.length > 0 && { caller_tools }) };
  const tool_choice = isNone ? undefined : toResponseToolChoice(choice, { ...chosen, ...hosted });
  return { tools: chosen, servers: isNone ? [] : hosted.servers, tool_choice };
}

const sentTools = z.object({ tools: z.array(z.unknown()) });
const sentTool = z.object({ parameters: jsonSchemaSchema });

/** The tool in the form of chats, with its schema as it was sent: `null` says something there. */
function toFunctionTool(
  { name, description, parameters }: Extract<ResponseTool, { type: "function" }>,
  sent: unknown,
  index: number,
): FunctionTool {
  const schema =
    sentTool.safeParse(sentTools.safeParse(sent).data?.tools[index]).data?.parameters ?? parameters;
  return { type: "function", function: { name, description, ...(schema && { parameters: schema }) } };
}

const sentFormat = z.object({ text: z.object({ format: z.object({ schema: jsonSchemaSchema }) }) });

function formatOf(sent: unknown, { text }: ResponseRequest) {
  const format = text?.format;
  if (format?.type !== "json_schema") return toResponseFormat(format, undefined, "text.format.schema");
  const { type, ...json_schema } = format;
  const schema: JsonSchema = sentFormat.safeParse(sent).data?.text.format.schema ?? format.schema;
  return toResponseFormat(
    { type, json_schema },
    { response_format: { json_schema: { schema } } },
    "text.format.schema",
  );
}

function refusal(param: string, problem: string): ApiError {
  return new ApiError("invalid_request", `${param}: ${problem}.`, param);
}
