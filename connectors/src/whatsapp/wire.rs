//! Meta's JSON, parsed leniently: a field of an unexpected type counts as absent, and only unreadable items of a list
//! are left out, so that one changed field never loses a message. Absent fields have their empty value.

use std::fmt;
use std::ops::Deref;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub(super) use crate::receiving::wire;

wire! {
    /// The body of a call (whatsapp §3).
    Envelope {
        object: Id,
        entry: Many<Entry>,
    }

    /// The changes of one WABA.
    Entry {
        id: Id,
        changes: Many<Change>,
    }

    /// One change. The type of its value depends on the field.
    Change {
        field: Id,
        value: Value,
    }
}

wire! {
    /// Set if a list has more pages.
    Paging {
        next: Id,
        cursors: Cursors,
    }

    Cursors {
        after: Id,
    }
}

impl Paging {
    /// Where the next page begins; none after the last.
    pub fn after(&self) -> Option<String> {
        self.next.some().and(self.cursors.after.some()).map(str::to_owned)
    }
}

impl Change {
    /// The value as a structure whose fields are all lenient.
    pub fn read<T: DeserializeOwned + Default>(&self) -> T {
        T::deserialize(&self.value).unwrap_or_default()
    }

    /// The line that it concerns; empty if it concerns the WABA.
    pub fn phone_number_id(&self) -> String {
        self.read::<MessagesValue>().metadata.phone_number_id.0
    }
}

/// A list without the items that cannot be read.
#[derive(Clone, Debug)]
pub struct Many<T>(pub Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for Many<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = match Value::deserialize(deserializer)? {
            Value::Array(items) => items,
            // A single item without a list.
            item @ Value::Object(_) => vec![item],
            _ => Vec::new(),
        };
        Ok(Self(items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect()))
    }
}

/// A text, or an integer as text: the same id may be sent as either (whatsapp §9).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Id(pub String);

impl Id {
    /// None if empty.
    pub fn some(&self) -> Option<&str> {
        Some(self.0.trim()).filter(|text| !text.is_empty())
    }
}

impl Deref for Id {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            Value::Number(number) if !number.is_f64() => number.to_string(),
            _ => String::new(),
        }))
    }
}

/// A number, also if sent as text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Number(pub Option<f64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        Ok(Self(number.filter(|number| number.is_finite())))
    }
}

/// The code of an error, also if sent as text; none if absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Code(pub Option<u32>);

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = Id::deserialize(deserializer)?;
        Ok(Self(id.some().and_then(|code| code.parse().ok())))
    }
}

/// Seconds since 1970, sent as text or as a number (whatsapp §3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub i64);

impl Seconds {
    /// Milliseconds since 1970; none if absent.
    pub fn millis(self) -> Option<i64> {
        self.0.checked_mul(1000).filter(|millis| *millis > 0)
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_i64().unwrap_or_default(),
            Value::String(text) => text.trim().parse().unwrap_or_default(),
            _ => 0,
        }))
    }
}

// Messages, statuses, and who they are from (whatsapp §3, §5, §13).

wire! {
    /// The value of `messages`, `smb_message_echoes`, `history` and others that concern one number.
    MessagesValue {
        metadata: Metadata,
        contacts: Many<Contact>,
        messages: Many<Message>,
        statuses: Many<Status>,
        errors: Many<Refusal>,
        message_echoes: Many<Message>,
        history: Many<History>,
        state_sync: Many<StateSync>,
        user_id_update: Many<UserIdUpdate>,
    }

    /// The line.
    Metadata {
        display_phone_number: Id,
        phone_number_id: Id,
    }

    /// A person as they describe themselves.
    Contact {
        profile: Profile,
        wa_id: Id,
        user_id: Id,
    }

    Profile {
        name: Id,
        username: Id,
    }

    /// A message, in either direction.
    Message {
        id: Id,
        from: Id,
        from_user_id: Id,
        /// Set for messages that the business wrote.
        to: Id,
        to_user_id: Id,
        group_id: Id,
        timestamp: Seconds,
        r#type: Id,
        context: Option<Context>,
        referral: Option<Referral>,
        errors: Many<Refusal>,
        text: Option<Text>,
        image: Option<FileRef>,
        video: Option<FileRef>,
        audio: Option<FileRef>,
        document: Option<FileRef>,
        sticker: Option<FileRef>,
        location: Option<Location>,
        contacts: Many<Card>,
        interactive: Option<Interactive>,
        button: Option<Button>,
        order: Option<Order>,
        reaction: Option<Reaction>,
        system: Option<System>,
        edit: Option<Edit>,
        revoke: Option<Revoke>,
        unsupported: Option<Unsupported>,
    }

    /// The delivery status of one of our messages.
    Status {
        id: Id,
        status: Id,
        timestamp: Seconds,
        errors: Many<Refusal>,
        biz_opaque_callback_data: Id,
    }

    /// Why something failed (whatsapp §15).
    Refusal {
        code: Code,
        title: Id,
        message: Id,
        error_data: Value,
    }

    /// A part of the phone app's history.
    History {
        threads: Many<HistoryThread>,
        errors: Many<Refusal>,
    }
}

impl Refusal {
    /// Its code; if there is none, one that is not in the catalog, because 0 has a meaning.
    pub fn code(&self) -> u32 {
        self.code.0.unwrap_or(u32::MAX)
    }

    /// All its texts, for matching and for troubleshooting.
    pub fn text(&self) -> String {
        let details = self.error_data.get("details").unwrap_or(&self.error_data).as_str().unwrap_or_default();
        let mut texts = vec![&*self.title, &*self.message, details];
        texts.retain(|text| !text.is_empty());
        texts.dedup();
        texts.join(": ")
    }
}

// Content of messages, and its context (whatsapp §3, §4).

wire! {
    Text {
        body: Id,
    }

    /// A file, to be opened by its id (whatsapp §10).
    FileRef {
        id: Id,
        mime_type: Id,
        sha256: Id,
        caption: Id,
        filename: Id,
        /// For `audio`: recorded as a voice message.
        voice: bool,
    }

    Location {
        latitude: Number,
        longitude: Number,
        name: Id,
        address: Id,
    }

    /// A contact card.
    Card {
        name: CardName,
        phones: Many<CardPhone>,
        emails: Many<CardEmail>,
        org: CardCompany,
        vcard: Id,
        /// `contact_request`: the sender's own card, shared because we asked for it.
        origin: Id,
    }

    CardName {
        formatted_name: Id,
        first_name: Id,
        last_name: Id,
    }

    CardPhone {
        phone: Id,
        wa_id: Id,
    }

    CardEmail {
        email: Id,
    }

    CardCompany {
        company: Id,
    }

    /// The answer to one of our interactive messages.
    Interactive {
        button_reply: Option<Reply>,
        list_reply: Option<Reply>,
        nfm_reply: Option<FormReply>,
    }

    Reply {
        id: Id,
        title: Id,
    }

    /// A form's answers, as JSON in a text.
    FormReply {
        body: Id,
        response_json: Id,
    }

    /// A template's quick reply.
    Button {
        text: Id,
        payload: Id,
    }

    Order {
        text: Id,
        product_items: Many<OrderItem>,
    }

    OrderItem {
        product_retailer_id: Id,
        quantity: Number,
        item_price: Number,
        currency: Id,
    }

    /// A reaction; without emoji it was removed.
    Reaction {
        message_id: Id,
        emoji: Id,
    }

    /// A change of the person's account.
    System {
        r#type: Id,
        wa_id: Id,
        user_id: Id,
    }

    Edit {
        original_message_id: Id,
        message: Option<Box<Message>>,
    }

    Revoke {
        original_message_id: Id,
    }

    Unsupported {
        r#type: Id,
    }

    /// The message that a message answers or forwards.
    Context {
        id: Id,
        forwarded: bool,
        frequently_forwarded: bool,
        referred_product: Option<Product>,
    }

    Product {
        product_retailer_id: Id,
    }

    /// The advertisement or post through which the person came.
    Referral {
        source_url: Id,
        source_id: Id,
        source_type: Id,
        headline: Id,
        body: Id,
        ctwa_clid: Id,
    }
}

// Reports about the account instead of a message: templates, numbers, the phone app's contacts
// (whatsapp §9, §11 to §13).

wire! {
    /// `message_template_status_update`, `message_template_quality_update`, `template_category_update`.
    TemplateUpdate {
        event: Id,
        message_template_id: Id,
        message_template_name: Id,
        message_template_language: Id,
        message_template_category: Id,
        reason: Id,
        rejection_info: Option<RejectionInfo>,
        other_info: Option<OtherInfo>,
        new_quality_score: Id,
        new_category: Id,
    }

    RejectionInfo {
        reason: Id,
        recommendation: Id,
    }

    OtherInfo {
        title: Id,
        description: Id,
    }

    /// `phone_number_quality_update`, `phone_number_name_update`. They identify the line only by its phone.
    NumberUpdate {
        display_phone_number: Id,
        event: Id,
        current_limit: Id,
        decision: Id,
        requested_verified_name: Id,
    }

    /// `account_update`.
    AccountUpdate {
        event: Id,
        phone_number: Id,
        ban_info: Option<BanInfo>,
        restriction_info: Many<Restriction>,
        violation_info: Option<Violation>,
    }

    BanInfo {
        waba_ban_state: Id,
    }

    Restriction {
        restriction_type: Id,
        expiration: Seconds,
    }

    Violation {
        violation_type: Id,
    }

    /// `account_review_update`, `account_alerts`.
    WabaUpdate {
        decision: Id,
        alert_severity: Id,
        alert_status: Id,
        alert_type: Id,
        alert_description: Id,
    }

    /// One chat of the phone app's history.
    HistoryThread {
        id: Id,
        context: ThreadContext,
        messages: Many<Message>,
    }

    ThreadContext {
        wa_id: Id,
        user_id: Id,
    }

    /// A change in the phone's address book.
    StateSync {
        action: Id,
    }

    /// A person's id changed.
    UserIdUpdate {
        user_id: Changed,
    }

    Changed {
        previous: Id,
        current: Id,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_broken_item_costs_no_other() {
        let entry: Entry =
            serde_json::from_value(json!({ "id": 7, "changes": [1, { "field": "a" }, null, { "field": ["x"] }] }))
                .unwrap();
        let fields: Vec<&str> = entry.changes.iter().map(|change| &*change.field).collect();
        assert_eq!((entry.id.some(), fields), (Some("7"), vec!["a", ""]));
        let other: Entry = serde_json::from_value(json!({ "changes": "many" })).unwrap();
        assert!(other.changes.is_empty());
        let single: Entry = serde_json::from_value(json!({ "changes": { "field": "a" } })).unwrap();
        assert_eq!(single.changes.len(), 1, "one item without its list");
    }

    /// What may come as text too is played by `messengers::whatsapp::bare_bodies`.
    #[test]
    fn what_is_no_number_is_none() {
        let number = |value: Value| serde_json::from_value::<Number>(value).unwrap().0;
        let code = |value: Value| serde_json::from_value::<Code>(value).unwrap().0;
        let millis = |value: Value| serde_json::from_value::<Seconds>(value).unwrap().millis();
        assert_eq!((number(json!("30.5")), number(json!("NaN"))), (Some(30.5), None));
        assert_eq!([json!(0), json!(null), json!("many"), json!(-1)].map(code), [Some(0), None, None, None]);
        assert_eq!((millis(json!("soon")), millis(json!(i64::MAX))), (None, None));
    }
}
