"""Tells llm-quota-exporter in the background what the calls of a LiteLLM proxy or SDK say of their quotas.

Python 3.9 or newer, the standard library alone. How to use it: docs/litellm.md.

What leaves the process: the name of the account, time, status, model, token counts, the headers that tell a limit, and of a
refused call the JSON body of its error. No prompt, no answer, no key.
"""

from __future__ import annotations

import atexit
import collections
import datetime
import http.client
import json
import logging
import os
import re
import threading
import urllib.error
import urllib.request

try:
    from litellm.integrations.custom_logger import CustomLogger
except ImportError:  # The file can be checked where LiteLLM is not installed.
    CustomLogger = object

log = logging.getLogger("llm_quota_callback")

MOST_QUEUED = 1000
MOST_IN_BATCH = 100
EVERY_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
TIMEOUT_SECONDS = 5.0
MOST_ERROR_CHARACTERS = 8192

#: LiteLLM puts this before the headers of the provider.
PREFIX = "llm_provider-"
LIMIT_HEADER = re.compile(
    r"^(?:(?:x-)?rate-?limit(?:-[a-z0-9_-]+)?|[a-z]+-ratelimit-[a-z0-9_-]+"
    r"|x-(?:tokenlimit|ratelimitbysize|trial-endpoint-call|chutes-quota)-[a-z-]+"
    r"|x-codex-[a-z0-9-]*(?:used-percent|window-minutes|reset-at|reset-after-seconds|limit-name)"
    r"|x-codex-credits-(?:has-credits|unlimited|balance)|retry-after(?:-ms)?|date)$"
)
#: Numbers, times and short words. Longer words may be credentials.
VALUE = re.compile(r"^(?!.*[\w.+/-]{25})[\w \"'.,:;=+%/-]{0,500}$")


class LlmQuotaCallback(CustomLogger):
    """A callback of LiteLLM. It never fails a call and never waits for the exporter."""

    def __init__(self, url=None, token=None, accounts=None):
        super().__init__()
        root = url or os.environ.get("LLM_QUOTA_EXPORTER_URL", "http://127.0.0.1:10844")
        self._url = root.rstrip("/") + "/api/v1/observations"
        self._token = token or os.environ.get("LLM_QUOTA_EXPORTER_TOKEN")
        self._accounts = accounts if accounts is not None else json.loads(os.environ.get("LLM_QUOTA_ACCOUNTS", "{}"))
        # Beyond so many the oldest goes.
        self._queue = collections.deque(maxlen=MOST_QUEUED)
        self._seen = collections.deque(maxlen=MOST_QUEUED)
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._thread = None
        self._warned = set()
        #: Observations that were let go: the queue was full, or the exporter refused them.
        self.dropped = 0
        # A proxy between us and the exporter is nobody's wish, whatever the environment says.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        atexit.register(self.flush)

    def log_success_event(self, kwargs, response_obj, start_time, end_time):
        self._take(kwargs, response_obj, end_time, None)

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        self._take(kwargs, response_obj, end_time, None)

    def log_failure_event(self, kwargs, response_obj, start_time, end_time):
        self._take(kwargs, response_obj, end_time, kwargs.get("exception"))

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        self._take(kwargs, response_obj, end_time, kwargs.get("exception"))

    def flush(self):
        """Sends what waits, as far as the exporter takes it."""
        with self._sending:
            while self._queue and self._send_batch():
                pass

    def _take(self, kwargs, response_obj, end_time, exception):
        try:
            told = observation(kwargs, response_obj, end_time, exception, self._accounts)
            # The same call may be told by the event and by its async variant.
            call = (kwargs.get("litellm_call_id"), str(end_time))
            if told is None or (call[0] is not None and call in self._seen):
                return
            self._seen.append(call)
            if len(self._queue) == MOST_QUEUED:
                self.dropped += 1
            self._queue.append(told)
            self._start()
            if len(self._queue) >= MOST_IN_BATCH:
                self._wake.set()
        except Exception as error:  # A fault of ours must not fail a call.
            log.debug("a call could not be observed: %s", type(error).__name__)

    def _start(self):
        # Not before the first call: a server that forks its workers would leave the thread behind.
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="llm-quota-callback", daemon=True)
                self._thread.start()

    def _run(self):
        pause = EVERY_SECONDS
        while True:
            self._wake.wait(pause)
            self._wake.clear()
            with self._sending:
                is_reached = True
                while self._queue and is_reached:
                    is_reached = self._send_batch()
            pause = EVERY_SECONDS if is_reached else min(LONGEST_PAUSE_SECONDS, pause * 2)

    def _send_batch(self):
        """Whether the exporter was reached; what it could not take waits for the next time."""
        batch = [self._queue.popleft() for _ in range(min(MOST_IN_BATCH, len(self._queue)))]
        headers = {"content-type": "application/json"}
        if self._token:
            headers["authorization"] = "Bearer " + self._token
        body = json.dumps({"observations": batch}).encode()
        request = urllib.request.Request(self._url, data=body, headers=headers, method="POST")
        try:
            self._opener.open(request, timeout=TIMEOUT_SECONDS).close()
            return True
        except urllib.error.HTTPError as error:
            error.close()
            if error.code < 500 and error.code not in (408, 429):
                self.dropped += len(batch)
                self._warn("llm-quota-exporter refuses observations: it answered %s", error.code)
                return True
            self._warn("llm-quota-exporter does not take observations for now: it answered %s", error.code)
        except (OSError, http.client.HTTPException) as error:
            self._warn("llm-quota-exporter was not reached: %s", type(error).__name__)
        room = MOST_QUEUED - len(self._queue)
        self.dropped += max(0, len(batch) - room)
        self._queue.extendleft(reversed(batch[max(0, len(batch) - room) :]))
        return False

    def _warn(self, text, detail):
        # Of what goes on for hours the first time is enough.
        log.log(logging.DEBUG if (text, detail) in self._warned else logging.WARNING, text, detail)
        self._warned.add((text, detail))


def observation(kwargs, response_obj, end_time, exception, accounts):
    """One call in the words of the observations API; None for one that is of no account, or was served from a cache."""
    account = account_of(kwargs, accounts)
    if account is None or kwargs.get("cache_hit") is True:
        return None
    status = 200 if exception is None else status_of(exception)
    if status is None:
        return None
    told = {"account": account, "at": time_of(end_time), "status": status}
    told["headers"] = limit_headers(headers_of(response_obj, exception))
    if isinstance(kwargs.get("model"), str):
        told["model"] = kwargs["model"][:128]
    usage = usage_of(response_obj) if exception is None else {}
    if usage:
        told["usage"] = usage
    error = error_of(exception, kwargs) if 400 <= status < 500 and status != 401 else None
    if error is not None:
        told["error"] = error
    return told


def account_of(kwargs, accounts):
    """`quota_account` of the deployment's `model_info`, else by deployment, model group, model, provider, or `*`."""
    params = kwargs.get("litellm_params") or {}
    info = params.get("model_info") or {}
    metadata = params.get("metadata") or {}
    if isinstance(info.get("quota_account"), str):
        return info["quota_account"]
    names = (info.get("id"), metadata.get("model_group"), kwargs.get("model"), kwargs.get("custom_llm_provider"), "*")
    return next((accounts[name] for name in names if isinstance(name, str) and name in accounts), None)


def status_of(exception):
    status = getattr(exception, "status_code", None)
    try:
        status = int(status)
    except (TypeError, ValueError):
        return None
    return status if 100 <= status <= 599 else None


def headers_of(response_obj, exception):
    """As the provider sent them."""
    if exception is None:
        hidden = getattr(response_obj, "_hidden_params", None) or {}
        return dict(hidden.get("additional_headers") or {})
    response = getattr(exception, "response", None)
    found = getattr(exception, "litellm_response_headers", None) or getattr(response, "headers", None) or {}
    return dict(found.items())


def limit_headers(headers):
    # What stands behind the prefix is the provider's own word; without it LiteLLM repeats some of it.
    named = sorted(((str(name).lower(), str(value)) for name, value in headers.items()), key=lambda one: one[0].startswith(PREFIX))
    bare = {name[len(PREFIX) :] if name.startswith(PREFIX) else name: value for name, value in named}
    return {name: value for name, value in bare.items() if LIMIT_HEADER.match(name) and VALUE.match(value)}


def usage_of(response_obj):
    usage = getattr(response_obj, "usage", None)
    if usage is None and isinstance(response_obj, dict):
        usage = response_obj.get("usage")
    names = {"input_tokens": ("prompt_tokens", "input_tokens"), "output_tokens": ("completion_tokens", "output_tokens")}
    counts = {ours: next(filter(is_count, (field(usage, one) for one in theirs)), None) for ours, theirs in names.items()}
    return {name: count for name, count in counts.items() if count is not None}


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def field(value, name):
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


def error_of(exception, kwargs):
    """The JSON body of the provider's answer, without the key of the call; None where it is not known."""
    body = getattr(exception, "body", None)
    text = json.dumps(body) if isinstance(body, dict) else getattr(getattr(exception, "response", None), "text", None)
    if not isinstance(text, str) or len(text) > MOST_ERROR_CHARACTERS:
        return None
    params = kwargs.get("litellm_params") or {}
    for key in (kwargs.get("api_key"), params.get("api_key")):
        if isinstance(key, str) and len(key) >= 6:
            text = text.replace(key, "[secret]")
    try:
        return json.loads(text)
    except ValueError:
        return None


def time_of(end_time):
    now = datetime.datetime.now(datetime.timezone.utc)
    if isinstance(end_time, datetime.datetime):
        # A time without a zone is one of this machine.
        now = end_time.astimezone(datetime.timezone.utc)
    return now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


quota_callback = LlmQuotaCallback()
