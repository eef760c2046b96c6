//! Refuses free messages that the messenger would refuse: those after the time for free answers (chats-api §5.9).
//! amoCRM shows a clock but sends what a bot writes after it.

use base::i18n::{Words, duration};
use base::message::{Body, FailureCode, SharedDialogue};
use base::verdict::Report;
use entity::conversation;
use queue::Claim;
use sea_orm::{ColumnTrait, DbErr, QueryFilter};

use super::{MessengerTarget, bury_with};
use crate::delivery::letter_context::LetterContext;
use crate::delivery::read::find::with_phone;
use crate::source::window::Window;

const HOUR: i64 = 3_600_000;

/// The report that refuses a message; none if it may be sent. Templates are sent at any time, and so are public
/// answers to comments. What may have arrived already is left to the messenger.
pub(super) async fn closed(
    line: &MessengerTarget<'_>,
    claim: &Claim,
    parts: &LetterContext,
    body: &Body,
) -> anyhow::Result<Option<Report>> {
    let Some(window) = Window::of(line.connector, line.source) else { return Ok(None) };
    if claim.letter.unknown || body.post.is_some() || (window.templates && body.template.is_some()) {
        return Ok(None);
    }
    let now = line.app.clock.millis();
    let row = &parts.conversation;
    if window.is_open(row, now) || is_open_elsewhere(line, &window, parts, now).await? {
        return Ok(None);
    }
    let heard = row.heard_at > 0;
    let text = said(line.words, window, heard);
    Ok(Some(bury_with(FailureCode::WindowClosed, text, "the time for free messages is over")))
}

/// Whether the customer wrote in another chat of theirs on this source: one that a manager started has a row of its
/// own (docs/decisions/0011-write-first.md).
async fn is_open_elsewhere(
    line: &MessengerTarget<'_>,
    window: &Window,
    parts: &LetterContext,
    now: i64,
) -> Result<bool, DbErr> {
    let (row, db) = (&parts.conversation, line.app.store.read());
    let others = if row.shared != SharedDialogue::Not.number() {
        conversation::Entity::of_tenant(row.tenant_id)
            .filter(conversation::Column::SourceId.eq(row.source_id))
            .filter(conversation::Column::ExternalId.eq(row.external_id.as_str()))
            .all(db)
            .await?
    } else if row.external_id.is_empty() {
        with_phone(db, row.tenant_id, parts.contact.phone.as_deref().unwrap_or_default()).await?
    } else {
        Vec::new()
    };
    Ok(others.iter().any(|other| other.source_id == row.source_id && window.is_open(other, now)))
}

/// What amoCRM shows below the message.
fn said(words: Words, window: Window, heard: bool) -> String {
    let key = match (heard, window.templates) {
        (true, true) => "failure-window_closed-over-template",
        (true, false) => "failure-window_closed-over",
        (false, true) => "failure-window_closed-unheard-template",
        (false, false) => "failure-window_closed-unheard",
    };
    words.text(key).with("time", length(words, window.length)).to_string()
}

/// `24 hours`; lengths that are no whole hours as a duration.
fn length(words: Words, millis: i64) -> String {
    match millis % HOUR {
        0 => words.text("failure-window_closed-hours").with("hours", millis / HOUR).to_string(),
        _ => duration(millis, words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::i18n::Language;

    #[test]
    fn the_words_name_the_time_and_what_can_be_done() {
        let say = |language, hours, templates, heard| {
            let window = Window { length: hours * HOUR, templates };
            said(Words::new(language), window, heard).replace('\u{a0}', " ")
        };
        assert_eq!(
            say(Language::En, 24, true, true),
            "More than 24 hours have passed since the customer’s last message. Send an approved template."
        );
        assert_eq!(
            say(Language::Ru, 24, false, true),
            "С последнего сообщения клиента прошло больше 24 часов. Ответить можно, когда клиент напишет снова."
        );
        assert!(say(Language::Ru, 1, true, true).contains("больше 1 часа."));
        assert_eq!(
            say(Language::En, 24, true, false),
            "The customer has not written here yet. Only an approved template can be sent."
        );
        assert!(length(Words::new(Language::En), 90_000).contains("1 min"));
    }
}
