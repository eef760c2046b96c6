//! Avito.

mod bare;
mod common;
mod inwards;
mod particular;

use parom_tests::Beside;
use serde_json::{Value, json};
use simulator::avito::{Act, Avito, Fault, NewBuyer, NewItem, NewSeller};

use super::played::{HookCall, Played, Sent};

pub type AvitoWorld = Beside<Avito>;

/// How Avito is played.
pub struct Shop;

/// A seller, a buyer and their chat about an advert.
#[derive(Clone)]
pub struct Ids {
    pub seller: i64,
    pub buyer: i64,
    pub item: i64,
    pub chat: String,
}

impl Played for Shop {
    type Double = Avito;
    type Ids = Ids;
    const KIND: &'static str = "avito";

    fn sets_up(avito: &Avito) -> Ids {
        let seller = avito.add_seller(NewSeller::default());
        let buyer = avito.add_buyer(NewBuyer::default());
        let item = avito.add_item(NewItem::of(seller));
        Ids { seller, buyer, item, chat: avito.customer(buyer, item).chat().unwrap() }
    }

    fn settings(avito: &Avito, ids: &Ids) -> Value {
        avito.set_level(ids.seller, true);
        let NewSeller { client_id, client_secret, .. } = NewSeller::default();
        json!({ "client_id": client_id, "client_secret": client_secret })
    }

    fn credential() -> (&'static str, &'static str) {
        ("client_secret", "somebody-elses-secret")
    }

    fn writes(avito: &Avito, ids: &Ids, text: &str) -> String {
        avito.customer(ids.buyer, ids.item).writes(text).unwrap()
    }

    fn conversation(_avito: &Avito, ids: &Ids) -> String {
        ids.chat.clone()
    }

    async fn settles(avito: &Avito) {
        avito.deliver_all().await;
    }

    fn sent(avito: &Avito, ids: &Ids) -> Vec<Sent> {
        let own = avito.sent(ids.seller).into_iter().filter(|one| one.dialog == *ids.chat);
        own.map(|one| Sent {
            id: one.id.to_string(),
            text: one.text,
            file: one.files.into_iter().next().map(|file| file.bytes),
            buttons: Vec::new(),
            json: one.json.to_string(),
        })
        .collect()
    }

    fn call(avito: &Avito, ids: &Ids, hook: &str, body: Value, is_genuine: bool) -> HookCall {
        let known = avito.subscriptions(ids.seller).pop().unwrap_or_default();
        let secret = known.url.rsplit('/').next().filter(|_| is_genuine).unwrap_or("wrong").to_owned();
        HookCall { path: format!("{hook}/{secret}"), headers: Vec::new(), body: body.to_string() }
    }

    fn text_body(ids: &Ids, number: i64, at: i64) -> Value {
        let value = json!({ "id": format!("message-{number}"), "chat_id": ids.chat, "user_id": ids.seller,
            "author_id": ids.buyer, "created": at, "type": "text", "chat_type": "u2i",
            "content": { "text": format!("number {number}") }, "item_id": ids.item });
        json!({ "id": format!("post-{number}"), "version": "v3.0.0", "timestamp": at,
            "payload": { "type": "message", "value": value } })
    }

    fn echoes(avito: &Avito, ids: &Ids) -> Vec<Value> {
        let own = |body: &Value| body["payload"]["value"]["author_id"] == ids.seller;
        avito.hooks(ids.seller).into_iter().map(|hook| hook.body).filter(own).collect()
    }

    fn hooks(avito: &Avito, ids: &Ids) -> Vec<String> {
        avito.subscriptions(ids.seller).into_iter().map(|one| one.url).collect()
    }

    fn loses_hook(avito: &Avito, ids: &Ids) {
        avito.drop_hooks(ids.seller);
    }

    fn is_away(avito: &Avito, away: bool) {
        if away {
            avito.faults().until_cleared("*", Fault::HtmlPage { status: 502 });
        } else {
            avito.faults().clear();
        }
    }

    fn loses_an_answer(avito: &Avito) {
        avito.faults().next("postSendMessage", 1, Fault::ResetAfter);
    }

    fn storms(avito: &Avito, times: usize) {
        avito.faults().next("postSendMessage", times, Fault::TooMany { retry_after: Some(2) });
    }

    fn ends_access(avito: &Avito, ids: &Ids) {
        avito.set_level(ids.seller, false);
    }
}

fn acts(avito: &Avito, act: Act) {
    avito.act(act).unwrap();
}
