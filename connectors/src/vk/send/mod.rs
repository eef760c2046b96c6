//! Community → customer. If VK refuses a request for a known reason, it is changed and sent again, once for each
//! reason, within the same letter (vk §13).
//!
//! ```text
//! message.rs  a message: draft ─▶ post ─▶ taken        draft.rs   what is posted: text, attachment, keyboard, quote
//!                          ▲       │ refused           file.rs    in which form a file is sent, and its upload
//!                          └ mend ◀┘                   judge.rs   what a refusal means
//! comment.rs  public answers to comments               live.rs    edits, typing, reactions
//!                                                      press.rs   answers to presses
//! ```

mod comment;
mod draft;
mod file;
mod judge;
mod live;
mod message;
mod press;
#[cfg(test)]
mod tests;

use base::i18n::LocalizedText;
use base::verdict::{Report, Verdict};
use sha2::{Digest, Sha256};

pub(super) use file::Uploaded;
pub(super) use press::acknowledge;

use super::api::VkApi;
use super::seen::Seen;
use super::setup::Community;
use crate::error_catalog::VK;
use crate::{Event, Outgoing, Settings};

/// What every request for a letter needs.
struct SendContext<'a> {
    api: &'a VkApi,
    seen: &'a Seen,
    uploaded: &'a Uploaded,
    community: Community<'a>,
    peer: i64,
    outgoing: &'a Outgoing,
}

impl SendContext<'_> {
    /// The parameters for the target: the peer, and whose dialogue it is.
    fn to_peer(&self) -> super::api::Params {
        vec![("peer_id", Some(self.peer.to_string())), ("group_id", Some(self.community.id.to_string()))]
    }

    /// VK's idempotency key of the n-th request of a letter: the same in every attempt (vk §6). Positive and never 0,
    /// because 0 means no key.
    fn random_id(&self, request: usize) -> i32 {
        let digest = Sha256::digest(format!("{}#{request}", self.outgoing.id()));
        let mut bytes = [0; 4];
        for (to, from) in bytes.iter_mut().zip(digest.iter()) {
            *to = *from;
        }
        (i32::from_be_bytes(bytes) & i32::MAX).max(1)
    }
}

/// Sends an event.
pub(super) async fn send(
    (api, seen, uploaded): (&VkApi, &Seen, &Uploaded),
    settings: &Settings,
    outgoing: &Outgoing,
) -> Report {
    let Some(community) = Community::of(settings) else {
        return Report::not_done(Verdict::Pause, LocalizedText::new("said-vk-token").to_string());
    };
    let Ok(peer) = outgoing.conversation_id.parse::<i64>() else {
        // A community cannot write first (vk §6), and every dialogue with it has a numeric id.
        let verdict = Verdict::Bury(VK.failure("901", outgoing.words));
        return Report::not_done(verdict, "there is no dialogue with this customer");
    };
    let line = SendContext { api, seen, uploaded, community, peer, outgoing };
    match &outgoing.event {
        Event::Created(message) | Event::Started(message) => match &message.post {
            Some(post) => comment::send(&line, message, post).await,
            None => {
                let report = message::send(&line, message).await;
                if matches!(report.verdict, Verdict::Done(_)) {
                    live::mark_read(&line).await;
                }
                report
            }
        },
        Event::Edited(message) => live::edit(&line, message).await,
        Event::Typing { .. } => live::typing(&line).await,
        Event::Reaction { message, emoji, .. } => live::reaction(&line, message, emoji.as_deref()).await,
    }
}
