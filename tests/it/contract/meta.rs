//! Meta: an app, an account of Instagram or Facebook, and Anna.

use std::sync::{Arc, Mutex};

use base::clock::Clock;
use parom_tests::Simulated;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use simulator::kit::{Author, Id, Verb};
use simulator::meta::{
    AccountView, Act, AppView, Content, Fault, Given, MessageView, NewAccount, NewApp, NewPerson, Platform,
};

use super::stage::{Brings, HookCall, Messenger, Reach, Simulation, customer, sends};

pub struct Meta {
    pub meta: simulator::meta::Meta,
    pub app: AppView,
    pub account: AccountView,
    pub anna: i64,
    platform: Platform,
    tokens: Mutex<Vec<String>>,
    /// A post of the account, once it is needed.
    post: Mutex<Option<String>>,
}

/// Milliseconds of the life of an Instagram token.
const LIFE: i64 = 60 * 86_400_000;

/// The fields that people choose for Instagram in the app's dashboard.
const FIELDS: [&str; 7] = [
    "comments",
    "messages",
    "message_edit",
    "message_reactions",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
];

pub async fn start(clock: Clock, platform: Platform) -> Arc<dyn Messenger> {
    let meta = <simulator::meta::Meta as Simulated>::start(clock).await;
    let app = meta.add_app(NewApp::default());
    let is_instagram = platform == Platform::Instagram;
    let account = meta.add_account(&app, if is_instagram { NewAccount::instagram() } else { NewAccount::facebook() });
    let anna = meta.add_person(NewPerson::default());
    Arc::new(Meta { meta, app, account, anna, platform, tokens: Mutex::default(), post: Mutex::default() })
}

/// The signature of a body.
pub fn signed(secret: &str, body: &str) -> String {
    format!("sha256={}", simulator::kit::signature(secret, body))
}

impl Meta {
    fn is_instagram(&self) -> bool {
        self.platform == Platform::Instagram
    }

    /// A body of the account's webhook.
    pub fn body(&self, event: &Value) -> Value {
        let object = if self.is_instagram() { "instagram" } else { "page" };
        json!({ "object": object, "entry": [{ "id": self.account.id, "time": 1, "messaging": [event] }] })
    }

    /// A post of the account.
    pub fn post(&self) -> String {
        let add = || self.meta.add_post(&self.account.id, "Диваны", "FEED");
        self.post.lock().unwrap().get_or_insert_with(add).clone()
    }

    /// Something that only Anna does, or only Meta has.
    pub fn own(&self, name: &str) -> Act {
        Act::own(name).who(self.anna).line(&self.account.id)
    }
}

impl Messenger for Meta {
    fn kind(&self) -> &'static str {
        if self.is_instagram() { "instagram" } else { "facebook" }
    }

    fn simulation(&self) -> &dyn Simulation {
        &self.meta
    }

    fn line(&self) -> Id {
        Id::from(&self.account.id)
    }

    fn who(&self) -> i64 {
        self.anna
    }

    fn conversation(&self) -> String {
        self.meta.scoped(&self.account.id, self.anna)
    }

    fn settings(&self) -> Value {
        let token = self.meta.add_token(&self.app, &self.account.id, self.is_instagram().then_some(LIFE));
        self.tokens.lock().unwrap().push(token.clone());
        let account = if self.is_instagram() { "account_id" } else { "page_id" };
        json!({ account: self.account.id, "access_token": token, "app_secret": self.app.secret,
            "verify_token": "verify-me" })
    }

    fn wrong_credential(&self) -> (&'static str, &'static str) {
        ("access_token", "EAAtoken-of-somebody-else")
    }

    fn ends_access(&self) {
        self.tokens.lock().unwrap().iter().for_each(|token| self.meta.revoke_token(token));
    }

    /// Instagram's callback is entered in the app's dashboard.
    fn is_connected(&self, hook: &str) {
        if self.is_instagram() {
            self.meta.set_callback(&self.app, self.platform, hook, &FIELDS);
        }
    }

    fn sending(&self) -> &'static str {
        "messages"
    }

    fn too_many(&self) -> Fault {
        Fault::refuse(400, 613, "Calls to this api have exceeded the rate limit")
    }

    /// Instagram takes other sounds than a manager's.
    fn takes_no_file_of(&self) -> &'static [&'static str] {
        if self.is_instagram() { &["voice", "audio", "sticker"] } else { &[] }
    }

    fn brings(&self) -> Vec<Brings> {
        let two = Content::of("image").file(Given::sample()).file(Given::sample());
        let sticker = Content::of("sticker").with("id", 369_239_263_222_822_i64);
        let unsupported = &[("text", "[Сообщение не поддерживается. Попросите прислать текстом или файлом]")];
        let mut all = vec![
            sends(self, Content::text("Цена & <срок>?"), &[("text", "Цена & <срок>?")]),
            sends(self, Content::of("image").saying("Вот"), &[("picture", "Вот")]),
            sends(self, two, &[("picture", ""), ("picture", "")]),
            sends(self, Content::of("video"), &[("video", "")]),
            sends(self, Content::of("file"), &[("file", "")]),
            sends(self, Content::of("audio"), &[("voice", "")]),
            sends(self, sticker, &[("sticker", "")]),
            sends(self, Content::of("unsupported"), unsupported),
        ];
        if self.is_instagram() {
            let reply = Content::of("story_reply").saying("Хочу");
            let answered = &[("text", "[Ответ на вашу историю]\nХочу"), ("picture", "[История]")];
            all.push(sends(self, reply, answered));
            all.push(sends(self, Content::of("story_mention"), &[("picture", "~[Упоминание в истории]")]));
        }
        all
    }

    fn comes_from(&self, mark: &str) -> Option<Act> {
        Some(self.own("open").with("mark", mark))
    }

    fn owner_writes(&self, text: &str) -> Option<Act> {
        Some(self.own("staff").text(text))
    }

    fn leaves(&self, step: usize) -> Option<Reach> {
        let act = |act: Act| drop(Simulation::act(&self.meta, act));
        Some(match step {
            0 => {
                act(customer(self, Verb::Block));
                Reach::Fails(901, "Свяжитесь с ним другим способом")
            }
            1 => {
                act(customer(self, Verb::Unblock));
                Reach::Arrives
            }
            _ => return None,
        })
    }

    fn comments(&self, text: &str) -> Option<Id> {
        let act = Act::of(Verb::Send).who(self.anna).to("post", self.post());
        Some(Simulation::act(&self.meta, act.content(Content::text(text))))
    }

    fn changes_comment(&self, comment: &Id, text: Option<&str>) {
        let act = Act::own("change_comment").with("comment", comment.as_str());
        Simulation::act(&self.meta, text.into_iter().fold(act, Act::text));
    }

    fn commented(&self) -> Vec<MessageView> {
        self.meta.comments(&self.post()).into_iter().filter(|one| one.author == Author::Line).collect()
    }

    fn call(&self, hook: &str, body: Value, is_genuine: bool) -> HookCall {
        // The accounts of the samples.
        let body = body.to_string().replace("104000000000001", &self.account.id);
        let body = body.replace("17841400000000001", &self.account.id);
        let signature = signed(if is_genuine { &self.app.secret } else { "wrong" }, &body);
        HookCall { path: hook.to_owned(), headers: vec![("x-hub-signature-256", signature)], body }
    }

    fn text_body(&self, number: i64, at: i64) -> Value {
        let message = json!({ "mid": format!("mid-{number}"), "text": format!("number {number}") });
        self.body(&json!({ "sender": { "id": "6600000000000077" }, "recipient": { "id": self.account.id },
            "timestamp": at * 1000, "message": message }))
    }

    fn samples(&self) -> usize {
        30
    }

    fn echoes(&self) -> Vec<Value> {
        let all = self.meta.hooks(&self.account.id).into_iter().map(|one| one.body);
        all.filter(|event| event["message"]["is_echo"] == true).map(|event| self.body(&event)).collect()
    }

    fn hooks(&self) -> Vec<String> {
        let callback = self.meta.callback(&self.app.id, self.platform);
        callback.into_iter().filter(|_| self.meta.subscribed(&self.account.id, &self.app.id).is_some()).collect()
    }

    fn loses_hook(&self) -> Option<RequestBuilder> {
        self.meta.unsubscribe(&self.account.id, &self.app.id);
        None
    }
}
