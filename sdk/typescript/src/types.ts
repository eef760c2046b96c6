// Generated from docs/openapi.json by sdk/generate: do not edit.

/** An accepted message. */
export interface AcceptedOut {
  /** Parom's id of the message. */
  id: string;
  external_id: string;
  status: string;
  /** The id was already accepted and nothing new was stored. */
  duplicate: boolean;
}

/** What a rule does with an enquiry. A rule that says nothing leaves it to amoCRM. */
export interface Actions {
  /** Accepts the incoming lead without a person; otherwise the other actions wait until a person does. */
  accept?: boolean;
  fallback?: FallbackRule | null;
  /** Sent to the customer once, while the messenger allows it. `{name}` is the customer's name. */
  greeting?: string | null;
  /** Which lead the enquiry belongs to. */
  lead?: LeadUse;
  responsible?: Assignee | null;
  stage?: StagePlace | null;
  tags?: string[];
  task?: TaskRule | null;
  /** amoCRM's id of a template that is sent instead of the greeting where the messenger has templates. */
  template?: string | null;
}

/** The person who acts. */
export interface ActorIn {
  /** Your id of the person, at most 255 bytes. */
  id: string;
}

/** The source that takes over a stray source. */
export interface AdoptIn {
  /** If omitted: the default source, otherwise the oldest. */
  source_id?: string | null;
}

/** With what a manager could answer a chat now, with the word of the public API. */
export type AnswerBy = "text" | "template" | "nothing";

/** A response from the remote API. */
export interface AnswerOut {
  /** HTTP status. */
  status: number;
  /** At most 4 KiB, without secrets. */
  text: string;
}

/** How soon customers were answered. */
export interface AnswerTimesOut {
  /** Answers that ended a wait. */
  count: number;
  /** Half of them came within this time. */
  median_ms: number;
  /** 95 of 100 came within this time. */
  p95_ms: number;
}

/** First answers, and chats without one. */
export interface AnswersReportOut {
  /** Null if no chat was answered. */
  first_answers: AnswerTimesOut | null;
  by_source: SourceAnswersOut[];
  by_manager: ManagerAnswersOut[];
  unanswered: ReportedChats;
  /** First day. */
  from: string;
  /** Last day. */
  to: string;
  /** The account's time zone, by which days and hours are meant. */
  time_zone: string;
  /** Only messages since this moment are counted, because there were more than 100,000; null if all are. */
  counted_since: string | null;
}

/** One request to amoCRM, or one thing that is done here, with amoCRM's ids. Texts are `route-ask-{word}`. */
export type Ask = { ask: "greet" } | { template_id: string; ask: "template" } | { ask: "wait_for_person" } | { ask: "accept" } | { lead_id: string; ask: "link" } | { lead_id: string; ask: "use" } | { lead_id: string; ask: "reopen" } | { ask: "create" } | { pipeline_id: string; status_id: string; ask: "stage" } | { user_id: string; ask: "assign" } | { ask: "tag" } | { ask: "task" } | { minutes: number; ask: "fallback" };

/** Who becomes responsible for the lead and its contact. */
export type Assignee = { kind: "contact" } | { kind: "lead" } | { user_id: string; kind: "person" } | { people: Seat[]; kind: "round_robin" };

/** What a comparison with the messenger's templates found. */
export interface BroughtInOut {
  /** Number of templates that can be sent from now on. */
  taken: number;
  /** All that the messenger lists. */
  items: ListedTemplateOut[];
}

/** A button; without `url`, pressing it sends its text as the customer's message. */
export interface Button {
  text: string;
  url: string | null;
}

/** What a template is for. */
export type CategoryIn = "UTILITY" | "MARKETING" | "AUTHENTICATION";

/** A Chats API channel connected for an account. */
export interface ChannelOut {
  channel_id: string;
  /** Empty until the channel is first connected. */
  scope_id: string;
  /** `connected`, `not_allowed`, `misconfigured` or `disconnected`. */
  status: string;
}

/** A chat to start. */
export interface ChatIn {
  conversation: ConversationIn;
  customer: CustomerIn;
}

/** A chat that is being started. */
export interface ChatOut {
  /** Parom's id of the conversation. */
  id: string;
  external_id: string;
  /** Always `queued`. */
  status: string;
  /** Whether the conversation was known; then new details of its customer were stored. */
  duplicate: boolean;
}

/** What is checked before a switch, with the word of the public API. */
export type CheckName = "account" | "access" | "webhook" | "others" | "source" | "default" | "templates" | "window";

/** What a check found, with the word of the public API. */
export type CheckStatus = "ok" | "warn" | "fail";

/** A day before a switch: what the shadow saw beside what amoCRM had. */
export interface ComparedDayOut {
  day: string;
  seen: number;
  in_amocrm: number;
  on_both: number;
  missing_here: number;
  missing_in_amocrm: number;
}

/** A day beside amoCRM's events about other integrations' chats. Messages are paired by direction, contact and time (within two minutes), because events name neither texts nor lines. */
export interface ComparisonOut {
  seen: number;
  /** Only those whose origin carried a pair count, because events do not name the line. */
  in_amocrm: number;
  on_both: number;
  /** The first 200. */
  missing_here: DifferenceOut[];
  /** The first 200. */
  missing_in_amocrm: DifferenceOut[];
  chats: ShadowChatOut[];
  /** amoCRM's names of the templates that could be sent; null unless a chat can be answered by a template alone. */
  templates: string[] | null;
  /** The day has more messages than are compared. */
  is_cut: boolean;
}

/** When a rule matches: every condition that is given must hold, and of its values at least one. */
export interface Conditions {
  /** Campaign parameters by their names, `*` for any value. */
  campaign?: Record<string, unknown>;
  /** Whether amoCRM had the customer's contact before this enquiry. */
  contact?: ContactKind | null;
  /** amoCRM's ids of users, one of whom is responsible for that contact. */
  contact_responsible?: string[];
  /** Two letters of the country of the customer's phone number. */
  countries?: string[];
  customer?: CustomerKind | null;
  /** Answers to the questions of a site's chat, by the question. */
  fields?: Record<string, unknown>;
  /** Two letters of the language that the message is written in. */
  languages?: string[];
  lead?: LeadKind | null;
  /** Kinds of sources: `telegram`, `whatsapp`, …. */
  messengers?: string[];
  /** How the payload of the link or the advert that the customer came by begins; `*` for any. */
  referral?: string | null;
  sources?: string[];
  text_begins?: string[];
  text_contains?: string[];
  /** Lines of days and times in the account's time zone. */
  times?: string[];
  /** Within or outside of the source's working hours, or on one of its holidays. */
  working_hours?: HoursKind | null;
}

/** Whether amoCRM had a contact before. */
export type ContactKind = "known" | "unknown";

/** A link of a chat to a contact, or that it ended. */
export interface ContactLinkOut {
  id: string;
  /** Null if the link is older than the record of links. */
  at: string | null;
  /** Null if the chat has had no contact since. */
  amocrm_contact_id: string | null;
  /** A reason as in a conversation's `contact.why`. */
  why: string;
  /** By which id: `phone`, `email`, `contact` (amoCRM's id, named by a developer or a person), `messenger`, `login` (the site's); null if that is unknown. */
  id_kind: string | null;
  /** The id, masked. */
  id_value: string | null;
  /** `proved` (the messenger or the site's signature vouches for the id), `likely`, or `told` (by amoCRM, a developer or a person). */
  sureness: string;
  /** The person or key who decided; null if a rule or amoCRM did. */
  by: string | null;
  /** Whether it can be undone: it is the present link, and its contact was not made for this chat. */
  is_undoable: boolean;
  undone_at: string | null;
  undone_by: string | null;
}

/** The customer. */
export interface ContactOut {
  /** The messenger's id. */
  id: string | null;
  name: string | null;
  phone: string | null;
  /** The amoCRM contact to which the chat is linked; null if none is known. */
  amocrm_contact_id: string | null;
  /** The contact's name in amoCRM when it was last read. */
  amocrm_contact_name: string | null;
  /** Why this contact was linked, or why none was: `phone`, `email`, `phone_several`, `email_several` (several matched: the one changed last), `given` (by `sender.contact_id`), `made`, `crm` (amoCRM chose), `merged`, `moved`, `gone`, `nobody`, `given_unknown` (amoCRM has no contact `sender.contact_id`), `late`, `unclear`, `recycled` (the number was silent for a year and has another name now), `person` (a person decided), `separated` (a person undid a link); null if contacts have not been searched yet. */
  why: string | null;
}

/** How a new conversation gets its contact in amoCRM. */
export type ContactRule = "leave" | "link" | "create";

/** The content of a message: text, a file with an optional caption, a location or a contact card. */
export type ContentIn = ContentInText | ContentInPicture | ContentInVideo | ContentInFile | ContentInVoice | ContentInAudio | ContentInSticker | ContentInLocation | ContentInContact;

/** An audio file, by `media_url` or `media_id`. In an edit both may be omitted to keep the file. */
export interface ContentInAudio {
  type: "audio";
  /** Duration in seconds. For `video`, `audio` and `voice`. */
  duration?: number | null;
  /** File name. Defaults to the last path segment of the address. For files. */
  file_name?: string | null;
  /** Size in bytes. For files. */
  file_size?: number | null;
  /** The id that an upload returned. For files. */
  media_id?: string | null;
  /** A public https address from which the file can be downloaded for a few days; alternatively use `media_id`. For files. */
  media_url?: string | null;
  /** The text, or the caption of a file. */
  text?: string | null;
}

/** A contact card. */
export interface ContentInContact {
  type: "contact";
  /** For `contact`. */
  name: string;
  /** For `contact`. */
  phone: string;
}

/** A file, by `media_url` or `media_id`. In an edit both may be omitted to keep the file. */
export interface ContentInFile {
  type: "file";
  /** File name. Defaults to the last path segment of the address. For files. */
  file_name?: string | null;
  /** Size in bytes. For files. */
  file_size?: number | null;
  /** The id that an upload returned. For files. */
  media_id?: string | null;
  /** A public https address from which the file can be downloaded for a few days; alternatively use `media_id`. For files. */
  media_url?: string | null;
  /** The text, or the caption of a file. */
  text?: string | null;
}

/** A location. */
export interface ContentInLocation {
  type: "location";
  /** In degrees. For `location`. */
  latitude: number;
  /** In degrees. For `location`. */
  longitude: number;
}

/** A picture, by `media_url` or `media_id`. In an edit both may be omitted to keep the file. */
export interface ContentInPicture {
  type: "picture";
  /** File name. Defaults to the last path segment of the address. For files. */
  file_name?: string | null;
  /** Size in bytes. For files. */
  file_size?: number | null;
  /** The id that an upload returned. For files. */
  media_id?: string | null;
  /** A public https address from which the file can be downloaded for a few days; alternatively use `media_id`. For files. */
  media_url?: string | null;
  /** The text, or the caption of a file. */
  text?: string | null;
}

/** A sticker, by `media_url` or `media_id`. In an edit both may be omitted to keep the file. */
export interface ContentInSticker {
  type: "sticker";
  /** File name. Defaults to the last path segment of the address. For files. */
  file_name?: string | null;
  /** Size in bytes. For files. */
  file_size?: number | null;
  /** The id that an upload returned. For files. */
  media_id?: string | null;
  /** A public https address from which the file can be downloaded for a few days; alternatively use `media_id`. For files. */
  media_url?: string | null;
  /** An id that is the same for all accounts. For `sticker`. */
  sticker_id?: string | null;
  /** The text, or the caption of a file. */
  text?: string | null;
}

/** A text message. */
export interface ContentInText {
  type: "text";
  /** The text, or the caption of a file. */
  text: string;
  /** The row of a list message that the customer selected. For `text`. */
  callback_data?: string | null;
}

/** A video, by `media_url` or `media_id`. In an edit both may be omitted to keep the file. */
export interface ContentInVideo {
  type: "video";
  /** Duration in seconds. For `video`, `audio` and `voice`. */
  duration?: number | null;
  /** File name. Defaults to the last path segment of the address. For files. */
  file_name?: string | null;
  /** Size in bytes. For files. */
  file_size?: number | null;
  /** The id that an upload returned. For files. */
  media_id?: string | null;
  /** A public https address from which the file can be downloaded for a few days; alternatively use `media_id`. For files. */
  media_url?: string | null;
  /** The text, or the caption of a file. */
  text?: string | null;
}

/** A voice message, by `media_url` or `media_id`. In an edit both may be omitted to keep the file. */
export interface ContentInVoice {
  type: "voice";
  /** Duration in seconds. For `video`, `audio` and `voice`. */
  duration?: number | null;
  /** File name. Defaults to the last path segment of the address. For files. */
  file_name?: string | null;
  /** Size in bytes. For files. */
  file_size?: number | null;
  /** The id that an upload returned. For files. */
  media_id?: string | null;
  /** A public https address from which the file can be downloaded for a few days; alternatively use `media_id`. For files. */
  media_url?: string | null;
  /** The text, or the caption of a file. */
  text?: string | null;
}

/** The content of a message; which fields are present depends on `type`. */
export interface ContentOut {
  type: ContentType;
  /** Rows of buttons. */
  buttons?: Button[][] | null;
  /** The row of a list message that the customer selected. */
  callback_data?: string | null;
  /** In seconds. */
  duration?: number | null;
  file_name?: string | null;
  file_size?: number | null;
  /** Shared by attachments that were sent together. */
  group_id?: string | null;
  latitude?: number | null;
  list?: ListMessage | null;
  longitude?: number | null;
  /** Parom's id of the file. */
  media_id?: string | null;
  /** A signed link to the file, valid for 48 hours; while Parom is still fetching the file it returns 503. Absent if the file is gone. */
  media_url?: string | null;
  mime_type?: string | null;
  name?: string | null;
  phone?: string | null;
  sticker_id?: string | null;
  text?: string | null;
  /** A signed link to a small picture of the file, if there is one. */
  thumbnail_url?: string | null;
}

/** The type of a message's content. */
export type ContentType = "text" | "picture" | "video" | "file" | "voice" | "audio" | "sticker" | "location" | "contact";

/** Identifies a conversation. */
export interface ConversationIn {
  /** Your id of the conversation, at most 255 bytes. */
  id: string;
}

/** A conversation: one customer on one source, or one group chat. */
export interface ConversationOut {
  id: string;
  /** The messenger's id; null while a conversation started by a manager waits for the messenger's response. */
  external_id: string | null;
  /** The chat's id in amojo, amoCRM's chat service; null until known. */
  amocrm_chat_id: string | null;
  contact: ContactOut;
  /** The members of a group, as given with its messages; empty for a conversation with one customer. */
  participants: Member[];
  /** Where the customer came from: the payload of a bot's link or the campaign parameters of a page; null if unknown. */
  visit: string | null;
  /** Since when the customer has blocked messages from this source; null if not blocked. */
  unreachable_since: string | null;
  /** Since when the customer's messages are stored and not passed on; null if they are passed on. */
  blocked_at: string | null;
  /** The time in which the customer may be answered freely; null if there is no limit. */
  window: WindowOut | null;
  /** Null if there are no messages yet. */
  last_message_at: string | null;
}

/** The conversation a message belongs to. */
export interface ConversationRefOut {
  /** The messenger's id; null while a conversation started by a manager waits for the messenger's response. */
  id: string | null;
}

/** What amoCRM knows of the customer. */
export interface CrmFacts {
  /** The newest lead that ended. */
  closed_lead?: LeadFact | null;
  /** amoCRM's id of the contact. */
  contact_id?: string | null;
  /** amoCRM's id of the user who is responsible for it. */
  contact_responsible?: string | null;
  /** The incoming lead of the chat, while it waits for a person. */
  incoming?: IncomingFact | null;
  /** Whether the contact was there before this enquiry, and the customer surely is that contact. */
  is_known?: boolean;
  /** Ids of all leads of the contact that were looked at. */
  leads?: string[];
  /** The newest lead that people work with. */
  open_lead?: LeadFact | null;
}

/** What an erasure would erase. */
export interface CustomerErasureCountOut {
  conversation_ids: string[];
  /** In these conversations, in others (group chats), and in imports that have not come to them yet. */
  messages: number;
  /** Number of files among them. */
  files: number;
  /** Conversations with a number that may be this customer's or another person's, because it is written without its country. They are not erased; erase them by `conversation_id` if they are the customer's. */
  also_possible: string[];
}

/** Whom to erase: either `phone` or `conversation_id`. */
export interface CustomerErasureIn {
  /** A conversation. */
  conversation_id?: string | null;
  /** Only counts what would be erased. */
  dry_run?: boolean;
  /** Everything of the person with this phone number, however it is written. Without a country it takes the account's. */
  phone?: string | null;
}

/** The proof of an erasure; it contains none of the customer's data. */
export interface CustomerErasureOut {
  id: string;
  /** Erased rows by table. */
  counts: Record<string, unknown>;
  /** Conversations that were not erased, as in a dry run. */
  also_possible: string[];
}

/** The customer: either `phone` or `conversation_id`. */
export interface CustomerExportIn {
  /** A conversation. */
  conversation_id?: string | null;
  /** Everything of the person with this phone number, however it is written. Without a country it takes the account's. */
  phone?: string | null;
}

/** The customer of a chat. */
export interface CustomerIn {
  /** Your id of the person, at most 255 bytes. */
  id: string;
  /** The amoCRM contact to which the chat is linked, whatever the source's `contact_rule`. If there is no such contact, it counts as absent. */
  contact_id?: string | null;
  email?: string | null;
  name?: string | null;
  phone?: string | null;
  profile_url?: string | null;
}

/** Whether a customer wrote before this enquiry. */
export type CustomerKind = "new" | "returning";

/** A dead letter. */
export interface DeadLetterOut {
  id: string;
  source_id: string;
  conversation_id: string;
  message_id: string;
  kind: LetterKind;
  direction: Direction;
  /** A fixed code for the reason. */
  reason: string;
  /** A description in plain language. */
  detail: string;
  attempts: number;
  /** When it was accepted. */
  first_at: string;
  /** When delivery was given up. */
  last_at: string;
}

/** How a review ended. A decision can be changed by another one. */
export type DecisionIn = "approved" | "rejected" | "paused" | "disabled";

/** How far a decision was carried out. Texts are `route-state-{word}`. */
export type DecisionState = "open" | "waiting" | "done" | "failed";

/** A message that one side lacks. */
export interface DifferenceOut {
  at: string;
  is_outgoing: boolean;
  /** amoCRM's id of the contact; null if unknown. */
  contact_id: string | null;
  /** Parom's id; null if the shadow did not see it. */
  message_id: string | null;
  /** The kind of the channel in amoCRM; null if unknown. */
  origin: string | null;
}

/** The direction of a message. */
export type Direction = "to_crm" | "to_messenger";

/** Rules that decide nothing yet. */
export interface DraftOut {
  version: number;
  routes: RuleSet;
}

/** The new content of a message. */
export interface EditIn {
  content: ContentIn;
}

/** An accepted edit or deletion. */
export interface EditOut {
  /** Parom's id of the message. */
  id: string;
  /** The change will be delivered to amoCRM. */
  status: string;
}

/** What is known of an enquiry. Texts are not stored with it: they are the message's. */
export interface Facts {
  /** The country of the phone number, two letters. */
  country?: string | null;
  crm?: CrmFacts;
  customer?: CustomerKind | null;
  /** Whether the messenger has templates. */
  has_templates?: boolean;
  /** Two letters; null if it cannot be told, e.g. of a picture. */
  language?: string | null;
  /** When the message came, in the account's time zone. */
  local_time?: string;
  messenger?: string;
  source_id?: string;
  working_hours?: HoursKind | null;
}

/** The fixed set of reasons for a failure. */
export type FailureCode = "conversation_deleted" | "recipient_blocked" | "source_disconnected" | "internal" | "recipient_unreachable" | "unsupported" | "writing_first" | "window_closed" | "marketing_stopped" | "rejected" | "other";

/** Why a message was not delivered. */
export interface FailureIn {
  code: FailureCode;
  /** Text shown to the manager, cut after 1,000 characters; required with `other`. */
  text?: string | null;
}

/** Why a message failed. */
export interface FailureOut {
  code: FailureCode;
  /** A description in plain language. */
  text: string;
}

/** Who becomes responsible if nobody answers. */
export interface FallbackRule {
  after_minutes: number;
  /** A person, or the next of a round robin. */
  to: Assignee;
}

/** An invalid field, identified by a JSON pointer. */
export interface FieldError {
  /** JSON pointer into the request body, e.g. `/content/text`. */
  pointer: string;
  detail: string;
}

/** Counts of messages. */
export interface FlowOut {
  from_customers: number;
  to_customers: number;
  /** Those of both that were not delivered. */
  failed: number;
}

/** Messages that wait until the source is resumed or repaired: those in both directions if a person has paused it, else those to the messenger. */
export interface HeldOut {
  count: number;
  /** Null if no message is waiting. */
  oldest_at: string | null;
}

/** Messages of one hour of the day, on all such weekdays of the period together. */
export interface HourFlowOut {
  /** 1 is Monday, 7 Sunday. */
  weekday: number;
  hour: number;
  from_customers: number;
  to_customers: number;
  /** Those of both that were not delivered. */
  failed: number;
}

/** A time by a source's working hours. */
export type HoursKind = "within" | "outside" | "holiday";

/** How a chat was linked to contacts. */
export interface IdentityOut {
  /** The newest first; at most 200. */
  links: ContactLinkOut[];
  /** Whether a person's decision about the contact is not carried out yet. */
  is_changing: boolean;
}

/** A made-up message with what is known of its customer. */
export interface Imagined {
  campaign?: Record<string, unknown>;
  customer?: CustomerKind | null;
  fields?: Record<string, unknown>;
  /** Whether amoCRM has the contact already. */
  is_known?: boolean;
  lead?: LeadKind | null;
  /** By the clocks of the account's time zone; null: now. */
  local_time?: string | null;
  phone?: string | null;
  referral?: string | null;
  /** amoCRM's id of the user who is responsible for the contact and its lead. */
  responsible?: string | null;
  /** The source that it comes to. */
  source_id?: string;
  text?: string;
}

/** An import with its totals and its progress. */
export interface ImportOut {
  /** Warnings to read before it starts, in the language of the request. */
  notes: string[];
  id: string;
  source_id: string;
  /** `queued`, `running`, `paused`, `done`, `cancelled`, `failed`. */
  status: string;
  /** The lines are only counted, nothing is imported. */
  dry_run: boolean;
  /** `newest` or `none`. */
  leads: string;
  /** Whether new chats are linked to existing contacts. */
  link_contacts: boolean;
  /** Number of messages in the file. */
  total: number;
  /** Number of chats in the file. */
  chats: number;
  /** Messages that amoCRM has received so far, including `duplicates`. */
  done: number;
  /** Messages that had already been received, live or in an earlier import. */
  duplicates: number;
  /** Skipped lines in file order; at most the first 1000. */
  skipped: SkippedOut[];
  /** The total number of skipped lines. */
  skipped_total: number;
  /** The maximum number of new leads: one for each chat that was not known before. */
  leads_expected: number;
  /** Estimated seconds for the remaining messages at the allowed rate. */
  seconds_expected: number;
  /** The import is throttled because live messages are waiting. */
  gives_way: boolean;
  created_at: string;
  finished_at: string | null;
}

/** An incoming lead. */
export interface IncomingFact {
  uid: string;
  /** The lead that it becomes. */
  lead_id?: string | null;
}

/** One kind of source. */
export interface KindUsageOut {
  kind: string;
  /** Its sources of this kind when it had the most in the month; null if nothing was noted then. */
  sources: number | null;
  to_crm: UsageCountsOut;
  to_messenger: UsageCountsOut;
}

/** A lead. */
export interface LeadFact {
  id: string;
  /** amoCRM, or a person there, has made it since the enquiry began. */
  is_new?: boolean;
  responsible?: string | null;
}

/** What leads the contact has. */
export type LeadKind = "open" | "closed" | "none";

/** Which lead an enquiry belongs to. */
export type LeadUse = "open" | "new" | "reopen";

/** Counts of messages in one direction. `accepted` always equals the sum of the other three; each message counts for the day on which it was accepted. */
export interface LedgerCountsOut {
  accepted: number;
  /** Accepted by the receiving side. */
  delivered: number;
  /** Messages that were not delivered, each with a reason. */
  failed: number;
  /** Counted from the queue itself, not derived from the other counts. */
  waiting: number;
}

/** How many messages a source accepted and what their outcomes are. Only messages count, not edits, statuses, typing or reactions. */
export interface LedgerOut {
  /** The first day (UTC); null if there is no lower bound. */
  from: string | null;
  /** The last day (UTC); null if there is no upper bound. */
  to: string | null;
  to_crm: LedgerCountsOut;
  to_messenger: LedgerCountsOut;
}

/** The kind of a letter: what it delivers. */
export type LetterKind = "message" | "edit" | "status" | "typing" | "reaction" | "import" | "resend" | "chat";

/** A list message; its texts may be empty. */
export interface ListMessage {
  body?: string;
  /** The button that opens the list. */
  button?: string;
  footer?: string;
  header?: string;
  sections?: Section[];
}

/** A template that the messenger lists, and what amoCRM has of it. */
export interface ListedTemplateOut {
  name: string;
  language: string;
  /** With the messenger's variables. */
  text: string;
  /** `known`: it can be sent. `language`, `text`, `headline`: amoCRM's differs in this. `absent`: amoCRM has none of this name or text that Parom can read. */
  found: string;
  /** amoCRM's name of what it has. */
  amocrm_name: string | null;
}

/** The same of a manager. */
export interface ManagerAnswersOut {
  manager: ManagerOut;
  /** Answers that ended a wait. */
  count: number;
  /** Half of them came within this time. */
  median_ms: number;
  /** 95 of 100 came within this time. */
  p95_ms: number;
}

/** Messages of a manager. */
export interface ManagerFlowOut {
  manager: ManagerOut;
  to_customers: number;
}

/** A user of amoCRM who wrote to customers. */
export interface ManagerOut {
  /** The user's id in the Chats API; null if the messages are so old that their senders are no longer stored. */
  amojo_id: string | null;
  /** The user's id in amoCRM; null if amoCRM has not listed this user. */
  user_id: string | null;
  name: string | null;
}

/** A placeholder of a template and its value. */
export interface Marker {
  key: string;
  value?: string;
}

/** A decision to record. Name the customer by either `phone` or `conversation_id`. */
export interface MarketingConsentIn {
  /** `stopped` or `agreed`. */
  decision: string;
  /** A conversation. The decision counts for all chats with its number only if that is surely the customer's own: the messenger or the site's signature vouches for it. */
  conversation_id?: string | null;
  /** What proves it, at most 255 characters, e.g. the form's name. */
  evidence?: string | null;
  /** A number, which needs no chat yet. Without a country it takes the account's. */
  phone?: string | null;
  /** `form` if the customer filled in a form of yours; otherwise `api`. */
  way?: string | null;
}

/** What a customer decided about marketing messages. */
export interface MarketingConsentOut {
  id: string;
  at: string;
  /** Null if it was recorded for a number alone. */
  conversation_id: string | null;
  /** The first 32 hex digits of the SHA-256 of the number's digits (E.164); null if the number is unknown. */
  phone_hash: string | null;
  /** `stopped` or `agreed`. */
  decision: string;
  /** `message` (the customer wrote it; `id` is that of the message), `form`, `person` (in the panel) or `api`. */
  way: string;
  /** The person or key that recorded it; null if the customer wrote it. */
  by: string | null;
  evidence: string | null;
}

/** The key of the request. */
export interface MeKeyOut {
  id: string;
  name: string;
  /** What the key may do now: `read`, `write` or `admin`; at most what its maker may. */
  scope: string;
  /** Null for a vendor key. */
  tenant_id: string | null;
  /** The name or e-mail of the member who made it, `parom key create`, or null if that is unknown. */
  created_by: string | null;
  /** Null if it does not expire. */
  expires_at: string | null;
}

/** Limits of the key and of its account. */
export interface MeLimitsOut {
  /** Requests a second; null: no limit. */
  requests_per_second: number | null;
  /** Requests at once. */
  requests_burst: number;
  /** Sources of the account; null for a vendor key. */
  sources: number | null;
}

/** The key, its account and its limits. */
export interface MeOut {
  key: MeKeyOut;
  /** The key's account; null for a vendor key. */
  tenant: TenantOut | null;
  limits: MeLimitsOut;
}

/** A member of a group. */
export interface Member {
  /** The messenger's id. */
  id: string;
  name: string | null;
}

/** The conversation of a message: with one customer, or a group. */
export interface MessageConversationIn {
  /** Your id of the conversation, at most 255 bytes. */
  id: string;
  /** The members of the group, at most 200: shown in the panel and with the conversation. Replaces those given before. */
  participants?: ParticipantIn[] | null;
  /** The title of a group of several people: the name of its chat in amoCRM, also when it changes. Its members are the senders of its messages. Leave it out for a conversation with one customer. */
  title?: string | null;
}

/** A message from a customer, or one that a manager or a bot wrote outside amoCRM. */
export interface MessageIn {
  /** Your id of the message, used to detect duplicates. At most 255 bytes. */
  id: string;
  conversation: MessageConversationIn;
  sender: SenderIn;
  content: ContentIn;
  /** The message it forwards. */
  forward?: QuoteIn | null;
  /** The post it comments on; makes the message a comment. */
  post?: PostIn | null;
  /** The customer; required if the sender is a manager or a bot, not allowed otherwise. */
  receiver?: PersonIn | null;
  /** The message it replies to. */
  reply_to?: QuoteIn | null;
  /** When the message was written. If omitted, before 2009 or more than five minutes in the future, the current time is used. */
  sent_at?: string | null;
  /** A post that the customer shares. */
  shared_post?: SharedPostIn | null;
  /** Creates no lead and triggers no notification. */
  silent?: boolean | null;
}

/** A message in either direction. */
export interface MessageOut {
  id: string;
  source_id: string;
  direction: Direction;
  status: MessageStatus;
  /** Why it is held; null if it is not held. */
  reason: string | null;
  /** Why it failed; null if it did not fail. */
  error: FailureOut | null;
  /** The messenger's id; null until known. */
  external_id: string | null;
  /** The message's id in amojo, amoCRM's chat service; null until known. */
  amocrm_message_id: string | null;
  conversation: ConversationRefOut;
  sender: PersonOut;
  receiver: PersonOut | null;
  content: ContentOut;
  /** Creates no lead and triggers no notification. */
  silent: boolean;
  /** The customer deleted the message; `content` is its last content. */
  deleted: boolean;
  /** The customer may have received it twice, because the outcome of an earlier attempt is unknown. */
  possible_duplicate: boolean;
  sent_at: string;
  accepted_at: string;
  /** The template it was created from. */
  template: Template | null;
  reply_to: QuoteOut | null;
  forward?: QuoteOut | null;
  /** The post that the message comments on, or under which the manager replied. */
  post?: Post | null;
  shared_post?: SharedPost | null;
  /** What the account's routes decided about the enquiry that it began. Absent in lists, and if they decided nothing. */
  routing?: RouteDecisionOut | null;
  /** What happened to it, oldest first. Absent in lists. */
  timeline?: TimelineEventOut[] | null;
}

/** The delivery status of a message. */
export type MessageStatus = "queued" | "sent" | "delivered" | "read" | "failed" | "held" | "shadow";

/** Messages of a period. */
export interface MessagesReportOut {
  total: FlowOut;
  /** Sources that had messages, also deleted ones. */
  by_source: SourceFlowOut[];
  /** Managers by their number of messages, most first. */
  by_manager: ManagerFlowOut[];
  /** Hours that had messages. */
  by_hour: HourFlowOut[];
  /** First day. */
  from: string;
  /** Last day. */
  to: string;
  /** The account's time zone, by which days and hours are meant. */
  time_zone: string;
  /** Only messages since this moment are counted, because there were more than 100,000; null if all are. */
  counted_since: string | null;
}

/** Why a rule does not decide. Texts are `route-miss-{word}`. */
export type Miss = "off" | "earlier" | "source" | "messenger" | "working_hours" | "times" | "language" | "campaign" | "referral" | "customer" | "contact" | "contact_responsible" | "lead" | "text_begins" | "text_contains" | "field" | "country";

/** A rule that does not decide. */
export interface MissedRule {
  id: string;
  name: string;
  /** The conditions that do not hold; `earlier` if all hold and an earlier rule decides; `off`. */
  because: Miss[];
}

/** A service that receives, or received, the line's messages. */
export interface OtherServiceOut {
  id: string;
  /** Its host, or the name of its app. */
  name: string;
  /** How it is switched off. */
  switched_off: string;
  /** The messenger does not show the secret of its address, so that it cannot be put back. */
  loses_secret: boolean;
  /** A person decided that it goes on receiving. */
  stays: boolean;
  /** Why it could not be put back; null if it could, or need not be. */
  trouble: string | null;
}

/** Messages in amoCRM since a switch, by channels of other services that carried the line before. */
export interface OthersSinceOut {
  received: number;
  sent: number;
}

/** A marker with an example of its value. */
export interface ParamOut {
  key: string;
  value: string;
}

/** A member of a group. */
export interface ParticipantIn {
  /** Your id of the person, at most 255 bytes. */
  id: string;
  name?: string | null;
}

/** The customer who received it. */
export interface PersonIn {
  /** Your id of the person, at most 255 bytes. */
  id: string;
  avatar_url?: string | null;
  email?: string | null;
  name?: string | null;
  phone?: string | null;
  profile_url?: string | null;
}

/** A participant. */
export interface PersonOut {
  role: Role;
  /** The messenger's id; for managers, amojo's id. */
  id: string;
  name: string | null;
  avatar_url?: string | null;
  email?: string | null;
  phone?: string | null;
  profile_url?: string | null;
}

/** A sales pipeline of the account. */
export interface PipelineOut {
  id: string;
  name: string;
  /** Whether it is amoCRM's main pipeline. */
  is_main: boolean;
}

/** All pipelines of an account. */
export interface PipelinesOut {
  items: PipelineOut[];
}

/** What is to be done about an enquiry. */
export interface Plan {
  accept?: boolean;
  /** After how many minutes without an answer another person becomes responsible. */
  fallback_minutes?: number | null;
  greeting?: string | null;
  lead?: LeadUse;
  /** Whether a lead is touched at all. */
  needs_lead?: boolean;
  /** amoCRM's id of the user who becomes responsible; null: it stays as it is. */
  responsible?: string | null;
  stage?: StagePlace | null;
  tags?: string[];
  task?: TaskRule | null;
  /** amoCRM's id of the template that is sent instead. */
  template?: string | null;
}

/** The post that a comment belongs to. */
export interface Post {
  id: string;
  caption?: string | null;
  permalink?: string | null;
  preview_url?: string | null;
  url?: string | null;
  username?: string | null;
}

/** A post that is commented on. */
export interface PostIn {
  /** Your id of the post, at most 255 bytes. */
  id: string;
  /** The text of the post. */
  caption?: string | null;
  /** The address of a picture that stays available. */
  permalink?: string | null;
  /** The address of a picture that is available for a limited time. */
  preview_url?: string | null;
  /** Required unless `permalink` is given. */
  url?: string | null;
  /** Who wrote the post. */
  username?: string | null;
}

/** Another message, identified by its id or described by its content. */
export interface QuoteIn {
  /** Your id or Parom's; write `ext:ID` if yours looks like one of Parom's. */
  id?: string | null;
  sender?: QuotedSenderIn | null;
  sent_at?: string | null;
  /** Its text, if its id is not known. */
  text?: string | null;
}

/** Another message. */
export interface QuoteOut {
  /** Parom's id if Parom has the message, otherwise the messenger's; null if the message is only described by its text. */
  id: string | null;
  content?: ContentOut | null;
  sender?: QuotedOut | null;
  sent_at?: string | null;
}

/** Who wrote the quoted message. */
export interface QuotedOut {
  name: string | null;
}

/** Who wrote the quoted message. */
export interface QuotedSenderIn {
  name?: string | null;
}

/** Identifies a message. */
export interface ReactedIn {
  /** Your id or Parom's; write `ext:ID` if yours looks like one of Parom's. */
  id: string;
}

/** A reaction to a message of either side. */
export interface ReactionIn {
  message: ReactedIn;
  sender: ActorIn;
  /** One emoji with its exact code points; null removes the reaction. */
  emoji: string | null;
}

/** The result of a comparison with amoCRM. */
export interface ReconciledOut {
  /** Number of sources that a user deleted in amoCRM. */
  missing: number;
  /** Number of sources that a user changed in amoCRM; the changes were adopted. */
  changed: number;
  /** Number of stray sources. */
  strays: number;
}

/** What rules would have done with the last messages, beside what was done. */
export interface Replay {
  /** Messages that were looked through. */
  messages: number;
  /** How many enquiries each rule would have got; an empty id: no rule. */
  by_rule: Record<string, unknown>;
  /** Enquiries that another rule decided about, or none. */
  differing: number;
  /** The enquiries, the newest first. */
  enquiries: ReplayedEnquiry[];
}

/** What a replay would do. */
export interface ReplayCountOut {
  /** Number of dead letters it would process. */
  count: number;
  /** How many of the first 500 customers might see twice. */
  maybe_twice: number;
  /** Estimated duration in seconds at the rate of replays. */
  seconds_expected: number;
}

/** Which dead letters to process and how. */
export interface ReplayIn {
  /** `retry` appends each to its conversation's queue with the same id; `drop` deletes each. */
  action: string;
  /** Only counts the dead letters. */
  dry_run?: boolean;
  /** Returns only dead letters with this reason. */
  reason?: string | null;
  /** Returns only dead letters of this source. */
  source_id?: string | null;
  /** The account; required with a vendor key unless `source_id` is given. */
  tenant_id?: string | null;
}

/** A replay of dead letters. */
export interface ReplayOut {
  id: string;
  tenant_id: string;
  /** `retry` or `drop`. */
  action: string;
  /** Null for all sources. */
  source_id: string | null;
  /** Null for any reason. */
  reason: string | null;
  /** `running`, `done` or `cancelled`. */
  status: string;
  /** Counted when the replay started; later dead letters are not part of it. */
  total: number;
  done: number;
  created_at: string;
  finished_at: string | null;
}

/** One of them. */
export interface ReplayedEnquiry {
  message_id: string;
  conversation_id: string;
  source_id: string;
  /** When its message was written, milliseconds since 1970. */
  at: number;
  faults: RuleFault[];
  /** False: it is not known what amoCRM had then, so that conditions about contacts and leads could not hold. */
  crm_known: boolean;
  /** The rule that would decide. */
  now?: RuleName | null;
  now_responsible?: string | null;
  /** The rule that decided then; null: none. */
  then?: RuleName | null;
  /** amoCRM's id of the user who became responsible then. */
  then_responsible?: string | null;
}

/** Chats that wait for an answer now. */
export interface ReportedChats {
  /** All of them. */
  count: number;
  /** The longest waiting first, at most 5,000. */
  items: UnansweredOut[];
}

/** A webhook that is resent. */
export interface ResentOut {
  id: string;
  webhook_id: string;
  status: string;
}

/** A dead letter that is retried. */
export interface RetriedOut {
  id: string;
  status: string;
}

/** The messenger's decision. */
export interface ReviewIn {
  status: DecisionIn;
  /** The messenger's id of the template. */
  external_id?: string | null;
  /** Why; shown to the account's people and in amoCRM. */
  reason?: string | null;
}

/** The sender of a message. */
export type Role = "client" | "manager" | "bot";

/** The role of a participant. */
export type RoleIn = "client" | "manager" | "bot";

/** A decision as programs see it. */
export interface RouteDecisionOut {
  state: DecisionState;
  /** The version of the routes. */
  version: number;
  /** The rule that decided; null if none matched. */
  rule: RuleName | null;
  /** amoCRM's id of the lead; null if it is not known. */
  lead_id: string | null;
  /** amoCRM's id of the user who became responsible, by the rule or because nobody answered; null if nobody did. */
  responsible: string | null;
}

/** A version of the routes. */
export interface RouteVersionOut {
  version: number;
  is_draft: boolean;
  /** Who saved it; empty: the command line. */
  author: string;
  created_at: string;
  /** Its rules; null if a later release wrote them. */
  routes: RuleSet | null;
}

/** The versions of the routes. */
export interface RouteVersionsOut {
  items: RouteVersionOut[];
}

/** Rules to save. */
export interface RoutesIn {
  routes: RuleSet;
  /** Saved as a draft. */
  draft?: boolean;
}

/** The routes of an account. */
export interface RoutesOut {
  /** The version in force; null if there never was one. */
  version: number | null;
  routes: RuleSet;
  draft: DraftOut | null;
  /** Enquiries of the last 30 days by the rule's id; an empty id: no rule matched. */
  matches: Record<string, unknown>;
}

/** Routes to replay. */
export interface RoutesReplayIn {
  /** By default the draft, else those in force. `rules` is read too. */
  routes?: RuleSet | null;
}

/** A message to try: a past one by its id, or a made-up one. */
export interface RoutesTryIn {
  message?: Imagined | null;
  message_id?: string | null;
  /** The routes to try; by default the draft, else those in force. `rules` is read too. */
  routes?: RuleSet | null;
}

/** A selectable row; its id is returned as `callback_data`. */
export interface Row {
  id: string;
  description?: string;
  title?: string;
}

/** One rule. */
export interface Rule {
  /** Lower-case letters, digits and `-`. It stays when the rule is changed or moved, and counts its matches. */
  id: string;
  name: string;
  /** A rule that is off matches nothing. */
  on?: boolean;
  then?: Actions;
  /** All of these must hold; none of them: every enquiry. */
  when?: Conditions;
}

/** What of a rule could not be used. Texts are `route-fault-{word}`. */
export type RuleFault = "stage_gone" | "user_gone" | "nobody_present" | "nobody_responsible" | "refused";

/** A rule by id and name. */
export interface RuleName {
  id: string;
  name: string;
}

/** The rules of an account in their order: the first that matches decides. */
export interface RuleSet {
  /** amoCRM's id of the user who gets the enquiries of a rule that amoCRM refuses to carry out. */
  fallback_user?: string | null;
  rules?: Rule[];
  /** After how many hours without a message of the customer the next one begins a new enquiry. */
  silence_hours?: number;
}

/** A lead that was won. */
export interface SaleOut {
  /** The id by which receivers recognise a repeat. */
  event_id: string;
  lead_id: string;
  price: number;
  /** Three letters (ISO 4217); empty if amoCRM names none. */
  currency: string;
  won_at: string;
  conversation_ids: string[];
  sendings: SaleSendingOut[];
}

/** What would be sent about one lead. */
export interface SalePreview {
  lead_id: string;
  requests: SaleRequest[];
}

/** What a target is asked. */
export interface SaleRequest {
  target: TargetKind;
  /** Where it is posted; tokens and signatures are in headers, which are not shown. */
  url: string;
  /** `application/json`, or `text/csv` of a file in a form. */
  content_type: string;
  /** The exact body, or the exact file; empty if nothing is sent. */
  body: string;
  /** Why nothing is sent; null if it is. */
  skipped: SkipReason | null;
}

/** What became of a sale at a target. */
export interface SaleSendingOut {
  target: TargetKind;
  state: SendingState;
  /** The target's words, or why it was skipped: `no_origin`, `too_old` or `switched_off`; empty if there is nothing to say. */
  reason: string;
  /** How often it was tried. */
  tries: number;
  at: string;
}

/** A target with its token, which is in no log: there is no `Debug`. */
export interface SaleTargetIn {
  /** Metrica: the number of the counter. */
  counter_id?: string;
  /** Meta: the id of the data set. */
  dataset_id?: string;
  /** Metrica: the id of the goal. */
  goal?: string;
  on?: boolean;
  /** Meta, Metrica: the access token; left out, the one before stays. */
  token?: string | null;
}

/** A target. */
export interface SaleTargetOut {
  on: boolean;
  /** Meta: the id of the data set; else empty. */
  dataset_id: string;
  /** Metrica: the number of the counter; else empty. */
  counter_id: string;
  /** Metrica: the id of the goal; else empty. */
  goal: string;
  /** Whether a token is stored. */
  has_token: boolean;
}

/** Targets to change. */
export interface SaleTargetsIn {
  meta?: SaleTargetIn | null;
  metrica?: SaleTargetIn | null;
  webhook?: SaleTargetIn | null;
}

/** The targets of an account's sales. */
export interface SaleTargetsOut {
  webhook: SaleTargetOut;
  /** The account's webhook, which is set in the panel; null if there is none. */
  webhook_url: string | null;
  meta: SaleTargetOut;
  metrica: SaleTargetOut;
}

/** The latest sales. */
export interface SalesOut {
  items: SaleOut[];
}

/** What would be sent. */
export interface SalesPreviewOut {
  items: SalePreview[];
}

/** A person in a round robin. */
export interface Seat {
  /** amoCRM's id. */
  user_id: string;
  /** Enquiries a day at most, by the account's time zone. */
  limit?: number | null;
  /** When this person works, in the account's time zone; always if there is no line. */
  times?: string[];
  /** How many enquiries this person gets for each one of a person of weight 1. */
  weight?: number;
}

/** The new secret. */
export interface SecretOut {
  /** For `webchat` sources: the key with which the site signs its customers' tokens. */
  site_secret?: string | null;
  /** For `custom` sources: signs the webhooks. */
  webhook_secret?: string | null;
}

/** A section of a list. */
export interface Section {
  rows?: Row[];
  title?: string;
}

/** The sender of the message. */
export interface SenderIn {
  role: RoleIn;
  /** Your id of the person, at most 255 bytes. */
  id: string;
  avatar_url?: string | null;
  /** For customers: the amoCRM contact to which the chat is linked, whatever the source's `contact_rule`. A chat whose lead people already work on stays where it is. If there is no such contact, it counts as absent. */
  contact_id?: string | null;
  email?: string | null;
  name?: string | null;
  phone?: string | null;
  profile_url?: string | null;
  /** For managers: the amoCRM user id under whose name the message is shown. Defaults to the channel's bot. */
  user_id?: string | null;
}

/** What became of a sale at a target. Texts are `sale-state-{word}`. */
export type SendingState = "waiting" | "sent" | "refused" | "skipped";

/** What would become of a chat if the source were switched on. */
export interface ShadowChatOut {
  conversation_id: string;
  /** The existing contact with the customer's phone or e-mail, by amoCRM's id; null if there is none, or more than 30 customers wrote before this one. */
  contact_id: string | null;
  messages: number;
  /** With what a manager could answer now. */
  answer_by: AnswerBy;
  /** Until when the customer may be answered freely; null if there is no limit. */
  answer_until: string | null;
}

/** What a shadow received on a day. */
export interface ShadowDayOut {
  day: string;
  messages: number;
}

/** What a source saw beside another service. */
export interface ShadowOut {
  shadow_since: string;
  /** Whether the messenger also reports what the other service sends. */
  sees_answers: boolean;
  /** The days (UTC) of the last two weeks on which it received messages, the latest first. */
  days: ShadowDayOut[];
  /** Null unless a day was asked for. */
  comparison: ComparisonOut | null;
}

/** A post that the customer shared. */
export interface SharedPost {
  url: string;
  permalink?: string | null;
  preview_url?: string | null;
  site_name?: string | null;
}

/** A post that the customer shares. */
export interface SharedPostIn {
  url: string;
  /** The address of a picture that stays available; takes precedence if both are given. */
  permalink?: string | null;
  /** The address of a picture that is available for a limited time. */
  preview_url?: string | null;
  site_name?: string | null;
}

/** Why a target is sent nothing. Texts are `sale-skip-{word}`. */
export type SkipReason = "no_origin" | "too_old" | "switched_off";

/** A skipped line. */
export interface SkippedOut {
  /** Line number in the file, starting at 1. */
  line: number;
  /** In the language of the request. */
  reason: string;
}

/** The same of a source. */
export interface SourceAnswersOut {
  source_id: string;
  /** Answers that ended a wait. */
  count: number;
  /** Half of them came within this time. */
  median_ms: number;
  /** 95 of 100 came within this time. */
  p95_ms: number;
}

/** Messages of a source. */
export interface SourceFlowOut {
  /** Nil if the messages came without a source. */
  source_id: string;
  from_customers: number;
  to_customers: number;
  /** Those of both that were not delivered. */
  failed: number;
}

/** A new source. */
export interface SourceIn {
  /** The messenger: `custom`, `telegram`, `whatsapp`, `max`, `vk`, `avito`, `instagram`, `facebook` or `webchat`. */
  kind: string;
  name: string;
  /** The Chats API channel. Defaults to the only channel for this kind. */
  channel_id?: string | null;
  contact_rule?: ContactRule | null;
  /** Whether it receives messages that name no source. */
  default?: boolean | null;
  /** The source's id at amoCRM: at most 36 printable ASCII characters. Generated when absent. */
  external_id?: string | null;
  /** Whether campaign parameters and payloads of links are written into the leads of new customers. Defaults to true. */
  lead_origin?: boolean | null;
  /** The pipeline for its leads. If null or omitted, amoCRM chooses one, which is then read back. */
  pipeline_id?: string | null;
  /** As in amoCRM's Sources API: `[{"type":"whatsapp","params":{"waba":true},"pages":[{"id","name","link"}]}]`. The value is copied to amoCRM. With `waba`, amoCRM requests reviews of templates for this source; a `custom` messenger gets the webhook `template.review`. Left out, a number of official WhatsApp gets its own: templates with review, lists, and the number for a button on a site. */
  services?: unknown;
  /** Depends on the kind, e.g. `{"webhook_url":"https://messenger.example/parom"}` for `custom`. Of every kind: `working_hours`, outside of which customers get an automatic answer. */
  settings?: Record<string, unknown> | null;
  /** `true`: it receives beside another service that has the line, and sends nothing to amoCRM or customers. Possible where the messenger delivers to several receivers: VK, Avito, MAX, WhatsApp. */
  shadow?: boolean | null;
}

/** A source. */
export interface SourceOut {
  id: string;
  tenant_id: string;
  kind: string;
  name: string;
  external_id: string;
  amocrm_source_id: string;
  pipeline_id: string;
  default: boolean;
  channel_id: string;
  /** `leave`, `link` or `create`. */
  contact_rule: string;
  /** Whether campaign parameters and payloads of links are written into the leads of new customers. */
  lead_origin: boolean;
  /** As in amoCRM's Sources API. */
  services: unknown;
  /** Depends on the kind; of credentials only the last four characters are shown (`…1234`). */
  settings: Record<string, unknown>;
  /** `working`, `checking`, `needs_attention`, `stopped`, `paused`, `unpaid`, `blocked` or `crm_unreachable`. */
  status: string;
  /** The reason behind `status`, as a code such as `deleted_in_crm`; null if there is none. */
  status_reason: string | null;
  /** The remote API's own error text; null if there is none. For `test_failed` after the step of the test, as in `webhook: no connection to your server`. */
  status_detail: string | null;
  status_since: string;
  /** The recommended action: `test`, `reconnect`, `resume`, `restore`, `take_back`, `choose_pipeline`, `allow_access`, `connect_account`, `pay`, `support`; null if you can only wait, or nothing is to be done. */
  status_action: string | null;
  /** When a message or a test last succeeded (to the minute); null if never. */
  proved_at: string | null;
  /** While paused, the source receives everything and sends nothing. */
  paused: boolean;
  /** Since when it only receives, beside another service; null if it is no shadow. */
  shadow_since: string | null;
  /** How many chats that customers begin are passed on within an hour; 0: all. */
  new_chats_per_hour: number;
  held: HeldOut;
  created_at: string;
  /** Changes whenever a field that PATCH can set changes; use it as `If-Match`. Same value as the `ETag`. */
  version: string;
  /** The address to enter at the messenger by hand; absent if the messenger gets it by a call. */
  callback_url?: string | null;
  /** Signs the webhooks of this source. Returned only when the source is created. */
  webhook_secret?: string | null;
}

/** Changes to a source; omitted fields keep their values. */
export interface SourcePatchIn {
  channel_id?: string | null;
  contact_rule?: ContactRule | null;
  default?: boolean | null;
  /** When resuming: managers' held messages older than this are not sent but fail (−1/902). */
  drop_before?: string | null;
  lead_origin?: boolean | null;
  name?: string | null;
  /** How many chats that customers begin are passed on within an hour, up to 100,000; 0: all. Further ones are held until a person releases or blocks them in the panel, and an alert says so. */
  new_chats_per_hour?: number | null;
  /** `true` pauses the source: it receives everything and sends nothing. `false` resumes it and sends the messages that were held. */
  paused?: boolean | null;
  pipeline_id?: string | null;
  services?: unknown;
  /** Replaces all settings of the kind; omitted credentials keep their values. */
  settings?: Record<string, unknown> | null;
}

/** A stage of a pipeline. */
export interface StagePlace {
  pipeline_id: string;
  status_id: string;
}

/** What to switch. */
export interface StartTakeover {
  /** Ids of services that go on receiving, because a person has made sure that they answer nobody on this line. */
  stays?: string[];
}

/** The delivery status of a message on the messenger's side. */
export interface StatusIn {
  status: ToldStatus;
  /** The chat that was created for `conversation.started`, if the response to that webhook did not name it. */
  conversation?: TheirIn | null;
  /** The reason; only with `failed`. */
  error?: FailureIn | null;
  /** Your id of the message. */
  id?: string | null;
  /** The customer in this chat. */
  receiver?: TheirIn | null;
}

/** An accepted status. */
export interface StatusOut {
  /** Parom's id of the message; null if your id is not known yet: the status is kept for 24 hours until its message appears. */
  id: string | null;
  /** The reported status. */
  status: ToldStatus;
  /** The message already had a later status; nothing changes. */
  ignored: boolean;
}

/** One step of a test. */
export interface StepOut {
  /** `credentials`, `webhook`, `chat`, `message`, `status`. */
  name: string;
  ok: boolean;
  /** What was observed or what failed; may be empty. */
  detail: string;
  ms: number;
}

/** The result of a test. */
export interface StepsOut {
  /** In order; the list ends with the first failed step. */
  steps: StepOut[];
}

/** A stray source. */
export interface StrayOut {
  amocrm_source_id: string;
  external_id: string;
  name: string;
  pipeline_id: string | null;
  default: boolean;
  /** `own_default` if amoCRM created it during installation, otherwise `unknown`. */
  reason: string;
  seen_at: string;
}

/** Sources that exist in amoCRM under this integration but are unknown to Parom. */
export interface StraysOut {
  items: StrayOut[];
}

/** A check before a switch. */
export interface TakeoverCheckOut {
  name: CheckName;
  status: CheckStatus;
  detail: string;
}

/** The step of a takeover that failed. */
export interface TakeoverFailureOut {
  step: TakeoverStep;
  reason: string;
}

/** A takeover. */
export interface TakeoverOut {
  state: TakeoverState;
  /** The next step, or the last one. */
  step: TakeoverStep;
  begun_at: string;
  /** Who began it. */
  begun_by: string;
  others: OtherServiceOut[];
  /** Null unless a step failed; then what was done is undone. */
  failure: TakeoverFailureOut | null;
  switched_at: string | null;
  /** Until when the line can be given back; null if it cannot. */
  back_until: string | null;
  /** When the other services received again. */
  back_at: string | null;
  /** When everything was as before. */
  returned_at: string | null;
}

/** Whether a shadow can take its line over, and what that changes. */
export interface TakeoverPlanOut {
  /** No check failed. */
  is_ready: boolean;
  checks: TakeoverCheckOut[];
  /** The services that receive now, as far as the messenger shows them. */
  others: OtherServiceOut[];
  /** Chats that the shadow saw. */
  chats: number;
}

/** What a takeover came to. */
export interface TakeoverReportOut {
  takeover: TakeoverOut;
  /** The days (UTC) before the switch, beside amoCRM. */
  days: ComparedDayOut[];
  /** Earlier messages that were sent to amoCRM as history. */
  sent_as_history: number;
  /** Messages that came during the switch. */
  came_during: number;
  /** Null before the switch. */
  first_hour: TakeoverWatchOut | null;
  /** Null before the switch. */
  first_day: TakeoverWatchOut | null;
  /** Null if it is unknown. */
  others_since: OthersSinceOut | null;
}

/** How far a takeover is, with the word of the public API. */
export type TakeoverState = "switching" | "switched" | "rolling_back" | "rolled_back" | "returning" | "returned";

/** A step of a switch, or of the way back. */
export type TakeoverStep = "compare" | "mirror" | "switch_off" | "begin" | "history" | "settle" | "stop" | "put_back" | "settle_back" | "unmirror" | "done";

/** A time since a switch. */
export interface TakeoverWatchOut {
  until: string;
  is_over: boolean;
  /** Customers' messages. */
  received: number;
  /** Of them in amoCRM. */
  in_amocrm: number;
  /** Managers' messages. */
  written: number;
  /** Of them taken by the messenger. */
  sent: number;
  failed: number;
  waiting: number;
}

/** Where a sale is sent. Texts are `sale-target-{word}`. */
export type TargetKind = "webhook" | "meta" | "metrica";

/** A task to create. */
export interface TaskRule {
  text: string;
  within_minutes: number;
}

/** The template a message was created from. */
export interface Template {
  id: string;
  external_id: string | null;
  /** The template's text with its placeholders unfilled. */
  content?: string;
  params?: Marker[];
}

/** The file of a template message, by `media_url` or `media_id`. */
export interface TemplateFileIn {
  /** File name. Defaults to the last path segment of the address. */
  file_name?: string | null;
  /** The id that an upload returned. */
  media_id?: string | null;
  /** A public https address from which the file can be downloaded for a few days. */
  media_url?: string | null;
}

/** A template to create in amoCRM and to have reviewed. */
export interface TemplateIn {
  name: string;
  /** The text; may contain amoCRM's markers, no others. */
  content: string;
  language: string;
  category: CategoryIn;
  buttons?: Button[] | null;
  footer?: string | null;
  header?: string | null;
  /** An example of a value for each marker. */
  params?: ParamOut[] | null;
}

/** A template message to send. */
export interface TemplateMessageIn {
  conversation: TemplateReceiverIn;
  /** The file above the text, for a template that has one. If omitted, the file that was reviewed is sent. */
  file?: TemplateFileIn | null;
  /** A value for each marker of the template, none for others. */
  params?: ParamOut[] | null;
}

/** An accepted template message. */
export interface TemplateMessageOut {
  /** Parom's id of the message. */
  id: string;
  /** Always `queued`. */
  status: string;
}

/** A template, and how far its review is on both sides. */
export interface TemplateOut {
  id: string;
  source_id: string;
  amocrm_template_id: string;
  /** Its name in amoCRM. */
  name: string;
  /** Its name at the messenger. */
  messenger_name: string;
  /** The messenger's id; null until it has one. */
  external_id: string | null;
  language: string;
  /** `UTILITY`, `MARKETING` or `AUTHENTICATION`; the messenger may change it. */
  category: string;
  /** The text with amoCRM's markers. */
  content: string;
  header: string | null;
  footer: string | null;
  buttons: Button[];
  /** The kind of the file above the text: `picture`, `video` or `file`; null if it has none. */
  file: string | null;
  /** The markers of the text in their order, each with an example. */
  params: ParamOut[];
  /** At the messenger: `waiting`, `review`, `approved`, `rejected`, `paused`, `disabled` or `deleted`. */
  status: string;
  /** Why it was rejected or paused. */
  reason: string | null;
  /** The messenger's rating. */
  quality: string | null;
  /** The status last reported to amoCRM: `approved`, `rejected` or `paused`; null if none was. */
  amocrm_status: string | null;
  /** Why the next step is delayed; null if it is not. */
  waits_because: string | null;
  created_at: string;
  /** When it was submitted to the messenger; null if it was not. */
  submitted_at: string | null;
}

/** The conversation to send it to. */
export interface TemplateReceiverIn {
  /** Parom's id or the messenger's (`ext:ID` if it looks like one of Parom's). */
  id: string;
}

/** An amoCRM account that installed an integration. */
export interface TenantOut {
  id: string;
  /** Name of the integration in the vendor's configuration. */
  integration: string;
  /** amoCRM's id of the account. */
  account_id: string;
  host: string;
  name: string;
  /** The account's id in the Chats API. */
  amojo_id: string;
  /** `provisioning`, `awaiting_credentials`, `active`, `needs_reauth`, `unpaid`, `blocked`, `suspended`, `plan_ended`, `disconnected` or `uninstalled`. */
  status: string;
  /** Whether the vendor stopped delivery; incoming messages are still stored. */
  suspended: boolean;
  /** The vendor's limit for this account; null if the configured default applies. */
  sources_limit: number | null;
  /** Whether the vendor had amoCRM's time window switched off for this account. */
  time_window_disabled: boolean;
  /** For how many days texts of messages are kept; 0: each is erased as soon as its message is delivered; null if the configured number applies. */
  texts_days: number | null;
  /** Days for which raw hooks are kept, fewer than configured for all; null if the configured number applies. */
  hooks_days: number | null;
  /** The same of delivery attempts. */
  attempts_days: number | null;
  /** The same of undelivered messages, which can be sent again until then. */
  undelivered_days: number | null;
  /** The same of the account's audit log. */
  audit_days: number | null;
  /** Name of its plan in the vendor's configuration; null if it has none. */
  plan: string | null;
  /** When its trial ends; null if it has no trial. */
  trial_until: string | null;
  /** Until when the service is paid; null if that is not known. It replaces the trial's end. */
  paid_until: string | null;
  channels: ChannelOut[];
  created_at: string;
}

/** Changes a vendor can make to an account; omitted fields keep their values. */
export interface TenantPatchIn {
  /** The same of delivery attempts. */
  attempts_days?: number | null;
  /** The same of the account's audit log. */
  audit_days?: number | null;
  /** For how many days raw hooks are kept: 1 to the configured number; null for the configured number. */
  hooks_days?: number | null;
  /** The end of what is paid; null if it is not known. After it and the configured days of grace nothing is delivered; a later time releases what waits, in order, before the response is sent. */
  paid_until?: string | null;
  /** A plan of the vendor's configuration; null for none. */
  plan?: string | null;
  /** The maximum number of sources; null for the configured default. */
  sources_limit?: number | null;
  /** `true` stops delivery, `false` resumes it. No message is lost in between. */
  suspended?: boolean | null;
  /** For how many days texts of messages are kept; null for the configured number. With 0 texts are erased as soon as their message is delivered, and files a day later. */
  texts_days?: number | null;
  /** `true` has amoCRM's time window switched off for this account, `false` on. amoCRM learns of it within a minute. */
  time_window_disabled?: boolean | null;
  /** The end of the trial; null for none. */
  trial_until?: string | null;
  /** The same of undelivered messages, which can be sent again until then. */
  undelivered_days?: number | null;
}

/** A reference by your id. */
export interface TheirIn {
  id: string;
}

/** An event in the history of a message. */
export interface TimelineEventOut {
  at: string;
  /** Where it happened: `messenger`, `parom` or `amocrm`. */
  hop: string;
  /** The type of event: `found_in_history` (the hook was missed and the message was read from amoCRM's history), `accepted`; for each attempt `delivered` or `sent` (accepted by the other side), `retry` (a temporary error), `unknown` (no response), `held` (waits for a repair), `failed` (rejected); for statuses, edits and the like the same kinds with a prefix, e.g. `status_told`; `dead` (not retried automatically). */
  event: string;
  /** The number of the attempt; null if the event is not an attempt. */
  attempt: number | null;
  /** The remote API's response; null if there was none or the event is not an attempt. */
  answer: AnswerOut | null;
  /** The reason for the failure; null if there was none. */
  reason: string | null;
}

/** Statuses that a messenger can report. A message's status never goes backwards: an earlier status is accepted and ignored. */
export type ToldStatus = "delivered" | "read" | "failed";

/** What would happen. */
export interface Trial {
  facts: Facts;
  verdict: Verdict;
  /** What amoCRM would be asked, in this order. */
  asks: Ask[];
  /** Whether amoCRM said what it knows of the customer. */
  crm_answered: boolean;
}

/** A typing notification. */
export interface TypingIn {
  conversation: ConversationIn;
  sender: ActorIn;
}

/** A chat that waits for an answer. */
export interface UnansweredOut {
  conversation_id: string;
  source_id: string;
  /** The customer's name, if known. */
  name: string | null;
  /** When the customer wrote. */
  since: string;
  waits_ms: number;
}

/** An uploaded file, which messages can use for one week. */
export interface UploadOut {
  /** Use it as `content.media_id`. */
  media_id: string;
  /** Size in bytes. */
  size: number;
  /** Detected from the file's first bytes; a type given by the client is ignored. */
  mime_type: string;
}

/** Messages that were accepted in the month (UTC), as in the ledger; those that are neither delivered nor failed wait. */
export interface UsageCountsOut {
  accepted: number;
  delivered: number;
  failed: number;
}

/** What an account used in a month. */
export interface UsageOut {
  month: string;
  tenant_id: string;
  /** Name of the integration in the vendor's configuration. */
  integration: string;
  /** amoCRM's id of the account. */
  account_id: string;
  host: string;
  /** Its plan now; null if it has none. */
  plan: string | null;
  /** The most sources that it had at one time in the month; null if nothing was noted then. */
  sources: number | null;
  /** The most bytes that it stored at one time in the month: messages, raw hooks, pending imports and files; null if nothing was noted then. */
  stored_bytes: number | null;
  /** By kind of source; a deleted source counts what it had. */
  kinds: KindUsageOut[];
}

/** An attempt to send an event. */
export interface VendorEventAttemptOut {
  /** Same as the header `webhook-id`: the same in every attempt. */
  webhook_id: string;
  type: string;
  at: string;
  /** HTTP status of the response; null if there was none. */
  status: number | null;
  ms: number;
  /** Why the attempt failed; null if it succeeded. */
  error: string | null;
  /** The number of the attempt, starting at 1. */
  number: number;
}

/** An event for one of the vendor's webhooks. */
export interface VendorEventOut {
  /** Same as the header `webhook-id`. */
  id: string;
  /** The account that it is about. */
  tenant_id: string;
  /** Name of the webhook in the vendor's configuration. */
  webhook: string;
  type: string;
  /** `waiting`, `delivered` or `failed`. */
  status: string;
  /** Number of attempts so far. */
  attempts: number;
  /** The next attempt; null if none is planned. */
  next_attempt_at: string | null;
  /** What is sent. */
  body: Record<string, unknown>;
  created_at: string;
}

/** An event that is resent. */
export interface VendorEventResentOut {
  id: string;
  status: string;
}

/** The decision about an enquiry. */
export interface Verdict {
  /** The other rules in their order, each with why it does not decide; empty where only the decision counts. */
  others: MissedRule[];
  plan: Plan;
  /** What of the rule could not be used, because amoCRM no longer has it. */
  faults: RuleFault[];
  /** The rule that matched first; null if none did. */
  rule?: RuleName | null;
}

/** A delivery attempt of a webhook. */
export interface WebhookAttemptOut {
  id: string;
  /** Same as the header `webhook-id`: the same in every attempt. */
  webhook_id: string;
  /** `message.created`, `message.edited`, `conversation.started` or `reaction`. */
  type: string;
  at: string;
  /** HTTP status of the response; null if there was none. */
  status: number | null;
  ms: number;
  /** Why the attempt failed; null if it succeeded. */
  error: string | null;
  /** The number of the attempt, starting at 1. */
  number: number;
  /** The message that the webhook is about. */
  message_id: string;
}

/** A message for a customer. */
export interface WebhookMessage {
  content: ContentOut;
  conversation: ConversationRefOut;
  id: string;
  receiver: { id: string | null; name: string | null; phone: string | null };
  reply_to: QuoteOut | null;
  sender: PersonOut;
  sent_at: string;
  source_id: string;
  template: Template | null;
  forward?: QuoteOut | null;
  post?: { id: string };
}

/** The time in which a customer may be answered freely. Later only templates are sent; other messages fail with `window_closed`. */
export interface WindowOut {
  /** Whether free messages are sent now. */
  open: boolean;
  /** When it ends or ended; null if the customer never wrote. */
  until: string | null;
}

/** An account works */
export interface AccountConnectedEvent {
  type: "account.connected";
  timestamp: string;
  data: { account: TenantOut };
}

/** An account installed an integration */
export interface AccountInstalledEvent {
  type: "account.installed";
  timestamp: string;
  data: { account: TenantOut; again: boolean };
}

/** An account left */
export interface AccountLeftEvent {
  type: "account.left";
  timestamp: string;
  data: { account: TenantOut; reason: string };
}

/** An account needs a person */
export interface AccountNeedsAttentionEvent {
  type: "account.needs_attention";
  timestamp: string;
  data: { account: TenantOut; reason: string };
}

/** A decision about marketing was recorded */
export interface ConsentChangedEvent {
  type: "consent.changed";
  timestamp: string;
  data: { account: TenantOut; consent: { conversation_id: string | null; decision: string; id: string; phone_hash: string | null; way: string } };
}

/** The first message to a phone */
export interface ConversationStartedEvent {
  type: "conversation.started";
  timestamp: string;
  data: { message: WebhookMessage };
  /** True if an earlier attempt may have arrived. */
  repeat?: boolean;
}

/** A chat got another contact */
export interface CustomerLinkedEvent {
  type: "customer.linked";
  timestamp: string;
  data: { account: TenantOut; link: { amocrm_contact_id: string | null; conversation_id: string; id: string; id_kind: string; previous_contact_id: string | null; source_id: string; sureness: string; why: string } };
}

/** Rules gave an enquiry to somebody */
export interface EnquiryRoutedEvent {
  type: "enquiry.routed";
  timestamp: string;
  data: { account: TenantOut; enquiry: { conversation_id: string; lead_id: string | null; message_id: string; responsible: string | null; rule: Record<string, unknown> | null; state: string; steps: Record<string, unknown>[]; version: number } };
}

/** A limit is nearly used up */
export interface LimitNearEvent {
  type: "limit.near";
  timestamp: string;
  data: { account: TenantOut };
}

/** A limit is used up */
export interface LimitReachedEvent {
  type: "limit.reached";
  timestamp: string;
  data: { account: TenantOut };
}

/** A message for a customer */
export interface MessageCreatedEvent {
  type: "message.created";
  timestamp: string;
  data: { message: WebhookMessage };
  /** True if an earlier attempt may have arrived. */
  repeat?: boolean;
}

/** An edited message */
export interface MessageEditedEvent {
  type: "message.edited";
  timestamp: string;
  data: { message: WebhookMessage };
  /** True if an earlier attempt may have arrived. */
  repeat?: boolean;
}

/** A manager's reaction */
export interface ReactionEvent {
  type: "reaction";
  timestamp: string;
  data: { conversation: ConversationRefOut; emoji: string | null; message: { external_id: string | null; id: string }; sender: { id: string }; source_id: string };
  /** True if an earlier attempt may have arrived. */
  repeat?: boolean;
}

/** A source was created */
export interface SourceCreatedEvent {
  type: "source.created";
  timestamp: string;
  data: { account: TenantOut; source: { external_id: string; id: string; kind: string; name: string } };
}

/** A deleted source */
export interface SourceDeletedEvent {
  type: "source.deleted";
  timestamp: string;
  data: { source: SourceOut };
  /** True if an earlier attempt may have arrived. */
  repeat?: boolean;
}

/** A source stopped */
export interface SourceStoppedEvent {
  type: "source.stopped";
  timestamp: string;
  data: { account: TenantOut; reason: string; source: { external_id: string; id: string; kind: string; name: string } };
}

/** A test */
export interface SourceTestEvent {
  type: "source.test";
  timestamp: string;
  data: { source_id: string };
  /** True if an earlier attempt may have arrived. */
  repeat?: boolean;
}

/** A changed source */
export interface SourceUpdatedEvent {
  type: "source.updated";
  timestamp: string;
  data: { source: SourceOut };
  /** True if an earlier attempt may have arrived. */
  repeat?: boolean;
}

/** A template to review */
export interface TemplateReviewEvent {
  type: "template.review";
  timestamp: string;
  data: { source_id: string; template: Record<string, unknown> };
  /** True if an earlier attempt may have arrived. */
  repeat?: boolean;
}

/** A trial ends soon */
export interface TrialEndingEvent {
  type: "trial.ending";
  timestamp: string;
  data: { account: TenantOut };
}

/** A manager is typing */
export interface TypingEvent {
  type: "typing";
  timestamp: string;
  data: { conversation: ConversationRefOut; sender: { id: string }; source_id: string; until: string };
  /** True if an earlier attempt may have arrived. */
  repeat?: boolean;
}

/** What Parom posts; `type` tells which. Ignore types that you do not know. */
export type WebhookEvent =
  | AccountConnectedEvent
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
  | TypingEvent;
