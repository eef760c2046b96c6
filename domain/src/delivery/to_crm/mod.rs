//! Sends a letter to amoCRM: a customer's message or its edit, a chat without a message, typing, a reaction, or the
//! status of a manager's message.

use std::sync::Arc;

use amocrm::chats::Chats;
use base::message::{LetterKind, crm_id};
use base::verdict::{Report, Verdict};
use queue::Claim;
use uuid::Uuid;

use super::letters::LetterContext;
use crate::delivery::DeliveryContext;
use crate::tenant::{channels, chats};

mod changes;
mod content;
mod judge;
mod message;

/// The outcome of the attempt; none if there is nothing left to send.
pub async fn attempt(
    app: &Arc<DeliveryContext>,
    claim: &Claim,
    context: &mut LetterContext,
) -> anyhow::Result<Option<Report>> {
    let Some(line) = CrmTarget::find(app, context)? else {
        let is_listed = app.integrations.channel_by_uuid(claim.target).is_some();
        let reason = if is_listed { "the channel is not connected to the account" } else { channels::UNCONFIGURED };
        return Ok(Some(Report::not_done(Verdict::Pause, reason)));
    };
    if matches!(claim.letter.kind, LetterKind::Message | LetterKind::Chat) {
        message::complete_person(app, context).await;
    }
    let context = &*context;
    let follows = matches!(claim.letter.kind, LetterKind::Edit | LetterKind::Typing | LetterKind::Reaction);
    if follows && context.is_kept_back() {
        return Ok(None);
    }
    match claim.letter.kind {
        LetterKind::Message => message::attempt(&line, claim, context).await.map(Some),
        LetterKind::Edit => changes::edit(&line, claim, context).await,
        LetterKind::Status => changes::report_status(&line, claim, context).await,
        LetterKind::Typing => changes::typing(&line, claim, context).await,
        LetterKind::Reaction => changes::reaction(&line, claim, context).await,
        LetterKind::Chat => message::create_chat(&line, claim, context).await.map(Some),
        LetterKind::Import => anyhow::bail!("import pages do not travel as letters"),
        LetterKind::Resend => anyhow::bail!("webhooks do not go to amoCRM"),
    }
}

/// One scope at amojo.
struct CrmTarget<'a> {
    app: &'a Arc<DeliveryContext>,
    chats: Chats,
    scope_id: String,
    channel: base::config::ConfiguredChannel,
}

impl<'a> CrmTarget<'a> {
    fn find(app: &'a Arc<DeliveryContext>, context: &LetterContext) -> anyhow::Result<Option<Self>> {
        let Some(channel) = &context.channel else { return Ok(None) };
        let Some((integration, configured)) = app.integrations.channel(&channel.channel_id.to_string()) else {
            return Ok(None);
        };
        if channel.scope_id.is_empty() {
            return Ok(None);
        }
        let chats = chats(&app.tenants, &integration)?.with_observer(base::http_client::note);
        let scope_id = channel.scope_id.clone();
        Ok(Some(Self { app, chats, scope_id, channel: configured }))
    }
}

/// The id by which amoCRM knows an object of the source.
fn ours(source_id: Uuid, part: &str, external_id: &str) -> String {
    crm_id(source_id, part, external_id).to_string()
}
