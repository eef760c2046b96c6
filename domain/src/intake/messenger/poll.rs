//! Asks messengers for what they do not report by themselves, e.g. whether a message was read. The events are stored
//! like those of a webhook.

use std::sync::Arc;

use base::error::Result;
use base::message::{Direction, State};
use chrono::TimeDelta;
use connectors::Denied;
use connectors::poll::OpenConversation;
use entity::{conversation, job, message, source};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::events;
use super::source::CalledSource;
use crate::delivery::read::first_id_at;
use crate::intake::IntakeContext;
use crate::job::NextRun;
use crate::source::line::watch;
use crate::source::{SourceStatus, stopped};

/// Conversations that a messenger is asked about.
const CONVERSATIONS: usize = 100;
/// Messages that are not read yet, the latest ones.
const MESSAGES: u64 = 1_000;
/// Older messages are no longer asked about.
const RECENT: TimeDelta = TimeDelta::days(2);
/// When a source of a kind that is not polled any more is due again.
const NEVER: TimeDelta = TimeDelta::days(1);

/// The regular question to a messenger.
pub async fn poll(app: Arc<IntakeContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    let now = app.clock.millis();
    let Some(source) = watch::source_of(&app.sources, job).await? else { return Ok(NextRun::Never) };
    let interval = app.connectors.get(&source.kind).and_then(|connector| connector.poll_interval());
    let interval = interval.and_then(|interval| TimeDelta::from_std(interval).ok()).unwrap_or(NEVER);
    if let Err(error) = ask(app, &source).await {
        tracing::warn!(tenant.id = %source.tenant_id, source.id = %source.id, %error, "a messenger could not be asked for news; it will be asked again");
    }
    Ok(NextRun::At(now + interval.num_milliseconds()))
}

async fn ask(app: &Arc<IntakeContext>, source: &source::Model) -> Result<()> {
    let Ok(line) = CalledSource::of(app, &source.kind, source.id).await else { return Ok(()) };
    if line.connector.poll_interval().is_none() {
        return Ok(());
    }
    match line.connector.poll(&line.settings, &open(app, source).await?).await {
        Ok(all) => {
            if let Err(error) = events::take(&line, None, all).await {
                tracing::warn!(source.id = %source.id, error = %error, "news of a messenger were not stored; it will be asked again");
            }
            Ok(())
        }
        Err(Denied::Access(detail) | Denied::Foreign(detail)) => {
            if source.status != SourceStatus::Stopped.as_str() {
                stopped(&app.sources, source.tenant_id, source.id, &detail.to_string()).await?;
            }
            Ok(())
        }
        Err(Denied::Refused(detail) | Denied::Away(detail)) => {
            tracing::info!(source.id = %source.id, reason = %detail, "a messenger did not answer what is new; it will be asked again");
            Ok(())
        }
    }
}

/// Conversations with messages of ours that were not read yet, the latest first.
async fn open(app: &IntakeContext, source: &source::Model) -> Result<Vec<OpenConversation>> {
    let found = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::Id.gte(first_id_at(app.clock.millis() - RECENT.num_milliseconds())))
        .filter(message::Column::SourceId.eq(source.id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(message::Column::State.is_in([State::Sent.number(), State::Delivered.number()]))
        .filter(message::Column::ExternalId.ne(""))
        .order_by_desc(message::Column::Id)
        .limit(MESSAGES)
        .all(app.store.read())
        .await?;
    let mut open: Vec<(Uuid, Vec<String>)> = Vec::new();
    for message in found {
        let has_room = open.len() < CONVERSATIONS;
        match open.iter_mut().find(|(id, _)| *id == message.conversation_id) {
            Some((_, messages)) => messages.push(message.external_id),
            None if has_room => open.push((message.conversation_id, vec![message.external_id])),
            None => {}
        }
    }
    let known = conversation::Entity::of_tenant(source.tenant_id)
        .filter(conversation::Column::Id.is_in(open.iter().map(|(id, _)| *id)))
        .all(app.store.read())
        .await?;
    let named = open.into_iter().filter_map(|(id, mut messages)| {
        let row = known.iter().find(|row| row.id == id).filter(|row| !row.goes_to().is_empty())?;
        messages.reverse();
        Some(OpenConversation { id: row.goes_to().to_owned(), messages })
    });
    Ok(named.collect())
}
