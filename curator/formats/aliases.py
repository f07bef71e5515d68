"""The usual names of columns, in English and Russian, the likeliest first.

Case, blanks, hyphens and underscores do not count: `userInput`, `User Input` and `user_input` are one name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from curator.records import Kind

ALIASES: Mapping[Kind, Mapping[str, tuple[str, ...]]] = {
    "classification": {
        "text": (
            "text", "message", "sentence", "utterance", "query", "review", "comment", "body", "content", "tweet",
            "document", "question", "description", "review_text", "review_body", "message_text", "comment_text",
            "post", "post_text", "full_text", "text_content", "phrase", "transcript", "complaint", "feedback",
            "request", "ticket", "email", "news", "article", "abstract", "headline", "title", "subject", "inputs",
            "input", "prompt",
            "текст", "сообщение", "обращение", "отзыв", "комментарий", "вопрос", "запрос", "жалоба", "предложение",
            "фраза", "описание", "письмо", "заявка", "пост", "новость", "заголовок", "тема письма",
        ),
        "label": (
            "label_text", "label_name", "class_name", "category_name", "intent_name", "label_str",
            "label", "category", "class", "intent", "target", "topic", "sentiment", "tag", "gold_label",
            "labels", "categories", "classes", "intents", "topics", "tags", "true_label", "class_label",
            "sentiment_label", "emotion", "polarity", "acceptable", "department", "queue", "rating", "stars",
            "accept",
            "метка", "категория", "класс", "тема", "тональность", "рубрика", "разметка", "намерение", "интент",
            "название категории", "тег", "эмоция", "оценка", "отдел",
        ),
    },
    "instruction": {
        "instruction": (
            "instruction", "prompt", "question", "query", "instructions", "user_input", "user_prompt",
            "user_message", "user_query", "user", "human", "request", "task", "problem", "q", "ask", "inputs",
            "инструкция", "вопрос", "запрос", "задание", "задача", "промпт", "пользователь", "input", "ввод", "context",
        ),
        "answer": (
            "answer", "expected_output", "expected_answer", "correct_answer", "best_answer", "gold_answer",
            "output", "target", "response", "completion", "reply", "ideal", "solution", "assistant", "bot",
            "model_output", "model_response", "assistant_response", "bot_response", "a", "result",
            "answers", "outputs", "responses", "completions", "targets", "expected_outputs",
            "ответ", "результат", "вывод", "решение", "ожидаемый ответ", "ответы", "ассистент", "бот",
        ),
        "input": ("input", "context", "passage", "background", "ввод", "контекст", "вход", "входные данные"),
        "system": (
            "system", "system_prompt", "system_message", "system_instruction", "система", "системный промпт",
        ),
        "history": ("history", "chat_history", "conversation_history", "история", "история диалога"),
    },
    "text": {
        "text": (
            "text", "content", "document", "body", "article", "story", "raw_content", "page_content", "full_text",
            "text_content", "passage", "paragraph", "transcript", "abstract", "chapter", "book", "poem", "lyrics",
            "code", "post", "message", "sentence",
            "текст", "содержание", "документ", "статья", "рассказ", "глава", "книга", "стих", "абзац", "предложение",
        ),
    },
}  # fmt: skip
"""Field to the usual names of its column."""

SHAPE_ALIASES: Mapping[str, tuple[str, ...]] = {
    "messages": (
        "messages", "conversations", "conversation", "dialog", "dialogue", "dialogs", "dialogues", "chat", "turns",
        "example_dialogue", "диалог", "сообщения", "переписка", "беседа",
    ),
    "instances": ("instances",),
    "chosen": ("chosen", "chosen_response", "response_chosen", "preferred_output", "preferred"),
    "rejected": (
        "rejected", "rejected_response", "response_rejected", "non_preferred_output", "dispreferred",
    ),
    "verdict": ("kto_tag", "verdict", "label", "answer", "desirable"),
    "tools": ("tools", "functions", "инструменты"),
    "media": ("images", "image", "videos", "video", "audios", "audio"),
}  # fmt: skip
"""Pseudo-field to the usual names of its column."""

SHAPE_FIELDS: Mapping[Kind, tuple[str, ...]] = {
    "instruction": ("messages", "instances", "chosen", "rejected", "verdict", "tools", "media"),
    "classification": ("messages", "verdict"),
    "text": (),
}
"""What a mapping may name beside the fields of the kind: columns that hold a whole shape, or judge the row."""

_SEPARATORS = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def bare(name: str) -> str:
    """A name as it is compared: folded case, no separators."""
    return _SEPARATORS.sub("", name).casefold().replace("ё", "е")
