//! What customers decided about marketing messages: a ledger of which the last entry counts, for the chat and, if the number is
//! surely the customer's own, for all chats with it.
//!
//! ```text
//! a message whose whole text is STOP ─▶ an entry, in the message's commit
//! a form, a person, the API ──────────▶ an entry
//! a marketing template ─▶ the last entry says stopped? ─▶ refused before it is sent
//! ```
//!
//! A number that a visitor typed into a site's chat may be anybody's: it never decides for other chats.

use base::message::{Body, Content, Person};
use base::phone::Phone;
use base::worded::worded;
use entity::{conversation, marketing_consent, source};
use marketing_consent::Column;
use queue::accept_batch::NewConsent;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use crate::contact::{is_own_number, phone_hash};
use crate::platform::PlatformContext;
use crate::vendor_events::{self, VendorEventKind};

/// The only category so far.
pub const MARKETING: &str = "marketing";

worded! {
    /// What the customer decided. The word ends its text key: `marketing-decision-…`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Decision, word {
        Stopped = "stopped",
        Agreed = "agreed",
    }
}

worded! {
    /// How it became known. The word ends its text key: `marketing-way-…`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ConsentWay, word {
        /// The customer wrote it.
        Message = "message",
        /// The customer filled in a form of the account.
        Form = "form",
        /// A person recorded it in the panel.
        Person = "person",
        /// A program recorded it.
        Api = "api",
    }
}

/// Whole texts that stop marketing messages. English: what carriers and their services react to, without the words that also
/// cancel an order (CANCEL, END, QUIT). The others: what shops of these languages ask to be answered.
const STOP: [&str; 17] = [
    "stop",
    "stopall",
    "stop all",
    "unsubscribe",
    "opt out",
    "optout",
    "opt-out",
    "стоп",
    "отписка",
    "отписаться",
    "baja",
    "dar de baja",
    "parar",
    "pare",
    "sair",
    "descadastrar",
    "cancelar suscripción",
];
/// Whole texts that agree to them again.
const START: [&str; 10] =
    ["start", "unstop", "subscribe", "opt in", "optin", "старт", "подписаться", "alta", "suscribirme", "inscrever"];

/// What a customer's message decides: its whole text, whatever its case and the signs at its end. `messenger`: the kind of the
/// source that it came to.
pub fn said(body: &Body, messenger: &str) -> Option<NewConsent> {
    let Content::Text { text } = &body.content else { return None };
    if body.silent || body.post.is_some() || text.len() > 64 {
        return None;
    }
    let text = text.trim().trim_end_matches(['.', '!', ' ']).to_lowercase();
    let decision = match text.as_str() {
        text if STOP.contains(&text) => Decision::Stopped,
        text if START.contains(&text) => Decision::Agreed,
        _ => return None,
    };
    let sender = &body.sender;
    let phone_hash = if sender.is_signed {
        // The chat may still have a number that was typed before.
        Some(phone_hash(sender))
    } else {
        // Messengers tell a number once, and not with each message.
        (!is_own_number(messenger, sender)).then(String::new)
    };
    Some(NewConsent { category: MARKETING, decision: decision.word(), way: ConsentWay::Message.word(), phone_hash })
}

/// Whose decision it is.
#[derive(Clone, Debug)]
pub enum ConsentOf {
    Chat(Box<conversation::Model>),
    /// A number that may have no chat yet.
    Phone(Phone),
}

impl ConsentOf {
    /// The number for whose chats it counts; empty if it counts for its chat alone.
    async fn phone_hash(&self, db: &impl ConnectionTrait) -> Result<String, DbErr> {
        let chat = match self {
            Self::Chat(chat) => chat,
            Self::Phone(phone) => {
                let phone = Some(format!("+{}", phone.key()));
                return Ok(phone_hash(&Person { phone, ..Person::default() }));
            }
        };
        let customer: Person = serde_json::from_str(&chat.contact).unwrap_or_default();
        let source = source::Entity::find_by_id((chat.tenant_id, chat.source_id)).one(db).await?;
        let is_own = source.is_some_and(|source| is_own_number(&source.kind, &customer));
        Ok(if is_own { chat.phone_hash.clone() } else { String::new() })
    }
}

/// Records a decision, in the transaction `db`; returns the entry.
pub async fn record(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    of: &ConsentOf,
    (decision, way): (Decision, ConsentWay),
    (made_by, evidence): (&str, &str),
) -> Result<marketing_consent::Model, DbErr> {
    let conversation_id = if let ConsentOf::Chat(chat) = of { chat.id } else { Uuid::nil() };
    let row = marketing_consent::Model {
        tenant_id,
        id: app.clock.uuid_v7(),
        conversation_id,
        phone_hash: of.phone_hash(db).await?,
        category: MARKETING.to_owned(),
        decision: decision.word().to_owned(),
        way: way.word().to_owned(),
        made_by: made_by.to_owned(),
        evidence: evidence.to_owned(),
    };
    marketing_consent::Entity::insert(row.clone().into_active_model()).exec_without_returning(db).await?;
    let consent = json!({
        "id": row.id, "conversation_id": (!row.conversation_id.is_nil()).then_some(row.conversation_id),
        "phone_hash": Some(&row.phone_hash).filter(|hash| !hash.is_empty()), "decision": row.decision, "way": row.way,
    });
    let data = json!({ "consent": consent });
    vendor_events::record(app, db, VendorEventKind::ConsentChanged, tenant_id, data).await?;
    Ok(row)
}

/// What was decided in these chats and by their numbers, the newest first; at most `most`.
pub async fn entries(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    chats: &[conversation::Model],
    most: u64,
) -> Result<Vec<marketing_consent::Model>, DbErr> {
    let hashes: Vec<&str> = chats.iter().map(|chat| chat.phone_hash.as_str()).filter(|hash| !hash.is_empty()).collect();
    let theirs = Condition::any()
        .add(Column::ConversationId.is_in(chats.iter().map(|chat| chat.id)))
        // Without the second condition the partial index is not used.
        .add(Condition::all().add(Column::PhoneHash.is_in(hashes)).add(Column::PhoneHash.ne("")));
    marketing_consent::Entity::of_tenant(tenant_id).filter(theirs).order_by_desc(Column::Id).limit(most).all(db).await
}

/// Whether the customer of a chat has stopped marketing messages.
pub async fn is_stopped(db: &impl ConnectionTrait, chat: &conversation::Model) -> Result<bool, DbErr> {
    let last = entries(db, chat.tenant_id, std::slice::from_ref(chat), 1).await?;
    Ok(is_stopped_by(&last, chat))
}

/// The same by entries that were read, the newest first: those of other chats with another number decide nothing for it.
pub fn is_stopped_by(entries: &[marketing_consent::Model], chat: &conversation::Model) -> bool {
    let is_its = |entry: &&marketing_consent::Model| {
        let has_number = !chat.phone_hash.is_empty() && entry.phone_hash == chat.phone_hash;
        has_number || entry.conversation_id == chat.id
    };
    entries.iter().find(is_its).is_some_and(|last| last.decision == Decision::Stopped.word())
}

/// A page of all entries of an account, the newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    before: Option<Uuid>,
    rows: u64,
) -> Result<Vec<marketing_consent::Model>, DbErr> {
    let all = marketing_consent::Entity::of_tenant(tenant_id);
    let all = if let Some(before) = before { all.filter(Column::Id.lt(before)) } else { all };
    all.order_by_desc(Column::Id).limit(rows).all(db).await
}

/// When a decision was made, in milliseconds since 1970.
pub fn decided_at(entry: &marketing_consent::Model) -> i64 {
    entity::made_at(entry.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_text_decides() {
        let decides = |text: &str| {
            let body = Body::new(Person::default(), Content::Text { text: text.to_owned() });
            said(&body, "telegram").map(|consent| consent.decision)
        };
        for text in ["STOP", " stop! ", "Стоп.", "BAJA", "PARAR", "Sair", "opt out"] {
            assert_eq!(decides(text), Some("stopped"), "{text}");
        }
        for text in ["START", "Старт", "alta"] {
            assert_eq!(decides(text), Some("agreed"), "{text}");
        }
        for text in ["stop it", "/start", "Don’t stop", "нет, стоп", "", "cancel", "!"] {
            assert_eq!(decides(text), None, "{text}");
        }
        let silent = Body { silent: true, ..Body::new(Person::default(), Content::Text { text: "stop".to_owned() }) };
        assert!(said(&silent, "telegram").is_none(), "history decides nothing");
    }

    #[test]
    fn only_a_number_that_is_surely_the_customers_own_decides_for_other_chats() {
        let typed = Person { phone: Some("+79151112233".to_owned()), ..Person::default() };
        let signed = Person { is_signed: true, ..typed.clone() };
        let own = phone_hash(&typed);
        for (messenger, sender, expected) in [
            ("webchat", &typed, Some("")),
            ("custom", &typed, Some("")),
            ("vk", &typed, Some("")),
            ("webchat", &signed, Some(own.as_str())),
            ("whatsapp", &typed, None),
            ("telegram", &Person::default(), None),
        ] {
            let body = Body::new(sender.clone(), Content::Text { text: "stop".to_owned() });
            assert_eq!(said(&body, messenger).unwrap().phone_hash.as_deref(), expected, "{messenger}");
        }
    }
}
