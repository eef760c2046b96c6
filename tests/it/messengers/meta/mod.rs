//! What Instagram and Facebook Messenger share: both are Meta's.

pub mod bare;
pub mod chats;
pub mod comments;

use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use hmac::{Hmac, KeyInit, Mac};
use parom_tests::Beside;
use serde_json::{Value, json};
use sha2::Sha256;
use simulator::meta::{AccountView, AppView, Fault, MessageView, Meta, NewAccount, NewApp, NewPerson, Platform};

use super::played::{HookCall, Played, Sent};

pub type MetaWorld = Beside<Meta>;

/// Milliseconds of the life of an Instagram token.
const LIFE: i64 = 60 * 86_400_000;

/// One of the two networks.
pub trait Network: 'static {
    const KIND: &'static str;
    const PLATFORM: Platform;
    /// `object` of its webhooks, the setting with the account, and the account in the samples.
    const OBJECT: &'static str;
    const ACCOUNT: &'static str;
    const SAMPLE: &'static str;
    const TAKEN_IS_DELIVERED: bool;

    fn account() -> NewAccount;
}

/// How a network is played.
pub struct Of<N>(PhantomData<N>);

/// An app, an account and Anna.
#[derive(Clone)]
pub struct Ids {
    pub app: AppView,
    pub account: AccountView,
    pub anna: i64,
    tokens: Arc<Mutex<Vec<String>>>,
}

pub fn seen(message: MessageView) -> Sent {
    Sent {
        id: message.id.into(),
        text: message.text,
        file: message.files.into_iter().next().map(|file| file.bytes),
        buttons: message.buttons.into_iter().flatten().map(|one| one.text).collect(),
        json: message.json.to_string(),
    }
}

/// The signature of a body.
pub fn signed(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

impl Ids {
    pub fn customer<'a>(&'a self, meta: &'a Meta) -> simulator::meta::Customer<'a> {
        meta.customer(self.anna, &self.account.id)
    }
}

impl<N: Network> Of<N> {
    fn body(ids: &Ids, event: Value) -> Value {
        json!({ "object": N::OBJECT, "entry": [{ "id": ids.account.id, "time": 1, "messaging": [event] }] })
    }
}

impl<N: Network> Played for Of<N> {
    type Double = Meta;
    type Ids = Ids;
    const KIND: &'static str = N::KIND;
    const TAKEN_IS_DELIVERED: bool = N::TAKEN_IS_DELIVERED;

    fn sets_up(meta: &Meta) -> Ids {
        let app = meta.add_app(NewApp::default());
        let account = meta.add_account(&app, N::account());
        Ids { app, account, anna: meta.add_person(NewPerson::default()), tokens: Arc::default() }
    }

    fn settings(meta: &Meta, ids: &Ids) -> Value {
        let token = meta.add_token(&ids.app, &ids.account.id, (N::PLATFORM == Platform::Instagram).then_some(LIFE));
        ids.tokens.lock().unwrap().push(token.clone());
        json!({ N::ACCOUNT: ids.account.id, "access_token": token, "app_secret": ids.app.secret,
            "verify_token": "verify-me" })
    }

    fn credential() -> (&'static str, &'static str) {
        ("access_token", "EAAtoken-of-somebody-else")
    }

    /// Instagram's callback is entered in the app's dashboard.
    fn is_connected(meta: &Meta, ids: &Ids, hook: &str) {
        if N::PLATFORM == Platform::Instagram {
            let fields = [
                "comments",
                "messages",
                "message_edit",
                "message_reactions",
                "messaging_postbacks",
                "messaging_referral",
                "messaging_seen",
            ];
            meta.set_callback(&ids.app, N::PLATFORM, hook, &fields);
        }
    }

    fn writes(meta: &Meta, ids: &Ids, text: &str) -> String {
        ids.customer(meta).writes(text).unwrap()
    }

    fn conversation(meta: &Meta, ids: &Ids) -> String {
        meta.scoped(&ids.account.id, ids.anna)
    }

    async fn settles(meta: &Meta) {
        meta.deliver_all().await;
    }

    fn sent(meta: &Meta, ids: &Ids) -> Vec<Sent> {
        meta.sent_to(&ids.account.id, ids.anna).into_iter().map(seen).collect()
    }

    fn call(_meta: &Meta, ids: &Ids, hook: &str, body: Value, is_genuine: bool) -> HookCall {
        let body = body.to_string().replace(N::SAMPLE, &ids.account.id);
        let secret = if is_genuine { ids.app.secret.as_str() } else { "wrong" };
        let headers = vec![("x-hub-signature-256", signed(secret, &body))];
        HookCall { path: hook.to_owned(), headers, body }
    }

    fn text_body(ids: &Ids, number: i64, at: i64) -> Value {
        Self::body(
            ids,
            json!({ "sender": { "id": "6600000000000077" }, "recipient": { "id": ids.account.id },
                "timestamp": at * 1000, "message": { "mid": format!("mid-{number}"), "text": format!("number {number}") } }),
        )
    }

    fn echoes(meta: &Meta, ids: &Ids) -> Vec<Value> {
        let all = meta.hooks(&ids.account.id).into_iter().map(|one| one.body);
        all.filter(|event| event["message"]["is_echo"] == true).map(|event| Self::body(ids, event)).collect()
    }

    fn hooks(meta: &Meta, ids: &Ids) -> Vec<String> {
        let callback = meta.callback(&ids.app.id, N::PLATFORM);
        callback.into_iter().filter(|_| meta.subscribed(&ids.account.id, &ids.app.id).is_some()).collect()
    }

    fn loses_hook(meta: &Meta, ids: &Ids) {
        meta.unsubscribe(&ids.account.id, &ids.app.id);
    }

    fn is_away(meta: &Meta, away: bool) {
        if away {
            meta.faults().until_cleared("*", Fault::HtmlPage { status: 502 });
        } else {
            meta.faults().clear();
        }
    }

    fn loses_an_answer(meta: &Meta) {
        meta.faults().next("messages", 1, Fault::ResetAfter);
    }

    fn storms(meta: &Meta, times: usize) {
        let refusal = Fault::refuse(400, 613, "Calls to this api have exceeded the rate limit");
        meta.faults().next("messages", times, refusal);
    }

    fn ends_access(meta: &Meta, ids: &Ids) {
        ids.tokens.lock().unwrap().iter().for_each(|token| meta.revoke_token(token));
    }
}
