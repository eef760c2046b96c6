//! What arrives for a tenant, as the queue takes it.

use base::clock::Clock;
use base::message::{Direction, LetterKind, State, Stream, day_of};
use queue::accept_batch::{
    AcceptBatch, AcceptItem, Alias, Conversation, DedupeKey, EventKind, NewConversation, NewLetter, NewMessage,
    Priority, Side,
};
use queue::{LeaseRequest, TargetRate};
use uuid::Uuid;

/// A tenant with one source, of which only the ids exist.
#[derive(Clone, Debug)]
pub struct Desk {
    pub tenant_id: Uuid,
    pub source_id: Uuid,
    pub channel_id: Uuid,
    clock: Clock,
}

impl Desk {
    /// Ids of a new tenant.
    pub fn new(clock: &Clock) -> Self {
        let id = || clock.uuid_v7();
        Self { tenant_id: id(), source_id: id(), channel_id: id(), clock: clock.clone() }
    }

    /// Ids of the same tenant's next source and channel.
    pub fn another(&self) -> Self {
        Self { tenant_id: self.tenant_id, ..Self::new(&self.clock) }
    }

    pub fn wish(&self, target: Uuid, limit: u32) -> LeaseRequest {
        LeaseRequest { tenant_id: self.tenant_id, target, limit, rate: TargetRate::per_second(1000) }
    }

    /// A customer's text in a conversation, with the messenger's id.
    pub fn to_crm(&self, conversation: &str, external_id: &str, text: &str) -> AcceptBatch {
        self.parcel(conversation, external_id, text, Direction::ToCrm, None)
    }

    /// A manager's text with amoCRM's timestamp.
    pub fn to_messenger(&self, conversation: &str, amocrm_id: &str, text: &str, msec: i64) -> AcceptBatch {
        self.parcel(conversation, amocrm_id, text, Direction::ToMessenger, Some(msec))
    }

    fn parcel(&self, conversation: &str, id: &str, text: &str, direction: Direction, hint: Option<i64>) -> AcceptBatch {
        let now = self.clock.millis();
        let message_id = self.clock.uuid_v7();
        let to_crm = direction == Direction::ToCrm;
        let (target, origin) =
            if to_crm { (self.channel_id, self.source_id) } else { (self.source_id, self.channel_id) };
        let letter = NewLetter {
            id: self.clock.uuid_v7(),
            message_id,
            source_id: self.source_id,
            direction,
            stream: Stream::Messages,
            target,
            pool: if to_crm { "amojo:main" } else { "webhooks" }.to_owned(),
            kind: LetterKind::Message,
            payload: text.to_owned(),
            order_hint: hint,
            expires_at: now + 86_400_000,
            day: day_of(now),
            late: false,
        };
        let alias = Alias { side: Side::Messenger, origin: self.source_id, external_id: conversation.to_owned() };
        let entry = AcceptItem {
            key: DedupeKey { origin, external_id: id.to_owned(), event: EventKind::Message },
            fingerprint: 0,
            id: message_id,
            accepted_at: now,
            conversation: Conversation::Open(Box::new(NewConversation {
                id: self.clock.uuid_v7(),
                source_id: self.source_id,
                external_id: conversation.to_owned(),
                amocrm_chat_id: String::new(),
                contact: "{}".to_owned(),
                phone_hash: String::new(),
                aliases: vec![alias],
            })),
            crm_chat: None,
            begun: None,
            opened: None,
            heard_at: None,
            found: None,
            message: Some(NewMessage {
                source_id: self.source_id,
                direction,
                state: State::Queued,
                external_id: if to_crm { id } else { "" }.to_owned(),
                amocrm_message_id: if to_crm { "" } else { id }.to_owned(),
                body: text.to_owned(),
                failure: None,
                sent_at: now,
            }),
            change: None,
            rewrite: None,
            media: Vec::new(),
            letters: vec![letter],
        };
        AcceptBatch { tenant_id: self.tenant_id, priority: Priority::Normal, raw: None, entries: vec![entry] }
    }
}
