//! References to messages.

use base::message::Quote;
use base::store::Store;
use entity::{dedupe, message, source};
use queue::accept_batch::EventKind;
use sea_orm::{ColumnTrait, DbErr, QueryFilter};
use uuid::Uuid;

/// Prefix of the messenger's ids where both kinds are accepted.
const THEIRS: &str = "ext:";

/// A message by our id or the messenger's (docs/api-design.md#rules).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageKey {
    /// Our id, as in answers and webhooks.
    Ours(Uuid),
    /// The messenger's own id.
    Theirs(String),
    /// A UUID that may be either, with its text: ours if there is such a message, otherwise the messenger's.
    Either(Uuid, String),
}

impl MessageKey {
    /// `ext:ID` is the messenger's, a UUID may be either, anything else is the messenger's.
    pub fn of(text: &str) -> Self {
        if let Some(theirs) = text.strip_prefix(THEIRS) {
            return Self::Theirs(theirs.to_owned());
        }
        match as_ours(text) {
            Some(id) => Self::Either(id, text.to_owned()),
            None => Self::Theirs(text.to_owned()),
        }
    }

    /// The message that a quote names; none if it contains no id.
    pub fn of_quote(quote: &Quote) -> Option<Self> {
        match (quote.message_id, &quote.external_id) {
            (Some(id), Some(text)) => Some(Self::Either(id, text.clone())),
            (Some(id), None) => Some(Self::Ours(id)),
            (None, Some(id)) => Some(Self::Theirs(id.clone())),
            (None, None) => None,
        }
    }

    /// The message of this source, from either side; none if it is unknown (yet).
    pub async fn find(&self, store: &Store, source: &source::Model) -> Result<Option<message::Model>, DbErr> {
        let theirs = match self {
            Self::Ours(id) => return ours(store, source, *id).await,
            Self::Theirs(theirs) => theirs,
            Self::Either(id, theirs) => match ours(store, source, *id).await? {
                Some(found) => return Ok(Some(found)),
                None => theirs,
            },
        };
        let events = [EventKind::Message, EventKind::Sent];
        match known_message(store, source.tenant_id, source.id, theirs, &events).await? {
            Some(id) => ours(store, source, id).await,
            None => Ok(None),
        }
    }
}

/// The message of this source with our id.
async fn ours(store: &Store, source: &source::Model, id: Uuid) -> Result<Option<message::Model>, DbErr> {
    message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::Id.eq(id))
        .filter(message::Column::SourceId.eq(source.id))
        .one(store.read())
        .await
}

/// Our id of the message that an origin (a source's messenger, or a channel's amojo) knows by its own id.
pub async fn known_message(
    store: &Store,
    tenant_id: Uuid,
    origin: Uuid,
    external_id: &str,
    events: &[EventKind],
) -> Result<Option<Uuid>, DbErr> {
    let found = dedupe::Entity::of_tenant(tenant_id)
        .filter(dedupe::Column::Origin.eq(origin))
        .filter(dedupe::Column::ExternalId.eq(external_id))
        .filter(dedupe::Column::Event.is_in(events.iter().map(|event| event.number())))
        .one(store.read())
        .await?;
    Ok(found.map(|row| row.message_id))
}

/// Parses one of our ids, if the text is a UUID.
pub fn as_ours(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}
