//! The list as CSV, with its filters and without texts.

use domain::delivery::read::list::{self, Ground, MessageFilter, MessageSummary};
use std::collections::BTreeMap;

use actix_web::HttpRequest;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::json;
use uuid::Uuid;

use super::query::MessagesQuery;
use crate::panel::{Answer, AppData, Member, Nav, Right, csv};

/// Rows of one query.
const CHUNK: u64 = 500;
const COLUMNS: [&str; 16] = [
    "id",
    "conversation_id",
    "source_id",
    "source",
    "direction",
    "kind",
    "state",
    "reason",
    "error",
    "customer",
    "manager",
    "sent_at",
    "accepted_at",
    "took_ms",
    "messenger_id",
    "amocrm_id",
];

struct CsvReading {
    app: AppData,
    tenant_id: Uuid,
    wanted: MessageFilter,
    ground: Ground,
    after: Option<Uuid>,
}

/// `GET /panel/messages.csv` with the list's filters.
pub async fn download(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Retry)?;
    let query = MessagesQuery::read(&request);
    let page = member.page("messages-title", Nav::Messages);
    let tenant_id = member.tenant_id;
    let ground = Ground::of_tenant(app.store.read(), tenant_id).await?;
    let wanted = query.wanted(&app, &page, &ground, tenant_id).await?;
    member.audit(&app, app.store.write(), "message.exported", "", json!({})).await?;
    let first = Some(CsvReading { app, tenant_id, wanted, ground, after: None });
    let rows = stream::unfold(first, move |reading: Option<CsvReading>| async move {
        let mut reading = reading?;
        match chunk(&mut reading).await {
            Ok((text, more)) => Some((Ok(Bytes::from(text)), more.then_some(reading))),
            Err(error) => {
                tracing::error!(tenant.id = %reading.tenant_id, error = format!("{error:#}"), "the messages could not be read to their end");
                Some((Err(std::io::Error::other("reading broke off")), None))
            }
        }
    });
    let head = stream::iter([Ok(Bytes::from(csv::head(&COLUMNS)))]);
    Ok(csv::file("messages.csv").streaming(head.chain(rows)))
}

/// The next lines, and whether more may follow.
async fn chunk(reading: &mut CsvReading) -> anyhow::Result<(String, bool)> {
    let CsvReading { app, tenant_id, wanted, ground, after } = reading;
    let db = app.store.read();
    let lines = list::page(db, *tenant_id, wanted, ground, *after, CHUNK).await?;
    let took = list::took(db, *tenant_id, &lines).await?;
    *after = lines.last().map(|line| line.message.id);
    let more = u64::try_from(lines.len()).is_ok_and(|count| count == CHUNK);
    Ok((lines.iter().map(|line| text(line, ground, &took)).collect(), more))
}

fn text(line: &MessageSummary, ground: &Ground, took: &BTreeMap<Uuid, i64>) -> String {
    let message = &line.message;
    let failure = line.failure.as_ref();
    csv::line([
        message.id.to_string(),
        message.conversation_id.to_string(),
        message.source_id.to_string(),
        ground.sources.get(&message.source_id).map(|source| source.name.clone()).unwrap_or_default(),
        line.direction.word().to_owned(),
        line.body.content.kind().to_owned(),
        line.status.as_str().to_owned(),
        failure.map(|failure| failure.code.word().to_owned()).or_else(|| line.held.clone()).unwrap_or_default(),
        failure.map(|failure| failure.text.clone()).unwrap_or_default(),
        line.contact.name.clone().unwrap_or_default(),
        super::view::manager(line),
        csv::moment(message.sent_at),
        csv::moment(message.accepted_at),
        took.get(&message.id).map(ToString::to_string).unwrap_or_default(),
        message.external_id.clone(),
        message.amocrm_message_id.clone(),
    ])
}
