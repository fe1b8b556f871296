"""Every error text that reaches a model or a person, and nothing else.

Each failure that we anticipate has one *kind* in :data:`TEXTS`: a stable code, one sentence that names the
field or the fact, and the next step. ``raise fail("kind", name=value)`` is the only way to make one, so
that no text is written twice and none carries an upstream body.

    SalesZoomInfoError
    ├── AuthenticationFailed      credentials are missing, malformed or refused
    ├── PlanDoesNotInclude        the account's plan or scope lacks the endpoint or field
    ├── RateLimited               a rate window is used up and waiting would pass the deadline
    ├── CreditsExhausted          the account has no credits left
    ├── UsageLimitReached         the contract's request or record budget is used up
    ├── CreditApprovalRequired    the call could cost more than its cap or the ceiling
    ├── BudgetExceeded            a day or caller budget would be passed
    ├── SpendingStopped           the account was charged more than the ledger can explain
    ├── ModeForbids               read-only or free-only mode
    ├── InvalidArgument           an argument, setting or file is wrong
    ├── UnknownValue              a value that no taxonomy of ZoomInfo has, or several candidates
    ├── NotFound                  an id, passage or file that does not exist
    ├── NotAvailable              the operation is not part of this API generation
    ├── WindowExceeded            a page past the end or past what ZoomInfo lets one read
    ├── UpstreamUnavailable       ZoomInfo failed, hung or answered something unreadable
    ├── OutcomeUnknown            a spending call was sent and no answer came back
    ├── Suppressed                a record that one's own opt-out list withholds
    └── Internal                  a bug of ours, logged under the id that the text gives
"""

from __future__ import annotations

import re
from string import Formatter
from typing import ClassVar, NamedTuple


class SalesZoomInfoError(Exception):
    """An anticipated failure.

    Attributes:
        code: stable upper-case code, one per subclass.
        kind: the entry of :data:`TEXTS` it was made from.
        message: one sentence for a person or a model.
        next_step: what to do about it.
        details: machine-readable values (field, legal values, seconds), JSON-safe.
    """

    code: ClassVar[str] = "INTERNAL"

    def __init__(self, kind: str, message: str, next_step: str, details: dict[str, object]) -> None:
        self.kind = kind
        self.message = message
        self.next_step = next_step
        self.details = details
        super().__init__(f"{self.code}: {message} {next_step}".rstrip())


class AuthenticationFailed(SalesZoomInfoError):
    code = "AUTHENTICATION_FAILED"


class PlanDoesNotInclude(SalesZoomInfoError):
    code = "PLAN_DOES_NOT_INCLUDE"


class RateLimited(SalesZoomInfoError):
    code = "RATE_LIMITED"


class CreditsExhausted(SalesZoomInfoError):
    code = "CREDITS_EXHAUSTED"


class UsageLimitReached(SalesZoomInfoError):
    code = "USAGE_LIMIT_REACHED"


class CreditApprovalRequired(SalesZoomInfoError):
    code = "CREDIT_APPROVAL_REQUIRED"


class BudgetExceeded(SalesZoomInfoError):
    code = "BUDGET_EXCEEDED"


class SpendingStopped(SalesZoomInfoError):
    code = "SPENDING_STOPPED"


class ModeForbids(SalesZoomInfoError):
    code = "MODE_FORBIDS"


class InvalidArgument(SalesZoomInfoError):
    code = "INVALID_ARGUMENT"


class UnknownValue(SalesZoomInfoError):
    code = "UNKNOWN_VALUE"


class NotFound(SalesZoomInfoError):
    code = "NOT_FOUND"


class NotAvailable(SalesZoomInfoError):
    code = "NOT_AVAILABLE"


class WindowExceeded(SalesZoomInfoError):
    code = "WINDOW_EXCEEDED"


class UpstreamUnavailable(SalesZoomInfoError):
    code = "UPSTREAM_UNAVAILABLE"


class OutcomeUnknown(SalesZoomInfoError):
    code = "OUTCOME_UNKNOWN"


class Suppressed(SalesZoomInfoError):
    code = "SUPPRESSED"


class Internal(SalesZoomInfoError):
    code = "INTERNAL"


class Text(NamedTuple):
    """One entry of the table: the class that carries the code, the sentence and the next step."""

    error: type[SalesZoomInfoError]
    message: str
    next_step: str


TEXTS: dict[str, Text] = {
    # credentials and keys
    "credentials_incomplete": Text(
        AuthenticationFailed,
        "ZoomInfo credentials are incomplete: {have} is set but {missing} is not.",
        "Set {missing}, or unset {have} to work without an account.",
    ),
    "credentials_missing": Text(
        AuthenticationFailed,
        "No ZoomInfo credentials are set, and this machine has used the account '{account}' before.",
        "Set them again (see `sales-zoominfo doctor`), or set ZOOMINFO_API=sandbox to use fictional data.",
    ),
    "credentials_ambiguous": Text(
        AuthenticationFailed,
        "ZOOMINFO_API={api} needs {missing}.",
        "Set {missing}, or change ZOOMINFO_API; {options}.",
    ),
    "key_unreadable": Text(
        AuthenticationFailed,
        "The private key in ZOOMINFO_PRIVATE_KEY cannot be read: {reason}.",
        "Paste the whole PEM that ZoomInfo's admin portal gave you, from BEGIN to END, "
        "or give its path in ZOOMINFO_PRIVATE_KEY_FILE.",
    ),
    "login_refused": Text(
        AuthenticationFailed,
        "ZoomInfo refused the {method} sign-in{reason}.",
        "Check {check}, then run `sales-zoominfo doctor`.",
    ),
    "client_credentials_off": Text(
        AuthenticationFailed,
        "ZoomInfo has not enabled client credentials for this app (unauthorized_client).",
        "Ask ZoomInfo to enable the grant and assign an integration user, or sign in as a person with "
        "`sales-zoominfo login` (or set ZOOMINFO_REFRESH_TOKEN).",
    ),
    "session_lost": Text(
        AuthenticationFailed,
        "The refresh token was refused: it is single-use and has been used or revoked.",
        "Sign in again with `sales-zoominfo login`, or set a new ZOOMINFO_REFRESH_TOKEN; keep one holder per token.",
    ),
    "renewal_lost": Text(
        AuthenticationFailed,
        "The answer to a renewal of {at} was lost, and the single-use refresh token that it was asked with is spent.",
        "Sign in again with `sales-zoominfo login`, or set a new ZOOMINFO_REFRESH_TOKEN.",
    ),
    "signed_out": Text(
        AuthenticationFailed,
        "The stored sign-in is gone: somebody has run `sales-zoominfo logout`.",
        "Sign in again with `sales-zoominfo login`.",
    ),
    "sign_in_needs": Text(
        AuthenticationFailed,
        "A sign-in in the browser needs {missing}.",
        "Make an app in ZoomInfo's DevPortal, register {uri} as its redirect URI, and set {missing}.",
    ),
    "sign_in_declined": Text(
        AuthenticationFailed,
        "The sign-in was cancelled in the browser.",
        "Run `sales-zoominfo login` again and allow the access.",
    ),
    "sign_in_stray": Text(
        AuthenticationFailed,
        "The answer does not belong to this sign-in: {reason}.",
        "Run `sales-zoominfo login` again and use the page that it opens, once.",
    ),
    "sign_in_late": Text(
        AuthenticationFailed,
        "No answer to the sign-in came to {uri} within {seconds} s{seen}.",
        "Check that the app has exactly this redirect URI in DevPortal, then run `sales-zoominfo login` again; "
        "with --no-browser you can paste the address instead.",
    ),
    "token_refused": Text(
        AuthenticationFailed,
        "ZoomInfo refused the access token, also after a fresh sign-in.",
        "Check that the credentials belong to the {generation} API, then run `sales-zoominfo doctor`.",
    ),
    # plan, limits, credits
    "plan_field": Text(
        PlanDoesNotInclude,
        "The account's plan does not include {fields}.",
        "Leave {fields} out, or ask your ZoomInfo account manager for it. Nothing was charged.",
    ),
    "plan_endpoint": Text(
        PlanDoesNotInclude,
        "The account's plan or scopes do not include {operation}.",
        "Ask your ZoomInfo admin for access to it; `lookup` with field 'contact-fields' shows what is granted.",
    ),
    "rate_limited": Text(
        RateLimited,
        "ZoomInfo's {bucket} limit is used up and the deadline comes before it frees.",
        "Try again in {seconds} s.",
    ),
    "credits_exhausted": Text(
        CreditsExhausted,
        "The ZoomInfo account has no credits left for new records.",
        "Records already under management stay free; ask your admin to add credits, then call `get_usage`.",
    ),
    "usage_limit": Text(
        UsageLimitReached,
        "The contract's {budget} budget is used up.",
        "Call `get_usage` to see the limits; ask your admin for more or wait for the renewal.",
    ),
    "over_cap": Text(
        CreditApprovalRequired,
        "This call could cost {estimate} credits, over maxCredits={cap}.",
        "Send fewer records, or ask the user to agree to {estimate} credits and repeat with maxCredits={estimate}.",
    ),
    "over_ceiling": Text(
        CreditApprovalRequired,
        "This call could cost {estimate} credits, over the {scope} ceiling of {ceiling} ({used} used).",
        "{fewer}Only a person can raise the ceiling, by {setting} on the server.",
    ),
    "ceiling_unasked": Text(
        CreditApprovalRequired,
        "This could cost {credits} credits, over the {scope} ceiling of {ceiling} ({used} used), and there is no "
        "terminal to ask on.",
        "Run it in a terminal and answer there, send fewer records, or raise {setting}. Nothing was spent.",
    ),
    "ceiling_by_option": Text(
        CreditApprovalRequired,
        "This could cost {estimate} credits, over the {scope} ceiling of {ceiling} ({used} used), which no option "
        "passes.",
        "Run it in a terminal without --yes and answer there, send fewer records, or raise {setting}. Nothing was "
        "spent.",
    ),
    "consent_needed": Text(
        CreditApprovalRequired,
        "This could cost {credits} credits, and there is no terminal to ask on.",
        "Run it again with --max-credits {credits} (spends at most that), or with --yes. Nothing was spent.",
    ),
    "approval_pending": Text(
        CreditApprovalRequired,
        "The user is being asked to agree to {credits} credits.",
        "Wait for the answer; nothing was spent.",
    ),
    "approval_declined": Text(
        CreditApprovalRequired,
        "The user did not agree to {credits} credits.",
        "Nothing was spent. Ask for fewer records, or leave it.",
    ),
    "declined": Text(
        CreditApprovalRequired,
        "You did not agree to the cost.",
        "Nothing was spent.",
    ),
    "over_budget": Text(
        BudgetExceeded,
        "This call could cost {estimate} credits; {left} of the {scope} budget of {budget} are left.",
        "{fewer}Only a person can raise the budget, by {setting} on the server.",
    ),
    "over_both": Text(
        BudgetExceeded,
        "This call could cost {estimate} credits; {left} of the {scope} budget of {budget} are left, and the {passed} "
        "ceiling of {ceiling} ({used} used) is passed as well.",
        "{fewer}Only a person can raise both, by {setting} and {ceiling_setting} on the server.",
    ),
    "spending_stopped": Text(
        SpendingStopped,
        "Spending has stopped: the account's balance fell by {fell} credits where this server's calls could have cost "
        "{counted} at most.",
        "Look at ZoomInfo's own usage page for who spent them. If a colleague did, a person can run "
        "`sales-zoominfo credits --resume`; else ask ZoomInfo. Searches stay free.",
    ),
    "resume_asks": Text(
        CreditApprovalRequired,
        "Only a person on a terminal can let spending resume.",
        "Run `sales-zoominfo credits --resume` in a terminal.",
    ),
    "first_spend_waits": Text(
        UpstreamUnavailable,
        "The first credits of this account are being compared with its balance, which leaves {room} for other calls.",
        "Repeat the call in a moment. Nothing was charged.",
    ),
    "first_spend_unread": Text(
        UpstreamUnavailable,
        "The first credits of this account have been spent, and its balance cannot be read to compare them.",
        "Try again in a minute; `sales-zoominfo doctor` shows whether the usage endpoint answers. Nothing was charged.",
    ),
    "mode_forbids": Text(
        ModeForbids,
        "The server runs in {mode} mode, which leaves out {tool}.",
        "Use {instead}, or ask the person who runs the server to start it without {flag}.",
    ),
    # arguments
    "unknown_argument": Text(
        InvalidArgument,
        "{where} has no {thing} '{name}'{hint}.",
        "Legal names: {legal}.",
    ),
    "wrong_type": Text(
        InvalidArgument,
        "{name} must be {expected}, not {got}.",
        "Give {name} as {expected}.",
    ),
    "out_of_range": Text(
        InvalidArgument,
        "{name}={value} is outside {low}..{high}.",
        "Give {name} between {low} and {high}.",
    ),
    "too_low": Text(
        InvalidArgument,
        "{name} must be at least {low}, not {value}.",
        "Give {name} as {low} or more.",
    ),
    "not_a_choice": Text(
        InvalidArgument,
        "{name} cannot be '{value}'{hint}.",
        "Legal values: {legal}.",
    ),
    "missing_argument": Text(
        InvalidArgument,
        "{where} needs {name}.",
        "{how}",
    ),
    "swapped_bounds": Text(
        InvalidArgument,
        "{low}={low_value} is above {high}={high_value}.",
        "Swap them: {low} is the lower bound.",
    ),
    "one_value_only": Text(
        InvalidArgument,
        "{name} takes one value a call, and {count} were given.",
        "Call once for each value and add the results.",
    ),
    "comma_in_list": Text(
        InvalidArgument,
        "{name} is split at commas by ZoomInfo, so '{value}' would be read as several values.",
        "{remedy}",
    ),
    "filters_together": Text(
        InvalidArgument,
        "{first} and {second} cannot be used together.",
        "Keep one of them: {reason}",
    ),
    "filter_needs": Text(
        InvalidArgument,
        "{name} works only together with {other}.",
        "Add {other}, or leave {name} out.",
    ),
    "address_not_public": Text(
        InvalidArgument,
        "{name} is {what} address, which no visitor of a website can have.",
        "Give the public address that the visitor's request came from. Nothing was sent.",
    ),
    "addresses_not_public": Text(
        InvalidArgument,
        "No visitor of a website can have these addresses: {which}.",
        "Leave them out, or give the public address that the request came from. Nothing was sent.",
    ),
    "target_fails": Text(
        InvalidArgument,
        "targetUrl did not take ZoomInfo's sample{code}.",
        "Make it answer 2xx to a POST, or leave validate out. Nothing was created.",
    ),
    "target_not_https": Text(
        InvalidArgument,
        "{name} is no https address; ZoomInfo calls no other.",
        "Give one such as https://hooks.example.com/zoominfo.",
    ),
    "out_of_scope": Text(
        NotAvailable,
        "This server does not offer {title}: {reason}.",
        "Use ZoomInfo's application for it, or call its API with a program of your own.",
    ),
    "no_criteria": Text(
        InvalidArgument,
        "{where} needs at least one filter.",
        "Give a filter, for example {example}.",
    ),
    "too_long": Text(
        InvalidArgument,
        "{name} is {length} characters long; ZoomInfo takes fewer than {limit}.",
        "Split the values over several calls.",
    ),
    "too_short": Text(
        InvalidArgument,
        "{name} must have at least {least} characters, and '{value}' has fewer.",
        "Give a longer part.",
    ),
    "not_by_company": Text(
        InvalidArgument,
        "The {where} cannot be narrowed to one company by {name}.",
        "Use {tool} with {name}: it answers about that company and costs its credit unless it is under management.",
    ),
    "no_order": Text(
        InvalidArgument,
        "The {where} has no order to choose.",
        "Leave sort out.",
    ),
    "span_too_long": Text(
        InvalidArgument,
        "{start}={first} and {end}={last} span {days} days; ZoomInfo takes {most} at most.",
        "Ask for each part of the time by itself.",
    ),
    "input_cannot_match": Text(
        InvalidArgument,
        "{where} can match nothing: {reason}.",
        "Give one of: {combinations}. Nothing was sent and nothing was charged.",
    ),
    "no_usable_column": Text(
        InvalidArgument,
        "No column of {file} can identify a {thing}{doubt}.",
        "What would do: {would_do}. If a column holds one under another heading, say so, such as "
        '--column "HEADING={key}". Nothing was sent.',
    ),
    "mapping_invalid": Text(
        InvalidArgument,
        "The mapping {name} cannot be used: {problems}.",
        "Correct it and run it again; `sales-zoominfo mapping show PRESET` prints one that works. Nothing was spent.",
    ),
    "column_unknown": Text(
        InvalidArgument,
        "The file has no column '{name}'{hint}.",
        "Its columns: {legal}.",
    ),
    "setting_invalid": Text(
        InvalidArgument,
        "The setting {name} is wrong: {reason}.",
        "{how}",
    ),
    "option_invalid": Text(
        InvalidArgument,
        "The option {name} is wrong: {reason}.",
        "{how}",
    ),
    "sandbox_not_served": Text(
        InvalidArgument,
        "No sandbox has been served from the folder {folder}.",
        "Start one with `sales-zoominfo sandbox`, or give the --state FOLDER that it was started with.",
    ),
    "http_token_missing": Text(
        InvalidArgument,
        "ZoomInfo credentials are configured, so serving over HTTP needs {setting}, and it is not set.",
        "Make a token with `{command}`, set {setting} or {file}, and give it to each client "
        "as the header `Authorization: Bearer TOKEN`.",
    ),
    # the conversation
    "conversation_version": Text(
        InvalidArgument,
        "The conversation was kept in form {version}, and this version reads form {known}.",
        "Continue it with the version that wrote it, or start a new one.",
    ),
    "conversation_unreadable": Text(
        InvalidArgument,
        "The conversation cannot be read: the file is broken or is none of ours.",
        "Name a file that `ask --transcript` wrote, or start a new conversation.",
    ),
    "eval_scenarios_missing": Text(
        InvalidArgument,
        "There are no scenarios in {folder}.",
        "Scenarios are part of the repository (tests/evals/scenarios), not of the package: run `eval` in a checkout, "
        "or name a folder of scenario files with --scenarios.",
    ),
    "eval_scenario_invalid": Text(
        InvalidArgument,
        "The scenario file {file} cannot be used. {where}: {reason}.",
        "Correct it; tests/evals/README.md tells what a scenario holds.",
    ),
    "eval_none_chosen": Text(
        InvalidArgument,
        "None of the {count} scenarios is called or about '{pattern}'.",
        "`sales-zoominfo eval --list` shows them all.",
    ),
    "eval_results_unreadable": Text(
        InvalidArgument,
        "The eval results {file} cannot be read: {reason}.",
        "Name a JSON file that `sales-zoominfo eval` wrote.",
    ),
    "eval_no_key": Text(
        AuthenticationFailed,
        "`eval` asks a model, and no key for Claude is set.",
        "Set ANTHROPIC_API_KEY to a key of the Claude Console. Without one these work: `sales-zoominfo eval --offline`,"
        " `eval replay`, `eval compare A B` and `eval --list`.",
    ),
    "eval_offline_missing": Text(
        InvalidArgument,
        "The scripted model of offline evals is not here: {file} is missing.",
        "It is part of the repository: run `eval --offline` in a checkout.",
    ),
    "recording_personal": Text(
        InvalidArgument,
        "The conversation cannot be kept as a recording: {place} still holds something of a person or a secret.",
        "Leave that call out of the transcript, or hold the conversation again in the sandbox.",
    ),
    "recording_unstable": Text(
        InvalidArgument,
        "The conversation cannot be kept as a recording, since it does not end the same twice ({drift}).",
        "Leave that call out of the transcript, or let it wait for its end.",
    ),
    "eval_data_missing": Text(
        InvalidArgument,
        "There is no {file} in this folder's tests/evals.",
        "It is part of the repository, not of the package: run this in a checkout, or name {what} with {option}.",
    ),
    "conversation_missing": Text(
        NotFound,
        "There is no kept conversation {name}.",
        "Keep one with `ask --keep`, or give the file that `ask --transcript` wrote. What is kept goes after {days} "
        "days.",
    ),
    "ask_package_missing": Text(
        InvalidArgument,
        "{command} needs the package anthropic, which is not installed.",
        "Install it with `pip install 'sales-zoominfo[agent]'`. Without it these work: `sales-zoominfo knowledge "
        "QUESTION`, `sales-zoominfo search companies -f NAME=VALUE`, and the MCP server in an assistant "
        "(`sales-zoominfo config`).",
    ),
    "ask_key_missing": Text(
        AuthenticationFailed,
        "No key for Claude is set.",
        "Set ANTHROPIC_API_KEY to a key of the Claude Console. Without one these work: `sales-zoominfo knowledge "
        "QUESTION`, `sales-zoominfo search companies -f NAME=VALUE`, and the MCP server in an assistant that you are "
        "signed in to, such as Claude Code (`sales-zoominfo config claude-code`).",
    ),
    "ask_key_refused": Text(
        AuthenticationFailed,
        "Claude's service refused the key.",
        "Check ANTHROPIC_API_KEY, and ZOOMINFO_ASK_BASE_URL if the key is a gateway's.",
    ),
    "ask_unpaid": Text(
        PlanDoesNotInclude,
        "The account behind the Claude key has no money left for this.",
        "Add some in the Claude Console, or set another ANTHROPIC_API_KEY.",
    ),
    "ask_forbidden": Text(
        PlanDoesNotInclude,
        "The Claude key may not use the model {model}.",
        "Choose another one with --model or ZOOMINFO_ASK_MODEL, or ask whoever gave you the key.",
    ),
    "ask_model_unknown": Text(
        NotFound,
        "Claude's service knows no model {model}, or the address is not its.",
        "Choose a model with --model or ZOOMINFO_ASK_MODEL, and check ZOOMINFO_ASK_BASE_URL.",
    ),
    "ask_rate_limited": Text(
        RateLimited,
        "Claude's service takes no more requests from this key for now.",
        "Ask again {when}.",
    ),
    "ask_overloaded": Text(
        UpstreamUnavailable,
        "Claude's service is overloaded or out of order (status {status}).",
        "Ask again in a minute, or choose another model with --model.",
    ),
    "ask_unreachable": Text(
        UpstreamUnavailable,
        "Claude's service cannot be reached.",
        "Check the network and proxies, and ZOOMINFO_ASK_BASE_URL if it is set; then ask again.",
    ),
    "ask_cut": Text(
        UpstreamUnavailable,
        "Claude's answer broke off each time it was asked for.",
        "Ask again; if it goes on, a proxy may be closing the connection.",
    ),
    "ask_too_long": Text(
        WindowExceeded,
        "The conversation is longer than the model can read.",
        "Start a new one, and ask for fewer rows at a time.",
    ),
    "ask_rejected": Text(
        InvalidArgument,
        "Claude's service rejected the request (status {status}).",
        "Start a new conversation; if it goes on, check --model and ZOOMINFO_ASK_BASE_URL.",
    ),
    "ask_stopped": Text(
        UsageLimitReached,
        "The answer stopped at its limit of {limit}.",
        "Ask in smaller steps, or allow more with {option}.",
    ),
    "ask_refused": Text(
        NotAvailable,
        "Claude declined to answer this.",
        "Ask it in other words.",
    ),
    "ask_over_cap": Text(
        CreditApprovalRequired,
        "This call asks for {asked} credits, and {left} of the {cap} that this conversation may spend are left.",
        "Nothing was sent. Buy fewer records with maxCredits of at most {left}; only the user can allow more, with "
        "--max-credits when they start.",
    ),
    "ask_tool_late": Text(
        UpstreamUnavailable,
        "{tool} gave no answer in {seconds} seconds and was stopped.",
        "It spends nothing. Ask for less at a time, or tell the user.",
    ),
    "ask_tool_lost": Text(
        OutcomeUnknown,
        "{tool} was stopped before it answered, so it may or may not have spent up to {credits} credits.",
        "Do not repeat it. Tell the user to look at `sales-zoominfo credits`.",
    ),
    "ask_tool_stopped": Text(
        UpstreamUnavailable,
        "{tool} was stopped by the user before it answered; it spent nothing.",
        "Go on with what the user says next.",
    ),
    "ask_tool_skipped": Text(
        UsageLimitReached,
        "{tool} was not run: {reason}.",
        "Go on with what the user says next.",
    ),
    "ask_arguments_long": Text(
        InvalidArgument,
        "The arguments of {tool} have {length} characters, and {most} is the most.",
        "Send fewer records at a time; a file is enriched with `start_enrichment_job`.",
    ),
    # files of rows
    "file_unusable": Text(
        InvalidArgument,
        "The file {file} cannot be used: {reason}.",
        "{how}",
    ),
    "file_changed": Text(
        InvalidArgument,
        "The file {file} is not what it was when the job read it.",
        "Put it back as it was, or start a new job with it: rows that are paid for are not paid again.",
    ),
    "output_refused": Text(
        InvalidArgument,
        "{file} cannot be the output: {reason}.",
        "{how}",
    ),
    "package_missing": Text(
        InvalidArgument,
        "{what} needs the package {package}, which is not installed.",
        "Install it with `pip install 'sales-zoominfo[{extra}]'`, or give a CSV file.",
    ),
    # bulk jobs
    "job_version": Text(
        InvalidArgument,
        "The job {job} was made by another release (version {version}; this one knows {known}).",
        "Finish it with the release that made it, or cancel it there and start anew: paid rows are not paid again.",
    ),
    "job_state": Text(
        InvalidArgument,
        "The job {job} is {state}, so it cannot be {action}.",
        "{how}",
    ),
    "job_lost": Text(
        InvalidArgument,
        "The rows of the job {job} are deleted, as they are after {days} days or once the output was written.",
        "Start it anew: rows that are paid for are not paid again.",
    ),
    "jobs_missing": Text(
        InvalidArgument,
        "Bulk jobs need the package dbos, which is not installed.",
        "Install it with `pip install 'sales-zoominfo[jobs]'`.",
    ),
    "job_needs_cap": Text(
        CreditApprovalRequired,
        "This job could cost {credits} credits, and above {limit} it needs {option}.",
        "Look at the plan of a dry run, agree on a number with whoever pays, and repeat with {option}. "
        "Nothing was spent.",
    ),
    "job_over_ceiling": Text(
        CreditApprovalRequired,
        "This job could cost {credits} credits, over the ceiling of {ceiling} that passes without a person.",
        "This client cannot ask one: let the user run `sales-zoominfo enrich FILE --max-credits {credits}` in a "
        "terminal. Nothing was spent.",
    ),
    "no_folders": Text(
        InvalidArgument,
        "This server may not touch any file: nobody has named a folder for it.",
        "Ask the user to set ZOOMINFO_FILES to the folder of their exports and restart the server, or to open that "
        "folder in a client that tells its roots. `sales-zoominfo enrich FILE` in a terminal needs neither.",
    ),
    "outside_folders": Text(
        InvalidArgument,
        "{name} is outside the allowed folders.",
        "Allowed: {folders}. A person can allow more with ZOOMINFO_FILES.",
    ),
    "job_writing": Text(
        InvalidArgument,
        "The output of the job {job} is being written already.",
        "Wait a moment; `sales-zoominfo jobs show {job}` tells when it is there.",
    ),
    "changes_need_id": Text(
        InvalidArgument,
        "The file {file} has no column with the CRM's own record id, which a file of changes needs.",
        "Say which column has it with --column 'HEADING=recordId', name it in the mapping's record_id, or export it "
        "along; or leave the file of changes out.",
    ),
    "job_elsewhere": Text(
        InvalidArgument,
        "The file {file} of the job {job} is on another machine, and its output is written there.",
        "Run the command on the machine that started the job.",
    ),
    "reservation_lapsed": Text(
        UpstreamUnavailable,
        "The credits set aside for this call lapsed while it waited, so nothing was sent and nothing was charged.",
        "Repeat the call.",
    ),
    "state_unusable": Text(
        InvalidArgument,
        "The state cannot be used: {reason}.",
        "{how}",
    ),
    "state_uncertain": Text(
        InvalidArgument,
        "The state database went away while it was saving, so what was to be saved may or may not be there.",
        "Check the PostgreSQL server that ZOOMINFO_STATE_URL names; credits of a call that was cut off are freed "
        "after some minutes or count as spent.",
    ),
    "state_key_wrong": Text(
        InvalidArgument,
        "The key in {source} is not the one that this state was made with, so the opt-out list cannot be read and "
        "nothing is handed out.",
        "Set ZOOMINFO_STATE_KEY to the right key (machines that share a database share it), or restore the file.",
    ),
    "state_key_missing": Text(
        InvalidArgument,
        "The key file {path} is gone, so the opt-out list cannot be read and nothing is handed out.",
        "Restore it from a backup, or set ZOOMINFO_STATE_KEY; to start anew, move the whole state away.",
    ),
    "opt_outs_unreadable": Text(
        InvalidArgument,
        "The opt-out list cannot be read ({reason}), so nothing is handed out.",
        "Run `sales-zoominfo doctor`; restore the state from a backup if it is damaged.",
    ),
    "opt_out_invalid": Text(
        InvalidArgument,
        "This {what} cannot go on the opt-out list: {reason}.",
        "{how}",
    ),
    "suppressed": Text(
        Suppressed,
        "This {thing} is on the opt-out list, so nothing is asked for or handed out.",
        "`list_opt_outs` shows the list; a person can change it with `sales-zoominfo opt-outs`. Nothing was charged.",
    ),
    "workplace_unknown": Text(
        Suppressed,
        "The opt-out list holds companies, and ZoomInfo does not tell where this person works{reason}.",
        "Nothing was asked for and nothing was charged. `search_contacts` with the personId shows whether ZoomInfo "
        "knows the person.",
    ),
    "option_missing": Text(
        InvalidArgument,
        "The option {name} is needed: {reason}.",
        "Run it again with {name}.",
    ),
    "opt_out_kept": Text(
        ModeForbids,
        "Entry {number} stays on the opt-out list: {reason}.",
        "A person can take it off with `sales-zoominfo opt-outs remove {number}`.",
    ),
    "state_undecryptable": Text(
        InvalidArgument,
        "Something in the state cannot be decrypted: it is damaged, or was made with another key.",
        "Check ZOOMINFO_STATE_KEY or the file ledger.key; else restore the state from a backup.",
    ),
    "audit_unwritable": Text(
        InvalidArgument,
        "The audit cannot be written, so nothing is spent: {reason}.",
        "{how}",
    ),
    "wrong_generation": Text(
        NotAvailable,
        "{thing} exists only in ZoomInfo's {generation} API, and this account uses {used}.",
        "Leave it out, or configure {generation} credentials as well.",
    ),
    # values
    "unknown_value": Text(
        UnknownValue,
        "{name} has no value '{value}'.",
        "{choices}",
    ),
    "topic_not_subscribed": Text(
        UnknownValue,
        "'{value}' is not among the {count} intent topics that the account subscribes to.",
        "{nearest}Call `lookup` with field 'intent-topics' to list them; an admin can add topics to the subscription.",
    ),
    "no_topics": Text(
        PlanDoesNotInclude,
        "The account subscribes to no intent topics.",
        "Ask your ZoomInfo admin to choose intent topics; `lookup` with field 'intent-topics' then lists them.",
    ),
    "several_values": Text(
        UnknownValue,
        "{name}='{value}' could mean several values.",
        "Say which: {choices}.",
    ),
    "value_elsewhere": Text(
        UnknownValue,
        "{name} has no value '{value}', which belongs to another filter.",
        "Use {choices}.{note}",
    ),
    "value_lies_in": Text(
        UnknownValue,
        "{name} has no value '{value}', which is a part of {whole}.",
        "Use {choices} for all of it, or `address` for the place alone.",
    ),
    "group_of_values": Text(
        UnknownValue,
        "{name}='{value}' stands for {count} values, and {name} takes one a call.",
        "Call once for each and add the results: {choices}.",
    ),
    "other_currency": Text(
        InvalidArgument,
        "{name} counts US dollars, and '{value}' is in {currency}.",
        "Convert it and write it in USD, for example '$5M'.",
    ),
    "not_found": Text(
        NotFound,
        "There is no {thing} '{name}'{hint}.",
        "{how}",
    ),
    "no_company_named": Text(
        NotFound,
        "ZoomInfo knows no company by this {name}; nothing was charged.",
        "Find the company with `search_companies` and give its companyId.",
    ),
    "several_companies": Text(
        UnknownValue,
        "{name} fits several companies; nothing was charged.",
        "Say which by companyId: {choices}.",
    ),
    "call_as_itself": Text(
        InvalidArgument,
        "{tool} {why}, so call_read_tool does not call it.",
        "{how}",
    ),
    "company_not_found": Text(
        NotFound,
        "ZoomInfo knows no company by these keys, so the {operation} has nothing; nothing was charged.",
        "Find the company with `search_companies` and give its companyId.",
    ),
    "person_not_found": Text(
        NotFound,
        "ZoomInfo has nobody who fits this input ({status}); nothing was charged.",
        "Give an e-mail address, or find the person with `search_contacts` and give their personId.",
    ),
    "section_costs": Text(
        CreditApprovalRequired,
        "This part needs the company to be bought, which costs 1 credit.",
        "Ask the user, then call again with maxCredits 1 or more.",
    ),
    "record_not_found": Text(
        NotFound,
        "ZoomInfo has no {entity} with id {id} ({status}).",
        "Search for it with `{tool}`; ids may be negative and are given as text. Nothing was charged.",
    ),
    "suppressed_record": Text(
        Suppressed,
        "This record is on your own opt-out list and is not handed over.",
        "`list_opt_outs` shows the list; only a person may remove an entry.",
    ),
    "bug": Text(
        Internal,
        "{tool} failed through a bug of this server, logged as {request}.",
        "Report that id; `get_usage` shows whether credits were spent.",
    ),
    # windows
    "past_end": Text(
        WindowExceeded,
        "Page {page} is past the last result.",
        "Ask for a lower page; page 1 tells the number of results.",
    ),
    "past_pages": Text(
        WindowExceeded,
        "ZoomInfo numbers pages up to {pages}: at pageSize {size} the first {window} can be read; page {page} lies "
        "past them.",
        "Read on with larger pages: pageSize {largest} reads {widest}.",
    ),
    "past_window": Text(
        WindowExceeded,
        "ZoomInfo lets one read the first {window} results of a search; page {page} of {size} lies past them.",
        "Narrow the search with more filters and read each part.",
    ),
    "set_too_large": Text(
        WindowExceeded,
        "{total} records match and ZoomInfo lets one read {window} of a search; all of them would take {calls} "
        "calls{records}, so only the first page was read.",
        "Narrow it with {narrow}: up to {most} matches, what can be read is handed over and the parts of the rest are "
        "counted.",
    ),
    "saved_missing": Text(
        NotFound,
        "There is no saved search '{name}'{hint}{elsewhere}.",
        "`list_saved_searches` names them; `save_search` makes one.",
    ),
    "saved_filter": Text(
        InvalidArgument,
        "The saved search '{name}' uses {what}, which {reason}{hint}.",
        "Save it under the same name with other filters; until then it is kept as it is, with all that it has seen.",
    ),
    "saved_taken": Text(
        InvalidArgument,
        "There is a saved search '{name}' already.",
        "Take another name, or delete that one first.",
    ),
    "saved_full": Text(
        InvalidArgument,
        "There are {count} saved searches, and no more are kept.",
        "Delete one with `delete_saved_search` first.",
    ),
    "bulk_page_missing": Text(
        WindowExceeded,
        "Page {page} of this bulk job cannot be read: it is not worked off yet, or lies past the last one.",
        "Read the job's status: successfulPages lists the pages that are there.",
    ),
    # upstream
    "upstream_rejected": Text(
        InvalidArgument,
        "ZoomInfo rejected the request{field}: {reason}.",
        "Correct it and call again; `lookup` lists fields and legal values. Nothing was charged.",
    ),
    "upstream_failed": Text(
        UpstreamUnavailable,
        "ZoomInfo failed with status {status} on {operation}{attempts}.",
        "Try again in a minute; https://status.zoominfo.com tells of outages.",
    ),
    "upstream_unreadable": Text(
        UpstreamUnavailable,
        "ZoomInfo's answer to {operation} could not be read ({reason}).",
        "Try again; if it stays, run `sales-zoominfo doctor`.",
    ),
    "upstream_unreachable": Text(
        UpstreamUnavailable,
        "ZoomInfo could not be reached for {operation} ({reason}).",
        "Check the network and ZOOMINFO_BASE_URL, then try again.",
    ),
    "limits_unreachable": Text(
        UpstreamUnavailable,
        "Redis was not reached for {seconds} s, and without it this call could go past the account's rate limit.",
        "Check the server that ZOOMINFO_REDIS_URL names, or unset it to share limits by the state database.",
    ),
    "deadline": Text(
        UpstreamUnavailable,
        "ZoomInfo did not answer {operation} within {seconds} s.",
        "Try again, or raise ZOOMINFO_TIMEOUT.",
    ),
    "outcome_unknown": Text(
        OutcomeUnknown,
        "ZoomInfo was asked for {operation} and the answer did not arrive ({reason}), "
        "so {credits} credits count as spent.",
        "Repeat the same call: a record bought is free for 12 months, so it is not paid twice.",
    ),
    "answer_lost": Text(
        OutcomeUnknown,
        "ZoomInfo was asked for {operation} and the answer did not arrive ({reason}); no credit was at stake.",
        "Repeat the same call.",
    ),
    # addresses, gateways and changes at ZoomInfo
    "upstream_no_route": Text(
        NotAvailable,
        "The address that ZOOMINFO_BASE_URL leads to does not serve {operation} (status {status}).",
        "Check ZOOMINFO_BASE_URL and ZOOMINFO_API with `sales-zoominfo doctor`. Nothing was charged.",
    ),
    "upstream_missing": Text(
        NotFound,
        "ZoomInfo has nothing under the id or name that was given for {operation}.",
        "Check it and call again. Nothing was charged.",
    ),
    "upstream_blocked": Text(
        PlanDoesNotInclude,
        "Something before ZoomInfo refused {operation} with status {status} and gave no reason.",
        "Check proxies, firewalls and allowed addresses first, then the account's access. Nothing was charged.",
    ),
    "write_unknown": Text(
        OutcomeUnknown,
        "ZoomInfo was asked for {operation} and the answer did not arrive ({reason}), "
        "so it may or may not have been done.",
        "Read what is there before repeating it: a repeated change is not recognised as the same.",
    ),
}


def fail(kind: str, *, details: dict[str, object] | None = None, **values: object) -> SalesZoomInfoError:
    """Make the error of a kind.

    Args:
        kind: a key of :data:`TEXTS`.
        details: JSON-safe values for programs (field, legal values, seconds to wait).
        values: what the sentence's placeholders stand for; each must be given.

    Returns:
        The exception, for ``raise fail(...)``.

    Raises:
        KeyError: the kind or a placeholder is unknown, which is a bug of ours.
    """
    text = TEXTS[kind]
    return text.error(
        kind,
        _singular(text.message.format(**values)),
        _singular(text.next_step.format(**values)),
        {"kind": kind, **(details or {})},
    )


_ONE_CREDIT = re.compile(r"(?<![\d,.])1 credits( count)?")


def _singular(text: str) -> str:
    return _ONE_CREDIT.sub(lambda found: f"1 credit{' counts' if found[1] else ''}", text)


def placeholders(kind: str) -> frozenset[str]:
    """The names that :func:`fail` needs for a kind."""
    text = TEXTS[kind]
    parsed = [*Formatter().parse(text.message), *Formatter().parse(text.next_step)]
    return frozenset(name for _, name, _, _ in parsed if name)


def near(name: str, legal: list[str] | tuple[str, ...]) -> str:
    """A ", did you mean 'x'" hint for a misspelt name, or the empty string."""
    import difflib

    folded = {value.casefold(): value for value in legal}
    match = difflib.get_close_matches(name.casefold(), list(folded), 1, cutoff=0.6)
    return f", did you mean '{folded[match[0]]}'" if match else ""
