//! Webhooks: which apps are notified, what identifies people in them, where they are sent, and how several become one body.

use serde_json::{Value, json};

use super::options::{Batch, DAY, HOUR, WhatsApp};
use crate::graph::signed;
use crate::kit::{Hook, HookFault, Id, Post, extend, list};

/// Milliseconds for which a number that wrote to a phone can still see it.
const PHONE_SEEN: i64 = 30 * DAY;
/// Milliseconds after which a webhook is given up.
pub(super) const LIFE: i64 = 7 * DAY;

/// The delay after this many attempts. Meta documents only that it grows; here 10 seconds, doubled each time, at most
/// an hour.
pub(super) fn wait(attempts: u32) -> Option<i64> {
    Some((10_000 << attempts.saturating_sub(1).min(9)).min(HOUR))
}

impl WhatsApp {
    /// Queues a change of an account for every subscribed app. `line` is the number that it is
    /// about, or the account.
    fn tell(&mut self, waba: &str, line: &Id, field: &str, value: &Value) {
        let Some(known) = self.own.wabas.get(waba) else { return };
        let mut entry = json!({"id": waba, "changes": [{"value": value, "field": field}]});
        // Only changes about messages have no time in their entry.
        if value.get("messaging_product").is_none() {
            entry["time"] = json!(self.date());
        }
        let body = json!({"object": "whatsapp_business_account", "entry": [entry]});
        for app in known.subscribed.keys() {
            self.outbox.push(Hook {
                line: line.clone(),
                target: app.clone(),
                kind: field.to_owned(),
                body: body.clone(),
                made_at: self.now,
                due_at: self.now,
                ..Hook::default()
            });
        }
    }

    /// A change of an account.
    pub(super) fn tell_waba(&mut self, waba: &str, field: &str, value: &Value) {
        self.tell(waba, &Id::from(waba), field, value);
    }

    /// A change of an account about one of its numbers.
    pub(super) fn tell_about(&mut self, phone: &Id, field: &str, value: &Value) {
        let waba = self.own.phones.get(phone).map(|phone| phone.waba.clone()).unwrap_or_default();
        self.tell(&waba, phone, field, value);
    }

    /// The same for changes that contain the `metadata` of the number.
    pub(super) fn tell_phone(&mut self, phone: &Id, field: &str, more: Value) {
        let mut value = json!({
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": self.number_of(phone), "phone_number_id": phone.as_str()},
        });
        extend(&mut value, more);
        self.tell_about(phone, field, &value);
    }

    /// Whether webhooks for this number contain the person's phone: it is omitted for people with a username, unless
    /// the number has written to the phone in the last 30 days.
    pub(super) fn sees_phone(&self, phone: &Id, person: i64) -> bool {
        let has_username = self.people.get(&person).is_some_and(|person| person.username.is_some());
        !has_username || self.chat(phone, person).phone_used_at.is_some_and(|at| self.now - at < PHONE_SEEN)
    }

    /// The person's number; for one without WhatsApp the dialled number.
    pub(super) fn phone_of(&self, person: i64) -> String {
        self.people.get(&person).map_or_else(|| (-person).to_string(), |person| person.phone.clone())
    }

    /// Adds what identifies a person, under these names: the phone, the business-scoped id and its parent. Without a name
    /// it is left out.
    pub(super) fn put_ids(&self, phone: &Id, person: i64, names: [&str; 3], into: &mut Value) {
        let user = self.own.users.get(&person);
        let number = Some(self.phone_of(person)).filter(|_| self.sees_phone(phone, person));
        let ids = [number, user.and_then(|one| one.user_id.clone()), user.and_then(|one| one.parent_user_id.clone())];
        for (name, id) in names.iter().zip(ids) {
            if let Some(id) = id.filter(|_| !name.is_empty()) {
                into[*name] = json!(id);
            }
        }
    }

    pub(super) fn put_from(&self, phone: &Id, person: i64, into: &mut Value) {
        self.put_ids(phone, person, ["from", "from_user_id", "from_parent_user_id"], into);
    }

    pub(super) fn put_to(&self, phone: &Id, person: i64, into: &mut Value) {
        self.put_ids(phone, person, ["to", "to_user_id", "to_parent_user_id"], into);
    }

    /// The element of `contacts`.
    pub(super) fn contact(&self, phone: &Id, person: i64) -> Value {
        let mut profile = json!({});
        if let Some(known) = self.people.get(&person) {
            if !known.first_name.is_empty() {
                profile["name"] = json!(known.first_name);
            }
            if let Some(username) = &known.username {
                profile["username"] = json!(username);
            }
        }
        let mut contact = json!({"profile": profile});
        self.put_ids(phone, person, ["wa_id", "user_id", "parent_user_id"], &mut contact);
        contact
    }

    /// The address of a webhook: the number's takes precedence over the account's, and that over the app's.
    pub(super) fn target(&self, hook: &Hook) -> Option<&String> {
        let (app, own) = (&hook.target, &self.own);
        let waba = hook.body["entry"][0]["id"].as_str().unwrap_or_default();
        let of_phone = own.phones.get(&hook.line).and_then(|phone| phone.overrides.get(app));
        let of_waba = own.wabas.get(waba).and_then(|waba| waba.subscribed.get(app)?.as_ref());
        of_phone.or(of_waba).or(own.apps.get(app).and_then(|app| app.callback.as_ref()))
    }
}

/// The signed body of one webhook, or of several in one.
pub(super) fn post(state: &WhatsApp, hooks: &[&Hook], fault: Option<HookFault>) -> Option<Post> {
    let (first, more) = hooks.split_first()?;
    let (app, target) = (state.own.apps.get(&first.target)?, state.target(first)?);
    let mut body = first.body.clone();
    for entry in more.iter().flat_map(|hook| list(&hook.body["entry"])) {
        add(&mut body, entry, state.own.batch.unwrap_or(Batch::Entries));
    }
    Some(signed(target, &app.secret, &body, fault))
}

fn add(body: &mut Value, entry: &Value, batch: Batch) {
    let Some(entries) = body["entry"].as_array_mut() else { return };
    let last = entries.last_mut().filter(|last| batch != Batch::Entries && last["id"] == entry["id"]);
    let Some(last) = last else { return entries.push(entry.clone()) };
    for change in list(&entry["changes"]) {
        let Some(changes) = last["changes"].as_array_mut() else { return };
        let is_same = |known: &&mut Value| {
            let is_about_the_same = known["value"]["metadata"] == change["value"]["metadata"];
            batch == Batch::Messages && known["field"] == change["field"] && is_about_the_same
        };
        match changes.last_mut().filter(is_same) {
            Some(known) => append(&mut known["value"], &change["value"]),
            None => changes.push(change.clone()),
        }
    }
}

/// Appends the lists of a value to those of another; contacts are not repeated.
fn append(into: &mut Value, value: &Value) {
    for (key, all) in value.as_object().into_iter().flatten().filter(|(_, all)| all.is_array()) {
        let mut known = list(&into[key]).to_vec();
        known.extend(list(all).iter().filter(|one| key != "contacts" || !list(&into[key]).contains(one)).cloned());
        into[key] = json!(known);
    }
}
