//! Sends events from amoCRM to the customer, through the conversation's connector.

use std::sync::Arc;

use base::i18n::Words;
use base::message::{Direction, Failure, FailureCode, LetterKind};
use base::verdict::{Report, Verdict};
use chrono::DateTime;
use connectors::storable::known;
use connectors::{Connector, Event, LastIncoming, Outgoing, Settings};
use entity::{message as messages, source};
use queue::Claim;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::letters::LetterContext;
use crate::delivery::DeliveryContext;
use crate::tenant;

mod content;
mod message;
mod window;

/// The outcome of the attempt; none if there is nothing to send or the outcome does not matter.
pub async fn attempt(
    app: &Arc<DeliveryContext>,
    claim: &Claim,
    context: &LetterContext,
) -> anyhow::Result<Option<Report>> {
    Ok(match attempt_with(app, claim, context).await? {
        Some(report) => Some(judged_as_it_is_now(app, context, report).await),
        None => None,
    })
}

/// The outcome by the source as it was read.
async fn attempt_with(
    app: &Arc<DeliveryContext>,
    claim: &Claim,
    context: &LetterContext,
) -> anyhow::Result<Option<Report>> {
    let line = match MessengerTarget::find(app, context)? {
        Ok(line) => line,
        Err(report) => return Ok(Some(report).filter(|_| claim.letter.kind != LetterKind::Typing)),
    };
    match claim.letter.kind {
        LetterKind::Message => {
            let report = message::attempt(&line, claim, context).await?;
            window::note(&line, context, &report).await;
            Ok(Some(report))
        }
        LetterKind::Typing => message::typing(&line, claim, context).await.map(|()| None),
        LetterKind::Reaction => message::reaction(&line, claim, context).await,
        LetterKind::Resend => message::resend(&line, claim, context).await.map(Some),
        other @ (LetterKind::Edit | LetterKind::Status | LetterKind::Import | LetterKind::Chat) => {
            anyhow::bail!("letters of the kind {other:?} do not go to messengers")
        }
    }
}

/// What a pause means if the source has changed since it was read, perhaps by another instance: nothing. Sources are
/// kept for seconds, so the messenger may have refused a secret or an address that is no longer the source's, or the
/// source may have been resumed. A hold would last until a person resumes it; the letter is tried again instead.
async fn judged_as_it_is_now(app: &DeliveryContext, context: &LetterContext, report: Report) -> Report {
    let Some(kept) = context.source.as_deref().filter(|_| matches!(report.verdict, Verdict::Pause)) else {
        return report;
    };
    let row = source::Entity::of_tenant(kept.tenant_id).filter(source::Column::Id.eq(kept.id));
    if matches!(row.one(app.store.write()).await, Ok(Some(row)) if row.updated_at == kept.updated_at) {
        return report;
    }
    app.lookup.forget();
    Report { verdict: Verdict::Retry { after: None, whole_target: false }, ..report }
}

/// A source with its messenger.
struct MessengerTarget<'a> {
    app: &'a Arc<DeliveryContext>,
    source: &'a source::Model,
    connector: &'a dyn Connector,
    settings: Settings,
    words: Words,
}

impl<'a> MessengerTarget<'a> {
    /// The inner error is the report why nothing can be sent.
    fn find(app: &'a Arc<DeliveryContext>, context: &'a LetterContext) -> anyhow::Result<Result<Self, Report>> {
        let Some(source) = context.source.as_deref().filter(|source| source.deleted_at.is_none()) else {
            return Ok(Err(bury(FailureCode::SourceDisconnected, "the source was deleted")));
        };
        if source.is_shadow() {
            return Ok(Err(bury(FailureCode::SourceDisconnected, "the line was given back to another service")));
        }
        if source.paused {
            return Ok(Err(Report::not_done(Verdict::Pause, "paused")));
        }
        let Some(connector) = app.connectors.get(&source.kind) else {
            return Ok(Err(bury(FailureCode::SourceDisconnected, "this kind of messenger is not built in")));
        };
        Ok(Ok(Self {
            app,
            source,
            connector: connector.as_ref(),
            settings: crate::settings::open(app, source)?,
            words: tenant::words(&app.integrations, &context.tenant),
        }))
    }

    /// The customer's last message in the letter's conversation, for kinds that use it. Without it a message is sent
    /// all the same.
    async fn last_incoming(&self, claim: &Claim) -> Option<LastIncoming> {
        if !self.connector.uses_last_incoming() {
            return None;
        }
        let found = messages::Entity::of_tenant(claim.tenant_id)
            .filter(messages::Column::ConversationId.eq(claim.conversation_id))
            .filter(messages::Column::Direction.eq(Direction::ToCrm.number()))
            .filter(messages::Column::ExternalId.ne(""))
            .order_by_desc(messages::Column::Id)
            .one(self.app.store.read())
            .await;
        let found = found.unwrap_or_else(|error| {
            tracing::warn!(tenant.id = %claim.tenant_id, letter.id = %claim.letter.id, %error, "the customer's last message could not be read; the letter is sent without it");
            None
        })?;
        let at = DateTime::from_timestamp_millis(found.sent_at).unwrap_or_default();
        known(found.external_id).map(|external_id| LastIncoming { external_id, at })
    }

    /// `conversation_id`: the messenger's, empty while there is none.
    async fn outgoing(&self, claim: &Claim, conversation_id: &str, event: Event, request: NextRequest) -> Outgoing {
        Outgoing {
            letter_id: claim.letter.id,
            source_id: self.source.id,
            conversation_id: conversation_id.to_owned(),
            last_incoming: self.last_incoming(claim).await,
            event,
            begun: request.begun,
            repeat: request.repeat,
            now: self.app.clock.now(),
            words: self.words,
            files: content::files(self.app, self.source.tenant_id),
        }
    }

    async fn send(&self, claim: &Claim, conversation_id: &str, event: Event, request: NextRequest) -> Report {
        let outgoing = self.outgoing(claim, conversation_id, event, request).await;
        self.connector.send(&self.settings, &outgoing).await
    }
}

/// What a request needs to know of those before it.
#[derive(Default)]
struct NextRequest {
    /// [`Outgoing::begun`].
    begun: String,
    /// [`Outgoing::repeat`].
    repeat: bool,
}

fn bury(code: FailureCode, reason: &str) -> Report {
    bury_with(code, String::new(), reason)
}

/// With a text for the manager.
fn bury_with(code: FailureCode, text: String, reason: &str) -> Report {
    Report::not_done(Verdict::Bury(Failure { code, text }), reason)
}

/// Retry later, without counting against the messenger.
fn later(after: Option<std::time::Duration>, reason: &str) -> Report {
    Report::not_done(Verdict::Wait { after }, reason)
}
