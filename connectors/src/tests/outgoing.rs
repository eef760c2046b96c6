//! Messages to send, and what a report says of them.

use std::sync::Arc;

use base::i18n::{Language, Words};
use base::message::{Content, FailureCode, Media};
use base::verdict::{Report, Taken, Verdict};
use chrono::DateTime;
use uuid::Uuid;

use crate::file::{SharedShelf, Shelf};
use crate::{Event, Message, Outgoing};

/// What is sent to a conversation.
pub fn outgoing(conversation: &str, event: Event, files: impl Shelf + 'static) -> Outgoing {
    Outgoing {
        letter_id: Uuid::from_u128(9),
        source_id: Uuid::from_u128(8),
        conversation_id: conversation.to_owned(),
        last_incoming: None,
        event,
        begun: String::new(),
        repeat: false,
        now: DateTime::from_timestamp_millis(1_795_168_800_000).unwrap(),
        words: Words::new(Language::En),
        files: SharedShelf::new(Arc::new(files)),
    }
}

/// Sends a message as the delivery does, one request each time, until it is sent or not accepted.
pub async fn to_the_end(mut outgoing: Outgoing, send: impl AsyncFn(&Outgoing) -> Report) -> Report {
    loop {
        let mut report = send(&outgoing).await;
        match &mut report.verdict {
            Verdict::Done(Taken { onward: onward @ Some(_), .. }) => outgoing.begun = onward.take().unwrap(),
            _ => return report,
        }
    }
}

/// What the first attempts of a message lead to, each of which knows of those before it what a letter stores.
pub async fn attempts(
    mut outgoing: Outgoing,
    count: usize,
    send: impl AsyncFn(&Outgoing) -> Report,
) -> Vec<&'static str> {
    let mut outcomes = Vec::new();
    for _ in 0..count {
        outcomes.push(match send(&outgoing).await.verdict {
            Verdict::Done(Taken { onward: Some(onward), .. }) => {
                outgoing.begun = onward;
                "onward"
            }
            Verdict::Done(_) => "done",
            Verdict::Retry { .. } | Verdict::Wait { .. } => "retry",
            Verdict::Unknown => "unknown",
            Verdict::Bury(_) | Verdict::Pause => "refused",
        });
    }
    outcomes
}

/// A message with nothing but its content.
pub fn message(content: Content) -> Message {
    Message::of(Uuid::from_u128(1), content, DateTime::UNIX_EPOCH)
}

pub fn text(text: &str) -> Content {
    Content::Text { text: text.to_owned() }
}

/// A file stored by Parom.
pub fn kept(name: &str, mime: &str, size: usize) -> Media {
    Media {
        media_url: format!("https://parom.example/media/t/{name}"),
        file_name: name.to_owned(),
        file_size: u64::try_from(size).unwrap(),
        mime_type: Some(mime.to_owned()),
        media_id: Some(Uuid::from_u128(7)),
        ..Media::default()
    }
}

#[track_caller]
pub fn taken(report: &Report) -> &Taken {
    match &report.verdict {
        Verdict::Done(taken) => taken,
        other => panic!("{other:?}: {}", report.reason),
    }
}

#[track_caller]
pub fn failure(report: &Report) -> (FailureCode, String) {
    match &report.verdict {
        Verdict::Bury(failure) => (failure.code, failure.text.clone()),
        other => panic!("{other:?}: {}", report.reason),
    }
}
