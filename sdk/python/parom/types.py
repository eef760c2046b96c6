"""Types of requests, responses and webhooks. Generated from docs/openapi.json by sdk/generate: do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class AcceptedOut(TypedDict):
    """An accepted message."""

    id: str
    external_id: str
    status: str
    duplicate: bool


class Actions(TypedDict):
    """What a rule does with an enquiry. A rule that says nothing leaves it to amoCRM."""

    accept: NotRequired[bool]
    fallback: NotRequired[FallbackRule | None]
    greeting: NotRequired[str | None]
    lead: NotRequired[LeadUse]
    responsible: NotRequired[Assignee | None]
    stage: NotRequired[StagePlace | None]
    tags: NotRequired[list[str]]
    task: NotRequired[TaskRule | None]
    template: NotRequired[str | None]


class ActorIn(TypedDict):
    """The person who acts."""

    id: str


class AdoptIn(TypedDict):
    """The source that takes over a stray source."""

    source_id: NotRequired[str | None]


class AnswerOut(TypedDict):
    """A response from the remote API."""

    status: int
    text: str


class AnswerTimesOut(TypedDict):
    """How soon customers were answered."""

    count: int
    median_ms: int
    p95_ms: int


# First answers, and chats without one.
AnswersReportOut = TypedDict(
    "AnswersReportOut",
    {
        "first_answers": "AnswerTimesOut | None",
        "by_source": "list[SourceAnswersOut]",
        "by_manager": "list[ManagerAnswersOut]",
        "unanswered": "ReportedChats",
        "from": "str",
        "to": "str",
        "time_zone": "str",
        "counted_since": "str | None",
    },
)


class AskGreet(TypedDict):
    """The customer is greeted."""

    ask: Literal["greet"]


class AskTemplate(TypedDict):
    """The customer gets a template."""

    template_id: str
    ask: Literal["template"]


class AskWaitForPerson(TypedDict):
    """A person has to accept the incoming lead first."""

    ask: Literal["wait_for_person"]


class AskAccept(TypedDict):
    """The incoming lead is accepted."""

    ask: Literal["accept"]


class AskLink(TypedDict):
    """The chat of the incoming lead goes to this lead."""

    lead_id: str
    ask: Literal["link"]


class AskUse(TypedDict):
    """This lead is used."""

    lead_id: str
    ask: Literal["use"]


class AskReopen(TypedDict):
    """This lead is opened again."""

    lead_id: str
    ask: Literal["reopen"]


class AskCreate(TypedDict):
    """A lead is made."""

    ask: Literal["create"]


class AskStage(TypedDict):
    """The lead is moved to a stage."""

    pipeline_id: str
    status_id: str
    ask: Literal["stage"]


class AskAssign(TypedDict):
    """The lead and its contact get a responsible user."""

    user_id: str
    ask: Literal["assign"]


class AskTag(TypedDict):
    """The lead gets tags."""

    ask: Literal["tag"]


class AskTask(TypedDict):
    """A task is made."""

    ask: Literal["task"]


class AskFallback(TypedDict):
    """If nobody answers within this many minutes, another person becomes responsible."""

    minutes: int
    ask: Literal["fallback"]


class AssigneeContact(TypedDict):
    """Who is responsible for the contact."""

    kind: Literal["contact"]


class AssigneeLead(TypedDict):
    """Who is responsible for the lead that the enquiry belongs to."""

    kind: Literal["lead"]


class AssigneePerson(TypedDict):
    user_id: str
    kind: Literal["person"]


class AssigneeRoundRobin(TypedDict):
    """People in turn."""

    people: list[Seat]
    kind: Literal["round_robin"]


class BroughtInOut(TypedDict):
    """What a comparison with the messenger's templates found."""

    taken: int
    items: list[ListedTemplateOut]


class Button(TypedDict):
    """A button; without `url`, pressing it sends its text as the customer's message."""

    text: str
    url: str | None


class ChannelOut(TypedDict):
    """A Chats API channel connected for an account."""

    channel_id: str
    scope_id: str
    status: str


class ChatIn(TypedDict):
    """A chat to start."""

    conversation: ConversationIn
    customer: CustomerIn


class ChatOut(TypedDict):
    """A chat that is being started."""

    id: str
    external_id: str
    status: str
    duplicate: bool


class ComparedDayOut(TypedDict):
    """A day before a switch: what the shadow saw beside what amoCRM had."""

    day: str
    seen: int
    in_amocrm: int
    on_both: int
    missing_here: int
    missing_in_amocrm: int


class ComparisonOut(TypedDict):
    """A day beside amoCRM's events about other integrations' chats. Messages are paired by direction, contact and time (within two minutes), because events name neither texts nor lines."""

    seen: int
    in_amocrm: int
    on_both: int
    missing_here: list[DifferenceOut]
    missing_in_amocrm: list[DifferenceOut]
    chats: list[ShadowChatOut]
    templates: list[str] | None
    is_cut: bool


class Conditions(TypedDict):
    """When a rule matches: every condition that is given must hold, and of its values at least one."""

    campaign: NotRequired[dict[str, Any]]
    contact: NotRequired[ContactKind | None]
    contact_responsible: NotRequired[list[str]]
    countries: NotRequired[list[str]]
    customer: NotRequired[CustomerKind | None]
    fields: NotRequired[dict[str, Any]]
    languages: NotRequired[list[str]]
    lead: NotRequired[LeadKind | None]
    messengers: NotRequired[list[str]]
    referral: NotRequired[str | None]
    sources: NotRequired[list[str]]
    text_begins: NotRequired[list[str]]
    text_contains: NotRequired[list[str]]
    times: NotRequired[list[str]]
    working_hours: NotRequired[HoursKind | None]


class ContactLinkOut(TypedDict):
    """A link of a chat to a contact, or that it ended."""

    id: str
    at: str | None
    amocrm_contact_id: str | None
    why: str
    id_kind: str | None
    id_value: str | None
    sureness: str
    by: str | None
    is_undoable: bool
    undone_at: str | None
    undone_by: str | None


class ContactOut(TypedDict):
    """The customer."""

    id: str | None
    name: str | None
    phone: str | None
    amocrm_contact_id: str | None
    amocrm_contact_name: str | None
    why: str | None


class ContentInAudio(TypedDict):
    """An audio file, by `media_url` or `media_id`. In an edit both may be omitted to keep the file."""

    type: Literal["audio"]
    duration: NotRequired[int | None]
    file_name: NotRequired[str | None]
    file_size: NotRequired[int | None]
    media_id: NotRequired[str | None]
    media_url: NotRequired[str | None]
    text: NotRequired[str | None]


class ContentInContact(TypedDict):
    """A contact card."""

    type: Literal["contact"]
    name: str
    phone: str


class ContentInFile(TypedDict):
    """A file, by `media_url` or `media_id`. In an edit both may be omitted to keep the file."""

    type: Literal["file"]
    file_name: NotRequired[str | None]
    file_size: NotRequired[int | None]
    media_id: NotRequired[str | None]
    media_url: NotRequired[str | None]
    text: NotRequired[str | None]


class ContentInLocation(TypedDict):
    """A location."""

    type: Literal["location"]
    latitude: float
    longitude: float


class ContentInPicture(TypedDict):
    """A picture, by `media_url` or `media_id`. In an edit both may be omitted to keep the file."""

    type: Literal["picture"]
    file_name: NotRequired[str | None]
    file_size: NotRequired[int | None]
    media_id: NotRequired[str | None]
    media_url: NotRequired[str | None]
    text: NotRequired[str | None]


class ContentInSticker(TypedDict):
    """A sticker, by `media_url` or `media_id`. In an edit both may be omitted to keep the file."""

    type: Literal["sticker"]
    file_name: NotRequired[str | None]
    file_size: NotRequired[int | None]
    media_id: NotRequired[str | None]
    media_url: NotRequired[str | None]
    sticker_id: NotRequired[str | None]
    text: NotRequired[str | None]


class ContentInText(TypedDict):
    """A text message."""

    type: Literal["text"]
    text: str
    callback_data: NotRequired[str | None]


class ContentInVideo(TypedDict):
    """A video, by `media_url` or `media_id`. In an edit both may be omitted to keep the file."""

    type: Literal["video"]
    duration: NotRequired[int | None]
    file_name: NotRequired[str | None]
    file_size: NotRequired[int | None]
    media_id: NotRequired[str | None]
    media_url: NotRequired[str | None]
    text: NotRequired[str | None]


class ContentInVoice(TypedDict):
    """A voice message, by `media_url` or `media_id`. In an edit both may be omitted to keep the file."""

    type: Literal["voice"]
    duration: NotRequired[int | None]
    file_name: NotRequired[str | None]
    file_size: NotRequired[int | None]
    media_id: NotRequired[str | None]
    media_url: NotRequired[str | None]
    text: NotRequired[str | None]


class ContentOut(TypedDict):
    """The content of a message; which fields are present depends on `type`."""

    type: ContentType
    buttons: NotRequired[list[list[Button]] | None]
    callback_data: NotRequired[str | None]
    duration: NotRequired[int | None]
    file_name: NotRequired[str | None]
    file_size: NotRequired[int | None]
    group_id: NotRequired[str | None]
    latitude: NotRequired[float | None]
    list: NotRequired[ListMessage | None]
    longitude: NotRequired[float | None]
    media_id: NotRequired[str | None]
    media_url: NotRequired[str | None]
    mime_type: NotRequired[str | None]
    name: NotRequired[str | None]
    phone: NotRequired[str | None]
    sticker_id: NotRequired[str | None]
    text: NotRequired[str | None]
    thumbnail_url: NotRequired[str | None]


class ConversationIn(TypedDict):
    """Identifies a conversation."""

    id: str


class ConversationOut(TypedDict):
    """A conversation: one customer on one source, or one group chat."""

    id: str
    external_id: str | None
    amocrm_chat_id: str | None
    contact: ContactOut
    participants: list[Member]
    visit: str | None
    unreachable_since: str | None
    blocked_at: str | None
    window: WindowOut | None
    last_message_at: str | None


class ConversationRefOut(TypedDict):
    """The conversation a message belongs to."""

    id: str | None


class CrmFacts(TypedDict):
    """What amoCRM knows of the customer."""

    closed_lead: NotRequired[LeadFact | None]
    contact_id: NotRequired[str | None]
    contact_responsible: NotRequired[str | None]
    incoming: NotRequired[IncomingFact | None]
    is_known: NotRequired[bool]
    leads: NotRequired[list[str]]
    open_lead: NotRequired[LeadFact | None]


class CustomerErasureCountOut(TypedDict):
    """What an erasure would erase."""

    conversation_ids: list[str]
    messages: int
    files: int
    also_possible: list[str]


class CustomerErasureIn(TypedDict):
    """Whom to erase: either `phone` or `conversation_id`."""

    conversation_id: NotRequired[str | None]
    dry_run: NotRequired[bool]
    phone: NotRequired[str | None]


class CustomerErasureOut(TypedDict):
    """The proof of an erasure; it contains none of the customer's data."""

    id: str
    counts: dict[str, Any]
    also_possible: list[str]


class CustomerExportIn(TypedDict):
    """The customer: either `phone` or `conversation_id`."""

    conversation_id: NotRequired[str | None]
    phone: NotRequired[str | None]


class CustomerIn(TypedDict):
    """The customer of a chat."""

    id: str
    contact_id: NotRequired[str | None]
    email: NotRequired[str | None]
    name: NotRequired[str | None]
    phone: NotRequired[str | None]
    profile_url: NotRequired[str | None]


class DeadLetterOut(TypedDict):
    """A dead letter."""

    id: str
    source_id: str
    conversation_id: str
    message_id: str
    kind: LetterKind
    direction: Direction
    reason: str
    detail: str
    attempts: int
    first_at: str
    last_at: str


class DifferenceOut(TypedDict):
    """A message that one side lacks."""

    at: str
    is_outgoing: bool
    contact_id: str | None
    message_id: str | None
    origin: str | None


class DraftOut(TypedDict):
    """Rules that decide nothing yet."""

    version: int
    routes: RuleSet


class EditIn(TypedDict):
    """The new content of a message."""

    content: ContentIn


class EditOut(TypedDict):
    """An accepted edit or deletion."""

    id: str
    status: str


class Facts(TypedDict):
    """What is known of an enquiry. Texts are not stored with it: they are the message's."""

    country: NotRequired[str | None]
    crm: NotRequired[CrmFacts]
    customer: NotRequired[CustomerKind | None]
    has_templates: NotRequired[bool]
    language: NotRequired[str | None]
    local_time: NotRequired[str]
    messenger: NotRequired[str]
    source_id: NotRequired[str]
    working_hours: NotRequired[HoursKind | None]


class FailureIn(TypedDict):
    """Why a message was not delivered."""

    code: FailureCode
    text: NotRequired[str | None]


class FailureOut(TypedDict):
    """Why a message failed."""

    code: FailureCode
    text: str


class FallbackRule(TypedDict):
    """Who becomes responsible if nobody answers."""

    after_minutes: int
    to: Assignee


class FieldError(TypedDict):
    """An invalid field, identified by a JSON pointer."""

    pointer: str
    detail: str


class FlowOut(TypedDict):
    """Counts of messages."""

    from_customers: int
    to_customers: int
    failed: int


class HeldOut(TypedDict):
    """Messages that wait until the source is resumed or repaired: those in both directions if a person has paused it, else those to the messenger."""

    count: int
    oldest_at: str | None


class HourFlowOut(TypedDict):
    """Messages of one hour of the day, on all such weekdays of the period together."""

    weekday: int
    hour: int
    from_customers: int
    to_customers: int
    failed: int


class IdentityOut(TypedDict):
    """How a chat was linked to contacts."""

    links: list[ContactLinkOut]
    is_changing: bool


class Imagined(TypedDict):
    """A made-up message with what is known of its customer."""

    campaign: NotRequired[dict[str, Any]]
    customer: NotRequired[CustomerKind | None]
    fields: NotRequired[dict[str, Any]]
    is_known: NotRequired[bool]
    lead: NotRequired[LeadKind | None]
    local_time: NotRequired[str | None]
    phone: NotRequired[str | None]
    referral: NotRequired[str | None]
    responsible: NotRequired[str | None]
    source_id: NotRequired[str]
    text: NotRequired[str]


class ImportOut(TypedDict):
    """An import with its totals and its progress."""

    notes: list[str]
    id: str
    source_id: str
    status: str
    dry_run: bool
    leads: str
    link_contacts: bool
    total: int
    chats: int
    done: int
    duplicates: int
    skipped: list[SkippedOut]
    skipped_total: int
    leads_expected: int
    seconds_expected: int
    gives_way: bool
    created_at: str
    finished_at: str | None


class IncomingFact(TypedDict):
    """An incoming lead."""

    uid: str
    lead_id: NotRequired[str | None]


class KindUsageOut(TypedDict):
    """One kind of source."""

    kind: str
    sources: int | None
    to_crm: UsageCountsOut
    to_messenger: UsageCountsOut


class LeadFact(TypedDict):
    """A lead."""

    id: str
    is_new: NotRequired[bool]
    responsible: NotRequired[str | None]


class LedgerCountsOut(TypedDict):
    """Counts of messages in one direction. `accepted` always equals the sum of the other three; each message counts for the day on which it was accepted."""

    accepted: int
    delivered: int
    failed: int
    waiting: int


# How many messages a source accepted and what their outcomes are. Only messages count, not edits, statuses, typing or reactions.
LedgerOut = TypedDict(
    "LedgerOut",
    {
        "from": "str | None",
        "to": "str | None",
        "to_crm": "LedgerCountsOut",
        "to_messenger": "LedgerCountsOut",
    },
)


class ListMessage(TypedDict):
    """A list message; its texts may be empty."""

    body: NotRequired[str]
    button: NotRequired[str]
    footer: NotRequired[str]
    header: NotRequired[str]
    sections: NotRequired[list[Section]]


class ListedTemplateOut(TypedDict):
    """A template that the messenger lists, and what amoCRM has of it."""

    name: str
    language: str
    text: str
    found: str
    amocrm_name: str | None


class ManagerAnswersOut(TypedDict):
    """The same of a manager."""

    manager: ManagerOut
    count: int
    median_ms: int
    p95_ms: int


class ManagerFlowOut(TypedDict):
    """Messages of a manager."""

    manager: ManagerOut
    to_customers: int


class ManagerOut(TypedDict):
    """A user of amoCRM who wrote to customers."""

    amojo_id: str | None
    user_id: str | None
    name: str | None


class Marker(TypedDict):
    """A placeholder of a template and its value."""

    key: str
    value: NotRequired[str]


class MarketingConsentIn(TypedDict):
    """A decision to record. Name the customer by either `phone` or `conversation_id`."""

    decision: str
    conversation_id: NotRequired[str | None]
    evidence: NotRequired[str | None]
    phone: NotRequired[str | None]
    way: NotRequired[str | None]


class MarketingConsentOut(TypedDict):
    """What a customer decided about marketing messages."""

    id: str
    at: str
    conversation_id: str | None
    phone_hash: str | None
    decision: str
    way: str
    by: str | None
    evidence: str | None


class MeKeyOut(TypedDict):
    """The key of the request."""

    id: str
    name: str
    scope: str
    tenant_id: str | None
    created_by: str | None
    expires_at: str | None


class MeLimitsOut(TypedDict):
    """Limits of the key and of its account."""

    requests_per_second: int | None
    requests_burst: int
    sources: int | None


class MeOut(TypedDict):
    """The key, its account and its limits."""

    key: MeKeyOut
    tenant: TenantOut | None
    limits: MeLimitsOut


class Member(TypedDict):
    """A member of a group."""

    id: str
    name: str | None


class MessageConversationIn(TypedDict):
    """The conversation of a message: with one customer, or a group."""

    id: str
    participants: NotRequired[list[ParticipantIn] | None]
    title: NotRequired[str | None]


class MessageIn(TypedDict):
    """A message from a customer, or one that a manager or a bot wrote outside amoCRM."""

    id: str
    conversation: MessageConversationIn
    sender: SenderIn
    content: ContentIn
    forward: NotRequired[QuoteIn | None]
    post: NotRequired[PostIn | None]
    receiver: NotRequired[PersonIn | None]
    reply_to: NotRequired[QuoteIn | None]
    sent_at: NotRequired[str | None]
    shared_post: NotRequired[SharedPostIn | None]
    silent: NotRequired[bool | None]


class MessageOut(TypedDict):
    """A message in either direction."""

    id: str
    source_id: str
    direction: Direction
    status: MessageStatus
    reason: str | None
    error: FailureOut | None
    external_id: str | None
    amocrm_message_id: str | None
    conversation: ConversationRefOut
    sender: PersonOut
    receiver: PersonOut | None
    content: ContentOut
    silent: bool
    deleted: bool
    possible_duplicate: bool
    sent_at: str
    accepted_at: str
    template: Template | None
    reply_to: QuoteOut | None
    forward: NotRequired[QuoteOut | None]
    post: NotRequired[Post | None]
    shared_post: NotRequired[SharedPost | None]
    routing: NotRequired[RouteDecisionOut | None]
    timeline: NotRequired[list[TimelineEventOut] | None]


# Messages of a period.
MessagesReportOut = TypedDict(
    "MessagesReportOut",
    {
        "total": "FlowOut",
        "by_source": "list[SourceFlowOut]",
        "by_manager": "list[ManagerFlowOut]",
        "by_hour": "list[HourFlowOut]",
        "from": "str",
        "to": "str",
        "time_zone": "str",
        "counted_since": "str | None",
    },
)


class MissedRule(TypedDict):
    """A rule that does not decide."""

    id: str
    name: str
    because: list[Miss]


class OtherServiceOut(TypedDict):
    """A service that receives, or received, the line's messages."""

    id: str
    name: str
    switched_off: str
    loses_secret: bool
    stays: bool
    trouble: str | None


class OthersSinceOut(TypedDict):
    """Messages in amoCRM since a switch, by channels of other services that carried the line before."""

    received: int
    sent: int


class ParamOut(TypedDict):
    """A marker with an example of its value."""

    key: str
    value: str


class ParticipantIn(TypedDict):
    """A member of a group."""

    id: str
    name: NotRequired[str | None]


class PersonIn(TypedDict):
    """The customer who received it."""

    id: str
    avatar_url: NotRequired[str | None]
    email: NotRequired[str | None]
    name: NotRequired[str | None]
    phone: NotRequired[str | None]
    profile_url: NotRequired[str | None]


class PersonOut(TypedDict):
    """A participant."""

    role: Role
    id: str
    name: str | None
    avatar_url: NotRequired[str | None]
    email: NotRequired[str | None]
    phone: NotRequired[str | None]
    profile_url: NotRequired[str | None]


class PipelineOut(TypedDict):
    """A sales pipeline of the account."""

    id: str
    name: str
    is_main: bool


class PipelinesOut(TypedDict):
    """All pipelines of an account."""

    items: list[PipelineOut]


class Plan(TypedDict):
    """What is to be done about an enquiry."""

    accept: NotRequired[bool]
    fallback_minutes: NotRequired[int | None]
    greeting: NotRequired[str | None]
    lead: NotRequired[LeadUse]
    needs_lead: NotRequired[bool]
    responsible: NotRequired[str | None]
    stage: NotRequired[StagePlace | None]
    tags: NotRequired[list[str]]
    task: NotRequired[TaskRule | None]
    template: NotRequired[str | None]


class Post(TypedDict):
    """The post that a comment belongs to."""

    id: str
    caption: NotRequired[str | None]
    permalink: NotRequired[str | None]
    preview_url: NotRequired[str | None]
    url: NotRequired[str | None]
    username: NotRequired[str | None]


class PostIn(TypedDict):
    """A post that is commented on."""

    id: str
    caption: NotRequired[str | None]
    permalink: NotRequired[str | None]
    preview_url: NotRequired[str | None]
    url: NotRequired[str | None]
    username: NotRequired[str | None]


class QuoteIn(TypedDict):
    """Another message, identified by its id or described by its content."""

    id: NotRequired[str | None]
    sender: NotRequired[QuotedSenderIn | None]
    sent_at: NotRequired[str | None]
    text: NotRequired[str | None]


class QuoteOut(TypedDict):
    """Another message."""

    id: str | None
    content: NotRequired[ContentOut | None]
    sender: NotRequired[QuotedOut | None]
    sent_at: NotRequired[str | None]


class QuotedOut(TypedDict):
    """Who wrote the quoted message."""

    name: str | None


class QuotedSenderIn(TypedDict):
    """Who wrote the quoted message."""

    name: NotRequired[str | None]


class ReactedIn(TypedDict):
    """Identifies a message."""

    id: str


class ReactionIn(TypedDict):
    """A reaction to a message of either side."""

    message: ReactedIn
    sender: ActorIn
    emoji: str | None


class ReconciledOut(TypedDict):
    """The result of a comparison with amoCRM."""

    missing: int
    changed: int
    strays: int


class Replay(TypedDict):
    """What rules would have done with the last messages, beside what was done."""

    messages: int
    by_rule: dict[str, Any]
    differing: int
    enquiries: list[ReplayedEnquiry]


class ReplayCountOut(TypedDict):
    """What a replay would do."""

    count: int
    maybe_twice: int
    seconds_expected: int


class ReplayIn(TypedDict):
    """Which dead letters to process and how."""

    action: str
    dry_run: NotRequired[bool]
    reason: NotRequired[str | None]
    source_id: NotRequired[str | None]
    tenant_id: NotRequired[str | None]


class ReplayOut(TypedDict):
    """A replay of dead letters."""

    id: str
    tenant_id: str
    action: str
    source_id: str | None
    reason: str | None
    status: str
    total: int
    done: int
    created_at: str
    finished_at: str | None


class ReplayedEnquiry(TypedDict):
    """One of them."""

    message_id: str
    conversation_id: str
    source_id: str
    at: int
    faults: list[RuleFault]
    crm_known: bool
    now: NotRequired[RuleName | None]
    now_responsible: NotRequired[str | None]
    then: NotRequired[RuleName | None]
    then_responsible: NotRequired[str | None]


class ReportedChats(TypedDict):
    """Chats that wait for an answer now."""

    count: int
    items: list[UnansweredOut]


class ResentOut(TypedDict):
    """A webhook that is resent."""

    id: str
    webhook_id: str
    status: str


class RetriedOut(TypedDict):
    """A dead letter that is retried."""

    id: str
    status: str


class ReviewIn(TypedDict):
    """The messenger's decision."""

    status: DecisionIn
    external_id: NotRequired[str | None]
    reason: NotRequired[str | None]


class RouteDecisionOut(TypedDict):
    """A decision as programs see it."""

    state: DecisionState
    version: int
    rule: RuleName | None
    lead_id: str | None
    responsible: str | None


class RouteVersionOut(TypedDict):
    """A version of the routes."""

    version: int
    is_draft: bool
    author: str
    created_at: str
    routes: RuleSet | None


class RouteVersionsOut(TypedDict):
    """The versions of the routes."""

    items: list[RouteVersionOut]


class RoutesIn(TypedDict):
    """Rules to save."""

    routes: RuleSet
    draft: NotRequired[bool]


class RoutesOut(TypedDict):
    """The routes of an account."""

    version: int | None
    routes: RuleSet
    draft: DraftOut | None
    matches: dict[str, Any]


class RoutesReplayIn(TypedDict):
    """Routes to replay."""

    routes: NotRequired[RuleSet | None]


class RoutesTryIn(TypedDict):
    """A message to try: a past one by its id, or a made-up one."""

    message: NotRequired[Imagined | None]
    message_id: NotRequired[str | None]
    routes: NotRequired[RuleSet | None]


class Row(TypedDict):
    """A selectable row; its id is returned as `callback_data`."""

    id: str
    description: NotRequired[str]
    title: NotRequired[str]


class Rule(TypedDict):
    """One rule."""

    id: str
    name: str
    on: NotRequired[bool]
    then: NotRequired[Actions]
    when: NotRequired[Conditions]


class RuleName(TypedDict):
    """A rule by id and name."""

    id: str
    name: str


class RuleSet(TypedDict):
    """The rules of an account in their order: the first that matches decides."""

    fallback_user: NotRequired[str | None]
    rules: NotRequired[list[Rule]]
    silence_hours: NotRequired[int]


class SaleOut(TypedDict):
    """A lead that was won."""

    event_id: str
    lead_id: str
    price: int
    currency: str
    won_at: str
    conversation_ids: list[str]
    sendings: list[SaleSendingOut]


class SalePreview(TypedDict):
    """What would be sent about one lead."""

    lead_id: str
    requests: list[SaleRequest]


class SaleRequest(TypedDict):
    """What a target is asked."""

    target: TargetKind
    url: str
    content_type: str
    body: str
    skipped: SkipReason | None


class SaleSendingOut(TypedDict):
    """What became of a sale at a target."""

    target: TargetKind
    state: SendingState
    reason: str
    tries: int
    at: str


class SaleTargetIn(TypedDict):
    """A target with its token, which is in no log: there is no `Debug`."""

    counter_id: NotRequired[str]
    dataset_id: NotRequired[str]
    goal: NotRequired[str]
    on: NotRequired[bool]
    token: NotRequired[str | None]


class SaleTargetOut(TypedDict):
    """A target."""

    on: bool
    dataset_id: str
    counter_id: str
    goal: str
    has_token: bool


class SaleTargetsIn(TypedDict):
    """Targets to change."""

    meta: NotRequired[SaleTargetIn | None]
    metrica: NotRequired[SaleTargetIn | None]
    webhook: NotRequired[SaleTargetIn | None]


class SaleTargetsOut(TypedDict):
    """The targets of an account's sales."""

    webhook: SaleTargetOut
    webhook_url: str | None
    meta: SaleTargetOut
    metrica: SaleTargetOut


class SalesOut(TypedDict):
    """The latest sales."""

    items: list[SaleOut]


class SalesPreviewOut(TypedDict):
    """What would be sent."""

    items: list[SalePreview]


class Seat(TypedDict):
    """A person in a round robin."""

    user_id: str
    limit: NotRequired[int | None]
    times: NotRequired[list[str]]
    weight: NotRequired[int]


class SecretOut(TypedDict):
    """The new secret."""

    site_secret: NotRequired[str | None]
    webhook_secret: NotRequired[str | None]


class Section(TypedDict):
    """A section of a list."""

    rows: NotRequired[list[Row]]
    title: NotRequired[str]


class SenderIn(TypedDict):
    """The sender of the message."""

    role: RoleIn
    id: str
    avatar_url: NotRequired[str | None]
    contact_id: NotRequired[str | None]
    email: NotRequired[str | None]
    name: NotRequired[str | None]
    phone: NotRequired[str | None]
    profile_url: NotRequired[str | None]
    user_id: NotRequired[str | None]


class ShadowChatOut(TypedDict):
    """What would become of a chat if the source were switched on."""

    conversation_id: str
    contact_id: str | None
    messages: int
    answer_by: AnswerBy
    answer_until: str | None


class ShadowDayOut(TypedDict):
    """What a shadow received on a day."""

    day: str
    messages: int


class ShadowOut(TypedDict):
    """What a source saw beside another service."""

    shadow_since: str
    sees_answers: bool
    days: list[ShadowDayOut]
    comparison: ComparisonOut | None


class SharedPost(TypedDict):
    """A post that the customer shared."""

    url: str
    permalink: NotRequired[str | None]
    preview_url: NotRequired[str | None]
    site_name: NotRequired[str | None]


class SharedPostIn(TypedDict):
    """A post that the customer shares."""

    url: str
    permalink: NotRequired[str | None]
    preview_url: NotRequired[str | None]
    site_name: NotRequired[str | None]


class SkippedOut(TypedDict):
    """A skipped line."""

    line: int
    reason: str


class SourceAnswersOut(TypedDict):
    """The same of a source."""

    source_id: str
    count: int
    median_ms: int
    p95_ms: int


class SourceFlowOut(TypedDict):
    """Messages of a source."""

    source_id: str
    from_customers: int
    to_customers: int
    failed: int


class SourceIn(TypedDict):
    """A new source."""

    kind: str
    name: str
    channel_id: NotRequired[str | None]
    contact_rule: NotRequired[ContactRule | None]
    default: NotRequired[bool | None]
    external_id: NotRequired[str | None]
    lead_origin: NotRequired[bool | None]
    pipeline_id: NotRequired[str | None]
    services: NotRequired[Any]
    settings: NotRequired[dict[str, Any] | None]
    shadow: NotRequired[bool | None]


class SourceOut(TypedDict):
    """A source."""

    id: str
    tenant_id: str
    kind: str
    name: str
    external_id: str
    amocrm_source_id: str
    pipeline_id: str
    default: bool
    channel_id: str
    contact_rule: str
    lead_origin: bool
    services: Any
    settings: dict[str, Any]
    status: str
    status_reason: str | None
    status_detail: str | None
    status_since: str
    status_action: str | None
    proved_at: str | None
    paused: bool
    shadow_since: str | None
    new_chats_per_hour: int
    held: HeldOut
    created_at: str
    version: str
    callback_url: NotRequired[str | None]
    webhook_secret: NotRequired[str | None]


class SourcePatchIn(TypedDict):
    """Changes to a source; omitted fields keep their values."""

    channel_id: NotRequired[str | None]
    contact_rule: NotRequired[ContactRule | None]
    default: NotRequired[bool | None]
    drop_before: NotRequired[str | None]
    lead_origin: NotRequired[bool | None]
    name: NotRequired[str | None]
    new_chats_per_hour: NotRequired[int | None]
    paused: NotRequired[bool | None]
    pipeline_id: NotRequired[str | None]
    services: NotRequired[Any]
    settings: NotRequired[dict[str, Any] | None]


class StagePlace(TypedDict):
    """A stage of a pipeline."""

    pipeline_id: str
    status_id: str


class StartTakeover(TypedDict):
    """What to switch."""

    stays: NotRequired[list[str]]


class StatusIn(TypedDict):
    """The delivery status of a message on the messenger's side."""

    status: ToldStatus
    conversation: NotRequired[TheirIn | None]
    error: NotRequired[FailureIn | None]
    id: NotRequired[str | None]
    receiver: NotRequired[TheirIn | None]


class StatusOut(TypedDict):
    """An accepted status."""

    id: str | None
    status: ToldStatus
    ignored: bool


class StepOut(TypedDict):
    """One step of a test."""

    name: str
    ok: bool
    detail: str
    ms: int


class StepsOut(TypedDict):
    """The result of a test."""

    steps: list[StepOut]


class StrayOut(TypedDict):
    """A stray source."""

    amocrm_source_id: str
    external_id: str
    name: str
    pipeline_id: str | None
    default: bool
    reason: str
    seen_at: str


class StraysOut(TypedDict):
    """Sources that exist in amoCRM under this integration but are unknown to Parom."""

    items: list[StrayOut]


class TakeoverCheckOut(TypedDict):
    """A check before a switch."""

    name: CheckName
    status: CheckStatus
    detail: str


class TakeoverFailureOut(TypedDict):
    """The step of a takeover that failed."""

    step: TakeoverStep
    reason: str


class TakeoverOut(TypedDict):
    """A takeover."""

    state: TakeoverState
    step: TakeoverStep
    begun_at: str
    begun_by: str
    others: list[OtherServiceOut]
    failure: TakeoverFailureOut | None
    switched_at: str | None
    back_until: str | None
    back_at: str | None
    returned_at: str | None


class TakeoverPlanOut(TypedDict):
    """Whether a shadow can take its line over, and what that changes."""

    is_ready: bool
    checks: list[TakeoverCheckOut]
    others: list[OtherServiceOut]
    chats: int


class TakeoverReportOut(TypedDict):
    """What a takeover came to."""

    takeover: TakeoverOut
    days: list[ComparedDayOut]
    sent_as_history: int
    came_during: int
    first_hour: TakeoverWatchOut | None
    first_day: TakeoverWatchOut | None
    others_since: OthersSinceOut | None


class TakeoverWatchOut(TypedDict):
    """A time since a switch."""

    until: str
    is_over: bool
    received: int
    in_amocrm: int
    written: int
    sent: int
    failed: int
    waiting: int


class TaskRule(TypedDict):
    """A task to create."""

    text: str
    within_minutes: int


class Template(TypedDict):
    """The template a message was created from."""

    id: str
    external_id: str | None
    content: NotRequired[str]
    params: NotRequired[list[Marker]]


class TemplateFileIn(TypedDict):
    """The file of a template message, by `media_url` or `media_id`."""

    file_name: NotRequired[str | None]
    media_id: NotRequired[str | None]
    media_url: NotRequired[str | None]


class TemplateIn(TypedDict):
    """A template to create in amoCRM and to have reviewed."""

    name: str
    content: str
    language: str
    category: CategoryIn
    buttons: NotRequired[list[Button] | None]
    footer: NotRequired[str | None]
    header: NotRequired[str | None]
    params: NotRequired[list[ParamOut] | None]


class TemplateMessageIn(TypedDict):
    """A template message to send."""

    conversation: TemplateReceiverIn
    file: NotRequired[TemplateFileIn | None]
    params: NotRequired[list[ParamOut] | None]


class TemplateMessageOut(TypedDict):
    """An accepted template message."""

    id: str
    status: str


class TemplateOut(TypedDict):
    """A template, and how far its review is on both sides."""

    id: str
    source_id: str
    amocrm_template_id: str
    name: str
    messenger_name: str
    external_id: str | None
    language: str
    category: str
    content: str
    header: str | None
    footer: str | None
    buttons: list[Button]
    file: str | None
    params: list[ParamOut]
    status: str
    reason: str | None
    quality: str | None
    amocrm_status: str | None
    waits_because: str | None
    created_at: str
    submitted_at: str | None


class TemplateReceiverIn(TypedDict):
    """The conversation to send it to."""

    id: str


class TenantOut(TypedDict):
    """An amoCRM account that installed an integration."""

    id: str
    integration: str
    account_id: str
    host: str
    name: str
    amojo_id: str
    status: str
    suspended: bool
    sources_limit: int | None
    time_window_disabled: bool
    texts_days: int | None
    hooks_days: int | None
    attempts_days: int | None
    undelivered_days: int | None
    audit_days: int | None
    plan: str | None
    trial_until: str | None
    paid_until: str | None
    channels: list[ChannelOut]
    created_at: str


class TenantPatchIn(TypedDict):
    """Changes a vendor can make to an account; omitted fields keep their values."""

    attempts_days: NotRequired[int | None]
    audit_days: NotRequired[int | None]
    hooks_days: NotRequired[int | None]
    paid_until: NotRequired[str | None]
    plan: NotRequired[str | None]
    sources_limit: NotRequired[int | None]
    suspended: NotRequired[bool | None]
    texts_days: NotRequired[int | None]
    time_window_disabled: NotRequired[bool | None]
    trial_until: NotRequired[str | None]
    undelivered_days: NotRequired[int | None]


class TheirIn(TypedDict):
    """A reference by your id."""

    id: str


class TimelineEventOut(TypedDict):
    """An event in the history of a message."""

    at: str
    hop: str
    event: str
    attempt: int | None
    answer: AnswerOut | None
    reason: str | None


class Trial(TypedDict):
    """What would happen."""

    facts: Facts
    verdict: Verdict
    asks: list[Ask]
    crm_answered: bool


class TypingIn(TypedDict):
    """A typing notification."""

    conversation: ConversationIn
    sender: ActorIn


class UnansweredOut(TypedDict):
    """A chat that waits for an answer."""

    conversation_id: str
    source_id: str
    name: str | None
    since: str
    waits_ms: int


class UploadOut(TypedDict):
    """An uploaded file, which messages can use for one week."""

    media_id: str
    size: int
    mime_type: str


class UsageCountsOut(TypedDict):
    """Messages that were accepted in the month (UTC), as in the ledger; those that are neither delivered nor failed wait."""

    accepted: int
    delivered: int
    failed: int


class UsageOut(TypedDict):
    """What an account used in a month."""

    month: str
    tenant_id: str
    integration: str
    account_id: str
    host: str
    plan: str | None
    sources: int | None
    stored_bytes: int | None
    kinds: list[KindUsageOut]


class VendorEventAttemptOut(TypedDict):
    """An attempt to send an event."""

    webhook_id: str
    type: str
    at: str
    status: int | None
    ms: int
    error: str | None
    number: int


class VendorEventOut(TypedDict):
    """An event for one of the vendor's webhooks."""

    id: str
    tenant_id: str
    webhook: str
    type: str
    status: str
    attempts: int
    next_attempt_at: str | None
    body: dict[str, Any]
    created_at: str


class VendorEventResentOut(TypedDict):
    """An event that is resent."""

    id: str
    status: str


class Verdict(TypedDict):
    """The decision about an enquiry."""

    others: list[MissedRule]
    plan: Plan
    faults: list[RuleFault]
    rule: NotRequired[RuleName | None]


class WebhookAttemptOut(TypedDict):
    """A delivery attempt of a webhook."""

    id: str
    webhook_id: str
    type: str
    at: str
    status: int | None
    ms: int
    error: str | None
    number: int
    message_id: str


class WebhookMessageReceiver(TypedDict):
    id: str | None
    name: str | None
    phone: str | None


class WebhookMessagePost(TypedDict):
    id: str


class WebhookMessage(TypedDict):
    """A message for a customer."""

    content: ContentOut
    conversation: ConversationRefOut
    id: str
    receiver: WebhookMessageReceiver
    reply_to: QuoteOut | None
    sender: PersonOut
    sent_at: str
    source_id: str
    template: Template | None
    forward: NotRequired[QuoteOut | None]
    post: NotRequired[WebhookMessagePost]


class WindowOut(TypedDict):
    """The time in which a customer may be answered freely. Later only templates are sent; other messages fail with `window_closed`."""

    open: bool
    until: str | None


class AccountConnectedEventData(TypedDict):
    account: TenantOut


class AccountConnectedEvent(TypedDict):
    """An account works"""

    type: Literal["account.connected"]
    timestamp: str
    data: AccountConnectedEventData


class AccountInstalledEventData(TypedDict):
    account: TenantOut
    again: bool


class AccountInstalledEvent(TypedDict):
    """An account installed an integration"""

    type: Literal["account.installed"]
    timestamp: str
    data: AccountInstalledEventData


class AccountLeftEventData(TypedDict):
    account: TenantOut
    reason: str


class AccountLeftEvent(TypedDict):
    """An account left"""

    type: Literal["account.left"]
    timestamp: str
    data: AccountLeftEventData


class AccountNeedsAttentionEventData(TypedDict):
    account: TenantOut
    reason: str


class AccountNeedsAttentionEvent(TypedDict):
    """An account needs a person"""

    type: Literal["account.needs_attention"]
    timestamp: str
    data: AccountNeedsAttentionEventData


class ConsentChangedEventDataConsent(TypedDict):
    conversation_id: str | None
    decision: str
    id: str
    phone_hash: str | None
    way: str


class ConsentChangedEventData(TypedDict):
    account: TenantOut
    consent: ConsentChangedEventDataConsent


class ConsentChangedEvent(TypedDict):
    """A decision about marketing was recorded"""

    type: Literal["consent.changed"]
    timestamp: str
    data: ConsentChangedEventData


class ConversationStartedEventData(TypedDict):
    message: WebhookMessage


class ConversationStartedEvent(TypedDict):
    """The first message to a phone"""

    type: Literal["conversation.started"]
    timestamp: str
    data: ConversationStartedEventData
    repeat: NotRequired[bool]


class CustomerLinkedEventDataLink(TypedDict):
    amocrm_contact_id: str | None
    conversation_id: str
    id: str
    id_kind: str
    previous_contact_id: str | None
    source_id: str
    sureness: str
    why: str


class CustomerLinkedEventData(TypedDict):
    account: TenantOut
    link: CustomerLinkedEventDataLink


class CustomerLinkedEvent(TypedDict):
    """A chat got another contact"""

    type: Literal["customer.linked"]
    timestamp: str
    data: CustomerLinkedEventData


class EnquiryRoutedEventDataEnquiry(TypedDict):
    conversation_id: str
    lead_id: str | None
    message_id: str
    responsible: str | None
    rule: dict[str, Any] | None
    state: str
    steps: list[dict[str, Any]]
    version: int


class EnquiryRoutedEventData(TypedDict):
    account: TenantOut
    enquiry: EnquiryRoutedEventDataEnquiry


class EnquiryRoutedEvent(TypedDict):
    """Rules gave an enquiry to somebody"""

    type: Literal["enquiry.routed"]
    timestamp: str
    data: EnquiryRoutedEventData


class LimitNearEventData(TypedDict):
    account: TenantOut


class LimitNearEvent(TypedDict):
    """A limit is nearly used up"""

    type: Literal["limit.near"]
    timestamp: str
    data: LimitNearEventData


class LimitReachedEventData(TypedDict):
    account: TenantOut


class LimitReachedEvent(TypedDict):
    """A limit is used up"""

    type: Literal["limit.reached"]
    timestamp: str
    data: LimitReachedEventData


class MessageCreatedEventData(TypedDict):
    message: WebhookMessage


class MessageCreatedEvent(TypedDict):
    """A message for a customer"""

    type: Literal["message.created"]
    timestamp: str
    data: MessageCreatedEventData
    repeat: NotRequired[bool]


class MessageEditedEventData(TypedDict):
    message: WebhookMessage


class MessageEditedEvent(TypedDict):
    """An edited message"""

    type: Literal["message.edited"]
    timestamp: str
    data: MessageEditedEventData
    repeat: NotRequired[bool]


class ReactionEventDataMessage(TypedDict):
    external_id: str | None
    id: str


class ReactionEventDataSender(TypedDict):
    id: str


class ReactionEventData(TypedDict):
    conversation: ConversationRefOut
    emoji: str | None
    message: ReactionEventDataMessage
    sender: ReactionEventDataSender
    source_id: str


class ReactionEvent(TypedDict):
    """A manager's reaction"""

    type: Literal["reaction"]
    timestamp: str
    data: ReactionEventData
    repeat: NotRequired[bool]


class SourceCreatedEventDataSource(TypedDict):
    external_id: str
    id: str
    kind: str
    name: str


class SourceCreatedEventData(TypedDict):
    account: TenantOut
    source: SourceCreatedEventDataSource


class SourceCreatedEvent(TypedDict):
    """A source was created"""

    type: Literal["source.created"]
    timestamp: str
    data: SourceCreatedEventData


class SourceDeletedEventData(TypedDict):
    source: SourceOut


class SourceDeletedEvent(TypedDict):
    """A deleted source"""

    type: Literal["source.deleted"]
    timestamp: str
    data: SourceDeletedEventData
    repeat: NotRequired[bool]


class SourceStoppedEventDataSource(TypedDict):
    external_id: str
    id: str
    kind: str
    name: str


class SourceStoppedEventData(TypedDict):
    account: TenantOut
    reason: str
    source: SourceStoppedEventDataSource


class SourceStoppedEvent(TypedDict):
    """A source stopped"""

    type: Literal["source.stopped"]
    timestamp: str
    data: SourceStoppedEventData


class SourceTestEventData(TypedDict):
    source_id: str


class SourceTestEvent(TypedDict):
    """A test"""

    type: Literal["source.test"]
    timestamp: str
    data: SourceTestEventData
    repeat: NotRequired[bool]


class SourceUpdatedEventData(TypedDict):
    source: SourceOut


class SourceUpdatedEvent(TypedDict):
    """A changed source"""

    type: Literal["source.updated"]
    timestamp: str
    data: SourceUpdatedEventData
    repeat: NotRequired[bool]


class TemplateReviewEventData(TypedDict):
    source_id: str
    template: dict[str, Any]


class TemplateReviewEvent(TypedDict):
    """A template to review"""

    type: Literal["template.review"]
    timestamp: str
    data: TemplateReviewEventData
    repeat: NotRequired[bool]


class TrialEndingEventData(TypedDict):
    account: TenantOut


class TrialEndingEvent(TypedDict):
    """A trial ends soon"""

    type: Literal["trial.ending"]
    timestamp: str
    data: TrialEndingEventData


class TypingEventDataSender(TypedDict):
    id: str


class TypingEventData(TypedDict):
    conversation: ConversationRefOut
    sender: TypingEventDataSender
    source_id: str
    until: str


class TypingEvent(TypedDict):
    """A manager is typing"""

    type: Literal["typing"]
    timestamp: str
    data: TypingEventData
    repeat: NotRequired[bool]


# With what a manager could answer a chat now, with the word of the public API.
AnswerBy = Literal["text", "template", "nothing"]

# One request to amoCRM, or one thing that is done here, with amoCRM's ids. Texts are `route-ask-{word}`.
Ask = (
    AskGreet
    | AskTemplate
    | AskWaitForPerson
    | AskAccept
    | AskLink
    | AskUse
    | AskReopen
    | AskCreate
    | AskStage
    | AskAssign
    | AskTag
    | AskTask
    | AskFallback
)

# Who becomes responsible for the lead and its contact.
Assignee = AssigneeContact | AssigneeLead | AssigneePerson | AssigneeRoundRobin

# What a template is for.
CategoryIn = Literal["UTILITY", "MARKETING", "AUTHENTICATION"]

# What is checked before a switch, with the word of the public API.
CheckName = Literal["account", "access", "webhook", "others", "source", "default", "templates", "window"]

# What a check found, with the word of the public API.
CheckStatus = Literal["ok", "warn", "fail"]

# Whether amoCRM had a contact before.
ContactKind = Literal["known", "unknown"]

# How a new conversation gets its contact in amoCRM.
ContactRule = Literal["leave", "link", "create"]

# The content of a message: text, a file with an optional caption, a location or a contact card.
ContentIn = (
    ContentInText
    | ContentInPicture
    | ContentInVideo
    | ContentInFile
    | ContentInVoice
    | ContentInAudio
    | ContentInSticker
    | ContentInLocation
    | ContentInContact
)

# The type of a message's content.
ContentType = Literal["text", "picture", "video", "file", "voice", "audio", "sticker", "location", "contact"]

# Whether a customer wrote before this enquiry.
CustomerKind = Literal["new", "returning"]

# How a review ended. A decision can be changed by another one.
DecisionIn = Literal["approved", "rejected", "paused", "disabled"]

# How far a decision was carried out. Texts are `route-state-{word}`.
DecisionState = Literal["open", "waiting", "done", "failed"]

# The direction of a message.
Direction = Literal["to_crm", "to_messenger"]

# The fixed set of reasons for a failure.
FailureCode = Literal[
    "conversation_deleted",
    "recipient_blocked",
    "source_disconnected",
    "internal",
    "recipient_unreachable",
    "unsupported",
    "writing_first",
    "window_closed",
    "marketing_stopped",
    "rejected",
    "other",
]

# A time by a source's working hours.
HoursKind = Literal["within", "outside", "holiday"]

# What leads the contact has.
LeadKind = Literal["open", "closed", "none"]

# Which lead an enquiry belongs to.
LeadUse = Literal["open", "new", "reopen"]

# The kind of a letter: what it delivers.
LetterKind = Literal["message", "edit", "status", "typing", "reaction", "import", "resend", "chat"]

# The delivery status of a message.
MessageStatus = Literal["queued", "sent", "delivered", "read", "failed", "held", "shadow"]

# Why a rule does not decide. Texts are `route-miss-{word}`.
Miss = Literal[
    "off",
    "earlier",
    "source",
    "messenger",
    "working_hours",
    "times",
    "language",
    "campaign",
    "referral",
    "customer",
    "contact",
    "contact_responsible",
    "lead",
    "text_begins",
    "text_contains",
    "field",
    "country",
]

# The sender of a message.
Role = Literal["client", "manager", "bot"]

# The role of a participant.
RoleIn = Literal["client", "manager", "bot"]

# What of a rule could not be used. Texts are `route-fault-{word}`.
RuleFault = Literal["stage_gone", "user_gone", "nobody_present", "nobody_responsible", "refused"]

# What became of a sale at a target. Texts are `sale-state-{word}`.
SendingState = Literal["waiting", "sent", "refused", "skipped"]

# Why a target is sent nothing. Texts are `sale-skip-{word}`.
SkipReason = Literal["no_origin", "too_old", "switched_off"]

# How far a takeover is, with the word of the public API.
TakeoverState = Literal["switching", "switched", "rolling_back", "rolled_back", "returning", "returned"]

# A step of a switch, or of the way back.
TakeoverStep = Literal[
    "compare",
    "mirror",
    "switch_off",
    "begin",
    "history",
    "settle",
    "stop",
    "put_back",
    "settle_back",
    "unmirror",
    "done",
]

# Where a sale is sent. Texts are `sale-target-{word}`.
TargetKind = Literal["webhook", "meta", "metrica"]

# Statuses that a messenger can report. A message's status never goes backwards: an earlier status is accepted and ignored.
ToldStatus = Literal["delivered", "read", "failed"]

# What Parom posts; `type` tells which. Ignore types that you do not know.
WebhookEvent = (
    AccountConnectedEvent
    | AccountInstalledEvent
    | AccountLeftEvent
    | AccountNeedsAttentionEvent
    | ConsentChangedEvent
    | ConversationStartedEvent
    | CustomerLinkedEvent
    | EnquiryRoutedEvent
    | LimitNearEvent
    | LimitReachedEvent
    | MessageCreatedEvent
    | MessageEditedEvent
    | ReactionEvent
    | SourceCreatedEvent
    | SourceDeletedEvent
    | SourceStoppedEvent
    | SourceTestEvent
    | SourceUpdatedEvent
    | TemplateReviewEvent
    | TrialEndingEvent
    | TypingEvent
)
