"""The client that openapi-python-client makes of /openapi.json runs a query. BASE_URL says where."""

import os

from bullpen_client import Client
from bullpen_client.api.chat import create_chat_completion
from bullpen_client.api.models_and_tools import list_models
from bullpen_client.api.queries import get_query, list_queries, submit_queries
from bullpen_client.models import ChatCompletion, Error, Query, QueryPage, QueryRequest
from bullpen_client.models import ChatCompletionRequest

import checks
from checks import check

client = Client(base_url=os.environ["BASE_URL"], timeout=120)

models = list_models.sync(client=client)
check("the models are listed", [model.id for model in models.data] == ["demo"], models)

accepted = submit_queries.sync(
    client=client, body=QueryRequest(query="What is 17 times 23?", custom_id="question-1")
)
check("a query is accepted", accepted.custom_id == "question-1", accepted)

query = get_query.sync(accepted.id, client=client, wait=60)
while query.finished_at is None:
    query = get_query.sync(accepted.id, client=client, wait=60)
check("it is answered", isinstance(query, Query) and query.status == "completed" and query.answer, query)
check("its steps are objects", query.steps[0].tool_name == "Calculator", query.steps)

page = list_queries.sync(client=client, limit=10)
check("the list has it", isinstance(page, QueryPage) and page.data[0].id == query.id, page)
check("the page is the last", page.has_more is False, page)

missing = get_query.sync("query_000000000000000000000000", client=client)
check("an error is an object", isinstance(missing, Error) and missing.error.code == "query_not_found", missing)

chat = create_chat_completion.sync(
    client=client,
    body=ChatCompletionRequest.from_dict(
        {"messages": [{"role": "user", "content": "What is 12 times 12?"}]}
    ),
)
check("a chat completion is one", isinstance(chat, ChatCompletion) and chat.choices[0].message.content, chat)
print(f"{checks.count} passed, 0 failed")
