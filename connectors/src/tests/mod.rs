//! What the unit tests of several messengers share: messages to send, and mangled bodies.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base::i18n::{Language, Words};
use base::message::{Content, FailureCode, Media};
use base::verdict::{Report, Taken, Verdict};
use bytes::Bytes;
use chrono::DateTime;
use futures_util::StreamExt;
use uuid::Uuid;

use super::{Event, Message, Outgoing};
use crate::fake::Answer;
use crate::file::{NotOpened, OpenFile, SharedShelf, Shelf};

pub mod bodies;

/// Files by id; the store is away for the nil id, and does not have the first.
pub struct Files(pub fn(Uuid) -> &'static [u8]);

/// One file, whatever id is requested.
pub const ONE_FILE: Files = Files(|_| BYTES);

#[async_trait]
impl Shelf for Files {
    async fn open(&self, media_id: Uuid) -> Result<OpenFile, NotOpened> {
        match media_id.as_u128() {
            0 => return Err(NotOpened::later("away", None)),
            1 => return Err(NotOpened::Never("not_here")),
            _ => {}
        }
        let bytes = (self.0)(media_id);
        let announced = u64::try_from(bytes.len()).ok();
        Ok(OpenFile { announced, bytes: futures_util::stream::iter([Ok(Bytes::from_static(bytes))]).boxed() })
    }

    async fn content(&self, media_id: Uuid) -> Option<String> {
        (!media_id.is_nil()).then(|| media_id.to_string())
    }
}

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

/// A page that a proxy sends with one of these statuses is no answer of the messenger, unless it is about the request.
pub async fn gateway_pages(more: &[u16], send: impl AsyncFn(Answer) -> Report) {
    for page in ["<html>", ""] {
        for status in [302, 400, 401, 403, 409, 410, 421, 502, 504].iter().chain(more) {
            let verdict = send(Answer::Text(*status, page)).await.verdict;
            assert_eq!(verdict, Verdict::Retry { after: None, whole_target: false }, "{status} {page}");
        }
        for status in [413, 414, 415] {
            let (code, _) = failure(&send(Answer::Text(status, page)).await);
            assert_eq!(code.amocrm_code(), 905, "{status} {page}: it is about the request");
        }
    }
}

/// The same, and no answer, half of one, or anything but a result in the place of a success, which leave the outcome unknown.
pub async fn weather(more: &[u16], send: impl AsyncFn(Answer) -> Report) {
    gateway_pages(more, &send).await;
    let successes = ["<html>", "", "null", "[]", "{}", "{\"ok\":true,\"result\":{\"message_id\":"];
    let successes = successes.into_iter().flat_map(|body| [200, 202].map(|status| Answer::Text(status, body)));
    for unknown in [Answer::Reset, Answer::Deaf].into_iter().chain(successes) {
        assert_eq!(send(unknown.clone()).await.verdict, Verdict::Unknown, "{unknown:?}");
    }
}

/// What answers to a message mean: a verdict, or the code of its failure. No report holds the credential.
pub async fn answers_mean(
    rows: impl IntoIterator<Item = (Answer, Result<Verdict, FailureCode>)>,
    send: impl AsyncFn(Answer) -> Report,
) {
    for (answer, wanted) in rows {
        let said = format!("{answer:?}");
        let report = send(answer).await;
        assert!(!format!("{report:?}").contains("CANARY"), "{report:?}");
        match wanted {
            Ok(verdict) => assert_eq!(report.verdict, verdict, "{said}"),
            Err(code) => assert_eq!(failure(&report).0, code, "{said}"),
        }
    }
}

/// A retry after these seconds.
pub const fn retry(after: Option<u64>, whole_target: bool) -> Result<Verdict, FailureCode> {
    let after = match after {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => None,
    };
    Ok(Verdict::Retry { after, whole_target })
}

/// A message with nothing but its content.
pub fn message(content: Content) -> Message {
    Message::of(Uuid::from_u128(1), content, DateTime::UNIX_EPOCH)
}

pub fn text(text: &str) -> Content {
    Content::Text { text: text.to_owned() }
}

/// What files contain.
pub const BYTES: &[u8] = b"the bytes of a file";

/// A file stored by Parom.
pub fn kept(name: &str, mime: &str) -> Media {
    Media {
        media_url: format!("https://parom.example/media/t/{name}"),
        file_name: name.to_owned(),
        file_size: u64::try_from(BYTES.len()).unwrap(),
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
