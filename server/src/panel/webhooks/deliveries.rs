//! Deliveries of one source's webhooks: when, what, the answer, and every try.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::{KIND, State, address};
use crate::app::App;
use crate::delivery::read::dead::{self, Wanted};
use crate::delivery::read::reason::Reason;
use crate::delivery::read::webhooks::{self, Delivery};
use crate::error::{Error, Result};
use crate::message::Direction;
use crate::panel::reasons::{self, About};
use crate::panel::{self, Member, Nav, PageContext, Right, choice};
use crate::words::Sentence;

const ROWS: u64 = 50;

#[derive(Debug, Default, Deserialize)]
struct Query {
    cursor: Option<Uuid>,
}

struct Try {
    row: Sentence,
    outcome: String,
    status: String,
    answer: String,
}

struct Row {
    message_id: String,
    webhook_id: String,
    /// `<time>` of the last try.
    time: String,
    status: String,
    took: String,
    badge: String,
    tries: Vec<Try>,
    count: Sentence,
    /// Given up: can be sent again.
    dead: bool,
}

#[derive(Template)]
#[template(path = "panel/webhooks/deliveries.html")]
struct Deliveries {
    page: PageContext,
    source_id: String,
    address: String,
    badge: String,
    rows: Vec<Row>,
    newest: Option<String>,
    older: Option<String>,
}

/// `GET /panel/webhooks/{source_id}`.
pub async fn get(
    app: web::Data<App>,
    member: Member,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    member.require(Right::ManageKeys)?;
    let id = Uuid::try_parse(&id).map_err(|_| Error::NotFound)?;
    let tenant_id = member.tenant.tenant_id;
    let source = crate::source::find(&app, tenant_id, id).await?;
    if source.kind != KIND {
        return Err(Error::NotFound);
    }
    let query = web::Query::<Query>::from_query(request.query_string()).map(web::Query::into_inner).unwrap_or_default();
    let page = member.page(member.words.say("webhooks-of").with("source", source.name.as_str()), Nav::Keys);
    let db = app.store.read();
    let (found, next) = webhooks::page(db, tenant_id, id, query.cursor, ROWS).await?;
    let wanted = Wanted { ids: Some(found.iter().map(|one| one.webhook_id).collect()), ..Wanted::default() };
    let dead: Vec<Uuid> = dead::page(db, tenant_id, &wanted, None, ROWS * 2).await?.iter().map(|row| row.id).collect();
    let state = State::of(&found);
    let path = format!("/panel/webhooks/{id}");
    let deliveries = Deliveries {
        source_id: id.to_string(),
        address: address(&source),
        badge: page.badge(state.tone(), page.words.say_of("webhook-state-", state.word())),
        rows: found.iter().map(|one| row(&page, one, dead.contains(&one.webhook_id))).collect(),
        newest: query.cursor.map(|_| path.clone()),
        older: next.map(|next| choice::address(&path, &[("cursor", &next.to_string())])),
        page: page.clone(),
    };
    panel::html(&page, &deliveries)
}

fn row(page: &PageContext, delivery: &Delivery, dead: bool) -> Row {
    let words = page.words;
    let last = delivery.attempts.last();
    let taken = last.is_some_and(|last| last.verdict == "done");
    let (tone, word) = match (taken, dead) {
        (true, _) => ("ok", "letter-state-done"),
        (false, true) => ("bad", "letter-state-dead"),
        (false, false) => ("wait", "letter-state-retrying"),
    };
    let status = |status: i32| if status == 0 { "–".to_owned() } else { status.to_string() };
    let tried = |attempt: &entity::attempt::Model| {
        let reason = Reason::of_attempt(attempt, Direction::ToMessenger);
        let about = About { words, crm: page.crm, kind: "text", name: "" };
        let outcome = match reason {
            None => words.say("attempt-taken").to_string(),
            Some(reason) if attempt.status >= 400 => {
                let reason = Reason { key: "webhook_status", ..reason };
                reasons::said(&reason, &about).what.to_string()
            }
            Some(reason) => reasons::said(&reason, &about).what.to_string(),
        };
        Try {
            row: words
                .say("attempt-row")
                .with("n", attempt.number)
                .with("clock", page.when(&attempt.at).clock_seconds())
                .with("ms", attempt.ms),
            outcome,
            status: status(attempt.status),
            answer: attempt.answer.clone(),
        }
    };
    Row {
        message_id: delivery.message.id.to_string(),
        webhook_id: delivery.webhook_id.to_string(),
        time: last.map(|last| page.time(&last.at)).unwrap_or_default(),
        status: last.map(|last| status(last.status)).unwrap_or_default(),
        took: last.map(|last| page.duration(&i64::from(last.ms))).unwrap_or_default(),
        badge: page.badge(tone, words.say(word)),
        count: words.say("attempts-title").with("count", delivery.attempts.len()),
        tries: delivery.attempts.iter().map(tried).collect(),
        dead,
    }
}
