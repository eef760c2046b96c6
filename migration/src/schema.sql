-- The tables of the first release. Types have the names of PostgreSQL; `changes.rs` says what SQLite calls them. The crate
-- `entity` says what each column means.

-- amoCRM accounts: their connection, the data that keeps it working, and the indexes that find them; and people and keys that
-- use Parom, their rights, and the log of their actions.

-- One amoCRM account that installed one integration. The rows of every other table name it by `tenant_id`; the nil id
-- means the vendor.
CREATE TABLE tenant (
    tenant_id uuid NOT NULL, integration text NOT NULL, account_id bigint NOT NULL, host text NOT NULL,
    name text NOT NULL, amojo_id text NOT NULL, status text NOT NULL, suspended boolean NOT NULL,
    sources_limit integer, api_domain text, created_at bigint NOT NULL, updated_at bigint NOT NULL, customer_id uuid,
    language text NOT NULL DEFAULT '', time_zone text NOT NULL DEFAULT '', probe_at bigint,
    probes integer NOT NULL DEFAULT 0, reconciled_at bigint, uninstalled_at bigint, erased_at bigint,
    weight integer NOT NULL DEFAULT 1, texts_days integer, texts_days_at bigint NOT NULL DEFAULT 0,
    hooks_days integer, attempts_days integer, undelivered_days integer, audit_days integer,
    second_step boolean NOT NULL DEFAULT false, window_off boolean NOT NULL DEFAULT false, plan text,
    trial_until bigint, paid_until bigint, plan_ended boolean NOT NULL DEFAULT false, plan_at bigint,
    PRIMARY KEY (tenant_id)
);
-- Finds accounts that are due for a check. Over all accounts.
CREATE INDEX tenant_probe ON tenant (probe_at) WHERE probe_at IS NOT NULL;
-- Finds accounts whose sources are due to be compared with amoCRM's. Over all accounts.
CREATE INDEX tenant_reconciled ON tenant (reconciled_at);
-- Finds accounts that are due for a warning about their subscription, or for its end. Over all accounts.
CREATE INDEX tenant_plan ON tenant (plan_at) WHERE plan_at IS NOT NULL;
-- Lists the accounts of a login. Over all accounts.
CREATE INDEX tenant_customer ON tenant (customer_id) WHERE customer_id IS NOT NULL;

-- Finds the account behind an id that arrives without one: a hook's scope, an API key, a session's token, an e-mail.
-- Its primary key also makes those ids unique across accounts. The only table that is read without an account.
CREATE TABLE directory (
    kind text NOT NULL, key text NOT NULL, tenant_id uuid NOT NULL, id uuid NOT NULL, note text NOT NULL,
    expires_at bigint, PRIMARY KEY (kind, key)
);

-- Logins by which the vendor's customers connect accounts without amoCRM's consent page.
CREATE TABLE customer (
    tenant_id uuid NOT NULL, id uuid NOT NULL, login text NOT NULL, password_hash text NOT NULL,
    created_at bigint NOT NULL, disabled_at bigint, PRIMARY KEY (tenant_id, id)
);

-- Install calls of amoCRM, stored before they are answered, because their code is issued only once.
CREATE TABLE install_call (
    tenant_id uuid NOT NULL, id uuid NOT NULL, integration text NOT NULL, host text NOT NULL, code bytea NOT NULL,
    status text NOT NULL, attempts integer NOT NULL, next_at bigint NOT NULL, error text NOT NULL,
    received_at bigint NOT NULL, trust smallint NOT NULL DEFAULT 0, network text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id)
);
-- Finds calls that wait, among all that strangers have sent.
CREATE INDEX install_call_due ON install_call (tenant_id, status, next_at);

-- OAuth tokens, one row for each amoCRM user who consented; one of them is in use. The lease keeps two processes from
-- using the same refresh token, which amoCRM accepts only once.
CREATE TABLE oauth_grant (
    tenant_id uuid NOT NULL, crm_user_id bigint NOT NULL, is_admin boolean NOT NULL, in_use boolean NOT NULL,
    version bigint NOT NULL, access_token bytea NOT NULL, refresh_token bytea NOT NULL, previous_refresh_token bytea,
    expires_at bigint NOT NULL, refreshed_at bigint NOT NULL, intent_at bigint, dead boolean NOT NULL,
    lease_owner uuid, leased_until bigint NOT NULL, created_at bigint NOT NULL, user_name text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, crm_user_id)
);

-- Chats API channels connected for an account, and when a failed connection is tried again.
CREATE TABLE tenant_channel (
    tenant_id uuid NOT NULL, channel_id uuid NOT NULL, scope_id text NOT NULL, status text NOT NULL,
    detail text NOT NULL, connected_at bigint NOT NULL, checked_at bigint NOT NULL, next_try_at bigint,
    tries integer NOT NULL DEFAULT 0, renewed_at bigint, losses integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, channel_id)
);

-- The account's subscription to the CRM's own webhooks, and when it is checked next.
CREATE TABLE crm_subscription (
    tenant_id uuid NOT NULL, destination bytea, state text NOT NULL, detail text NOT NULL, checked_at bigint NOT NULL,
    next_try_at bigint, tries integer NOT NULL, PRIMARY KEY (tenant_id)
);
-- Finds subscriptions that are due for a check. Over all accounts.
CREATE INDEX crm_subscription_due ON crm_subscription (next_try_at) WHERE next_try_at IS NOT NULL;

-- Bytes stored by an account on each day, so that its limit can be checked without measuring tables.
CREATE TABLE account_usage (
    tenant_id uuid NOT NULL, day integer NOT NULL, messages bigint NOT NULL, hooks bigint NOT NULL,
    PRIMARY KEY (tenant_id, day)
);

-- The most sources and stored bytes that an account had in each month, for invoices: later they cannot be counted.
CREATE TABLE account_month (
    tenant_id uuid NOT NULL, month integer NOT NULL, sources bigint NOT NULL, kinds text NOT NULL,
    stored_bytes bigint NOT NULL, PRIMARY KEY (tenant_id, month)
);

-- Consents to the vendor's data processing agreement, with the text as it was.
CREATE TABLE consent (
    tenant_id uuid NOT NULL, id uuid NOT NULL, document text NOT NULL, language text NOT NULL, version text NOT NULL,
    text text NOT NULL, user_id bigint NOT NULL, user_name text NOT NULL, address text NOT NULL,
    created_at bigint NOT NULL, PRIMARY KEY (tenant_id, id)
);

-- Proof that a customer's data was erased; identifies no one.
CREATE TABLE erasure (
    tenant_id uuid NOT NULL, id uuid NOT NULL, what text NOT NULL, counts text NOT NULL, by text NOT NULL,
    created_at bigint NOT NULL, PRIMARY KEY (tenant_id, id)
);

-- Those who sign in. All rows belong to the nil tenant, because a person may be a member of several accounts.
CREATE TABLE person (
    tenant_id uuid NOT NULL, id uuid NOT NULL, email text NOT NULL, name text NOT NULL, password_hash text,
    totp_secret bytea, totp_step bigint, is_operator boolean NOT NULL, language text NOT NULL,
    created_at bigint NOT NULL, disabled_at bigint, proved_at bigint, set_in uuid, revision bigint NOT NULL DEFAULT 0,
    link_only boolean NOT NULL DEFAULT false, wrong_codes integer NOT NULL DEFAULT 0,
    warned_at bigint NOT NULL DEFAULT 0, recovery_codes text NOT NULL DEFAULT '', PRIMARY KEY (tenant_id, id)
);

-- The role of a person in an account.
CREATE TABLE member (
    tenant_id uuid NOT NULL, person_id uuid NOT NULL, role text NOT NULL, crm_user_id bigint,
    invited_at bigint NOT NULL, last_seen_at bigint, disabled_at bigint, role_from text NOT NULL DEFAULT 'panel',
    crm_asked_at bigint NOT NULL DEFAULT 0, crm_gone_at bigint, PRIMARY KEY (tenant_id, person_id)
);
-- Finds the member that an amoCRM user is.
CREATE INDEX member_crm_user ON member (tenant_id, crm_user_id);

-- Signed-in browsers. `directory` finds a session by the hash of its token.
CREATE TABLE session (
    tenant_id uuid NOT NULL, id uuid NOT NULL, kind text NOT NULL, person_id uuid, crm_user_id bigint,
    is_admin boolean NOT NULL, via text NOT NULL, csrf text NOT NULL, language text NOT NULL, notice text NOT NULL,
    data bytea, reason text NOT NULL, created_at bigint NOT NULL, seen_at bigint NOT NULL, expires_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
-- Skips expired sessions when those of an account are listed.
CREATE INDEX session_expires ON session (tenant_id, expires_at);

-- Keys of the public API. Only hashes are stored; `directory` finds a key by its hash.
CREATE TABLE api_key (
    tenant_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, scope text NOT NULL, hash text NOT NULL,
    tail text NOT NULL, created_at bigint NOT NULL, expires_at bigint, revoked_at bigint, PRIMARY KEY (tenant_id, id)
);

-- The first response to each request with an `Idempotency-Key`, so that a repeated request gets the same one.
CREATE TABLE idempotency (
    tenant_id uuid NOT NULL, key_id uuid NOT NULL, route text NOT NULL, key text NOT NULL, body_hash text NOT NULL,
    status integer NOT NULL, answer text NOT NULL, created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, key_id, route, key)
);

-- Counts attempts, such as wrong passwords, within a window of time for all processes together.
CREATE TABLE throttle (
    tenant_id uuid NOT NULL, key text NOT NULL, window_from bigint NOT NULL, count integer NOT NULL,
    PRIMARY KEY (tenant_id, key)
);

-- Who did what. Rows are only added; the primary key is in order of time.
CREATE TABLE audit (
    tenant_id uuid NOT NULL, id uuid NOT NULL, at bigint NOT NULL, actor_kind text NOT NULL, actor_id text NOT NULL,
    actor_name text NOT NULL, action text NOT NULL, object text NOT NULL, detail text NOT NULL, address text NOT NULL,
    outcome text NOT NULL, PRIMARY KEY (tenant_id, id)
);

-- Problems that need attention. The key is what is wrong and with what, so a problem that repeats stays one row.
CREATE TABLE alert (
    tenant_id uuid NOT NULL, key text NOT NULL, kind text NOT NULL, source_id uuid, detail text NOT NULL,
    opened_at bigint NOT NULL, last_at bigint NOT NULL, count bigint NOT NULL, resolved_at bigint, muted_until bigint,
    letter_at bigint, letters integer NOT NULL DEFAULT 0, lettered_at bigint, taken_by text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, key)
);
-- Finds alerts about which an e-mail is due. Over all accounts.
CREATE INDEX alert_letter ON alert (letter_at) WHERE letter_at IS NOT NULL;

-- Which alerts a person wants on which channel. Without a row the role decides.
CREATE TABLE alert_reader (
    tenant_id uuid NOT NULL, person_id uuid NOT NULL, channel text NOT NULL, wants_letters boolean NOT NULL,
    without text NOT NULL, email text NOT NULL, updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, person_id, channel)
);

-- The chat to which the vendor's bot sends a person's alerts, or the code that will link one. Rows belong to the nil
-- tenant, because a person may be a member of several accounts.
CREATE TABLE alert_chat (
    tenant_id uuid NOT NULL, person_id uuid NOT NULL, asked_in_id uuid NOT NULL, chat_id bigint NOT NULL,
    title text NOT NULL, bot text NOT NULL, code text NOT NULL, code_until bigint NOT NULL, linked_at bigint NOT NULL,
    trouble text NOT NULL, PRIMARY KEY (tenant_id, person_id)
);
-- Finds the person who was shown a code.
CREATE INDEX alert_chat_code ON alert_chat (tenant_id, code) WHERE code <> '';

-- The address of an account's own program that gets its alerts.
CREATE TABLE alert_webhook (
    tenant_id uuid NOT NULL, url text NOT NULL, secret bytea NOT NULL, without text NOT NULL,
    created_at bigint NOT NULL, trouble text NOT NULL, trouble_at bigint NOT NULL, PRIMARY KEY (tenant_id)
);

-- Browsers that show a person's alerts. Rows belong to the nil tenant, because a person may be a member of several
-- accounts.
CREATE TABLE alert_device (
    tenant_id uuid NOT NULL, id uuid NOT NULL, person_id uuid NOT NULL, subscription bytea NOT NULL,
    endpoint_hash text NOT NULL, name text NOT NULL, created_at bigint NOT NULL, PRIMARY KEY (tenant_id, id)
);
-- A browser shows the alerts of one person.
CREATE UNIQUE INDEX alert_device_endpoint ON alert_device (tenant_id, endpoint_hash);
-- Finds the devices of a person.
CREATE INDEX alert_device_person ON alert_device (tenant_id, person_id);

-- The key by which push services recognise this server. One row, of the nil tenant.
CREATE TABLE push_key (
    tenant_id uuid NOT NULL, secret bytea NOT NULL, created_at bigint NOT NULL, PRIMARY KEY (tenant_id)
);

-- Notices about alerts that are still to be sent, one a recipient and channel.
CREATE TABLE alert_notice (
    tenant_id uuid NOT NULL, id uuid NOT NULL, channel text NOT NULL, person_id uuid NOT NULL, body text NOT NULL,
    created_at bigint NOT NULL, next_try_at bigint NOT NULL, tries integer NOT NULL, PRIMARY KEY (tenant_id, id)
);
-- Finds notices that are due. Over all accounts.
CREATE INDEX alert_notice_due ON alert_notice (next_try_at);

-- Lines at messengers and the sources in amoCRM that mirror them; and rows of the nil tenant: what the processes of an
-- installation share, the vendor's integrations, notes and announcements, and events for the vendor's own webhooks, which
-- outlive the account that they are about.

-- A line at a messenger, mirrored as a source in amoCRM.
CREATE TABLE source (
    tenant_id uuid NOT NULL, id uuid NOT NULL, kind text NOT NULL, name text NOT NULL, external_id text NOT NULL,
    channel_id uuid NOT NULL, amocrm_source_id bigint NOT NULL, pipeline_id bigint NOT NULL,
    is_default boolean NOT NULL, status text NOT NULL, status_reason text NOT NULL, paused boolean NOT NULL,
    contact_rule text NOT NULL, services text NOT NULL, settings text NOT NULL, secrets bytea,
    created_at bigint NOT NULL, updated_at bigint NOT NULL, deleted_at bigint, status_since bigint NOT NULL DEFAULT 0,
    paused_by text NOT NULL DEFAULT '', proved_at bigint, services_sent text NOT NULL DEFAULT '',
    facts text NOT NULL DEFAULT '{}', look_at bigint, renew_at bigint, poll_at bigint,
    lead_origin boolean NOT NULL DEFAULT true, logo text NOT NULL DEFAULT '', PRIMARY KEY (tenant_id, id)
);
-- An external id names one source in amoCRM; that of a deleted source may be used again.
CREATE UNIQUE INDEX source_external_id ON source (tenant_id, external_id) WHERE deleted_at IS NULL;
-- Finds lines that are due for a check at the messenger. Over all accounts.
CREATE INDEX source_look ON source (look_at) WHERE look_at IS NOT NULL;
-- Finds sources whose credentials may have to be renewed. Over all accounts.
CREATE INDEX source_renew ON source (renew_at) WHERE renew_at IS NOT NULL;
-- Finds sources whose messengers are due to be polled. Over all accounts.
CREATE INDEX source_poll ON source (poll_at) WHERE poll_at IS NOT NULL;

-- The latest change of a source that a developer's own messenger has not been notified of yet.
CREATE TABLE source_notice (
    tenant_id uuid NOT NULL, source_id uuid NOT NULL, id uuid NOT NULL, deleted boolean NOT NULL,
    access bytea NOT NULL, created_at bigint NOT NULL, next_try_at bigint NOT NULL, tries integer NOT NULL,
    unknown boolean NOT NULL, PRIMARY KEY (tenant_id, source_id)
);
-- Finds notices that are due. Over all accounts.
CREATE INDEX source_notice_due ON source_notice (next_try_at);

-- Sources that amoCRM lists under our integration and that we did not create, to be shown to the account's owner.
CREATE TABLE stray_source (
    tenant_id uuid NOT NULL, amocrm_source_id bigint NOT NULL, external_id text NOT NULL, name text NOT NULL,
    pipeline_id bigint, is_default boolean NOT NULL, reason text NOT NULL, seen_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, amocrm_source_id)
);

-- Templates that a source's messenger reviews, and how far their reviews are.
CREATE TABLE message_template (
    tenant_id uuid NOT NULL, id uuid NOT NULL, source_id uuid NOT NULL, crm_id bigint NOT NULL,
    review_id bigint NOT NULL, submission uuid NOT NULL, title text NOT NULL, name text NOT NULL,
    language text NOT NULL, category text NOT NULL, spec text NOT NULL, stage text NOT NULL,
    external_id text NOT NULL, quality text NOT NULL, reason text NOT NULL, told text NOT NULL, trouble text NOT NULL,
    tries integer NOT NULL, next_try_at bigint, created_at bigint NOT NULL, submitted_at bigint NOT NULL,
    changed_at bigint NOT NULL, PRIMARY KEY (tenant_id, id)
);
-- Finds the template that a manager's message was made from; one row for each source and template.
CREATE UNIQUE INDEX message_template_crm ON message_template (tenant_id, source_id, crm_id);
-- Finds templates whose next step is due. Over all accounts.
CREATE INDEX message_template_due ON message_template (next_try_at) WHERE next_try_at IS NOT NULL;

-- Lists that amoCRM keeps, as last read, so that no page waits for amoCRM.
CREATE TABLE crm_copy (
    tenant_id uuid NOT NULL, name text NOT NULL, body text NOT NULL, read_at bigint NOT NULL,
    asked_at bigint NOT NULL, PRIMARY KEY (tenant_id, name)
);

-- When a source usually has messages, learned from the ledger's counts, and how far these have been looked at.
CREATE TABLE source_pulse (
    tenant_id uuid NOT NULL, source_id uuid NOT NULL, day integer NOT NULL, came bigint NOT NULL,
    failed bigint NOT NULL, hour bigint NOT NULL, in_hour bigint NOT NULL, since_hour bigint NOT NULL,
    last_at bigint NOT NULL, week text NOT NULL, PRIMARY KEY (tenant_id, source_id)
);

-- When a site's page last loaded the web chat.
CREATE TABLE chat_site (
    tenant_id uuid NOT NULL, source_id uuid NOT NULL, origin text NOT NULL, seen_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, source_id, origin)
);

-- Pictures in the headers of sites' chats.
CREATE TABLE chat_logo (
    tenant_id uuid NOT NULL, source_id uuid NOT NULL, picture bytea NOT NULL, mime_type text NOT NULL,
    created_at bigint NOT NULL, PRIMARY KEY (tenant_id, source_id)
);

-- Leases of background work that only one process may do. Rows belong to the nil tenant.
CREATE TABLE chore (
    tenant_id uuid NOT NULL, name text NOT NULL, owner uuid NOT NULL, leased_until bigint NOT NULL,
    done_at bigint NOT NULL, PRIMARY KEY (tenant_id, name)
);

-- Rate limits shared by all processes.
CREATE TABLE pace (
    tenant_id uuid NOT NULL, key text NOT NULL, whole_at bigint NOT NULL, PRIMARY KEY (tenant_id, key)
);

-- The shared rate of calls to the REST API of each amoCRM account.
CREATE TABLE rest_pace (
    tenant_id uuid NOT NULL, account text NOT NULL, next_at bigint NOT NULL, PRIMARY KEY (tenant_id, account)
);

-- Master keys that were replaced or are being added, encrypted, so that data encrypted with them stays readable.
CREATE TABLE vault_key (
    tenant_id uuid NOT NULL, id text NOT NULL, sealed bytea NOT NULL, noted_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- What operators noted about an account.
CREATE TABLE account_note (
    tenant_id uuid NOT NULL, id uuid NOT NULL, author text NOT NULL, text text NOT NULL, created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- A text for the panel and the widget of some or all accounts.
CREATE TABLE announcement (
    tenant_id uuid NOT NULL, id uuid NOT NULL, text_ru text NOT NULL, text_en text NOT NULL, link text NOT NULL,
    audience text NOT NULL, names text NOT NULL, starts_at bigint NOT NULL, ends_at bigint NOT NULL,
    created_at bigint NOT NULL, PRIMARY KEY (tenant_id, id)
);
-- Finds those that have not ended, for every page of the panel.
CREATE INDEX announcement_ends ON announcement (tenant_id, ends_at);

-- An integration with its channels, as in the configuration file, sealed.
CREATE TABLE integration (
    tenant_id uuid NOT NULL, name text NOT NULL, body bytea NOT NULL, paused boolean NOT NULL,
    updated_at bigint NOT NULL, updated_by text NOT NULL, PRIMARY KEY (tenant_id, name)
);

-- One event for one webhook.
CREATE TABLE vendor_event (
    tenant_id uuid NOT NULL, id uuid NOT NULL, about_id uuid NOT NULL, webhook text NOT NULL, kind text NOT NULL,
    body text NOT NULL, state text NOT NULL, created_at bigint NOT NULL, queued_at bigint NOT NULL,
    next_try_at bigint, tries integer NOT NULL, PRIMARY KEY (tenant_id, id)
);
-- Finds what a webhook is to be sent.
CREATE INDEX vendor_event_due ON vendor_event (tenant_id, webhook, next_try_at) WHERE next_try_at IS NOT NULL;
-- Finds the events of an account, in the order in which they are sent.
CREATE INDEX vendor_event_about ON vendor_event (tenant_id, about_id, webhook, queued_at);

-- One try to send one.
CREATE TABLE vendor_event_attempt (
    tenant_id uuid NOT NULL, event_id uuid NOT NULL, number integer NOT NULL, at bigint NOT NULL, ms integer NOT NULL,
    status integer, error text NOT NULL, PRIMARY KEY (tenant_id, event_id, number)
);

-- Chats, their messages, and the files of these.
--
-- Accepting a message writes to four B-trees that keep growing: the primary keys of `dedupe`, `raw_hook` and
-- `message`, and `message_conversation`. No other index may join them. Those of the queue stay small, because settled
-- rows are deleted.
--
-- Also messages from the past: imports from other systems, and messages whose hooks were lost.

-- A chat with one customer, or a group chat, on one source; and the contact in amoCRM that it belongs to.
CREATE TABLE conversation (
    tenant_id uuid NOT NULL, id uuid NOT NULL, source_id uuid NOT NULL, external_id text NOT NULL,
    amocrm_chat_id text NOT NULL, contact text NOT NULL, created_at bigint NOT NULL,
    crm_person_id text NOT NULL DEFAULT '', crm_unbound boolean NOT NULL DEFAULT false,
    awaited text NOT NULL DEFAULT '', shared smallint NOT NULL DEFAULT 0, contact_id bigint NOT NULL DEFAULT 0,
    contact_name text NOT NULL DEFAULT '', contact_why text NOT NULL DEFAULT '',
    contact_seen_at bigint NOT NULL DEFAULT 0, visit text NOT NULL DEFAULT '', shut_at bigint NOT NULL DEFAULT 0,
    reach_at bigint NOT NULL DEFAULT 0, moved_to text NOT NULL DEFAULT '', heard_at bigint NOT NULL DEFAULT 0,
    free_until bigint NOT NULL DEFAULT 0, phone_hash text NOT NULL DEFAULT '', PRIMARY KEY (tenant_id, id)
);
-- Lists the chats of a source, newest first.
CREATE INDEX conversation_source ON conversation (tenant_id, source_id, id);
-- Finds the chat that a manager began, when the customer first answers from that phone number.
CREATE INDEX conversation_awaited ON conversation (tenant_id, source_id, awaited) WHERE awaited <> '';
-- Finds the chats of a contact that a hook of the CRM names.
CREATE INDEX conversation_contact ON conversation (tenant_id, contact_id) WHERE contact_id <> 0;
-- Finds a chat that a hook of the CRM names, if it has a contact.
CREATE INDEX conversation_crm_chat ON conversation (tenant_id, amocrm_chat_id) WHERE contact_id <> 0;
-- Finds an account by the phone number of a customer.
CREATE INDEX conversation_phone ON conversation (tenant_id, phone_hash) WHERE phone_hash <> '';

-- All ids by which either side knows a chat. Several ids may lead to one chat.
CREATE TABLE conversation_alias (
    tenant_id uuid NOT NULL, side smallint NOT NULL, origin uuid NOT NULL, external_id text NOT NULL,
    conversation_id uuid NOT NULL, PRIMARY KEY (tenant_id, side, origin, external_id)
);

-- Chats whose contact in amoCRM has yet to be found, created or linked.
CREATE TABLE contact_task (
    tenant_id uuid NOT NULL, conversation_id uuid NOT NULL, tries integer NOT NULL, making boolean NOT NULL,
    next_try_at bigint NOT NULL, created_at bigint NOT NULL, linking boolean NOT NULL DEFAULT false,
    renamed_from text NOT NULL DEFAULT '', PRIMARY KEY (tenant_id, conversation_id)
);
-- Finds tasks that are due. Over all accounts.
CREATE INDEX contact_task_due ON contact_task (next_try_at);

-- Conversations whose origin has yet to be written into their leads in amoCRM.
CREATE TABLE origin_task (
    tenant_id uuid NOT NULL, conversation_id uuid NOT NULL, tries integer NOT NULL, noting boolean NOT NULL,
    next_try_at bigint NOT NULL, created_at bigint NOT NULL, PRIMARY KEY (tenant_id, conversation_id)
);
-- Finds tasks that are due. Over all accounts.
CREATE INDEX origin_task_due ON origin_task (next_try_at);

-- Addresses at which visitors of a site's chat get answers that they have not read, and their next letters.
CREATE TABLE chat_email (
    tenant_id uuid NOT NULL, conversation_id uuid NOT NULL, source_id uuid NOT NULL, link_id uuid NOT NULL,
    address bytea NOT NULL, language text NOT NULL, asked_at bigint NOT NULL, confirmed_at bigint NOT NULL,
    after_position bigint NOT NULL, answered_at bigint NOT NULL, mailed_at bigint NOT NULL, next_at bigint,
    tries integer NOT NULL, PRIMARY KEY (tenant_id, conversation_id)
);
-- Finds letters that are due. Over all accounts.
CREATE INDEX chat_email_due ON chat_email (next_at) WHERE next_at IS NOT NULL;

-- Messages in either direction, with the state of their delivery.
CREATE TABLE message (
    tenant_id uuid NOT NULL, id uuid NOT NULL, source_id uuid NOT NULL, conversation_id uuid NOT NULL,
    direction smallint NOT NULL, state smallint NOT NULL, reported smallint NOT NULL, external_id text NOT NULL,
    amocrm_message_id text NOT NULL, body text NOT NULL, error text NOT NULL, sent_at bigint NOT NULL,
    accepted_at bigint NOT NULL, day integer NOT NULL, position bigint NOT NULL, possible_duplicate boolean NOT NULL,
    client_reaction text NOT NULL DEFAULT '', manager_reaction text NOT NULL DEFAULT '',
    reacted_at bigint NOT NULL DEFAULT 0, PRIMARY KEY (tenant_id, id)
);
-- Lists the messages of a chat in order.
CREATE INDEX message_conversation ON message (tenant_id, conversation_id, id);
-- Lists the messages that failed. A message that is accepted or delivered is not in it, so neither writes to it.
CREATE INDEX message_failed ON message (tenant_id, id) WHERE error <> '';

-- The ids of all accepted events, so that a repeated event is recognised after the message itself was deleted.
CREATE TABLE dedupe (
    tenant_id uuid NOT NULL, origin uuid NOT NULL, external_id text NOT NULL, event smallint NOT NULL,
    message_id uuid NOT NULL, fingerprint bigint NOT NULL, day integer NOT NULL,
    PRIMARY KEY (tenant_id, origin, external_id, event)
);

-- Delivery statuses that arrived before the id of their message was known; they are applied once it is.
CREATE TABLE parked_status (
    tenant_id uuid NOT NULL, source_id uuid NOT NULL, external_id text NOT NULL, id uuid NOT NULL,
    payload text NOT NULL, expires_at bigint NOT NULL, PRIMARY KEY (tenant_id, source_id, external_id, id)
);

-- The bytes of requests as they arrived, kept for a week to find out what happened, or to process them again.
CREATE TABLE raw_hook (
    tenant_id uuid NOT NULL, id uuid NOT NULL, kind text NOT NULL, target text NOT NULL, received_at bigint NOT NULL,
    headers text NOT NULL, body bytea NOT NULL, quarantine text NOT NULL, PRIMARY KEY (tenant_id, id)
);

-- Files that messages carry, and avatars: where they come from and how far fetching them has got.
CREATE TABLE media (
    tenant_id uuid NOT NULL, id uuid NOT NULL, source_id uuid NOT NULL, message_id uuid NOT NULL,
    direction smallint NOT NULL, kind smallint NOT NULL, state smallint NOT NULL, origin bytea NOT NULL,
    file_name text NOT NULL, mime_type text NOT NULL, size bigint NOT NULL, checksum text NOT NULL,
    failure text NOT NULL, tries integer NOT NULL, epoch integer NOT NULL, leased boolean NOT NULL,
    next_try_at bigint, created_at bigint NOT NULL, kept_at bigint, day integer NOT NULL, PRIMARY KEY (tenant_id, id)
);
-- Finds the files of a message.
CREATE INDEX media_message ON media (tenant_id, message_id);
-- Finds files that are due to be fetched. Over all accounts.
CREATE INDEX media_wanted ON media (next_try_at) WHERE next_try_at IS NOT NULL;
-- Finds files that are no longer kept. Over all accounts.
CREATE INDEX media_day ON media (day);

-- A history import, its progress and its share of the channel's rate.
CREATE TABLE import (
    tenant_id uuid NOT NULL, id uuid NOT NULL, source_id uuid NOT NULL, target uuid NOT NULL, state smallint NOT NULL,
    dry_run boolean NOT NULL, newest_loud boolean NOT NULL, file_name text NOT NULL, total bigint NOT NULL,
    chats bigint NOT NULL, leads_expected bigint NOT NULL, done bigint NOT NULL, duplicates bigint NOT NULL,
    skipped bigint NOT NULL, tokens bigint NOT NULL, refilled_at bigint NOT NULL, gives_way boolean NOT NULL,
    epoch bigint NOT NULL, next_at bigint, failure text NOT NULL, created_at bigint NOT NULL, finished_at bigint,
    link_contacts boolean NOT NULL DEFAULT false, bytes bigint NOT NULL DEFAULT 0, history_since bigint,
    history_page text, PRIMARY KEY (tenant_id, id)
);
-- Only one import of a channel runs at a time (2 is `running`).
CREATE UNIQUE INDEX import_running ON import (tenant_id, target) WHERE state = 2;
-- Finds imports that go on. Over all accounts.
CREATE INDEX import_due ON import (next_at) WHERE next_at IS NOT NULL;

-- Messages of an import that amoCRM does not have yet. The key recognises a message that the file has twice.
CREATE TABLE import_line (
    tenant_id uuid NOT NULL, import_id uuid NOT NULL, external_id text NOT NULL, line bigint NOT NULL,
    conversation_id text NOT NULL, sent_at bigint NOT NULL, message_id uuid NOT NULL, text text NOT NULL,
    accepted boolean NOT NULL, PRIMARY KEY (tenant_id, import_id, external_id)
);
-- Reads a page of an import chat by chat, oldest message first, however large the file is.
CREATE INDEX import_line_order ON import_line (tenant_id, import_id, accepted, conversation_id, sent_at, line);

-- Lines of an import that were rejected, with the reason, for the report.
CREATE TABLE import_skip (
    tenant_id uuid NOT NULL, import_id uuid NOT NULL, line bigint NOT NULL, reason text NOT NULL,
    PRIMARY KEY (tenant_id, import_id, line)
);

-- Processes that receive hooks, and when each was last alive: a gap means that hooks may have been lost. Rows belong
-- to the nil tenant.
CREATE TABLE heartbeat (
    tenant_id uuid NOT NULL, instance uuid NOT NULL, beat_at bigint NOT NULL, ended boolean NOT NULL,
    spooled bigint NOT NULL, keys text, version text, calls text, PRIMARY KEY (tenant_id, instance)
);

-- Compares each channel's chats with amoCRM's history to find messages whose hooks were lost: when the next round is
-- due, and the position of the current one.
CREATE TABLE history_look (
    tenant_id uuid NOT NULL, channel_id uuid NOT NULL, next_at bigint NOT NULL, epoch bigint NOT NULL,
    interrupted_at bigint, began_at bigint, since bigint NOT NULL, cursor_at bigint NOT NULL, cursor_id uuid NOT NULL,
    again boolean NOT NULL, tries integer NOT NULL, chats bigint NOT NULL, sent bigint NOT NULL, held bigint NOT NULL,
    ended_at bigint, last_chats bigint NOT NULL, last_sent bigint NOT NULL, last_held bigint NOT NULL,
    found bigint NOT NULL, back_to bigint, PRIMARY KEY (tenant_id, channel_id)
);
-- Finds channels whose next round or step is due. Over all accounts.
CREATE INDEX history_look_due ON history_look (next_at);

-- Messages that were found in amoCRM's history because their hooks were lost.
CREATE TABLE found_message (
    tenant_id uuid NOT NULL, message_id uuid NOT NULL, at bigint NOT NULL, held boolean NOT NULL,
    PRIMARY KEY (tenant_id, message_id)
);

-- The delivery queue: waiting letters, their order, the rates of targets, and the outcomes.

-- The unit of order: one direction of a chat, in one of two streams. Letters of a lane are delivered one after
-- another, by the holder of the lane's lease.
CREATE TABLE lane (
    tenant_id uuid NOT NULL, lane_id uuid NOT NULL, conversation_id uuid NOT NULL, source_id uuid NOT NULL,
    direction smallint NOT NULL, stream smallint NOT NULL, target uuid NOT NULL, next_seq bigint NOT NULL,
    last_key bigint NOT NULL, max_key bigint NOT NULL, waiting bigint NOT NULL, due_at bigint, owner uuid,
    epoch bigint NOT NULL, leased_until bigint NOT NULL, starts integer NOT NULL, carried bigint NOT NULL,
    claim bigint, PRIMARY KEY (tenant_id, lane_id)
);
-- Finds the lanes of a remote account that are due, the longest waiting first.
CREATE INDEX lane_due ON lane (tenant_id, target, due_at) WHERE due_at IS NOT NULL;

-- Letters that wait to be delivered, in the order of their lane by primary key. Deleted once settled, so the table
-- stays small.
CREATE TABLE letter (
    tenant_id uuid NOT NULL, lane_id uuid NOT NULL, order_key bigint NOT NULL, seq bigint NOT NULL, id uuid NOT NULL,
    message_id uuid NOT NULL, source_id uuid NOT NULL, direction smallint NOT NULL, kind smallint NOT NULL,
    payload text NOT NULL, attempts integer NOT NULL, unknown boolean NOT NULL, resends integer NOT NULL,
    late boolean NOT NULL, accepted_at bigint NOT NULL, expires_at bigint NOT NULL, day integer NOT NULL,
    PRIMARY KEY (tenant_id, lane_id, order_key, seq)
);

-- When a remote account may be called next. One narrow row for each holds its rate, pauses and circuit breaker, so
-- that the search for work reads no lanes of accounts that cannot be served.
CREATE TABLE turn (
    tenant_id uuid NOT NULL, target uuid NOT NULL, pool text NOT NULL, ready_at bigint, tokens bigint NOT NULL,
    refilled_at bigint NOT NULL, reason text NOT NULL, failures integer NOT NULL, failing_since bigint,
    failing integer NOT NULL DEFAULT 0, rate bigint NOT NULL DEFAULT 0, rate_at bigint NOT NULL DEFAULT 0,
    calls integer NOT NULL DEFAULT 0, errors integer NOT NULL DEFAULT 0, counted_from bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, target)
);
-- Finds remote accounts that may be called, pool by pool, so that a full pool is not scanned and does not hide
-- the others. Over all accounts.
CREATE INDEX turn_pool ON turn (pool, ready_at, tenant_id, target) WHERE ready_at IS NOT NULL;

-- Each attempt to deliver a letter, with the redacted response.
CREATE TABLE attempt (
    tenant_id uuid NOT NULL, message_id uuid NOT NULL, letter_id uuid NOT NULL, number integer NOT NULL,
    kind smallint NOT NULL, direction smallint NOT NULL, at bigint NOT NULL, ms integer NOT NULL,
    verdict text NOT NULL, status integer NOT NULL, answer text NOT NULL, reason text NOT NULL, id uuid,
    source_id uuid, event text NOT NULL DEFAULT '', took bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, message_id, letter_id, number)
);
-- Finds messages that took long (`SLOW` in the server's lists). Most messages did not and are not in it.
CREATE INDEX attempt_slow ON attempt (tenant_id, message_id) WHERE took > 2000;
-- Lists the webhooks of a source. Most attempts are not webhooks and are not in it.
CREATE INDEX attempt_webhook ON attempt (tenant_id, source_id, id) WHERE event <> '';

-- Letters that are no longer tried automatically. They wait for a person to send them again or to discard them.
CREATE TABLE dead_letter (
    tenant_id uuid NOT NULL, id uuid NOT NULL, lane_id uuid NOT NULL, conversation_id uuid NOT NULL,
    source_id uuid NOT NULL, message_id uuid NOT NULL, target uuid NOT NULL, direction smallint NOT NULL,
    stream smallint NOT NULL, kind smallint NOT NULL, payload text NOT NULL, reason text NOT NULL,
    detail text NOT NULL, attempts integer NOT NULL, first_at bigint NOT NULL, last_at bigint NOT NULL,
    day integer NOT NULL, PRIMARY KEY (tenant_id, id)
);

-- Bulk operations on dead letters, sending again or discarding, and their progress.
CREATE TABLE replay (
    tenant_id uuid NOT NULL, id uuid NOT NULL, action text NOT NULL, source_id uuid, reason text NOT NULL,
    since bigint NOT NULL, state text NOT NULL, total bigint NOT NULL, done bigint NOT NULL, started_by text NOT NULL,
    created_at bigint NOT NULL, finished_at bigint, next_at bigint, PRIMARY KEY (tenant_id, id)
);
-- Finds replays that go on. Over all accounts.
CREATE INDEX replay_due ON replay (next_at) WHERE next_at IS NOT NULL;

-- Counts of accepted, delivered and failed messages. Each process adds to rows of its own, so that processes do not
-- wait for each other's locks.
CREATE TABLE ledger_delta (
    tenant_id uuid NOT NULL, source_id uuid NOT NULL, direction smallint NOT NULL, day integer NOT NULL,
    instance uuid NOT NULL, accepted bigint NOT NULL, delivered bigint NOT NULL, failed bigint NOT NULL,
    PRIMARY KEY (tenant_id, source_id, direction, day, instance)
);
-- Sums up the latest days without reading the older ones.
CREATE INDEX ledger_delta_day ON ledger_delta (tenant_id, day);
-- The same of all accounts.
CREATE INDEX ledger_delta_all_day ON ledger_delta (day);
