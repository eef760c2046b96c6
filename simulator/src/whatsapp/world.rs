//! New apps, accounts, numbers and people; what Meta and owners do with them; and what goes wrong.

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use super::acts;
use super::media::RECEIVED;
use super::options::{App, Batch, DAY, NewPhone, Options, Phone, Status, Token, User, Waba, WhatsApp, digits};
use super::review::Review;
use super::signup;
use super::templates::TemplateView;
use crate::graph::{AppView, handshake};
use crate::kit::{
    Act, Asked, Author, CallView, Content, Customer, Dialog, Id, Message, MessageView, Person, Sample, Simulator,
    Upload, Verb, Wire, extend,
};

#[derive(Clone, Debug)]
pub struct NewApp {
    /// Its id; if taken, the next free number is used.
    pub id: String,
    /// Signs webhooks.
    pub secret: String,
    pub name: String,
}

impl Default for NewApp {
    fn default() -> Self {
        Self { id: "110022003300440".to_owned(), secret: "test-app-secret".to_owned(), name: "Acme Chats".to_owned() }
    }
}

#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The number in digits; `wa_id` of webhooks.
    pub wa_id: String,
    /// The name in the profile, which may be empty.
    pub name: String,
    /// Without `@`. For a person with a username, webhooks omit the phone, as documented.
    pub username: Option<String>,
    /// The business-scoped id; with `None` webhooks are as before April 2026.
    pub user_id: Option<String>,
    pub parent_user_id: Option<String>,
}

impl Default for NewPerson {
    fn default() -> Self {
        Self {
            wa_id: "77010001122".to_owned(),
            name: "Maria K.".to_owned(),
            username: None,
            user_id: Some("KZ.1234567890123456789".to_owned()),
            parent_user_id: None,
        }
    }
}

impl Simulator<Options> {
    /// Creates an app without a callback.
    pub fn add_app(&self, new: NewApp) -> AppView {
        self.core.change(|state| {
            let NewApp { id, secret, name } = new;
            let view = AppView { id: state.free_id(&id), secret: secret.clone() };
            let app = App { secret, name, callback: None };
            state.own.apps.insert(view.id.clone(), app);
            view
        })
    }

    /// Creates a WhatsApp Business Account; returns its id, which is the given one if it is free.
    pub fn add_waba(&self, id: &str, name: &str) -> String {
        self.core.change(|state| {
            let id = state.free_id(id);
            let waba = Waba { name: name.to_owned(), template_limit: 250, ..Waba::default() };
            state.own.wabas.insert(id.clone(), waba);
            id
        })
    }

    /// Creates a number; returns its id.
    pub fn add_phone(&self, new: NewPhone) -> String {
        self.core.change(|state| state.add_phone(new)).into()
    }

    /// Creates a person; returns the small number that identifies them in this library.
    pub fn add_person(&self, new: NewPerson) -> i64 {
        self.core.change(|state| {
            let id = state.people.keys().next_back().copied().unwrap_or_default() + 1;
            let NewPerson { wa_id, name, username, user_id, parent_user_id } = new;
            let person = Person { id, first_name: name, username, phone: digits(&wa_id), ..Person::default() };
            state.people.insert(id, person);
            state.own.users.insert(id, User { user_id, parent_user_id });
            id
        })
    }

    /// Issues a system user's token that never expires, for these accounts.
    pub fn add_token(&self, app: &str, wabas: &[&str]) -> String {
        let wabas = wabas.iter().map(|one| (*one).to_owned()).collect();
        self.core.change(|state| state.issue(app, wabas, None))
    }

    /// A person authorizes an app for an account, or declines; returns the address to which the browser returns.
    pub fn answers_dialog(&self, dialog: &str, waba: Option<&str>) -> Option<String> {
        let asked = Asked::of_address(dialog)?;
        self.core.change(|state| signup::answered(state, &asked, waba.unwrap_or_default()))
    }

    /// Sets an app's callback, as its dashboard does: after the handshake. The error contains the address's answer.
    pub async fn set_callback(&self, app: &str, url: &str, verify_token: &str) -> Result<()> {
        handshake(&self.core, url, verify_token).await.map_err(|refusal| anyhow!(refusal.message))?;
        self.core.change(|state| state.own.apps.get_mut(app).map(|app| app.callback.replace(url.to_owned())));
        Ok(())
    }

    /// The same without the handshake, before the address exists.
    pub fn enter_callback(&self, app: &str, url: &str) {
        self.core.change(|state| state.own.apps.get_mut(app).map(|app| app.callback.replace(url.to_owned())));
    }

    fn waba_changes<T>(&self, waba: &str, change: impl FnOnce(&mut Waba) -> T) -> Option<T> {
        self.core.change(|state| state.own.wabas.get_mut(waba).map(change))
    }

    fn phone_changes<T>(&self, phone: &str, change: impl FnOnce(&mut Phone) -> T) -> Option<T> {
        self.core.change(|state| state.own.phones.get_mut(&Id::from(phone)).map(change))
    }

    fn token_changes<T>(&self, token: &str, change: impl FnOnce(&mut Token) -> T) -> Option<T> {
        self.core.change(|state| state.own.tokens.get_mut(token).map(change))
    }

    /// Subscribes an app to an account, as `POST /{waba}/subscribed_apps` does.
    pub fn subscribe(&self, app: &str, waba: &str) {
        self.waba_changes(waba, |waba| waba.subscribed.entry(app.to_owned()).or_insert(None).is_some());
    }

    /// The apps that receive an account's webhooks.
    pub fn subscribed(&self, waba: &str) -> Vec<String> {
        self.waba_changes(waba, |waba| waba.subscribed.keys().cloned().collect()).unwrap_or_default()
    }

    /// The webhook addresses of an account's apps, in the order of the apps: its own, or the app's callback.
    pub fn addresses(&self, waba: &str) -> Vec<String> {
        self.core.read(|state| {
            let address = |(app, target): (&String, &Option<String>)| {
                let of_app = state.own.apps.get(app).and_then(|app| app.callback.as_ref());
                target.as_ref().or(of_app).cloned()
            };
            let known = state.own.wabas.get(waba);
            known.map(|waba| waba.subscribed.iter().filter_map(address).collect()).unwrap_or_default()
        })
    }

    /// Another service redirects a number's webhooks of all apps to itself, with the account's token.
    pub fn hijack(&self, phone: &str, url: &str) {
        self.core.change(|state| {
            let apps: Vec<String> = state.own.apps.keys().cloned().collect();
            let phone = state.own.phones.get_mut(&Id::from(phone));
            phone.map(|phone| phone.overrides.extend(apps.into_iter().map(|app| (app, url.to_owned()))))
        });
    }

    /// Merges the waiting webhooks of each app into one; `None` sends each alone again.
    pub fn set_batch(&self, batch: Option<Batch>) {
        self.core.change(|state| state.own.batch = batch);
    }

    /// Changes the quality or limit of a number: `event` such as `DOWNGRADE`, `limit` such as `TIER_2K`.
    pub fn set_quality(&self, phone: &str, rating: &str, event: &str, limit: &str) {
        let changed = self.phone_changes(phone, |known| {
            let old = known.fields["messaging_limit_tier"].take();
            extend(&mut known.fields, json!({"messaging_limit_tier": limit, "quality_rating": rating}));
            json!({
                "display_phone_number": known.number,
                "event": event,
                "old_limit": old,
                "current_limit": limit,
                "max_daily_conversations_per_business": limit,
            })
        });
        let told = changed.unwrap_or_default();
        self.core.change(|state| state.tell_about(&phone.into(), "phone_number_quality_update", &told));
    }

    /// Meta decides about a display name: approved, or rejected with a reason.
    pub fn review_name(&self, phone: &str, name: &str, rejection: Option<&str>) {
        let (decision, status) = if rejection.is_some() { ("REJECTED", "DECLINED") } else { ("APPROVED", "APPROVED") };
        self.phone_changes(phone, |known| known.fields["name_status"] = json!(status));
        self.core.change(|state| {
            let id = Id::from(phone);
            let line = state.lines.get_mut(&id).filter(|_| rejection.is_none());
            line.into_iter().for_each(|line| name.clone_into(&mut line.name));
            let told = json!({
                "display_phone_number": state.number_of(&id),
                "decision": decision,
                "requested_verified_name": name,
                "rejection_reason": rejection,
            });
            state.tell_about(&id, "phone_number_name_update", &told);
        });
    }

    /// Restricts an account until a time in seconds; sending is refused with 131031.
    pub fn restrict(&self, waba: &str, restriction: &str, until: i64) {
        let info = json!([{"restriction_type": restriction, "expiration": until}]);
        self.lock(waba, true, json!({"event": "ACCOUNT_RESTRICTION", "restriction_info": info}));
    }

    /// Lifts restrictions: the account may send again.
    pub fn reinstate(&self, waba: &str) {
        let info = json!({"waba_ban_state": "REINSTATE"});
        self.lock(waba, false, json!({"event": "DISABLED_UPDATE", "ban_info": info}));
    }

    fn lock(&self, waba: &str, is_locked: bool, told: Value) {
        self.waba_changes(waba, |waba| waba.is_locked = is_locked);
        self.notify(waba, "account_update", told);
    }

    /// The number's state at Meta: `CONNECTED`, `FLAGGED`, `RESTRICTED`, `BANNED`, `DISCONNECTED`, …
    pub fn set_phone_status(&self, phone: &str, status: &str) {
        self.phone_changes(phone, |phone| phone.fields["status"] = json!(status));
    }

    /// The number's owner has entered the code from Meta's SMS.
    pub fn verify(&self, phone: &str) {
        self.phone_changes(phone, |phone| phone.fields["code_verification_status"] = json!("VERIFIED"));
    }

    /// The owner turns two-step verification on.
    pub fn set_pin(&self, phone: &str, pin: &str) {
        self.phone_changes(phone, |phone| phone.pin.replace(pin.to_owned()));
    }

    /// Any change of an account, unchanged.
    pub fn notify(&self, waba: &str, field: &str, value: Value) {
        self.core.change(|state| state.tell_waba(waba, field, &value));
    }

    /// Any change that contains the metadata of a number: `more` is the rest of the value.
    pub fn notify_phone(&self, phone: &str, field: &str, more: Value) {
        self.core.change(|state| state.tell_phone(&phone.into(), field, more));
    }

    /// Turns the limit on or off: one message in six seconds to one person, with a burst of `pair_burst` (Meta's is 45).
    pub fn set_rates(&self, on: bool, pair_burst: i64) {
        self.core.change(|state| (state.has_rates, state.own.pair_burst) = (on, Some(pair_burst)));
    }

    /// Whether phones report `delivered` at once; otherwise what follows `sent` is said by the handle or the page.
    pub fn set_delivers(&self, on: bool) {
        self.core.change(|state| state.own.is_slow = !on);
    }

    /// Whether to refuse in the answer what Meta usually reports as `failed`.
    pub fn set_refuses_at_once(&self, on: bool) {
        self.core.change(|state| state.own.refuses_at_once = on);
    }

    /// Invalidates a token: 190 with subcode 467.
    pub fn revoke_token(&self, token: &str) {
        self.token_changes(token, |token| token.is_revoked = true);
    }

    /// Expires a token after this many days: 190 with subcode 463.
    pub fn expire_token(&self, token: &str, days: i64) {
        let until = self.core.millis() + days * DAY;
        self.token_changes(token, |token| token.expires_at = Some(until));
    }

    /// Adds a customer's file with this id, the built-in one of its kind, for webhooks taken from elsewhere.
    pub fn knows_file(&self, phone: &str, id: &str, kind: &str) {
        let known = Options::KINDS.iter().find(|one| one.name == kind).and_then(|one| one.sample);
        let Sample { name, mime, bytes } = known.unwrap_or(Sample::OFFER);
        let upload = Upload { name: name.to_owned(), mime: mime.to_owned(), bytes: bytes.into() };
        self.core.change(|state| state.keep_as(id.into(), &phone.into(), RECEIVED, upload));
    }

    /// Reports any status of a message, also repeated or out of order.
    pub fn reports(&self, id: impl Into<Id>, status: Status) {
        let id = id.into();
        self.of_message(&id, |state, phone| state.tell_status(phone, &id, status));
    }

    /// Reports that a message failed, with a documented code.
    pub fn fails(&self, id: impl Into<Id>, code: i64) {
        let id = id.into();
        self.of_message(&id, |state, phone| state.tell_failure(phone, &id, code, None));
    }

    fn of_message(&self, id: &Id, act: impl FnOnce(&mut WhatsApp, &Id)) {
        self.core.change(|state| {
            let has = |dialog: &&Dialog| dialog.messages.iter().any(|one| one.id == *id);
            if let Some(phone) = state.dialogs.values().find(has).map(|dialog| dialog.line.clone()) {
                act(state, &phone);
            }
        });
    }

    /// Whether the owner shares the history when it is requested; refused with 2593109 otherwise. Shared by default.
    pub fn set_shares_history(&self, phone: &str, on: bool) {
        self.phone_changes(phone, |phone| phone.shares_history = on);
    }

    /// Adds a message from before the number was connected, at a time in seconds; `by_owner`: the business wrote it. It
    /// is sent as `history` on request. Returns its id.
    pub fn remembers(&self, phone: &str, person: i64, by_owner: bool, content: &Content, at: i64) -> Result<String> {
        let act = Act::of(Verb::Send).who(person).line(phone).content(content.clone());
        self.core.change(|state| {
            let dialog = acts::place(state, &act)?;
            let (kind, text) = (content.kind.clone(), content.text.clone());
            let author = if by_owner { Author::Owner } else { Author::Person(person) };
            let mut message = Message { kind, text, author, at: at * 1000, ..Message::default() };
            acts::compose(state, &act, &mut message)?;
            message.more.insert("is_old".to_owned(), json!(true));
            message.id = acts::next_message(state, &dialog);
            let id = message.id.clone();
            state.add(&dialog, message);
            Ok(id.into())
        })
    }

    pub fn templates(&self, waba: &str) -> Vec<TemplateView> {
        self.core.read(|state| {
            let own = state.own.templates.values().filter(|one| one.waba == waba);
            own.map(TemplateView::of).collect()
        })
    }

    pub fn review(&self, template: &str, review: Review) -> Result<()> {
        self.core.change(|state| state.review(template, review))
    }

    pub fn approve(&self, template: &str) -> Result<()> {
        self.review(template, Review::Approve)
    }

    /// Sets the maximum number of templates of an account; Meta's is 250.
    pub fn set_template_limit(&self, waba: &str, limit: usize) {
        self.waba_changes(waba, |waba| waba.template_limit = limit);
    }

    pub fn calls_of(&self, operation: &str) -> Vec<CallView> {
        self.all_calls().into_iter().filter(|call| call.call == operation).collect()
    }
}

impl MessageView {
    /// The highest status of a business's message in WhatsApp.
    pub fn status(&self) -> Option<Status> {
        Status::of(&self.more)
    }

    /// The code of `failed` in WhatsApp.
    pub fn error(&self) -> Option<i64> {
        self.more.get("error")?.as_i64()
    }
}

impl Customer<'_, Options> {
    /// Presses a button, counted from 0.
    pub fn presses_number(&self, message: impl Into<Id>, number: usize) -> Result<Id> {
        self.does(Verb::Press, |act| act.message(message).with("button", number)).map(|done| done.id)
    }
}
