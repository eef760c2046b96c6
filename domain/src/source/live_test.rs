//! "Test this source": every step of a message's path, live, without a customer and without notifying anyone.
//!
//! ```text
//! credentials ─▶ webhook ─▶ chat (without a lead) ─▶ message (silent) ─▶ status
//! ```
//!
//! It ends at the first step that fails. Each source has one chat for its tests, which belongs to no customer.

use std::sync::Arc;
use std::time::Instant;

use amocrm::Error as CrmError;
use amocrm::chats::{ChatUser, Chats, Content, DeliveryStatus, NewChat, NewMessage, SourceRef};
use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText, Words};
use base::message::crm_id;
use base::rate_limit::Budget;
use connectors::{Denied, Probe};
use entity::{source, tenant, tenant_channel};
use sea_orm::{ColumnTrait, QueryFilter};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use super::{By, find, line, observations};
use crate::settings;
use crate::source::SourceContext;
use crate::tenant::{self as tenants, ChannelStatus};

/// Used in place of the messenger's ids.
const TEST: &str = "parom-test";

/// Tests of an account: so many at once, and one more every two seconds. Each makes calls to amoCRM and the messenger beside
/// their rates, and lasts as long as a server of the account's lets it wait.
const PACE: Budget = Budget { at_once: 50, each: 2_000 };

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestStep {
    /// `credentials`, `webhook`, `chat`, `message` or `status`; the texts are `source-test-{name}`.
    pub name: &'static str,
    pub ok: bool,
    /// The observation or the problem.
    pub detail: Option<LocalizedText>,
    /// Duration in milliseconds.
    pub ms: u64,
}

/// What a step found, or what is wrong.
type StepOutcome = Result<Option<LocalizedText>, LocalizedText>;

/// Tests a source live. Sends nothing to customers, creates no lead, notifies no one. Success of all steps is a
/// proof: a stopped source works again. A failed step is not an error: the source needs attention until something proves
/// it.
pub async fn test(app: &Arc<SourceContext>, tenant_id: Uuid, source_id: Uuid, by: &By) -> Result<Vec<TestStep>> {
    let source = find(app, tenant_id, source_id).await?;
    let paced = app.source_tests.take(tenant_id, PACE, app.clock.millis()).await;
    let said = || LocalizedText::new("said-tests-many");
    paced.map_err(|millis| Error::too_many("too_many_requests", said(), millis))?;
    let mut steps = Vec::new();
    let passed = walk(app, &source, &mut steps).await?;
    let failed = steps.iter().find(|step| !step.ok);
    if passed {
        observations::passed(app, &source).await?;
    } else {
        observations::doubted(app, &source).await?;
    }
    line::tested(app, &source, failed).await?;
    let detail = json!({ "passed": passed, "failed": failed.map(|step| step.name) });
    by.did(app, app.store.write(), "source.tested", (tenant_id, &source_id.to_string()), detail).await?;
    Ok(steps)
}

/// True if every step succeeded.
async fn walk(app: &SourceContext, source: &source::Model, steps: &mut Vec<TestStep>) -> Result<bool> {
    let settings = settings::open(app, source)?;
    let Some(connector) = app.connectors.get(&source.kind) else {
        let error = LocalizedText::new("said-connector-none").with("kind", source.kind.as_str());
        return Ok(note(steps, "credentials", Instant::now(), Err(error)));
    };
    let started = Instant::now();
    let access = connector.check_access(&settings).await;
    if !note(steps, "credentials", started, access.map_err(Denied::into_text)) {
        return Ok(false);
    }
    let probe = Probe {
        id: app.clock.uuid_v7(),
        source_id: source.id,
        now: app.clock.now(),
        hook_url: line::hook_url(app, &source.kind, source.id),
        is_new: false,
    };
    let started = Instant::now();
    let webhook = connector.check_webhook(&settings, &probe).await;
    if !note(steps, "webhook", started, webhook.map_err(Denied::into_text)) {
        return Ok(false);
    }
    if source.is_shadow() {
        return Ok(true);
    }
    let started = Instant::now();
    let line = match CrmConnection::of(app, source).await? {
        Ok(line) => line,
        Err(words) => return Ok(note(steps, "chat", started, Err(words))),
    };
    if !note(steps, "chat", started, line.chat(source).await) {
        return Ok(false);
    }
    let started = Instant::now();
    let sent = line.message(app, source, probe.id).await;
    let message_id = sent.as_ref().ok().cloned().unwrap_or_default();
    if !note(steps, "message", started, sent.map(|_| None)) {
        return Ok(false);
    }
    let started = Instant::now();
    Ok(note(steps, "status", started, line.status(&message_id).await))
}

fn note(steps: &mut Vec<TestStep>, name: &'static str, started: Instant, outcome: StepOutcome) -> bool {
    let ok = outcome.is_ok();
    let detail = outcome.unwrap_or_else(Some);
    steps.push(TestStep { name, ok, detail, ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX) });
    ok
}

/// The source's connection to amoCRM.
struct CrmConnection {
    chats: Chats,
    secret: SecretString,
    scope_id: String,
    words: Words,
}

impl CrmConnection {
    /// The inner error says why there is none.
    async fn of(app: &SourceContext, source: &source::Model) -> Result<Result<Self, LocalizedText>> {
        let tenant: tenant::Model = tenants::load(app.store.read(), source.tenant_id).await?.ok_or(Error::NotFound)?;
        let channel = tenant_channel::Entity::of_tenant(source.tenant_id)
            .filter(tenant_channel::Column::ChannelId.eq(source.channel_id));
        let channel = channel.one(app.store.read()).await?;
        let Some(channel) = channel.filter(|channel| channel.status == ChannelStatus::Connected.as_str()) else {
            return Ok(Err(LocalizedText::new("said-channel-not-connected")));
        };
        let Some((integration, configured)) = tenants::channel_config(&app.tenants, source.channel_id) else {
            let channel = source.channel_id.to_string();
            return Ok(Err(LocalizedText::new("said-channel-not-configured").with("channel", channel)));
        };
        Ok(Ok(Self {
            chats: tenants::chats(&app.tenants, &integration)?,
            secret: configured.secret.clone(),
            scope_id: channel.scope_id,
            words: tenants::words_in(
                &app.integrations,
                &tenant,
                Language::of_code(&tenant.language).unwrap_or(Language::En),
            ),
        }))
    }

    fn person(&self, source: &source::Model) -> ChatUser {
        let name = self.words.text("source-test-person").to_string();
        ChatUser { id: crm_id(source.id, "person", TEST).to_string(), name, ..ChatUser::default() }
    }

    /// Idempotent: the chat of the last test is used again.
    async fn chat(&self, source: &source::Model) -> StepOutcome {
        let chat = NewChat {
            conversation_id: conversation(source),
            source: Some(SourceRef { external_id: source.external_id.clone() }),
            user: self.person(source),
        };
        let made = self.chats.create_chat(&self.secret, &self.scope_id, &chat).await;
        made.map(|_| None).map_err(|error| tenants::error_text(&error))
    }

    /// Sends the message; returns amojo's id of it.
    async fn message(
        &self,
        app: &SourceContext,
        source: &source::Model,
        test_id: Uuid,
    ) -> Result<String, LocalizedText> {
        let message = NewMessage {
            message_id: crm_id(source.id, "message", &format!("{TEST} {test_id}")).to_string(),
            conversation_id: conversation(source),
            at_milliseconds: app.clock.millis(),
            sender: self.person(source),
            source: Some(SourceRef { external_id: source.external_id.clone() }),
            content: Content::Text { text: self.words.text("source-test-text").to_string() },
            silent: true,
            ..NewMessage::default()
        };
        let sent = self.chats.send_message(&self.secret, &self.scope_id, &message).await;
        sent.map(|taken| taken.amojo_message_id).map_err(|error| tenants::error_text(&error))
    }

    /// amoCRM accepts statuses of managers' messages only (chats-api §5.1), and a test has none: the proof is that
    /// amoCRM parses our status and refuses it for this reason.
    async fn status(&self, message_id: &str) -> StepOutcome {
        let given = self.chats.delivery_status(&self.secret, &self.scope_id, message_id, &DeliveryStatus::Delivered);
        match given.await {
            Ok(()) => Ok(None),
            Err(CrmError::Refused { status: status @ (400 | 404 | 422), .. }) => {
                Ok(Some(LocalizedText::new("said-status-read").with("status", status)))
            }
            Err(error) => Err(tenants::error_text(&error)),
        }
    }
}

fn conversation(source: &source::Model) -> String {
    crm_id(source.id, "conversation", TEST).to_string()
}
