<?php

// Generated from docs/openapi.json by sdk/generate: do not edit.

declare(strict_types=1);

namespace Parom;

/**
 * Parom's API: a method for each operation.
 *
 * @phpstan-type AcceptedOut array{id: string, external_id: string, status: string, duplicate: bool}
 * @phpstan-type Actions array{accept?: bool, fallback?: FallbackRule|null, greeting?: string|null, lead?: LeadUse, responsible?: Assignee|null, stage?: StagePlace|null, tags?: list<string>, task?: TaskRule|null, template?: string|null}
 * @phpstan-type ActorIn array{id: string}
 * @phpstan-type AdoptIn array{source_id?: string|null}
 * @phpstan-type AnswerBy 'text'|'template'|'nothing'
 * @phpstan-type AnswerOut array{status: int, text: string}
 * @phpstan-type AnswerTimesOut array{count: int, median_ms: int, p95_ms: int}
 * @phpstan-type AnswersReportOut array{first_answers: AnswerTimesOut|null, by_source: list<SourceAnswersOut>, by_manager: list<ManagerAnswersOut>, unanswered: ReportedChats, from: string, to: string, time_zone: string, counted_since: string|null}
 * @phpstan-type Ask array{ask: 'greet'}|array{template_id: string, ask: 'template'}|array{ask: 'wait_for_person'}|array{ask: 'accept'}|array{lead_id: string, ask: 'link'}|array{lead_id: string, ask: 'use'}|array{lead_id: string, ask: 'reopen'}|array{ask: 'create'}|array{pipeline_id: string, status_id: string, ask: 'stage'}|array{user_id: string, ask: 'assign'}|array{ask: 'tag'}|array{ask: 'task'}|array{minutes: int, ask: 'fallback'}
 * @phpstan-type Assignee array{kind: 'contact'}|array{kind: 'lead'}|array{user_id: string, kind: 'person'}|array{people: list<Seat>, kind: 'round_robin'}
 * @phpstan-type BroughtInOut array{taken: int, items: list<ListedTemplateOut>}
 * @phpstan-type Button array{text: string, url: string|null}
 * @phpstan-type CategoryIn 'UTILITY'|'MARKETING'|'AUTHENTICATION'
 * @phpstan-type ChannelOut array{channel_id: string, scope_id: string, status: string}
 * @phpstan-type ChatIn array{conversation: ConversationIn, customer: CustomerIn}
 * @phpstan-type ChatOut array{id: string, external_id: string, status: string, duplicate: bool}
 * @phpstan-type CheckName 'account'|'access'|'webhook'|'others'|'source'|'default'|'templates'|'window'
 * @phpstan-type CheckStatus 'ok'|'warn'|'fail'
 * @phpstan-type ComparedDayOut array{day: string, seen: int, in_amocrm: int, on_both: int, missing_here: int, missing_in_amocrm: int}
 * @phpstan-type ComparisonOut array{seen: int, in_amocrm: int, on_both: int, missing_here: list<DifferenceOut>, missing_in_amocrm: list<DifferenceOut>, chats: list<ShadowChatOut>, templates: list<string>|null, is_cut: bool}
 * @phpstan-type Conditions array{campaign?: array<string, mixed>|\stdClass, contact?: ContactKind|null, contact_responsible?: list<string>, countries?: list<string>, customer?: CustomerKind|null, fields?: array<string, mixed>|\stdClass, languages?: list<string>, lead?: LeadKind|null, messengers?: list<string>, referral?: string|null, sources?: list<string>, text_begins?: list<string>, text_contains?: list<string>, times?: list<string>, working_hours?: HoursKind|null}
 * @phpstan-type ContactKind 'known'|'unknown'
 * @phpstan-type ContactLinkOut array{id: string, at: string|null, amocrm_contact_id: string|null, why: string, id_kind: string|null, id_value: string|null, sureness: string, by: string|null, is_undoable: bool, undone_at: string|null, undone_by: string|null}
 * @phpstan-type ContactOut array{id: string|null, name: string|null, phone: string|null, amocrm_contact_id: string|null, amocrm_contact_name: string|null, why: string|null}
 * @phpstan-type ContactRule 'leave'|'link'|'create'
 * @phpstan-type ContentIn ContentInText|ContentInPicture|ContentInVideo|ContentInFile|ContentInVoice|ContentInAudio|ContentInSticker|ContentInLocation|ContentInContact
 * @phpstan-type ContentInAudio array{type: 'audio', duration?: int|null, file_name?: string|null, file_size?: int|null, media_id?: string|null, media_url?: string|null, text?: string|null}
 * @phpstan-type ContentInContact array{type: 'contact', name: string, phone: string}
 * @phpstan-type ContentInFile array{type: 'file', file_name?: string|null, file_size?: int|null, media_id?: string|null, media_url?: string|null, text?: string|null}
 * @phpstan-type ContentInLocation array{type: 'location', latitude: float, longitude: float}
 * @phpstan-type ContentInPicture array{type: 'picture', file_name?: string|null, file_size?: int|null, media_id?: string|null, media_url?: string|null, text?: string|null}
 * @phpstan-type ContentInSticker array{type: 'sticker', file_name?: string|null, file_size?: int|null, media_id?: string|null, media_url?: string|null, sticker_id?: string|null, text?: string|null}
 * @phpstan-type ContentInText array{type: 'text', text: string, callback_data?: string|null}
 * @phpstan-type ContentInVideo array{type: 'video', duration?: int|null, file_name?: string|null, file_size?: int|null, media_id?: string|null, media_url?: string|null, text?: string|null}
 * @phpstan-type ContentInVoice array{type: 'voice', duration?: int|null, file_name?: string|null, file_size?: int|null, media_id?: string|null, media_url?: string|null, text?: string|null}
 * @phpstan-type ContentOut array{type: ContentType, buttons?: list<list<Button>>|null, callback_data?: string|null, duration?: int|null, file_name?: string|null, file_size?: int|null, group_id?: string|null, latitude?: float|null, list?: ListMessage|null, longitude?: float|null, media_id?: string|null, media_url?: string|null, mime_type?: string|null, name?: string|null, phone?: string|null, sticker_id?: string|null, text?: string|null, thumbnail_url?: string|null}
 * @phpstan-type ContentType 'text'|'picture'|'video'|'file'|'voice'|'audio'|'sticker'|'location'|'contact'
 * @phpstan-type ConversationIn array{id: string}
 * @phpstan-type ConversationOut array{id: string, external_id: string|null, amocrm_chat_id: string|null, contact: ContactOut, participants: list<Member>, visit: string|null, unreachable_since: string|null, blocked_at: string|null, window: WindowOut|null, last_message_at: string|null}
 * @phpstan-type ConversationRefOut array{id: string|null}
 * @phpstan-type CrmFacts array{closed_lead?: LeadFact|null, contact_id?: string|null, contact_responsible?: string|null, incoming?: IncomingFact|null, is_known?: bool, leads?: list<string>, open_lead?: LeadFact|null}
 * @phpstan-type CustomerErasureCountOut array{conversation_ids: list<string>, messages: int, files: int, also_possible: list<string>}
 * @phpstan-type CustomerErasureIn array{conversation_id?: string|null, dry_run?: bool, phone?: string|null}
 * @phpstan-type CustomerErasureOut array{id: string, counts: array<string, mixed>|\stdClass, also_possible: list<string>}
 * @phpstan-type CustomerExportIn array{conversation_id?: string|null, phone?: string|null}
 * @phpstan-type CustomerIn array{id: string, contact_id?: string|null, email?: string|null, name?: string|null, phone?: string|null, profile_url?: string|null}
 * @phpstan-type CustomerKind 'new'|'returning'
 * @phpstan-type DeadLetterOut array{id: string, source_id: string, conversation_id: string, message_id: string, kind: LetterKind, direction: Direction, reason: string, detail: string, attempts: int, first_at: string, last_at: string}
 * @phpstan-type DecisionIn 'approved'|'rejected'|'paused'|'disabled'
 * @phpstan-type DecisionState 'open'|'waiting'|'done'|'failed'
 * @phpstan-type DifferenceOut array{at: string, is_outgoing: bool, contact_id: string|null, message_id: string|null, origin: string|null}
 * @phpstan-type Direction 'to_crm'|'to_messenger'
 * @phpstan-type DraftOut array{version: int, routes: RuleSet}
 * @phpstan-type EditIn array{content: ContentIn}
 * @phpstan-type EditOut array{id: string, status: string}
 * @phpstan-type Facts array{country?: string|null, crm?: CrmFacts, customer?: CustomerKind|null, has_templates?: bool, language?: string|null, local_time?: string, messenger?: string, source_id?: string, working_hours?: HoursKind|null}
 * @phpstan-type FailureCode 'conversation_deleted'|'recipient_blocked'|'source_disconnected'|'internal'|'recipient_unreachable'|'unsupported'|'writing_first'|'window_closed'|'marketing_stopped'|'rejected'|'other'
 * @phpstan-type FailureIn array{code: FailureCode, text?: string|null}
 * @phpstan-type FailureOut array{code: FailureCode, text: string}
 * @phpstan-type FallbackRule array{after_minutes: int, to: Assignee}
 * @phpstan-type FieldError array{pointer: string, detail: string}
 * @phpstan-type FlowOut array{from_customers: int, to_customers: int, failed: int}
 * @phpstan-type HeldOut array{count: int, oldest_at: string|null}
 * @phpstan-type HourFlowOut array{weekday: int, hour: int, from_customers: int, to_customers: int, failed: int}
 * @phpstan-type HoursKind 'within'|'outside'|'holiday'
 * @phpstan-type IdentityOut array{links: list<ContactLinkOut>, is_changing: bool}
 * @phpstan-type Imagined array{campaign?: array<string, mixed>|\stdClass, customer?: CustomerKind|null, fields?: array<string, mixed>|\stdClass, is_known?: bool, lead?: LeadKind|null, local_time?: string|null, phone?: string|null, referral?: string|null, responsible?: string|null, source_id?: string, text?: string}
 * @phpstan-type ImportOut array{notes: list<string>, id: string, source_id: string, status: string, dry_run: bool, leads: string, link_contacts: bool, total: int, chats: int, done: int, duplicates: int, skipped: list<SkippedOut>, skipped_total: int, leads_expected: int, seconds_expected: int, gives_way: bool, created_at: string, finished_at: string|null}
 * @phpstan-type IncomingFact array{uid: string, lead_id?: string|null}
 * @phpstan-type KindUsageOut array{kind: string, sources: int|null, to_crm: UsageCountsOut, to_messenger: UsageCountsOut}
 * @phpstan-type LeadFact array{id: string, is_new?: bool, responsible?: string|null}
 * @phpstan-type LeadKind 'open'|'closed'|'none'
 * @phpstan-type LeadUse 'open'|'new'|'reopen'
 * @phpstan-type LedgerCountsOut array{accepted: int, delivered: int, failed: int, waiting: int}
 * @phpstan-type LedgerOut array{from: string|null, to: string|null, to_crm: LedgerCountsOut, to_messenger: LedgerCountsOut}
 * @phpstan-type LetterKind 'message'|'edit'|'status'|'typing'|'reaction'|'import'|'resend'|'chat'
 * @phpstan-type ListMessage array{body?: string, button?: string, footer?: string, header?: string, sections?: list<Section>}
 * @phpstan-type ListedTemplateOut array{name: string, language: string, text: string, found: string, amocrm_name: string|null}
 * @phpstan-type ManagerAnswersOut array{manager: ManagerOut, count: int, median_ms: int, p95_ms: int}
 * @phpstan-type ManagerFlowOut array{manager: ManagerOut, to_customers: int}
 * @phpstan-type ManagerOut array{amojo_id: string|null, user_id: string|null, name: string|null}
 * @phpstan-type Marker array{key: string, value?: string}
 * @phpstan-type MarketingConsentIn array{decision: string, conversation_id?: string|null, evidence?: string|null, phone?: string|null, way?: string|null}
 * @phpstan-type MarketingConsentOut array{id: string, at: string, conversation_id: string|null, phone_hash: string|null, decision: string, way: string, by: string|null, evidence: string|null}
 * @phpstan-type MeKeyOut array{id: string, name: string, scope: string, tenant_id: string|null, created_by: string|null, expires_at: string|null}
 * @phpstan-type MeLimitsOut array{requests_per_second: int|null, requests_burst: int, sources: int|null}
 * @phpstan-type MeOut array{key: MeKeyOut, tenant: TenantOut|null, limits: MeLimitsOut}
 * @phpstan-type Member array{id: string, name: string|null}
 * @phpstan-type MessageConversationIn array{id: string, participants?: list<ParticipantIn>|null, title?: string|null}
 * @phpstan-type MessageIn array{id: string, conversation: MessageConversationIn, sender: SenderIn, content: ContentIn, forward?: QuoteIn|null, post?: PostIn|null, receiver?: PersonIn|null, reply_to?: QuoteIn|null, sent_at?: string|null, shared_post?: SharedPostIn|null, silent?: bool|null}
 * @phpstan-type MessageOut array{id: string, source_id: string, direction: Direction, status: MessageStatus, reason: string|null, error: FailureOut|null, external_id: string|null, amocrm_message_id: string|null, conversation: ConversationRefOut, sender: PersonOut, receiver: PersonOut|null, content: ContentOut, silent: bool, deleted: bool, possible_duplicate: bool, sent_at: string, accepted_at: string, template: Template|null, reply_to: QuoteOut|null, forward?: QuoteOut|null, post?: Post|null, shared_post?: SharedPost|null, routing?: RouteDecisionOut|null, timeline?: list<TimelineEventOut>|null}
 * @phpstan-type MessageStatus 'queued'|'sent'|'delivered'|'read'|'failed'|'held'|'shadow'
 * @phpstan-type MessagesReportOut array{total: FlowOut, by_source: list<SourceFlowOut>, by_manager: list<ManagerFlowOut>, by_hour: list<HourFlowOut>, from: string, to: string, time_zone: string, counted_since: string|null}
 * @phpstan-type Miss 'off'|'earlier'|'source'|'messenger'|'working_hours'|'times'|'language'|'campaign'|'referral'|'customer'|'contact'|'contact_responsible'|'lead'|'text_begins'|'text_contains'|'field'|'country'
 * @phpstan-type MissedRule array{id: string, name: string, because: list<Miss>}
 * @phpstan-type OtherServiceOut array{id: string, name: string, switched_off: string, loses_secret: bool, stays: bool, trouble: string|null}
 * @phpstan-type OthersSinceOut array{received: int, sent: int}
 * @phpstan-type ParamOut array{key: string, value: string}
 * @phpstan-type ParticipantIn array{id: string, name?: string|null}
 * @phpstan-type PersonIn array{id: string, avatar_url?: string|null, email?: string|null, name?: string|null, phone?: string|null, profile_url?: string|null}
 * @phpstan-type PersonOut array{role: Role, id: string, name: string|null, avatar_url?: string|null, email?: string|null, phone?: string|null, profile_url?: string|null}
 * @phpstan-type PipelineOut array{id: string, name: string, is_main: bool}
 * @phpstan-type PipelinesOut array{items: list<PipelineOut>}
 * @phpstan-type Plan array{accept?: bool, fallback_minutes?: int|null, greeting?: string|null, lead?: LeadUse, needs_lead?: bool, responsible?: string|null, stage?: StagePlace|null, tags?: list<string>, task?: TaskRule|null, template?: string|null}
 * @phpstan-type Post array{id: string, caption?: string|null, permalink?: string|null, preview_url?: string|null, url?: string|null, username?: string|null}
 * @phpstan-type PostIn array{id: string, caption?: string|null, permalink?: string|null, preview_url?: string|null, url?: string|null, username?: string|null}
 * @phpstan-type QuoteIn array{id?: string|null, sender?: QuotedSenderIn|null, sent_at?: string|null, text?: string|null}
 * @phpstan-type QuoteOut array{id: string|null, content?: ContentOut|null, sender?: QuotedOut|null, sent_at?: string|null}
 * @phpstan-type QuotedOut array{name: string|null}
 * @phpstan-type QuotedSenderIn array{name?: string|null}
 * @phpstan-type ReactedIn array{id: string}
 * @phpstan-type ReactionIn array{message: ReactedIn, sender: ActorIn, emoji: string|null}
 * @phpstan-type ReconciledOut array{missing: int, changed: int, strays: int}
 * @phpstan-type Replay array{messages: int, by_rule: array<string, mixed>|\stdClass, differing: int, enquiries: list<ReplayedEnquiry>}
 * @phpstan-type ReplayCountOut array{count: int, maybe_twice: int, seconds_expected: int}
 * @phpstan-type ReplayIn array{action: string, dry_run?: bool, reason?: string|null, source_id?: string|null, tenant_id?: string|null}
 * @phpstan-type ReplayOut array{id: string, tenant_id: string, action: string, source_id: string|null, reason: string|null, status: string, total: int, done: int, created_at: string, finished_at: string|null}
 * @phpstan-type ReplayedEnquiry array{message_id: string, conversation_id: string, source_id: string, at: int, faults: list<RuleFault>, crm_known: bool, now?: RuleName|null, now_responsible?: string|null, then?: RuleName|null, then_responsible?: string|null}
 * @phpstan-type ReportedChats array{count: int, items: list<UnansweredOut>}
 * @phpstan-type ResentOut array{id: string, webhook_id: string, status: string}
 * @phpstan-type RetriedOut array{id: string, status: string}
 * @phpstan-type ReviewIn array{status: DecisionIn, external_id?: string|null, reason?: string|null}
 * @phpstan-type Role 'client'|'manager'|'bot'
 * @phpstan-type RoleIn 'client'|'manager'|'bot'
 * @phpstan-type RouteDecisionOut array{state: DecisionState, version: int, rule: RuleName|null, lead_id: string|null, responsible: string|null}
 * @phpstan-type RouteVersionOut array{version: int, is_draft: bool, author: string, created_at: string, routes: RuleSet|null}
 * @phpstan-type RouteVersionsOut array{items: list<RouteVersionOut>}
 * @phpstan-type RoutesIn array{routes: RuleSet, draft?: bool}
 * @phpstan-type RoutesOut array{version: int|null, routes: RuleSet, draft: DraftOut|null, matches: array<string, mixed>|\stdClass}
 * @phpstan-type RoutesReplayIn array{routes?: RuleSet|null}
 * @phpstan-type RoutesTryIn array{message?: Imagined|null, message_id?: string|null, routes?: RuleSet|null}
 * @phpstan-type Row array{id: string, description?: string, title?: string}
 * @phpstan-type Rule array{id: string, name: string, on?: bool, then?: Actions, when?: Conditions}
 * @phpstan-type RuleFault 'stage_gone'|'user_gone'|'nobody_present'|'nobody_responsible'|'refused'
 * @phpstan-type RuleName array{id: string, name: string}
 * @phpstan-type RuleSet array{fallback_user?: string|null, rules?: list<Rule>, silence_hours?: int}
 * @phpstan-type SaleOut array{event_id: string, lead_id: string, price: int, currency: string, won_at: string, conversation_ids: list<string>, sendings: list<SaleSendingOut>}
 * @phpstan-type SalePreview array{lead_id: string, requests: list<SaleRequest>}
 * @phpstan-type SaleRequest array{target: TargetKind, url: string, content_type: string, body: string, skipped: SkipReason|null}
 * @phpstan-type SaleSendingOut array{target: TargetKind, state: SendingState, reason: string, tries: int, at: string}
 * @phpstan-type SaleTargetIn array{counter_id?: string, dataset_id?: string, goal?: string, on?: bool, token?: string|null}
 * @phpstan-type SaleTargetOut array{on: bool, dataset_id: string, counter_id: string, goal: string, has_token: bool}
 * @phpstan-type SaleTargetsIn array{meta?: SaleTargetIn|null, metrica?: SaleTargetIn|null, webhook?: SaleTargetIn|null}
 * @phpstan-type SaleTargetsOut array{webhook: SaleTargetOut, webhook_url: string|null, meta: SaleTargetOut, metrica: SaleTargetOut}
 * @phpstan-type SalesOut array{items: list<SaleOut>}
 * @phpstan-type SalesPreviewOut array{items: list<SalePreview>}
 * @phpstan-type Seat array{user_id: string, limit?: int|null, times?: list<string>, weight?: int}
 * @phpstan-type SecretOut array{site_secret?: string|null, webhook_secret?: string|null}
 * @phpstan-type Section array{rows?: list<Row>, title?: string}
 * @phpstan-type SenderIn array{role: RoleIn, id: string, avatar_url?: string|null, contact_id?: string|null, email?: string|null, name?: string|null, phone?: string|null, profile_url?: string|null, user_id?: string|null}
 * @phpstan-type SendingState 'waiting'|'sent'|'refused'|'skipped'
 * @phpstan-type ShadowChatOut array{conversation_id: string, contact_id: string|null, messages: int, answer_by: AnswerBy, answer_until: string|null}
 * @phpstan-type ShadowDayOut array{day: string, messages: int}
 * @phpstan-type ShadowOut array{shadow_since: string, sees_answers: bool, days: list<ShadowDayOut>, comparison: ComparisonOut|null}
 * @phpstan-type SharedPost array{url: string, permalink?: string|null, preview_url?: string|null, site_name?: string|null}
 * @phpstan-type SharedPostIn array{url: string, permalink?: string|null, preview_url?: string|null, site_name?: string|null}
 * @phpstan-type SkipReason 'no_origin'|'too_old'|'switched_off'
 * @phpstan-type SkippedOut array{line: int, reason: string}
 * @phpstan-type SourceAnswersOut array{source_id: string, count: int, median_ms: int, p95_ms: int}
 * @phpstan-type SourceFlowOut array{source_id: string, from_customers: int, to_customers: int, failed: int}
 * @phpstan-type SourceIn array{kind: string, name: string, channel_id?: string|null, contact_rule?: ContactRule|null, default?: bool|null, external_id?: string|null, lead_origin?: bool|null, pipeline_id?: string|null, services?: mixed, settings?: array<string, mixed>|\stdClass|null, shadow?: bool|null}
 * @phpstan-type SourceOut array{id: string, tenant_id: string, kind: string, name: string, external_id: string, amocrm_source_id: string, pipeline_id: string, default: bool, channel_id: string, contact_rule: string, lead_origin: bool, services: mixed, settings: array<string, mixed>|\stdClass, status: string, status_reason: string|null, status_detail: string|null, status_since: string, status_action: string|null, proved_at: string|null, paused: bool, shadow_since: string|null, new_chats_per_hour: int, held: HeldOut, created_at: string, version: string, callback_url?: string|null, webhook_secret?: string|null}
 * @phpstan-type SourcePatchIn array{channel_id?: string|null, contact_rule?: ContactRule|null, default?: bool|null, drop_before?: string|null, lead_origin?: bool|null, name?: string|null, new_chats_per_hour?: int|null, paused?: bool|null, pipeline_id?: string|null, services?: mixed, settings?: array<string, mixed>|\stdClass|null}
 * @phpstan-type StagePlace array{pipeline_id: string, status_id: string}
 * @phpstan-type StartTakeover array{stays?: list<string>}
 * @phpstan-type StatusIn array{status: ToldStatus, conversation?: TheirIn|null, error?: FailureIn|null, id?: string|null, receiver?: TheirIn|null}
 * @phpstan-type StatusOut array{id: string|null, status: ToldStatus, ignored: bool}
 * @phpstan-type StepOut array{name: string, ok: bool, detail: string, ms: int}
 * @phpstan-type StepsOut array{steps: list<StepOut>}
 * @phpstan-type StrayOut array{amocrm_source_id: string, external_id: string, name: string, pipeline_id: string|null, default: bool, reason: string, seen_at: string}
 * @phpstan-type StraysOut array{items: list<StrayOut>}
 * @phpstan-type TakeoverCheckOut array{name: CheckName, status: CheckStatus, detail: string}
 * @phpstan-type TakeoverFailureOut array{step: TakeoverStep, reason: string}
 * @phpstan-type TakeoverOut array{state: TakeoverState, step: TakeoverStep, begun_at: string, begun_by: string, others: list<OtherServiceOut>, failure: TakeoverFailureOut|null, switched_at: string|null, back_until: string|null, back_at: string|null, returned_at: string|null}
 * @phpstan-type TakeoverPlanOut array{is_ready: bool, checks: list<TakeoverCheckOut>, others: list<OtherServiceOut>, chats: int}
 * @phpstan-type TakeoverReportOut array{takeover: TakeoverOut, days: list<ComparedDayOut>, sent_as_history: int, came_during: int, first_hour: TakeoverWatchOut|null, first_day: TakeoverWatchOut|null, others_since: OthersSinceOut|null}
 * @phpstan-type TakeoverState 'switching'|'switched'|'rolling_back'|'rolled_back'|'returning'|'returned'
 * @phpstan-type TakeoverStep 'compare'|'mirror'|'switch_off'|'begin'|'history'|'settle'|'stop'|'put_back'|'settle_back'|'unmirror'|'done'
 * @phpstan-type TakeoverWatchOut array{until: string, is_over: bool, received: int, in_amocrm: int, written: int, sent: int, failed: int, waiting: int}
 * @phpstan-type TargetKind 'webhook'|'meta'|'metrica'
 * @phpstan-type TaskRule array{text: string, within_minutes: int}
 * @phpstan-type Template array{id: string, external_id: string|null, content?: string, params?: list<Marker>}
 * @phpstan-type TemplateFileIn array{file_name?: string|null, media_id?: string|null, media_url?: string|null}
 * @phpstan-type TemplateIn array{name: string, content: string, language: string, category: CategoryIn, buttons?: list<Button>|null, footer?: string|null, header?: string|null, params?: list<ParamOut>|null}
 * @phpstan-type TemplateMessageIn array{conversation: TemplateReceiverIn, file?: TemplateFileIn|null, params?: list<ParamOut>|null}
 * @phpstan-type TemplateMessageOut array{id: string, status: string}
 * @phpstan-type TemplateOut array{id: string, source_id: string, amocrm_template_id: string, name: string, messenger_name: string, external_id: string|null, language: string, category: string, content: string, header: string|null, footer: string|null, buttons: list<Button>, file: string|null, params: list<ParamOut>, status: string, reason: string|null, quality: string|null, amocrm_status: string|null, waits_because: string|null, created_at: string, submitted_at: string|null}
 * @phpstan-type TemplateReceiverIn array{id: string}
 * @phpstan-type TenantOut array{id: string, integration: string, account_id: string, host: string, name: string, amojo_id: string, status: string, suspended: bool, sources_limit: int|null, time_window_disabled: bool, texts_days: int|null, hooks_days: int|null, attempts_days: int|null, undelivered_days: int|null, audit_days: int|null, plan: string|null, trial_until: string|null, paid_until: string|null, channels: list<ChannelOut>, created_at: string}
 * @phpstan-type TenantPatchIn array{attempts_days?: int|null, audit_days?: int|null, hooks_days?: int|null, paid_until?: string|null, plan?: string|null, sources_limit?: int|null, suspended?: bool|null, texts_days?: int|null, time_window_disabled?: bool|null, trial_until?: string|null, undelivered_days?: int|null}
 * @phpstan-type TheirIn array{id: string}
 * @phpstan-type TimelineEventOut array{at: string, hop: string, event: string, attempt: int|null, answer: AnswerOut|null, reason: string|null}
 * @phpstan-type ToldStatus 'delivered'|'read'|'failed'
 * @phpstan-type Trial array{facts: Facts, verdict: Verdict, asks: list<Ask>, crm_answered: bool}
 * @phpstan-type TypingIn array{conversation: ConversationIn, sender: ActorIn}
 * @phpstan-type UnansweredOut array{conversation_id: string, source_id: string, name: string|null, since: string, waits_ms: int}
 * @phpstan-type UploadOut array{media_id: string, size: int, mime_type: string}
 * @phpstan-type UsageCountsOut array{accepted: int, delivered: int, failed: int}
 * @phpstan-type UsageOut array{month: string, tenant_id: string, integration: string, account_id: string, host: string, plan: string|null, sources: int|null, stored_bytes: int|null, kinds: list<KindUsageOut>}
 * @phpstan-type VendorEventAttemptOut array{webhook_id: string, type: string, at: string, status: int|null, ms: int, error: string|null, number: int}
 * @phpstan-type VendorEventOut array{id: string, tenant_id: string, webhook: string, type: string, status: string, attempts: int, next_attempt_at: string|null, body: array<string, mixed>|\stdClass, created_at: string}
 * @phpstan-type VendorEventResentOut array{id: string, status: string}
 * @phpstan-type Verdict array{others: list<MissedRule>, plan: Plan, faults: list<RuleFault>, rule?: RuleName|null}
 * @phpstan-type WebhookAttemptOut array{id: string, webhook_id: string, type: string, at: string, status: int|null, ms: int, error: string|null, number: int, message_id: string}
 * @phpstan-type WebhookMessage array{content: ContentOut, conversation: ConversationRefOut, id: string, receiver: array{id: string|null, name: string|null, phone: string|null}, reply_to: QuoteOut|null, sender: PersonOut, sent_at: string, source_id: string, template: Template|null, forward?: QuoteOut|null, post?: array{id: string}}
 * @phpstan-type WindowOut array{open: bool, until: string|null}
 * @phpstan-type AccountConnectedEvent array{type: 'account.connected', timestamp: string, data: array{account: TenantOut}}
 * @phpstan-type AccountInstalledEvent array{type: 'account.installed', timestamp: string, data: array{account: TenantOut, again: bool}}
 * @phpstan-type AccountLeftEvent array{type: 'account.left', timestamp: string, data: array{account: TenantOut, reason: string}}
 * @phpstan-type AccountNeedsAttentionEvent array{type: 'account.needs_attention', timestamp: string, data: array{account: TenantOut, reason: string}}
 * @phpstan-type ConsentChangedEvent array{type: 'consent.changed', timestamp: string, data: array{account: TenantOut, consent: array{conversation_id: string|null, decision: string, id: string, phone_hash: string|null, way: string}}}
 * @phpstan-type ConversationStartedEvent array{type: 'conversation.started', timestamp: string, data: array{message: WebhookMessage}, repeat?: bool}
 * @phpstan-type CustomerLinkedEvent array{type: 'customer.linked', timestamp: string, data: array{account: TenantOut, link: array{amocrm_contact_id: string|null, conversation_id: string, id: string, id_kind: string, previous_contact_id: string|null, source_id: string, sureness: string, why: string}}}
 * @phpstan-type EnquiryRoutedEvent array{type: 'enquiry.routed', timestamp: string, data: array{account: TenantOut, enquiry: array{conversation_id: string, lead_id: string|null, message_id: string, responsible: string|null, rule: array<string, mixed>|\stdClass|null, state: string, steps: list<array<string, mixed>|\stdClass>, version: int}}}
 * @phpstan-type LimitNearEvent array{type: 'limit.near', timestamp: string, data: array{account: TenantOut}}
 * @phpstan-type LimitReachedEvent array{type: 'limit.reached', timestamp: string, data: array{account: TenantOut}}
 * @phpstan-type MessageCreatedEvent array{type: 'message.created', timestamp: string, data: array{message: WebhookMessage}, repeat?: bool}
 * @phpstan-type MessageEditedEvent array{type: 'message.edited', timestamp: string, data: array{message: WebhookMessage}, repeat?: bool}
 * @phpstan-type ReactionEvent array{type: 'reaction', timestamp: string, data: array{conversation: ConversationRefOut, emoji: string|null, message: array{external_id: string|null, id: string}, sender: array{id: string}, source_id: string}, repeat?: bool}
 * @phpstan-type SourceCreatedEvent array{type: 'source.created', timestamp: string, data: array{account: TenantOut, source: array{external_id: string, id: string, kind: string, name: string}}}
 * @phpstan-type SourceDeletedEvent array{type: 'source.deleted', timestamp: string, data: array{source: SourceOut}, repeat?: bool}
 * @phpstan-type SourceStoppedEvent array{type: 'source.stopped', timestamp: string, data: array{account: TenantOut, reason: string, source: array{external_id: string, id: string, kind: string, name: string}}}
 * @phpstan-type SourceTestEvent array{type: 'source.test', timestamp: string, data: array{source_id: string}, repeat?: bool}
 * @phpstan-type SourceUpdatedEvent array{type: 'source.updated', timestamp: string, data: array{source: SourceOut}, repeat?: bool}
 * @phpstan-type TemplateReviewEvent array{type: 'template.review', timestamp: string, data: array{source_id: string, template: array<string, mixed>|\stdClass}, repeat?: bool}
 * @phpstan-type TrialEndingEvent array{type: 'trial.ending', timestamp: string, data: array{account: TenantOut}}
 * @phpstan-type TypingEvent array{type: 'typing', timestamp: string, data: array{conversation: ConversationRefOut, sender: array{id: string}, source_id: string, until: string}, repeat?: bool}
 * @phpstan-type WebhookEvent AccountConnectedEvent|AccountInstalledEvent|AccountLeftEvent|AccountNeedsAttentionEvent|ConsentChangedEvent|ConversationStartedEvent|CustomerLinkedEvent|EnquiryRoutedEvent|LimitNearEvent|LimitReachedEvent|MessageCreatedEvent|MessageEditedEvent|ReactionEvent|SourceCreatedEvent|SourceDeletedEvent|SourceStoppedEvent|SourceTestEvent|SourceUpdatedEvent|TemplateReviewEvent|TrialEndingEvent|TypingEvent
 */
final class Parom extends Client
{

    // --- sources ---

    /**
     * Retrieves a source.
     *
     * @return SourceOut
     */
    public function getSource(string $sourceId): array
    {
        return $this->call('GET', '/api/v1/sources/' . self::segment($sourceId));
    }

    /**
     * Deletes a source.
     */
    public function deleteSource(string $sourceId, ?string $idempotencyKey = null): void
    {
        $this->call('DELETE', '/api/v1/sources/' . self::segment($sourceId), idempotencyKey: $idempotencyKey, keyed: true);
    }

    /**
     * Updates, pauses or resumes a source.
     *
     * @param SourcePatchIn $body
     * @return SourceOut
     */
    public function updateSource(string $sourceId, array $body, ?string $idempotencyKey = null, ?string $ifMatch = null): array
    {
        return $this->call(
            'PATCH',
            '/api/v1/sources/' . self::segment($sourceId),
            body: $body,
            idempotencyKey: $idempotencyKey,
            ifMatch: $ifMatch,
            keyed: true,
        );
    }

    /**
     * Restores a source in amoCRM.
     *
     * @return SourceOut
     */
    public function restoreSource(string $sourceId, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST', '/api/v1/sources/' . self::segment($sourceId) . '/restore', idempotencyKey: $idempotencyKey, keyed: true
        );
    }

    /**
     * Rotates a source's secret.
     *
     * @return SecretOut
     */
    public function rotateSourceSecret(string $sourceId, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST', '/api/v1/sources/' . self::segment($sourceId) . '/rotate-secret', idempotencyKey: $idempotencyKey, keyed: true
        );
    }

    /**
     * Retrieves what a shadow saw.
     *
     * @return ShadowOut
     */
    public function getShadow(string $sourceId, ?string $day = null): array
    {
        return $this->call('GET', '/api/v1/sources/' . self::segment($sourceId) . '/shadow', query: ['day' => $day]);
    }

    /**
     * Retrieves a takeover.
     *
     * @return TakeoverOut
     */
    public function getTakeover(string $sourceId): array
    {
        return $this->call('GET', '/api/v1/sources/' . self::segment($sourceId) . '/takeover');
    }

    /**
     * Takes a line over.
     *
     * @param StartTakeover $body
     * @return TakeoverOut
     */
    public function startTakeover(string $sourceId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/sources/' . self::segment($sourceId) . '/takeover',
            body: $body,
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Gives a line back.
     *
     * @return TakeoverOut
     */
    public function giveBackTakeover(string $sourceId, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST', '/api/v1/sources/' . self::segment($sourceId) . '/takeover/back', idempotencyKey: $idempotencyKey, keyed: true
        );
    }

    /**
     * Checks a takeover.
     *
     * @return TakeoverPlanOut
     */
    public function planTakeover(string $sourceId): array
    {
        return $this->call('GET', '/api/v1/sources/' . self::segment($sourceId) . '/takeover/plan');
    }

    /**
     * Reports what a takeover came to.
     *
     * @return TakeoverReportOut
     */
    public function reportTakeover(string $sourceId): array
    {
        return $this->call('GET', '/api/v1/sources/' . self::segment($sourceId) . '/takeover/report');
    }

    /**
     * Tests a source.
     *
     * @return StepsOut
     */
    public function testSource(string $sourceId, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST', '/api/v1/sources/' . self::segment($sourceId) . '/test', idempotencyKey: $idempotencyKey, keyed: true
        );
    }

    /**
     * Lists an account's sources.
     *
     * @return Page<SourceOut>
     */
    public function listSources(string $tenantId, ?int $limit = null, ?string $cursor = null): Page
    {
        return $this->list(
            '/api/v1/tenants/' . self::segment($tenantId) . '/sources', query: ['limit' => $limit, 'cursor' => $cursor]
        );
    }

    /**
     * Creates a source.
     *
     * @param SourceIn $body
     * @return SourceOut
     */
    public function createSource(string $tenantId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/tenants/' . self::segment($tenantId) . '/sources',
            body: $body,
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Compares the account's sources with amoCRM's.
     *
     * @return ReconciledOut
     */
    public function reconcileSources(string $tenantId, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/tenants/' . self::segment($tenantId) . '/sources/reconcile',
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Lists stray sources.
     *
     * @return StraysOut
     */
    public function listStraySources(string $tenantId): array
    {
        return $this->call('GET', '/api/v1/tenants/' . self::segment($tenantId) . '/stray-sources');
    }

    /**
     * Adopts a stray source.
     *
     * @param AdoptIn $body
     * @return SourceOut
     */
    public function adoptStraySource(string $tenantId, string $amocrmSourceId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/tenants/' . self::segment($tenantId) . '/stray-sources/' . self::segment($amocrmSourceId) . '/adopt',
            body: $body,
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Deletes a stray source in amoCRM.
     */
    public function removeStraySource(string $tenantId, string $amocrmSourceId, ?string $idempotencyKey = null): void
    {
        $this->call(
            'POST',
            '/api/v1/tenants/' . self::segment($tenantId) . '/stray-sources/' . self::segment($amocrmSourceId) . '/remove',
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    // --- messages ---

    /**
     * Retrieves a message.
     *
     * @return MessageOut
     */
    public function getMessage(string $id, ?string $tenantId = null): array
    {
        return $this->call('GET', '/api/v1/messages/' . self::segment($id), query: ['tenant_id' => $tenantId]);
    }

    /**
     * Uploads a file for messages.
     *
     * @return UploadOut
     */
    public function uploadFile(string $sourceId, string $body, ?string $fileName = null, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/sources/' . self::segment($sourceId) . '/media',
            body: $body,
            type: 'application/octet-stream',
            query: ['file_name' => $fileName],
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Sends a customer's message.
     *
     * @param MessageIn $body
     * @return AcceptedOut
     */
    public function sendMessage(string $sourceId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST', '/api/v1/sources/' . self::segment($sourceId) . '/messages', body: $body, idempotencyKey: $idempotencyKey
        );
    }

    /**
     * Deletes a customer's message.
     *
     * @return EditOut
     */
    public function deleteMessage(string $sourceId, string $externalId, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'DELETE',
            '/api/v1/sources/' . self::segment($sourceId) . '/messages/' . self::segment($externalId),
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Edits a customer's message.
     *
     * @param EditIn $body
     * @return EditOut
     */
    public function editMessage(string $sourceId, string $externalId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'PATCH',
            '/api/v1/sources/' . self::segment($sourceId) . '/messages/' . self::segment($externalId),
            body: $body,
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Reports the status of a message.
     *
     * @param StatusIn $body
     * @return StatusOut
     */
    public function reportStatus(string $sourceId, string $messageId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/sources/' . self::segment($sourceId) . '/messages/' . self::segment($messageId) . '/status',
            body: $body,
            idempotencyKey: $idempotencyKey,
        );
    }

    /**
     * Sets or removes a customer's reaction.
     *
     * @param ReactionIn $body
     */
    public function setReaction(string $sourceId, array $body, ?string $idempotencyKey = null): void
    {
        $this->call(
            'POST', '/api/v1/sources/' . self::segment($sourceId) . '/reactions', body: $body, idempotencyKey: $idempotencyKey
        );
    }

    /**
     * Shows that a customer is typing.
     *
     * @param TypingIn $body
     */
    public function showTyping(string $sourceId, array $body): void
    {
        $this->call('POST', '/api/v1/sources/' . self::segment($sourceId) . '/typing', body: $body);
    }

    // --- conversations ---

    /**
     * Lists a source's conversations.
     *
     * @return Page<ConversationOut>
     */
    public function listConversations(string $sourceId, ?int $limit = null, ?string $cursor = null): Page
    {
        return $this->list(
            '/api/v1/sources/' . self::segment($sourceId) . '/conversations', query: ['limit' => $limit, 'cursor' => $cursor]
        );
    }

    /**
     * Starts a chat without a message.
     *
     * @param ChatIn $body
     * @return ChatOut
     */
    public function startConversation(string $sourceId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST', '/api/v1/sources/' . self::segment($sourceId) . '/conversations', body: $body, idempotencyKey: $idempotencyKey
        );
    }

    /**
     * Lists a conversation's messages.
     *
     * @return Page<MessageOut>
     */
    public function listMessages(string $sourceId, string $conversationId, ?int $limit = null, ?string $cursor = null): Page
    {
        return $this->list(
            '/api/v1/sources/' . self::segment($sourceId) . '/conversations/' . self::segment($conversationId) . '/messages',
            query: ['limit' => $limit, 'cursor' => $cursor],
        );
    }

    // --- customers ---

    /**
     * Blocks the customer of a conversation.
     */
    public function blockCustomer(string $sourceId, string $conversationId, ?string $idempotencyKey = null): void
    {
        $this->call(
            'POST',
            '/api/v1/sources/' . self::segment($sourceId) . '/conversations/' . self::segment($conversationId) . '/block',
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Lists a chat's contact links.
     *
     * @return IdentityOut
     */
    public function getIdentity(string $sourceId, string $conversationId): array
    {
        return $this->call(
            'GET',
            '/api/v1/sources/' . self::segment($sourceId) . '/conversations/' . self::segment($conversationId) . '/identity',
        );
    }

    /**
     * Undoes a contact link.
     */
    public function undoIdentity(string $sourceId, string $conversationId, string $linkId, ?string $idempotencyKey = null): void
    {
        $this->call(
            'POST',
            '/api/v1/sources/' . self::segment($sourceId) . '/conversations/' . self::segment($conversationId) . '/identity/' . self::segment($linkId) . '/undo',
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Unblocks the customer of a conversation.
     */
    public function unblockCustomer(string $sourceId, string $conversationId, ?string $idempotencyKey = null): void
    {
        $this->call(
            'POST',
            '/api/v1/sources/' . self::segment($sourceId) . '/conversations/' . self::segment($conversationId) . '/unblock',
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Erases one customer's data.
     *
     * @param CustomerErasureIn $body
     * @return CustomerErasureCountOut|CustomerErasureOut
     */
    public function eraseCustomer(string $tenantId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/tenants/' . self::segment($tenantId) . '/customers/erase',
            body: $body,
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Exports one customer's data.
     *
     * @param CustomerExportIn $body
     */
    public function exportCustomer(string $tenantId, array $body): string
    {
        return $this->call('POST', '/api/v1/tenants/' . self::segment($tenantId) . '/customers/export', body: $body);
    }

    /**
     * Lists decisions about marketing.
     *
     * @return Page<MarketingConsentOut>
     */
    public function listMarketingConsents(string $tenantId, ?int $limit = null, ?string $cursor = null): Page
    {
        return $this->list(
            '/api/v1/tenants/' . self::segment($tenantId) . '/marketing-consents', query: ['limit' => $limit, 'cursor' => $cursor]
        );
    }

    /**
     * Records a decision about marketing.
     *
     * @param MarketingConsentIn $body
     * @return MarketingConsentOut
     */
    public function recordMarketingConsent(string $tenantId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/tenants/' . self::segment($tenantId) . '/marketing-consents',
            body: $body,
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    // --- templates ---

    /**
     * Lists a source's templates.
     *
     * @return Page<TemplateOut>
     */
    public function listTemplates(string $sourceId, ?int $limit = null, ?string $cursor = null): Page
    {
        return $this->list(
            '/api/v1/sources/' . self::segment($sourceId) . '/templates', query: ['limit' => $limit, 'cursor' => $cursor]
        );
    }

    /**
     * Creates a template in amoCRM.
     *
     * @param TemplateIn $body
     * @return TemplateOut
     */
    public function createTemplate(string $sourceId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/sources/' . self::segment($sourceId) . '/templates',
            body: $body,
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Brings templates in.
     *
     * @return BroughtInOut
     */
    public function bringTemplates(string $sourceId, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/sources/' . self::segment($sourceId) . '/templates/bring',
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Sends an approved template.
     *
     * @param TemplateMessageIn $body
     * @return TemplateMessageOut
     */
    public function sendTemplate(string $sourceId, string $templateId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/sources/' . self::segment($sourceId) . '/templates/' . self::segment($templateId) . '/messages',
            body: $body,
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Reports a template's review.
     *
     * @param ReviewIn $body
     * @return TemplateOut
     */
    public function reportTemplateReview(string $sourceId, string $templateId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/sources/' . self::segment($sourceId) . '/templates/' . self::segment($templateId) . '/review',
            body: $body,
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    // --- webhooks ---

    /**
     * Lists a source's webhook attempts.
     *
     * @return Page<WebhookAttemptOut>
     */
    public function listWebhookAttempts(string $sourceId, ?int $limit = null, ?string $cursor = null): Page
    {
        return $this->list(
            '/api/v1/sources/' . self::segment($sourceId) . '/webhook-attempts', query: ['limit' => $limit, 'cursor' => $cursor]
        );
    }

    /**
     * Resends a webhook.
     *
     * @return ResentOut
     */
    public function resendWebhook(string $id, ?string $tenantId = null, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/webhook-attempts/' . self::segment($id) . '/resend',
            query: ['tenant_id' => $tenantId],
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    // --- imports ---

    /**
     * Retrieves an import.
     *
     * @return ImportOut
     */
    public function getImport(string $id, ?string $tenantId = null): array
    {
        return $this->call('GET', '/api/v1/imports/' . self::segment($id), query: ['tenant_id' => $tenantId]);
    }

    /**
     * Cancels an import permanently.
     *
     * @return ImportOut
     */
    public function cancelImport(string $id, ?string $tenantId = null, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/imports/' . self::segment($id) . '/cancel',
            query: ['tenant_id' => $tenantId],
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Pauses an import.
     *
     * @return ImportOut
     */
    public function pauseImport(string $id, ?string $tenantId = null, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/imports/' . self::segment($id) . '/pause',
            query: ['tenant_id' => $tenantId],
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Resumes an import.
     *
     * @return ImportOut
     */
    public function resumeImport(string $id, ?string $tenantId = null, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/imports/' . self::segment($id) . '/resume',
            query: ['tenant_id' => $tenantId],
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Imports earlier messages from a file.
     *
     * @param 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'|'application/x-ndjson'|'text/csv' $type
     * @return ImportOut
     */
    public function startImport(
        string $sourceId,
        string $body,
        string $type,
        ?bool $dryRun = null,
        ?string $leads = null,
        ?bool $linkContacts = null,
        ?string $columns = null,
        ?string $we = null,
        ?string $dates = null,
        ?string $zone = null,
        ?string $idempotencyKey = null,
    ): array {
        return $this->call(
            'POST',
            '/api/v1/sources/' . self::segment($sourceId) . '/imports',
            body: $body,
            type: $type,
            query: ['dry_run' => $dryRun, 'leads' => $leads, 'link_contacts' => $linkContacts, 'columns' => $columns, 'we' => $we, 'dates' => $dates, 'zone' => $zone],
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    // --- dead letters ---

    /**
     * Retries or removes many dead letters.
     *
     * @param ReplayIn $body
     * @return ReplayCountOut|ReplayOut
     */
    public function replayDeadLetters(array $body, ?string $idempotencyKey = null): array
    {
        return $this->call('POST', '/api/v1/dead-letter-replays', body: $body, idempotencyKey: $idempotencyKey, keyed: true);
    }

    /**
     * Retrieves a replay.
     *
     * @return ReplayOut
     */
    public function getReplay(string $id, ?string $tenantId = null): array
    {
        return $this->call('GET', '/api/v1/dead-letter-replays/' . self::segment($id), query: ['tenant_id' => $tenantId]);
    }

    /**
     * Cancels a replay.
     *
     * @return ReplayOut
     */
    public function cancelReplay(string $id, ?string $tenantId = null, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/dead-letter-replays/' . self::segment($id) . '/cancel',
            query: ['tenant_id' => $tenantId],
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Lists dead letters.
     *
     * @return Page<DeadLetterOut>
     */
    public function listDeadLetters(
        ?string $sourceId = null, ?string $reason = null, ?string $tenantId = null, ?int $limit = null, ?string $cursor = null
    ): Page {
        return $this->list(
            '/api/v1/dead-letters',
            query: ['source_id' => $sourceId, 'reason' => $reason, 'tenant_id' => $tenantId, 'limit' => $limit, 'cursor' => $cursor],
        );
    }

    /**
     * Deletes a dead letter permanently.
     */
    public function deleteDeadLetter(string $id, ?string $tenantId = null, ?string $idempotencyKey = null): void
    {
        $this->call(
            'DELETE',
            '/api/v1/dead-letters/' . self::segment($id),
            query: ['tenant_id' => $tenantId],
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    /**
     * Retries a dead letter.
     *
     * @return RetriedOut
     */
    public function retryDeadLetter(string $id, ?string $tenantId = null, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST',
            '/api/v1/dead-letters/' . self::segment($id) . '/retry',
            query: ['tenant_id' => $tenantId],
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    // --- usage ---

    /**
     * Retrieves a source's ledger.
     *
     * @return LedgerOut
     */
    public function getLedger(string $sourceId, ?string $from = null, ?string $to = null): array
    {
        return $this->call(
            'GET', '/api/v1/sources/' . self::segment($sourceId) . '/ledger', query: ['from' => $from, 'to' => $to]
        );
    }

    /**
     * Reports how soon customers are answered.
     *
     * @return AnswersReportOut
     */
    public function reportAnswers(string $tenantId, ?string $from = null, ?string $to = null, ?string $sourceId = null): array
    {
        return $this->call(
            'GET',
            '/api/v1/tenants/' . self::segment($tenantId) . '/reports/answers',
            query: ['from' => $from, 'to' => $to, 'source_id' => $sourceId],
        );
    }

    /**
     * Counts an account's messages.
     *
     * @return MessagesReportOut
     */
    public function reportMessages(string $tenantId, ?string $from = null, ?string $to = null, ?string $sourceId = null): array
    {
        return $this->call(
            'GET',
            '/api/v1/tenants/' . self::segment($tenantId) . '/reports/messages',
            query: ['from' => $from, 'to' => $to, 'source_id' => $sourceId],
        );
    }

    /**
     * Retrieves an account's monthly usage.
     *
     * @return UsageOut
     */
    public function getAccountUsage(string $tenantId, ?string $month = null): array
    {
        return $this->call('GET', '/api/v1/tenants/' . self::segment($tenantId) . '/usage', query: ['month' => $month]);
    }

    /**
     * Lists all accounts' monthly usage.
     *
     * @return Page<UsageOut>
     */
    public function listUsage(?string $month = null, ?int $limit = null, ?string $cursor = null): Page
    {
        return $this->list('/api/v1/usage', query: ['month' => $month, 'limit' => $limit, 'cursor' => $cursor]);
    }

    // --- account ---

    /**
     * Describes the key of the request.
     *
     * @return MeOut
     */
    public function getOwnKey(): array
    {
        return $this->call('GET', '/api/v1/me');
    }

    /**
     * Lists accounts, newest first.
     *
     * @return Page<TenantOut>
     */
    public function listAccounts(?int $limit = null, ?string $cursor = null): Page
    {
        return $this->list('/api/v1/tenants', query: ['limit' => $limit, 'cursor' => $cursor]);
    }

    /**
     * Retrieves an account.
     *
     * @return TenantOut
     */
    public function getAccount(string $tenantId): array
    {
        return $this->call('GET', '/api/v1/tenants/' . self::segment($tenantId));
    }

    /**
     * Changes an account.
     *
     * @param TenantPatchIn $body
     * @return TenantOut
     */
    public function updateAccount(string $tenantId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'PATCH', '/api/v1/tenants/' . self::segment($tenantId), body: $body, idempotencyKey: $idempotencyKey, keyed: true
        );
    }

    /**
     * Lists the account's pipelines.
     *
     * @return PipelinesOut
     */
    public function listPipelines(string $tenantId): array
    {
        return $this->call('GET', '/api/v1/tenants/' . self::segment($tenantId) . '/pipelines');
    }

    // --- routes ---

    /**
     * Retrieves the routes.
     *
     * @return RoutesOut
     */
    public function getRoutes(string $tenantId): array
    {
        return $this->call('GET', '/api/v1/tenants/' . self::segment($tenantId) . '/routes');
    }

    /**
     * Replaces the routes.
     *
     * @param RoutesIn $body
     * @return RoutesOut
     */
    public function replaceRoutes(string $tenantId, array $body, ?string $idempotencyKey = null, ?string $ifMatch = null): array
    {
        return $this->call(
            'PUT',
            '/api/v1/tenants/' . self::segment($tenantId) . '/routes',
            body: $body,
            idempotencyKey: $idempotencyKey,
            ifMatch: $ifMatch,
            keyed: true,
        );
    }

    /**
     * Replays the last messages.
     *
     * @param RoutesReplayIn $body
     * @return Replay
     */
    public function replayRoutes(string $tenantId, array $body): array
    {
        return $this->call('POST', '/api/v1/tenants/' . self::segment($tenantId) . '/routes/replay', body: $body);
    }

    /**
     * Tries the routes with one message.
     *
     * @param RoutesTryIn $body
     * @return Trial
     */
    public function tryRoutes(string $tenantId, array $body): array
    {
        return $this->call('POST', '/api/v1/tenants/' . self::segment($tenantId) . '/routes/try', body: $body);
    }

    /**
     * Lists the versions of the routes.
     *
     * @return RouteVersionsOut
     */
    public function listRouteVersions(string $tenantId): array
    {
        return $this->call('GET', '/api/v1/tenants/' . self::segment($tenantId) . '/routes/versions');
    }

    /**
     * Restores a version of the routes.
     *
     * @return RoutesOut
     */
    public function restoreRouteVersion(
        string $tenantId, string $number, ?string $idempotencyKey = null, ?string $ifMatch = null
    ): array {
        return $this->call(
            'POST',
            '/api/v1/tenants/' . self::segment($tenantId) . '/routes/versions/' . self::segment($number) . '/restore',
            idempotencyKey: $idempotencyKey,
            ifMatch: $ifMatch,
            keyed: true,
        );
    }

    // --- sales ---

    /**
     * Lists the sales.
     *
     * @return SalesOut
     */
    public function listSales(string $tenantId): array
    {
        return $this->call('GET', '/api/v1/tenants/' . self::segment($tenantId) . '/sales');
    }

    /**
     * Previews sales.
     *
     * @return SalesPreviewOut
     */
    public function previewSales(string $tenantId): array
    {
        return $this->call('GET', '/api/v1/tenants/' . self::segment($tenantId) . '/sales/preview');
    }

    /**
     * Retrieves the targets of sales.
     *
     * @return SaleTargetsOut
     */
    public function getSaleTargets(string $tenantId): array
    {
        return $this->call('GET', '/api/v1/tenants/' . self::segment($tenantId) . '/sales/targets');
    }

    /**
     * Changes targets of sales.
     *
     * @param SaleTargetsIn $body
     * @return SaleTargetsOut
     */
    public function replaceSaleTargets(string $tenantId, array $body, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'PUT',
            '/api/v1/tenants/' . self::segment($tenantId) . '/sales/targets',
            body: $body,
            idempotencyKey: $idempotencyKey,
            keyed: true,
        );
    }

    // --- vendor events ---

    /**
     * Lists events for the vendor's webhooks.
     *
     * @return Page<VendorEventOut>
     */
    public function listVendorEvents(
        ?string $tenantId = null, ?string $status = null, ?int $limit = null, ?string $cursor = null
    ): Page {
        return $this->list(
            '/api/v1/vendor-events',
            query: ['tenant_id' => $tenantId, 'status' => $status, 'limit' => $limit, 'cursor' => $cursor],
        );
    }

    /**
     * Lists an event's attempts.
     *
     * @return Page<VendorEventAttemptOut>
     */
    public function listVendorEventAttempts(string $id, ?int $limit = null, ?string $cursor = null): Page
    {
        return $this->list(
            '/api/v1/vendor-events/' . self::segment($id) . '/attempts', query: ['limit' => $limit, 'cursor' => $cursor]
        );
    }

    /**
     * Resends an event.
     *
     * @return VendorEventResentOut
     */
    public function resendVendorEvent(string $id, ?string $idempotencyKey = null): array
    {
        return $this->call(
            'POST', '/api/v1/vendor-events/' . self::segment($id) . '/resend', idempotencyKey: $idempotencyKey, keyed: true
        );
    }
}
