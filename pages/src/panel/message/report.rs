//! The report for support: ids, route, attempts, codes. It contains no texts, complete phone numbers or secrets; its
//! keys are always English, because support reads all reports.

use domain::delivery::read::story::Story;
use std::fmt::Write;

use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, SecondsFormat};

use super::answer::{self, WaitingStage};
use super::find;
use crate::panel::reasons::short_phone;
use crate::panel::{Answer, AppData, Member, Right};

/// `GET /panel/messages/{id}/report`.
pub async fn report(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let story = find(&app, &member, Right::Look, &id).await?;
    let name = format!("attachment; filename=\"message-{}.txt\"", story.message.id);
    let mut answer =
        HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text(&story, app.clock.millis()));
    if let Ok(name) = HeaderValue::from_str(&name) {
        answer.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}

fn stamp(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Foreign text as one line of at most 300 characters.
fn line(text: &str) -> String {
    let short: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(300).collect();
    if short.trim().is_empty() { "-".to_owned() } else { short.trim().to_owned() }
}

fn text(story: &Story, now: i64) -> String {
    let stage = WaitingStage::of(story);
    let message = &story.message;
    let reason = answer::reason(story, stage);
    let facts = [
        ("report", stamp(now)),
        ("account", message.tenant_id.to_string()),
        ("message", message.id.to_string()),
        ("messenger id", line(&message.external_id)),
        ("amocrm id", line(&message.amocrm_message_id)),
        ("chat", message.conversation_id.to_string()),
        ("amocrm chat", line(story.conversation.as_ref().map_or("", |row| &row.amocrm_chat_id))),
        ("source", format!("{} {}", message.source_id, story.source.as_ref().map_or("-", |source| &source.kind))),
        ("direction", story.direction.word().to_owned()),
        ("kind", story.body.content.kind().to_owned()),
        ("phone", line(&story.contact.phone.as_deref().map(short_phone).unwrap_or_default())),
        ("state", format!("{} ({stage:?})", story.status.as_str())),
        ("reason", reason.as_ref().map_or_else(|| "-".to_owned(), |reason| reason.key.to_owned())),
        ("said", line(reason.as_ref().map_or("", |reason| &reason.said))),
        ("sent", stamp(message.sent_at)),
        ("accepted", stamp(message.accepted_at)),
        ("next try", story.waiting.as_ref().and_then(|waiting| waiting.next_at).map_or_else(|| "-".to_owned(), stamp)),
        ("possible duplicate", message.possible_duplicate.to_string()),
    ];
    let mut out = String::new();
    // Writing to a String cannot fail.
    for (key, value) in facts {
        let _ = writeln!(out, "{key}: {value}");
    }
    for attempt in &story.attempts {
        let _ = writeln!(
            out,
            "attempt: {} letter={} kind={} direction={} n={} ms={} verdict={} http={} reason={}",
            stamp(attempt.at),
            attempt.letter_id,
            attempt.kind,
            attempt.direction,
            attempt.number,
            attempt.ms,
            attempt.verdict,
            attempt.status,
            line(&attempt.reason)
        );
        for part in attempt.request.iter().flat_map(|request| request.lines()) {
            let _ = writeln!(out, "  {part}");
        }
    }
    for dead in &story.dead {
        let _ = writeln!(out, "undelivered: {} letter={} reason={}", stamp(dead.last_at), dead.id, line(&dead.reason));
    }
    out
}
