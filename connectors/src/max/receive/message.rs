//! Converts a message or a comment: its conversation, author and content.

use base::message::{Body, Content, Person, Quote};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Listener;
use super::content::Held;
use super::scene::Scene;
use crate::incoming::{Began, EditedMessage, InboundEvent, IncomingMessage};
use crate::max::ids;
use crate::max::vcard;
use crate::max::wire::{Link, Message, Update};

/// Maximum length of a start payload in bytes (max §11).
const PAYLOAD: usize = 512;

impl Listener<'_> {
    /// `message_created`, `comment_created`.
    pub(super) async fn wrote(&self, update: &Update) -> Vec<InboundEvent> {
        let Some(message) = &update.message else { return vec![InboundEvent::Unknown("message")] };
        let mut scene = match self.scene(message).await {
            Ok(scene) => scene,
            Err(nothing) => return vec![nothing],
        };
        let mut events = std::mem::take(&mut scene.learned);
        if let Some(payload) = start(message) {
            let customer = scene.room.unwrap_or(scene.sender);
            let mark = Some(payload.to_owned()).filter(|payload| !payload.is_empty());
            let began = Began { conversation_id: scene.at.to_string(), customer, mark, greets: false };
            events.push(InboundEvent::Began(Box::new(began)));
            return events;
        }
        match self.written(message, &scene) {
            Some(written) => events.extend(written.into_iter().map(|one| InboundEvent::Wrote(Box::new(one)))),
            None => events.push(InboundEvent::Unknown("message")),
        }
        events
    }

    /// `message_edited`, `comment_edited`.
    pub(super) async fn edited(&self, update: &Update) -> Vec<InboundEvent> {
        let Some(message) = &update.message else { return vec![InboundEvent::Unknown("message")] };
        let mut scene = match self.scene(message).await {
            Ok(scene) => scene,
            Err(nothing) => return vec![nothing],
        };
        let mut events = std::mem::take(&mut scene.learned);
        let Some(all) = self.written(message, &scene) else { return vec![InboundEvent::Unknown("message")] };
        let at = Some(update.timestamp.0).filter(|time| *time > 0);
        events.extend(all.into_iter().map(|written| {
            let key = key_of(&written, update.timestamp.0);
            InboundEvent::Changed(Box::new(EditedMessage { written, key, at }))
        }));
        events
    }

    /// `message_removed`, `comment_removed`.
    pub(super) fn removed(&self, update: &Update) -> InboundEvent {
        if !ids::is_mid(&update.message_id) {
            return InboundEvent::Unknown("removed");
        }
        InboundEvent::TookBack { pieces: ids::messages(&update.message_id) }
    }

    /// The messages created from one: one for each attachment. None if it has no id.
    fn written(&self, message: &Message, scene: &Scene) -> Option<Vec<IncomingMessage>> {
        let body = message.body.clone().unwrap_or_default();
        let forwarded = message.link.as_ref().filter(|link| link.r#type == "forward");
        // A message that only forwards may have no body of its own (max §5).
        let mid = match (body.mid.as_str(), forwarded) {
            ("", Some(link)) => link.message.mid.clone(),
            (own, _) => own.to_owned(),
        };
        if !ids::is_mid(&mid) {
            return None;
        }
        let mut all = self.held(&mid, &body);
        if let Some(link) = forwarded {
            all.extend(self.forwarded(&mid, link));
        }
        if all.is_empty() {
            all.push(Held { content: self.unknown(), caption: None });
        }
        let sender = self.known_by_phone(message, scene.sender.clone());
        let reply_to = message.link.as_ref().filter(|link| link.r#type == "reply").map(|link| self.reply_to(link));
        let written = all.into_iter().enumerate().map(|(number, Held { content, caption })| IncomingMessage {
            external_id: ids::message(&mid, number),
            conversation_id: scene.at.to_string(),
            sent_at: Some(message.timestamp.0).filter(|time| *time > 0),
            body: Body {
                caption,
                reply_to: reply_to.clone().filter(|_| number == 0),
                post: scene.post.clone(),
                ..Body::new(sender.clone(), content)
            },
            room: scene.room.clone(),
        });
        Some(written.collect())
    }

    /// The forwarded message below a line that names its author.
    fn forwarded(&self, mid: &str, link: &Link) -> Vec<Held> {
        let name = link.sender.as_ref().and_then(|sender| sender.called());
        let name = name.unwrap_or_else(|| self.text("max-in-unnamed", &[]));
        let above = self.text("max-in-forward", &[("name", &name)]);
        let mut all = self.held(mid, &link.message);
        match all.first_mut() {
            Some(first) => first.put_above(&above),
            None => all.push(Held { content: Content::Text { text: above }, caption: None }),
        }
        all
    }

    /// The message that this one answers. Its text is included in case the id is unknown.
    fn reply_to(&self, link: &Link) -> Quote {
        let mid = link.message.mid.as_str();
        let held = self.held(mid, &link.message).into_iter().next().map(|held| held.content);
        Quote {
            external_id: Some(mid.to_owned()).filter(|mid| ids::is_mid(mid)),
            content: held.map(without_file),
            sender: link.sender.as_ref().map(|sender| Person { avatar_url: None, ..self.person(sender) }),
            ..Quote::default()
        }
    }

    /// Only a person's own phone number identifies them (max §5.2).
    fn known_by_phone(&self, message: &Message, sender: Person) -> Person {
        let own = message.body.iter().flat_map(|body| body.attachments()).find_map(|attachment| {
            let payload = attachment.payload;
            let card = payload.vcf_info.filter(|_| attachment.r#type == "contact")?;
            let account = payload.max_info.or(payload.tam_info).map(|account| account.user_id.0.to_string());
            let is_own = match payload.hash.filter(|hash| !hash.is_empty()) {
                Some(hash) => vcard::is_signed(&card, &hash, self.token),
                None => account.is_some_and(|id| id == sender.id),
            };
            Some(vcard::read(&card).phone).filter(|phone| is_own && !phone.is_empty())
        });
        Person { phone: own.or(sender.phone), ..sender }
    }
}

/// The payload of `/start`, typed by a person or sent by an older link.
fn start(message: &Message) -> Option<&str> {
    let body = message.body.as_ref().filter(|body| body.attachments.is_empty())?;
    let rest = body.text.as_deref()?.strip_prefix("/start")?;
    let payload = rest.trim();
    let is_apart = rest.is_empty() || rest.starts_with(' ');
    (is_apart && payload.len() <= PAYLOAD && !payload.contains(char::is_whitespace)).then_some(payload)
}

/// The file of a quoted message is not fetched for the quote.
fn without_file(mut content: Content) -> Content {
    if let Some(file) = content.media_mut() {
        file.reference = None;
    }
    content
}

/// Equal if the same change is reported again, different for another: the time of the change and the new content.
fn key_of(written: &IncomingMessage, at: i64) -> String {
    let says = serde_json::to_value(&written.body.content).unwrap_or(Value::Null);
    let digest = Sha256::digest(format!("{says}\0{:?}", written.body.caption));
    format!("{}:{at}:{}", written.external_id, hex::encode(&digest[..12]))
}
