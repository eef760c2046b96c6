//! The context of a message: which message it answers, and whose message it forwards.

use base::message::{Content, Person, Quote};

use super::Listener;
use crate::telegram::ids::ChatThread;
use crate::telegram::wire::{Message, Origin};

impl Listener<'_> {
    /// The message that this one answers. Its text is included in case the id is unknown.
    pub(super) fn reply_to(&self, at: ChatThread, message: &Message) -> Option<Quote> {
        if let Some(quoted) = message.reply_to_message.as_deref().filter(|quoted| !is_topic_itself(message, quoted)) {
            let held = self.held(quoted).map(|held| without_file(held.content));
            return Some(Quote {
                external_id: Some(at.message(quoted.message_id)),
                content: held,
                sender: Some(Person { avatar_reference: None, ..self.author(quoted) }),
                sent_at: quoted.date.checked_mul(1000),
                ..Quote::default()
            });
        }
        let elsewhere = message.external_reply.as_ref()?;
        let fragment = message.quote.as_ref().map(|quote| quote.text.clone()).filter(|text| !text.is_empty());
        let name = elsewhere.origin.as_ref().and_then(|origin| self.named(origin));
        Some(Quote {
            content: Some(Content::Text { text: fragment.unwrap_or_else(|| self.text("tg-in-elsewhere", &[])) }),
            sender: name.map(|name| Person { name: Some(name), ..Person::default() }),
            sent_at: elsewhere.origin.as_ref().and_then(|origin| origin.date.checked_mul(1000)),
            ..Quote::default()
        })
    }

    /// Lines above a message's own text: the author of a forwarded message, and the quoted fragment.
    pub(super) fn lines_above(&self, message: &Message) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(origin) = &message.forward_origin {
            let name = self.named(origin).unwrap_or_else(|| self.text("tg-in-unnamed", &[]));
            let link = origin.chat.as_ref().and_then(|chat| chat.link(&format!("/{}", origin.message_id)));
            lines.push(match link.filter(|_| origin.message_id > 0) {
                Some(link) => self.text("tg-in-forward-link", &[("name", &name), ("link", &link)]),
                None => self.text("tg-in-forward", &[("name", &name)]),
            });
        }
        // For a message from another chat, the fragment is the only known content and already part of the quote.
        if let Some(quote) = message.quote.as_ref().filter(|_| message.external_reply.is_none()) {
            lines.extend(quote.text.lines().map(|line| format!("> {line}")));
        }
        lines
    }

    /// Name of the original author.
    fn named(&self, origin: &Origin) -> Option<String> {
        let chat = origin.sender_chat.as_ref().or(origin.chat.as_ref()).and_then(|chat| chat.called());
        let user = origin.sender_user.as_ref();
        let user = user
            .map(|user| user.called().unwrap_or_else(|| self.text("tg-in-nameless", &[("id", &user.id.to_string())])));
        let name = user.or_else(|| origin.sender_user_name.clone()).or(chat).filter(|name| !name.trim().is_empty())?;
        match origin.author_signature.as_deref().filter(|signature| !signature.trim().is_empty()) {
            Some(signature) => Some(format!("{name} ({signature})")),
            None => Some(name),
        }
    }
}

/// In a forum, a message that is not a reply formally answers the topic's first message.
fn is_topic_itself(message: &Message, quoted: &Message) -> bool {
    let first = message.is_topic_message && message.message_thread_id == Some(quoted.message_id);
    first || quoted.forum_topic_created.is_some()
}

/// The file of a quoted message is not fetched for the quote.
fn without_file(mut content: Content) -> Content {
    if let Some(file) = content.media_mut() {
        file.reference = None;
    }
    content
}
