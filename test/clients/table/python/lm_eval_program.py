"""lm-eval, with tasks of our own: the datasets of its own tasks come from the internet."""

import json
import os
import tempfile

import lm_eval
from features import DEMO_MODEL, DEMO_URL, SCRIPTED_URL, SUM, TOTAL, expect, feature, run
from lm_eval.tasks import TaskManager

folder = tempfile.mkdtemp()


def task(name, docs, **settings):
    path = os.path.join(folder, f"{name}.jsonl")
    with open(path, "w") as file:
        file.writelines(json.dumps(doc) + "\n" for doc in docs)
    return {
        "task": name,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": path}},
        "test_split": "test",
        "doc_to_text": "{{question}}",
        "doc_to_target": "{{answer}}",
        **settings,
    }


def evaluate(task, model, url):
    results = lm_eval.simple_evaluate(
        model="local-chat-completions",
        model_args={"model": model, "base_url": f"{url}/chat/completions", "num_concurrent": 2},
        tasks=[task],
        task_manager=TaskManager(include_defaults=False),
        apply_chat_template=True,
        bootstrap_iters=0,
    )
    return results["results"][task["task"]]


EXACT = {
    "output_type": "generate_until",
    "generation_kwargs": {"until": ["\n\n"], "max_gen_toks": 64, "do_sample": False},
    "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
}


@feature("`generate_until` tasks, as GSM8K is, answered with Bullpen's own tools")
def generate_until():
    last_number = {
        "filter_list": [
            {
                "name": "number",
                "filter": [
                    {"function": "regex", "regex_pattern": "(\\d+)", "group_select": -1},
                    {"function": "take_first"},
                ],
            }
        ]
    }
    docs = [{"question": SUM, "answer": TOTAL}] * 4
    scores = evaluate(task("sums", docs, **EXACT, **last_number), DEMO_MODEL, DEMO_URL)
    expect(scores["exact_match,number"], 1.0)


@feature("stop texts of `until`")
def until():
    docs = [{"question": "Say «rain\n\nsnow»", "answer": "rain"}]
    expect(evaluate(task("stops", docs, **EXACT), "scripted", SCRIPTED_URL)["exact_match,none"], 1.0)


@feature(
    "`loglikelihood` and multiple-choice tasks",
    because="They need the probabilities of given texts, which no chat API tells.",
)
def loglikelihood():
    choice = task("choice", [{"question": "Rain?", "answer": "yes"}], output_type="multiple_choice")
    evaluate({**choice, "doc_to_choice": ["yes", "no"], "doc_to_target": 0}, "scripted", SCRIPTED_URL)


run("lm-eval", "lm-eval")
