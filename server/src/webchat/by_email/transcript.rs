//! `POST /chat/{source_id}/transcript`: the conversation as a letter, to the address that its reader has confirmed.

use actix_web::HttpResponse;
use base::error::Error;
use base::i18n::Words;
use domain::identity::email_limits;
use domain::identity::mail::{self, Email};
use domain::identity::throttle::AttemptOrigin;
use domain::tenant as tenants;
use entity::chat_email;

use super::send;
use crate::webchat::access::{ChatRefusal, Guest};
use crate::webchat::emails::{self, BACK_DAYS, TokenPurpose, after, link};
use crate::webchat::guests::VisitorAct;
use crate::webchat::history::{self, MessageView};
use crate::webchat::{Answer, AppData, WebchatContext};

/// 202: on its way; 404 without a confirmed address; 503 if the mail server takes none now. Counts as a request for
/// answers by e-mail.
pub async fn post(app: AppData, guest: Guest) -> Answer {
    guest.pace(&app, VisitorAct::Write).await?;
    let source = guest.source();
    let conversation_id = history::conversation_of(&app, source, &guest.visitor).await?.ok_or(Error::NotFound)?;
    let known = emails::of(&app, source.tenant_id, conversation_id).await?;
    let is_on = |row: &chat_email::Model| row.confirmed_at > 0 && after(&app, &guest.place.settings).is_some();
    let row = known.filter(is_on).ok_or(Error::NotFound)?;
    let to = emails::address(&app, &row)?;
    let origin = AttemptOrigin::from(guest.address);
    let confirmed = emails::confirmed(&app, source.tenant_id).await?;
    let chat = (source.tenant_id, source.id);
    let counted = email_limits::chat_answers(&app.identity, chat, confirmed, &guest.visitor.id, &to, &origin).await?;
    counted.map_err(|wait| ChatRefusal::TooFast(wait.seconds))?;
    let language = guest.place.words.language();
    let tenant = app.lookup.tenant(source.tenant_id).await?;
    let words = tenant.map_or(guest.place.words, |tenant| tenants::words_in(&app.integrations, &tenant, language));
    let title = send::letter_title(&guest.place.settings, source);
    let (lines, _) = history::read(&app, words, source.tenant_id, conversation_id).await?;
    let subject = words.text("chat-transcript-subject").with("title", title.as_str()).to_string();
    let text = letter(&app, &row, words, &title, &lines);
    let email = Email { to, subject, text, sender: words.brand() };
    if let Err(error) = mail::send_endable(&app.identity, email, &link(&app, &row, TokenPurpose::End)).await {
        tracing::warn!(tenant.id = %source.tenant_id, source.id = %source.id, error = format!("{error:#}"), "a chat was not sent by e-mail; its visitor can ask again");
        let detail = base::i18n::LocalizedText::new("chat-state-failed");
        return Err(Error::Unavailable { detail, retry_after: 60 }.into());
    }
    Ok(HttpResponse::Accepted().finish())
}

fn letter(app: &WebchatContext, row: &chat_email::Model, words: Words, title: &str, lines: &[MessageView]) -> String {
    let line = |line: &MessageView| format!("{} · {}", line.at_here, send::entry(words, line));
    words
        .text("chat-transcript-letter")
        .with("title", title)
        .with("lines", lines.iter().map(line).collect::<Vec<_>>().join("\n\n"))
        .with("back", link(app, row, TokenPurpose::Back))
        .with("end", link(app, row, TokenPurpose::End))
        .with("count", BACK_DAYS)
        .to_string()
}
