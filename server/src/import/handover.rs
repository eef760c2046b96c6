//! Adds the next lines of an import to the queue through the normal intake, in the order in which they were written.

use std::sync::Arc;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use entity::{import, import_line, message, source};
use queue::accept_batch::{Alias, ItemOutcome, Side};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::format::Format;
use super::step::ImportChanges;
use super::{history, queries, reason, settle};
use crate::intake::message_in;
use crate::intake::messenger::message::{Incoming, accept_as};
use crate::usage::UsageContext;

/// Adds as many lines as the rate allows. False if none is left. On an error, what was already added stays in
/// `change`.
pub(super) async fn page(
    app: &Arc<UsageContext>,
    source: &source::Model,
    row: &mut import::Model,
    change: &mut ImportChanges,
) -> Result<bool> {
    let room = usize::try_from(row.tokens / 1000).unwrap_or(0);
    // One more shows whether the last one is the newest of its chat.
    let lines = queries::lines(row)
        .filter(import_line::Column::Accepted.eq(false))
        .order_by_asc(import_line::Column::ConversationId)
        .order_by_asc(import_line::Column::SentAt)
        .order_by_asc(import_line::Column::Line)
        .limit(u64::try_from(room + 1).unwrap_or(1))
        .all(app.store.read())
        .await?;
    let sent = settle::sent_of(app, row, &lines).await?;
    for (place, line) in lines.iter().enumerate().take(room) {
        if sent.contains(&line.message_id) {
            change.accepted.push(line.message_id);
            continue;
        }
        let newest = lines.get(place + 1).is_none_or(|next| next.conversation_id != line.conversation_id);
        row.tokens -= 1000;
        let wish = CrmTreatment {
            loud: row.newest_loud && newest,
            link_contact: row.link_contacts,
            from_messenger: row.history_since.is_some(),
        };
        hand_over(app, source, line, wish, change).await?;
    }
    Ok(!lines.is_empty())
}

/// How amoCRM should treat a line.
#[derive(Clone, Copy)]
struct CrmTreatment {
    /// It may create a lead and a notification.
    loud: bool,
    /// A new chat is linked to an existing contact.
    link_contact: bool,
    /// It was read from the messenger, not from a file.
    from_messenger: bool,
}

async fn hand_over(
    app: &Arc<UsageContext>,
    source: &source::Model,
    line: &import_line::Model,
    wish: CrmTreatment,
    change: &mut ImportChanges,
) -> Result<()> {
    let accepted = async {
        let mut incoming = match wish.from_messenger {
            true => history::incoming(line)?,
            false => message_in::of_line(&app.intake, line.text.as_bytes())?,
        };
        incoming.sent_at = Some(line.sent_at);
        incoming.body.silent |= !(wish.loud && is_news(app, source, &incoming, line.sent_at).await?);
        incoming.body.link_contact = wish.link_contact;
        accept_as(&app.intake, source, incoming, line.message_id).await
    };
    match accepted.await {
        Ok(ItemOutcome::New { .. }) => change.accepted.push(line.message_id),
        Ok(ItemOutcome::Duplicate { same: true, .. }) => {
            change.duplicates += 1;
            change.done += 1;
            change.over.push(line.message_id);
        }
        // A messenger shows a message in its history otherwise than it reported it.
        Ok(ItemOutcome::Duplicate { same: false, .. }) if wish.from_messenger => {
            change.duplicates += 1;
            change.done += 1;
            change.over.push(line.message_id);
        }
        Ok(ItemOutcome::Duplicate { same: false, message_id }) => {
            let said = LocalizedText::new("said-message-differs").with("message", message_id.to_string());
            change.skip(line, reason::kept(&said));
        }
        Err(error @ (Error::Unavailable { .. } | Error::Internal(_))) => return Err(error),
        Err(error) => change.skip(line, reason::of_error(&error, Format::Lines)),
    }
    Ok(())
}

/// Whether the chat has no newer message: a newer live one has already created its lead and notification.
async fn is_news(app: &UsageContext, source: &source::Model, incoming: &Incoming, sent_at: i64) -> Result<bool> {
    let alias = Alias { side: Side::Messenger, origin: source.id, external_id: incoming.conversation_id.clone() };
    let Some(known) = app.lookup.conversation(source.tenant_id, alias).await? else { return Ok(true) };
    let newer = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::ConversationId.eq(known.conversation_id))
        .filter(message::Column::SentAt.gt(sent_at))
        .count(app.store.read())
        .await?;
    Ok(newer == 0)
}
