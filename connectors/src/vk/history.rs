//! Earlier messages (vk §12): dialogues by their last message, the latest first, each page by page.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::people::{FIELDS, Profile};
use super::receive::{Listener, message};
use super::setup::explain;
use crate::Denied;
use crate::call::{ApiError, Refusal};
use crate::poll::HistoryPage;

/// Messages per page.
const PAGE: i64 = 200;

/// Dialogues or messages, and the people in them.
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    items: Vec<Value>,
    #[serde(default)]
    profiles: Vec<Profile>,
}

/// The cursor: `<number of the dialogue>:<number of its messages already read>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    dialogue: i64,
    message: i64,
}

impl Place {
    fn read(text: &str) -> Option<Self> {
        let (dialogue, message) = text.split_once(':')?;
        Some(Self { dialogue: dialogue.parse().ok()?, message: message.parse().ok()? })
    }

    fn text(self) -> String {
        format!("{}:{}", self.dialogue, self.message)
    }
}

/// One page: a part of one dialogue, oldest first.
pub(super) async fn page(
    listener: Listener<'_>,
    since: DateTime<Utc>,
    page: Option<&str>,
) -> Result<HistoryPage, Denied> {
    let place = page.and_then(Place::read).unwrap_or_default();
    let since = since.timestamp();
    let dialogues = ask(
        listener,
        "messages.getConversations",
        vec![("offset", Some(place.dialogue.to_string())), ("count", Some("1".to_owned()))],
    )
    .await?;
    listener.asking.remember(dialogues.profiles).await;
    let Some(dialogue) = dialogues.items.into_iter().next() else { return Ok(HistoryPage::default()) };
    let last = dialogue["last_message"]["date"].as_i64().unwrap_or_default();
    if last < since {
        // The dialogues are sorted by their last message, so all others are older.
        return Ok(HistoryPage::default());
    }
    let next_dialogue = Some(Place { dialogue: place.dialogue + 1, message: 0 }.text());
    let Some(peer) = dialogue["conversation"]["peer"]["id"].as_i64().filter(|peer| *peer > 0) else {
        return Ok(HistoryPage { messages: Vec::new(), next: next_dialogue });
    };
    let read = ask(
        listener,
        "messages.getHistory",
        vec![
            ("peer_id", Some(peer.to_string())),
            ("offset", Some(place.message.to_string())),
            ("count", Some(PAGE.to_string())),
        ],
    )
    .await?;
    listener.asking.remember(read.profiles).await;
    let count = i64::try_from(read.items.len()).unwrap_or(PAGE);
    let mut messages = Vec::new();
    let mut is_older = false;
    for item in read.items {
        let Some(found) = message(&item).filter(|one| one.action.is_null()) else { continue };
        if found.date < since {
            is_older = true;
            break;
        }
        // Newest first here; the files of one message stay in their order.
        messages.push(listener.written(&found).await);
    }
    messages.reverse();
    let next = match is_older || count < PAGE {
        true => next_dialogue,
        false => Some(Place { message: place.message + count, ..place }.text()),
    };
    Ok(HistoryPage { messages: messages.into_iter().flatten().collect(), next })
}

async fn ask(listener: Listener<'_>, method: &str, mut parameters: super::api::Params) -> Result<Listed, Denied> {
    let community = listener.asking.community;
    parameters.extend([
        ("extended", Some("1".to_owned())),
        ("fields", Some(FIELDS.to_owned())),
        ("group_id", Some(community.id.to_string())),
    ]);
    let answer: Result<Listed, ApiError> = listener.asking.api.call(community.token, method, parameters).await;
    answer.map_err(|failed| match failed {
        ApiError::Refused(Refusal { code: 4 | 5 | 27 | 28, .. }) => Denied::Access(explain(&failed)),
        ApiError::Refused(Refusal { code: 7 | 15, .. }) => Denied::Refused(explain(&failed)),
        _ => Denied::Away(explain(&failed)),
    })
}
