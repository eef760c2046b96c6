//! Cards: contacts, leads, and whatever else an [`Entity`] describes.

use serde_json::{Map, Value, json};

use super::entity::{CONTACTS, CUSTOM_FIELDS, Entity, HOOK_NAMES, Has, LEADS, STATUSES};
use super::event::Event;
use super::{Account, Link, Person};

/// A card. Times are Unix seconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Card {
    pub(crate) id: i64,
    /// What it belongs to, as a path: `catalogs/12`; empty for most.
    pub(crate) parent: String,
    /// The fields of its entity; of a lead also `contact_id` (its main contact), `chat_id`, `source_id` and `source_name`.
    pub(crate) fields: Map<String, Value>,
    /// Values of custom fields as answers show them, by the field's key.
    pub(crate) values: Vec<(String, Value)>,
    pub(crate) tags: Vec<String>,
}

/// A custom field, which is a card too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Custom<'a>(pub(crate) &'a Card);

impl Custom<'_> {
    /// What values are stored under: the code, else the id.
    pub(crate) fn key(&self) -> String {
        let code = self.0.text("code");
        if code.is_empty() { self.0.id.to_string() } else { code.to_owned() }
    }

    pub(crate) fn kind(&self) -> &str {
        self.0.text("type")
    }

    /// One text that only programs write.
    pub(crate) fn is_tracking(&self) -> bool {
        self.kind() == "tracking_data"
    }

    /// The possible values, or their kinds: a work phone.
    pub(crate) fn enums(&self) -> &[Value] {
        self.0.fields.get("enums").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// The one with this id, code or – for kinds of values, which have no other – name.
    pub(crate) fn choice(&self, id: Option<i64>, code: Option<&str>) -> Option<&Value> {
        let is_it = |one: &&Value| match (id, code) {
            (Some(id), _) => one["id"] == id,
            (None, Some(code)) => one["code"] == code || (self.kind() == "multitext" && one["value"] == code),
            (None, None) => false,
        };
        self.enums().iter().find(is_it)
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A value of a custom field as a text.
fn plain(value: &Value) -> String {
    match value.get("value") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

impl Card {
    pub(crate) fn number(&self, key: &str) -> i64 {
        self.fields.get(key).and_then(Value::as_i64).unwrap_or_default()
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.fields.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn flag(&self, key: &str) -> bool {
        self.fields.get(key).and_then(Value::as_bool).unwrap_or_default()
    }

    pub(crate) fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.fields.insert(key.to_owned(), value.into());
    }

    pub(crate) fn name(&self) -> &str {
        self.text("name")
    }

    /// The number at the end of its parent's path.
    pub(crate) fn parent_id(&self) -> i64 {
        self.parent.rsplit('/').next().and_then(|last| last.parse().ok()).unwrap_or_default()
    }

    /// Neither won nor lost.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.number("status_id"), WON | LOST)
    }

    /// The values of a custom field as texts.
    pub(crate) fn values(&self, field: &str) -> Vec<String> {
        self.values.iter().filter(|(key, _)| key == field).map(|(_, value)| plain(value)).collect()
    }

    /// Values of all custom fields as texts, by the field's key.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (String, String)> {
        self.values.iter().map(|(key, value)| (key.clone(), plain(value)))
    }

    pub(crate) fn phones(&self) -> Vec<String> {
        self.values("PHONE")
    }

    pub(crate) fn emails(&self) -> Vec<String> {
        self.values("EMAIL")
    }

    /// Replaces phones (`PHONE`) or e-mail addresses (`EMAIL`); empty ones are dropped.
    pub(crate) fn set_values<T: AsRef<str>>(&mut self, field: &str, texts: &[T]) {
        self.values.retain(|(key, _)| key != field);
        let texts = texts.iter().map(AsRef::as_ref).filter(|text| !text.is_empty());
        let value = |text: &str| (field.to_owned(), json!({"value": text, "enum_code": "WORK"}));
        self.values.extend(texts.map(value));
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
        let names = ["name", "first_name", "last_name"].into_iter().map(|key| self.text(key).to_owned());
        let mut all = names.chain(self.values.iter().map(|(_, value)| plain(value)));
        all.any(|text| text.to_lowercase().contains(&query.to_lowercase()))
    }
}

/// Offsets of the ids of two stages from their pipeline's: of incoming leads, and of accepted ones.
pub(crate) const UNSORTED_STEP: i64 = 1;
pub(crate) const FIRST_STEP: i64 = 2;
/// The stages of won and of lost leads, the same in every pipeline.
pub(crate) const WON: i64 = 142;
pub(crate) const LOST: i64 = 143;

impl Account {
    /// The custom fields of the cards of a collection, without those that a user removed.
    pub(crate) fn custom(&self, parent: &str) -> impl Iterator<Item = Custom<'_>> {
        let all = self.crm.all(&CUSTOM_FIELDS).iter().filter(move |one| one.parent == parent);
        let is_removed = |one: &&Card| self.switches.removed_fields.iter().any(|removed| removed == one.text("code"));
        all.filter(move |one| !is_removed(one)).map(Custom)
    }

    /// The stages of a pipeline, in their order.
    pub(crate) fn steps(&self, pipeline_id: i64) -> impl Iterator<Item = &Card> {
        let parent = format!("leads/pipelines/{pipeline_id}");
        self.crm.all(&STATUSES).iter().filter(move |one| one.parent == parent)
    }

    /// Whether the id is a stage of this pipeline that leads may be put into.
    pub(crate) fn is_step(&self, pipeline_id: i64, status_id: i64) -> bool {
        self.steps(pipeline_id).any(|step| step.id == status_id)
    }

    /// The stage of new leads.
    pub(crate) fn first_step(&self, pipeline_id: i64) -> i64 {
        let is_usual = |step: &&Card| step.number("type") == 0 && !matches!(step.id, WON | LOST);
        self.steps(pipeline_id).find(is_usual).map_or(pipeline_id + FIRST_STEP, |step| step.id)
    }

    /// An empty card, which the administrator is responsible for.
    pub(crate) fn new_card(&mut self, created_by: i64, now: i64) -> Card {
        let mut card = Card { id: self.next_number(), ..Card::default() };
        card.set("responsible_user_id", self.administrator().map_or(0, |user| user.id));
        let by = [("created_by", created_by), ("updated_by", created_by), ("created_at", now), ("updated_at", now)];
        for (key, number) in by {
            card.set(key, number);
        }
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
        lead.set("status_id", self.first_step(pipeline_id));
        lead
    }

    /// Stores a new card and its event.
    pub(crate) fn keep_card(&mut self, entity: &Entity, card: Card) -> i64 {
        let id = card.id;
        self.tell(entity, "add", &card, &Map::new());
        self.crm.all_mut(entity).push(card);
        id
    }

    /// Changes a card and records the events. A won or lost lead releases its chats: their next message creates a new
    /// incoming lead. False if there is no such card.
    pub(crate) fn change_card(&mut self, entity: &Entity, id: i64, now: i64, change: impl FnOnce(&mut Card)) -> bool {
        let Some(card) = self.crm.card_mut(entity, id) else { return false };
        let before = ["status_id", "pipeline_id", "responsible_user_id"].map(|key| (key, card.number(key)));
        change(card);
        card.set("updated_at", now);
        let moved = before.map(|(key, old)| card.number(key) != old);
        if moved[0] && entity.name == LEADS.name {
            card.set("closed_at", if card.is_open() { Value::Null } else { json!(now) });
        }
        let card = card.clone();
        let usual = Map::new();
        let old: Map<String, Value> = before.map(|(key, old)| (format!("old_{key}"), json!(old))).into_iter().collect();
        let has_moved = entity.name == LEADS.name && (moved[0] || moved[1]);
        self.tell(entity, "update", &card, if has_moved { &old } else { &usual });
        if has_moved {
            self.tell(entity, "status", &card, &old);
        }
        if moved[2] {
            self.tell(entity, "responsible", &card, &old);
        }
        if entity.name == LEADS.name && !card.is_open() {
            self.let_chats_go(id);
        }
        true
    }

    /// Deletes a contact with its links, and records the event. False if there is none.
    pub(crate) fn delete_contact(&mut self, id: i64) -> bool {
        let all = self.crm.all_mut(&CONTACTS);
        let Some(at) = all.iter().position(|card| card.id == id) else { return false };
        let card = all.remove(at);
        self.tell(&CONTACTS, "delete", &card, &Map::new());
        self.crm.links.retain(|link| link.contact_id != id);
        self.crm.untie_all((CONTACTS.name, id));
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
            for (key, value) in old.values {
                if !contact.values(&key).contains(&plain(&value)) {
                    contact.values.push((key, value));
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

    /// Records an event about a card: `add`, `update`, `delete`, `status` or `responsible`.
    pub(super) fn tell(&mut self, entity: &Entity, action: &'static str, card: &Card, more: &Map<String, Value>) {
        if entity.one.is_empty() {
            return;
        }
        let mut hook = Map::from_iter([("id".to_owned(), json!(card.id))]);
        let usual = &entity.blank;
        let fields = entity.hook.iter().map(|field| (*field, *field)).chain(HOOK_NAMES);
        for (name, field) in fields.filter(|_| action != "delete") {
            hook.insert(name.to_owned(), card.fields.get(field).or(usual.get(field)).cloned().unwrap_or_default());
        }
        if action != "delete" {
            hook.insert("account_id".to_owned(), json!(self.id));
        }
        hook.extend(more.clone());
        // Companies come among contacts, and tasks alone in the singular.
        let root = match entity.one {
            "company" => CONTACTS.name,
            "task" => "task",
            _ => entity.name,
        };
        if root == CONTACTS.name {
            hook.insert("type".to_owned(), json!(entity.one));
        }
        if entity.one == "task" {
            let kind = super::entity::CARDS.iter().position(|kind| *kind == card.text("entity_type"));
            let kind = kind.and_then(|at| [2, 1, 3, 12].get(at).copied());
            for (key, value) in [
                ("element_id", json!(card.number("entity_id"))),
                ("element_type", json!(kind)),
                ("task_type", json!(card.number("task_type_id"))),
                ("status", json!(card.flag("is_completed"))),
            ] {
                hook.insert(key.to_owned(), value);
            }
        }
        if entity.has(Has::CustomFields) && action != "delete" {
            let of_field = |custom: Custom<'_>| {
                let values = card.values.iter().filter(|(key, _)| *key == custom.key());
                let value = |value: &Value| {
                    let given = (value["enum_id"].as_i64(), value["enum_code"].as_str());
                    json!({"value": value["value"], "enum": custom.choice(given.0, given.1).map(|one| one["id"].clone())})
                };
                let values: Vec<Value> = values.map(|(_, one)| value(one)).collect();
                let (id, name, code) = (custom.0.id, custom.0.name(), custom.0.fields.get("code"));
                (!values.is_empty()).then(|| json!({"id": id, "name": name, "values": values, "code": code}))
            };
            let custom: Vec<Value> = self.custom(entity.name).filter_map(of_field).collect();
            let tags = card.tags.iter().zip(1..).map(|(name, id)| json!({"id": id, "name": name}));
            hook.insert("tags".to_owned(), tags.collect());
            hook.insert("custom_fields".to_owned(), json!(custom));
        }
        let setting = format!("{action}_{}", entity.one);
        self.crm.events.push(Event { setting, keys: vec![root, action], fields: Value::Object(hook) });
    }

    /// Records that a card got a note: `note_lead` and its like.
    pub(crate) fn tell_note(&mut self, entity: &Entity, note: &Card) {
        let fields = json!({"note": {
            "id": note.id,
            "note_type": note.text("note_type"),
            "text": note.fields.get("params").and_then(|params| params.get("text")),
            "element_id": note.parent_id(),
            "created_by": note.number("created_by"),
            "date_create": note.number("created_at"),
            "main_user_id": note.number("responsible_user_id"),
        }});
        let root = if entity.one == "company" { CONTACTS.name } else { entity.name };
        self.crm.events.push(Event { setting: format!("note_{}", entity.one), keys: vec![root, "note"], fields });
    }
}
