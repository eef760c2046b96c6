//! Cards: contacts and leads. A kind of cards is an [`Entity`], a table of its fields, links and hooks; REST, hooks and
//! pages read it, so another kind is another table.

use serde_json::{Map, Value, json};

use super::event::Event;
use super::{Account, Link, Person};
use crate::crm::ids;

/// A kind of cards.
#[derive(Debug)]
pub(crate) struct Entity {
    /// In paths, in `_embedded` and in hooks.
    pub(crate) name: &'static str,
    /// In codes of subscriptions.
    pub(crate) one: &'static str,
    /// What requests may set.
    pub(crate) fields: &'static [(&'static str, Kind)],
    /// Further fields that answers show, of the card.
    pub(crate) shown: &'static [&'static str],
    /// Those that always have the same value.
    pub(crate) fixed: &'static [(&'static str, Fixed)],
    /// Words of `with`, and what they embed.
    pub(crate) with: &'static [(&'static str, With)],
    custom: &'static [CustomGroup],
    /// The number of the first custom field, and the distance to the next one.
    numbers: (i64, i64),
    hook: &'static [&'static str],
    /// Hooks have custom fields, tags and the type.
    has_details: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    /// An existing user.
    User,
    /// An existing pipeline.
    Pipeline,
    /// A stage of the card's pipeline.
    Step,
}

/// A value that is always the same.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fixed {
    Null,
    False,
}

/// What a word of `with` adds to an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum With {
    /// An empty list: there is none of them.
    Nothing,
    Field,
    Leads,
    Contact,
    Source,
}

/// Custom fields of one type.
#[derive(Debug)]
struct CustomGroup {
    /// `field_code`s, separated by spaces.
    codes: &'static str,
    /// The name on the card; empty: the code in small letters.
    name: &'static str,
    kind: &'static str,
    /// Allowed `enum_code`s of values; the first is the default. Empty for plain texts.
    enums: &'static str,
}

pub(crate) const CONTACTS: Entity = Entity {
    name: "contacts",
    one: "contact",
    fields: &[
        ("name", Kind::Text),
        ("first_name", Kind::Text),
        ("last_name", Kind::Text),
        ("responsible_user_id", Kind::User),
    ],
    shown: &["created_by", "created_at", "updated_at"],
    fixed: &[("closest_task_at", Fixed::Null), ("is_deleted", Fixed::False)],
    with: &[("leads", With::Leads), ("customers", With::Nothing), ("catalog_elements", With::Nothing)],
    custom: &[
        CustomGroup { codes: "PHONE", name: "Phone", kind: "multitext", enums: "WORK WORKDD MOB FAX HOME OTHER" },
        CustomGroup { codes: "EMAIL", name: "Email", kind: "multitext", enums: "WORK PRIV OTHER" },
        CustomGroup { codes: "POSITION", name: "Position", kind: "text", enums: "" },
    ],
    numbers: (220, 20),
    hook: &["name", "responsible_user_id", "created_at", "updated_at"],
    has_details: true,
};

pub(crate) const LEADS: Entity = Entity {
    name: "leads",
    one: "lead",
    fields: &[
        ("name", Kind::Text),
        ("price", Kind::Number),
        ("status_id", Kind::Step),
        ("pipeline_id", Kind::Pipeline),
        ("responsible_user_id", Kind::User),
    ],
    shown: &["created_by", "created_at", "updated_at", "closed_at"],
    fixed: &[
        ("closest_task_at", Fixed::Null),
        ("is_deleted", Fixed::False),
        ("loss_reason_id", Fixed::Null),
        ("score", Fixed::Null),
    ],
    with: &[
        ("contacts", With::Contact),
        ("source", With::Source),
        ("source_id", With::Field),
        ("loss_reason", With::Nothing),
        ("catalog_elements", With::Nothing),
    ],
    // Where a lead came from. Every new account has them.
    custom: &[CustomGroup {
        codes: "UTM_CONTENT UTM_MEDIUM UTM_CAMPAIGN UTM_SOURCE UTM_TERM UTM_REFERRER ROISTAT REFERRER OPENSTAT_SERVICE \
                OPENSTAT_CAMPAIGN OPENSTAT_AD OPENSTAT_SOURCE FROM GCLIENTID _YM_UID _YM_COUNTER GCLID YCLID FBCLID",
        name: "",
        kind: "tracking_data",
        enums: "",
    }],
    numbers: (401, 1),
    hook: &["name", "status_id", "price", "responsible_user_id", "pipeline_id", "created_at", "updated_at"],
    has_details: false,
};

/// Fields that hooks have under other names as well.
const HOOK_NAMES: [(&str, &str); 3] =
    [("date_create", "created_at"), ("last_modified", "updated_at"), ("created_user_id", "created_by")];

/// A custom field of an account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Custom {
    pub(crate) id: i64,
    /// Its place in the list, from 0.
    pub(crate) at: i64,
    pub(crate) code: &'static str,
    name: &'static str,
    pub(crate) kind: &'static str,
    enums: &'static str,
}

impl Custom {
    pub(crate) fn name(&self) -> String {
        if self.name.is_empty() { self.code.to_lowercase() } else { self.name.to_owned() }
    }

    /// One text that only programs write.
    pub(crate) fn is_tracking(&self) -> bool {
        self.kind == "tracking_data"
    }

    /// Ids and codes of the kinds of values, such as a work phone.
    pub(crate) fn enums(&self) -> impl Iterator<Item = (i64, &'static str)> {
        let codes = self.enums.split(' ').filter(|code| !code.is_empty());
        (self.id + 1..).zip(codes)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldValue {
    pub(crate) field: &'static str,
    pub(crate) value: String,
    /// Empty for a field without kinds of values.
    pub(crate) enum_code: &'static str,
}

/// A card. Times are Unix seconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Card {
    pub(crate) id: i64,
    /// The fields of its entity; of a lead also `contact_id`, `chat_id`, `source_id` and `source_name`.
    pub(crate) fields: Map<String, Value>,
    pub(crate) values: Vec<FieldValue>,
    pub(crate) tags: Vec<String>,
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

impl Card {
    pub(crate) fn number(&self, key: &str) -> i64 {
        self.fields.get(key).and_then(Value::as_i64).unwrap_or_default()
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.fields.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.fields.insert(key.to_owned(), value.into());
    }

    pub(crate) fn name(&self) -> &str {
        self.text("name")
    }

    /// Neither won nor lost.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.number("status_id"), WON | LOST)
    }

    /// The values of a custom field as texts.
    pub(crate) fn values(&self, field: &str) -> Vec<String> {
        self.values.iter().filter(|one| one.field == field).map(|one| one.value.clone()).collect()
    }

    pub(crate) fn phones(&self) -> Vec<String> {
        self.values("PHONE")
    }

    pub(crate) fn emails(&self) -> Vec<String> {
        self.values("EMAIL")
    }

    /// Replaces phones (`PHONE`) or e-mail addresses (`EMAIL`); empty ones are dropped.
    pub(crate) fn set_values<T: AsRef<str>>(&mut self, field: &'static str, texts: &[T]) {
        self.values.retain(|one| one.field != field);
        let texts = texts.iter().map(AsRef::as_ref).filter(|text| !text.is_empty());
        self.values.extend(texts.map(|text| FieldValue { field, value: text.to_owned(), enum_code: "WORK" }));
    }

    /// Gives a contact a name that a person typed, which has no halves.
    pub(crate) fn rename(&mut self, name: &str) {
        for (key, text) in [("name", name), ("first_name", ""), ("last_name", "")] {
            self.set(key, text);
        }
    }

    /// Whether any value of the card contains the text, case-insensitively; a number is found in phones however its
    /// digits are grouped. amoCRM's matching is not documented; it was observed to be by substring.
    pub(crate) fn matches(&self, query: &str) -> bool {
        let wanted = digits(query);
        let is_number = !wanted.is_empty() && !query.chars().any(char::is_alphabetic);
        if is_number && self.phones().iter().any(|phone| digits(phone).contains(&wanted)) {
            return true;
        }
        let names = ["name", "first_name", "last_name"].into_iter().map(|key| self.text(key));
        let mut all = names.chain(self.values.iter().map(|one| one.value.as_str()));
        all.any(|text| text.to_lowercase().contains(&query.to_lowercase()))
    }
}

/// Offsets of the ids of two stages from their pipeline's: of incoming leads, and of accepted ones.
pub(crate) const UNSORTED_STEP: i64 = 1;
pub(crate) const FIRST_STEP: i64 = 2;
/// The stages of won and of lost leads, the same in every pipeline.
pub(crate) const WON: i64 = 142;
pub(crate) const LOST: i64 = 143;

/// Whether the id is a stage of this pipeline that leads may be put into.
pub(crate) fn is_step(pipeline_id: i64, status_id: i64) -> bool {
    matches!(status_id - pipeline_id, UNSORTED_STEP | FIRST_STEP) || matches!(status_id, WON | LOST)
}

impl Account {
    /// The custom fields of a kind of cards, without those that a user removed.
    pub(crate) fn custom(&self, entity: &Entity) -> impl Iterator<Item = Custom> {
        let (first, step) = entity.numbers;
        let groups = entity.custom.iter();
        let all = groups.flat_map(|group| group.codes.split(' ').map(move |code| (group, code))).zip(0_i64..);
        let custom = move |((group, code), at): ((&'static CustomGroup, &'static str), i64)| Custom {
            id: ids::number(self.id, first + at * step),
            at,
            code,
            name: group.name,
            kind: group.kind,
            enums: group.enums,
        };
        all.map(custom).filter(|one| !self.switches.removed_fields.iter().any(|removed| removed == one.code))
    }

    /// An empty card, which the administrator is responsible for.
    pub(crate) fn new_card(&mut self, created_by: i64, now: i64) -> Card {
        let mut card = Card { id: self.next_number(), ..Card::default() };
        card.set("responsible_user_id", self.administrator().map_or(0, |user| user.id));
        for (key, number) in [("created_by", created_by), ("created_at", now), ("updated_at", now)] {
            card.set(key, number);
        }
        card.rename("");
        card
    }

    /// An empty lead of a pipeline, in its first stage.
    pub(crate) fn new_lead(&mut self, created_by: i64, pipeline_id: i64, now: i64) -> Card {
        let mut lead = self.new_card(created_by, now);
        lead.set("name", format!("Lead #{}", lead.id));
        for (key, number) in [("price", 0), ("contact_id", 0)] {
            lead.set(key, number);
        }
        lead.set("pipeline_id", pipeline_id);
        lead.set("status_id", pipeline_id + FIRST_STEP);
        lead
    }

    /// Stores a new card and its event.
    pub(crate) fn keep_card(&mut self, entity: &Entity, card: Card) -> i64 {
        let id = card.id;
        self.tell(entity, "add", &card);
        self.crm.all_mut(entity).push(card);
        id
    }

    /// Changes a card and records the event. A won or lost lead releases its chats: their next message creates a new
    /// incoming lead. False if there is no such card.
    pub(crate) fn change_card(&mut self, entity: &Entity, id: i64, now: i64, change: impl FnOnce(&mut Card)) -> bool {
        let Some(card) = self.crm.card_mut(entity, id) else { return false };
        let before = card.number("status_id");
        change(card);
        card.set("updated_at", now);
        let is_moved = card.number("status_id") != before;
        if is_moved {
            card.set("closed_at", if card.is_open() { Value::Null } else { json!(now) });
        }
        let card = card.clone();
        self.tell(entity, "update", &card);
        if is_moved {
            self.tell(entity, "status", &card);
        }
        if !card.is_open() {
            self.let_chats_go(id);
        }
        true
    }

    /// Deletes a contact with its links, and records the event. False if there is none.
    pub(crate) fn delete_contact(&mut self, id: i64) -> bool {
        let all = self.crm.all_mut(&CONTACTS);
        let Some(at) = all.iter().position(|card| card.id == id) else { return false };
        let card = all.remove(at);
        self.tell(&CONTACTS, "delete", &card);
        self.crm.links.retain(|link| link.contact_id != id);
        self.move_from(id, None);
        true
    }

    /// Leads and talks of a contact get another one, or none.
    fn move_from(&mut self, contact_id: i64, to: Option<i64>) {
        for talk in self.crm.talks.iter_mut().filter(|talk| talk.contact_id == Some(contact_id)) {
            talk.contact_id = to;
        }
        for lead in self.crm.all_mut(&LEADS).iter_mut().filter(|lead| lead.number("contact_id") == contact_id) {
            lead.set("contact_id", to.unwrap_or_default());
        }
    }

    pub(super) fn let_chats_go(&mut self, lead_id: i64) {
        for chat in self.chats.iter_mut().filter(|chat| chat.lead_id == Some(lead_id)) {
            chat.lead_id = None;
        }
    }

    /// A user's "merge duplicates": `kept` gets values, tags, leads, talks and chats of `gone`, which is deleted. The
    /// documents define no hook for it; an update of the one and a deletion of the other are reported.
    pub(crate) fn merge_contacts(&mut self, kept: i64, gone: i64, now: i64) -> bool {
        if kept == gone || self.crm.contact(kept).is_none() {
            return false;
        }
        let Some(old) = self.crm.contact(gone).cloned() else { return false };
        self.move_from(gone, Some(kept));
        let links = self.crm.links.iter().filter(|link| link.contact_id == gone);
        for chat in links.map(|link| link.chat_id.clone()).collect::<Vec<_>>() {
            self.link_chat(&chat, kept);
        }
        self.delete_contact(gone);
        self.change_card(&CONTACTS, kept, now, |contact| {
            for value in old.values {
                if !contact.values.iter().any(|one| one.field == value.field && one.value == value.value) {
                    contact.values.push(value);
                }
            }
            contact.tags.extend(old.tags);
            contact.tags.sort();
            contact.tags.dedup();
        })
    }

    /// Links a chat to a contact instead of its previous one. Returns the id of the new link.
    pub(crate) fn link_chat(&mut self, chat_id: &str, contact_id: i64) -> i64 {
        if let Some(link) = self.crm.links.iter().find(|one| one.chat_id == chat_id && one.contact_id == contact_id) {
            return link.id;
        }
        let id = self.next_number();
        self.crm.links.retain(|link| link.chat_id != chat_id);
        self.crm.links.push(Link { id, chat_id: chat_id.to_owned(), contact_id });
        // An incoming lead that is not accepted yet moves with its chat to the chat's contact.
        let of_chat = self.crm.waiting().filter(|one| one.chat_id == chat_id);
        let waiting: Vec<i64> = of_chat.map(|one| one.lead_id).collect();
        for lead in self.crm.all_mut(&LEADS).iter_mut().filter(|lead| waiting.contains(&lead.id)) {
            lead.set("contact_id", contact_id);
        }
        for talk in self.crm.talks.iter_mut().filter(|talk| talk.chat_id == chat_id) {
            talk.contact_id = Some(contact_id);
        }
        id
    }

    /// The contact that amoCRM makes for a person who wrote, or the one that the person has from another chat.
    pub(super) fn contact_for(&mut self, person: &Person, now: i64) -> i64 {
        let is_theirs = |lead: &&Card| self.chat(lead.text("chat_id")).is_some_and(|chat| chat.person_id == person.id);
        let known = self.crm.all(&LEADS).iter().find(is_theirs).map(|lead| lead.number("contact_id"));
        if let Some(id) = known.filter(|id| self.crm.contact(*id).is_some()) {
            return id;
        }
        let mut contact = self.new_card(0, now);
        contact.rename(&person.name);
        contact.set_values("PHONE", &[&person.phone]);
        contact.set_values("EMAIL", &[&person.email]);
        self.keep_card(&CONTACTS, contact)
    }

    /// Records an event about a card: `add`, `update`, `delete` or `status`.
    pub(super) fn tell(&mut self, entity: &Entity, action: &'static str, card: &Card) {
        let mut hook = Map::from_iter([("id".to_owned(), json!(card.id))]);
        let fields = entity.hook.iter().map(|field| (*field, *field)).chain(HOOK_NAMES);
        for (name, field) in fields.filter(|_| action != "delete") {
            hook.insert(name.to_owned(), card.fields.get(field).cloned().unwrap_or_default());
        }
        if entity.has_details {
            hook.insert("type".to_owned(), json!(entity.one));
        }
        if entity.has_details && action != "delete" {
            let of_field = |custom: Custom| {
                let values = card.values.iter().filter(|one| one.field == custom.code);
                let values: Vec<Value> = values.map(|one| json!({"value": one.value, "enum": one.enum_code})).collect();
                let (id, name) = (custom.at + 1, custom.name());
                (!values.is_empty()).then(|| json!({"id": id, "name": name, "values": values, "code": custom.code}))
            };
            let custom: Vec<Value> = self.custom(entity).filter_map(of_field).collect();
            let tags = card.tags.iter().zip(1..).map(|(name, id)| json!({"id": id, "name": name}));
            hook.insert("tags".to_owned(), tags.collect());
            hook.insert("custom_fields".to_owned(), json!(custom));
        }
        let setting = format!("{action}_{}", entity.one);
        self.crm.events.push(Event { setting, keys: vec![entity.name, action], fields: Value::Object(hook) });
    }
}
