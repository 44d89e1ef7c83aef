"""Calls the callback as LiteLLM does, with one call that was served and one that was refused."""

import asyncio
import datetime
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])

import llm_quota_callback as shipped  # noqa: E402


class Answer:
    """As much of LiteLLM's ModelResponse as the callback looks at."""

    def __init__(self, headers, usage):
        self._hidden_params = {"additional_headers": headers}
        self.usage = usage


class Usage:
    prompt_tokens = 120
    completion_tokens = 30


class Refusal(Exception):
    status_code = 429
    litellm_response_headers = {"retry-after": "20"}
    body = {"error": {"code": "insufficient_quota", "message": "for sk-canary-of-the-key"}}


NOW = datetime.datetime.now(datetime.timezone.utc)
PARAMS = {"model_info": {"id": "deployment-1"}, "metadata": {"model_group": "fast"}, "api_key": "sk-canary-of-the-key"}
CALL = {
    "model": "gpt-5",
    "custom_llm_provider": "openai",
    "litellm_params": PARAMS,
    "messages": [{"role": "user", "content": "canary-of-what-was-said"}],
    "litellm_call_id": "call-1",
}
LIMITS = {
    "x-ratelimit-limit-requests": "7",
    "llm_provider-x-ratelimit-limit-requests": "500",
    "llm_provider-x-ratelimit-remaining-requests": "321",
    "llm_provider-x-request-id": "canary-of-a-header",
    "llm_provider-set-cookie": "canary-of-a-cookie",
}


async def main(url):
    callback = shipped.LlmQuotaCallback(url=url, accounts={"fast": "team-openai"})
    answer = Answer(LIMITS, Usage())
    await callback.async_log_success_event(CALL, answer, NOW, NOW)
    callback.log_success_event(CALL, answer, NOW, NOW)
    callback.log_success_event({**CALL, "litellm_call_id": "call-2", "cache_hit": True}, answer, NOW, NOW)
    failed = {**CALL, "litellm_call_id": "call-3", "model": "gpt-5-mini", "exception": Refusal()}
    if len(sys.argv) > 3:
        await callback.async_log_failure_event(failed, None, NOW, NOW)
    nobody = {"model": "gpt-5", "litellm_params": None}
    callback.log_success_event(nobody, answer, NOW, NOW)
    callback.log_success_event({}, None, None, None)
    callback.flush()
    print(callback.dropped, len(callback._queue))


asyncio.run(main(sys.argv[2]))
