//! Which message a message answers, and whose messages it forwards.

use base::message::{Content, Quote};

use super::Listener;
use crate::vk::ids::MessageId;
use crate::vk::wire::{Attachment, Message};

/// Maximum number of forwarded messages, and how deeply nested ones are read.
const FORWARDED: usize = 20;
const DEPTH: usize = 3;

impl Listener<'_> {
    /// The message that this one answers. Its text is included in case the id is unknown.
    pub(super) async fn reply_to(&self, peer: i64, message: &Message) -> Option<Quote> {
        let quoted = message.reply_message.as_deref()?;
        let id = MessageId::of(peer, quoted.id, quoted.conversation_message_id);
        let held = self.held(&quoted.text, Vec::new(), &quoted.attachments, quoted.geo.as_ref());
        let mut content = held.first;
        if let Some(media) = content.media_mut() {
            // The file of a quoted message is not fetched for the quote.
            media.media_url.clear();
        }
        let sender = match quoted.from_id {
            0 => None,
            from if from == -self.community() => None,
            from => Some(self.asking.person(from).await),
        };
        Some(Quote {
            external_id: id.map(|id| id.to_string()),
            content: Some(content),
            sender,
            sent_at: quoted.date.checked_mul(1000).filter(|at| *at > 0),
            ..Quote::default()
        })
    }

    /// The forwarded messages as lines above the text, and their attachments.
    pub(super) async fn forwarded(&self, message: &Message) -> (Vec<String>, Vec<Attachment>) {
        let (mut lines, mut attachments) = (Vec::new(), Vec::new());
        for (depth, one) in flat(&message.fwd_messages) {
            let name = self.asking.name(one.from_id).await;
            lines.push(self.text("vk-in-forward", &[("name", &name)]));
            let held = self.held(&one.text, Vec::new(), &[], one.geo.as_ref());
            let text = match held.first {
                Content::Text { text } if !one.text.trim().is_empty() => text,
                Content::Location { latitude, longitude } => {
                    crate::fit::lines::map(latitude, longitude).unwrap_or_default()
                }
                _ => String::new(),
            };
            let mark = ">".repeat(depth);
            lines.extend(text.lines().map(|line| format!("{mark} {line}")));
            attachments.extend(one.attachments.iter().cloned());
        }
        (lines, attachments)
    }
}

/// Forwarded messages and those nested in them, in order, with their depth from 1.
fn flat(all: &[Message]) -> Vec<(usize, &Message)> {
    let mut found = Vec::new();
    let mut waiting: Vec<(usize, &Message)> = all.iter().rev().map(|one| (1, one)).collect();
    while let Some((depth, one)) = waiting.pop() {
        if found.len() == FORWARDED {
            break;
        }
        found.push((depth, one));
        if depth < DEPTH {
            waiting.extend(one.fwd_messages.iter().rev().map(|inner| (depth + 1, inner)));
        }
    }
    found
}
