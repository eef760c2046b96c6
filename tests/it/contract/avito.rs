//! Avito: a seller, a buyer and their chat about an advert.

use std::sync::Arc;

use base::clock::Clock;
use parom_tests::Simulated;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use simulator::avito::{Act, Content, Fault, MessageView, NewBuyer, NewItem, NewSeller};
use simulator::kit::Id;

use super::stage::{Brings, HookCall, Messenger, Reach, Simulation, sends};

pub struct Avito {
    pub avito: simulator::avito::Avito,
    pub seller: i64,
    pub buyer: i64,
    pub item: i64,
    pub chat: String,
}

pub async fn start(clock: Clock) -> Arc<dyn Messenger> {
    let avito = <simulator::avito::Avito as Simulated>::start(clock).await;
    let seller = avito.add_seller(NewSeller::default());
    let buyer = avito.add_buyer(NewBuyer::default());
    let item = avito.add_item(NewItem::of(seller));
    let chat = avito.customer(buyer, item).chat().unwrap();
    Arc::new(Avito { avito, seller, buyer, item, chat })
}

impl Messenger for Avito {
    fn kind(&self) -> &'static str {
        "avito"
    }

    fn simulation(&self) -> &dyn Simulation {
        &self.avito
    }

    fn line(&self) -> Id {
        self.seller.into()
    }

    fn who(&self) -> i64 {
        self.buyer
    }

    fn name(&self) -> &'static str {
        "Мария"
    }

    fn place(&self) -> Id {
        self.item.into()
    }

    fn conversation(&self) -> String {
        self.chat.clone()
    }

    fn settings(&self) -> Value {
        self.avito.set_level(self.seller, true);
        let NewSeller { client_id, client_secret, .. } = NewSeller::default();
        json!({ "client_id": client_id, "client_secret": client_secret })
    }

    fn wrong_credential(&self) -> (&'static str, &'static str) {
        ("client_secret", "somebody-elses-secret")
    }

    fn ends_access(&self) {
        self.avito.set_level(self.seller, false);
    }

    fn sending(&self) -> &'static str {
        "postSendMessage"
    }

    /// A sticker's format is none of Avito's pictures.
    fn takes_no_file_of(&self) -> &'static [&'static str] {
        &["sticker"]
    }

    fn sent(&self) -> Vec<MessageView> {
        self.avito.sent(self.seller).into_iter().filter(|one| one.dialog == *self.chat).collect()
    }

    fn brings(&self) -> Vec<Brings> {
        let place = Content::of("location").with("lat", 55.75).with("lon", 37.61).with("text", "Лесная 5");
        let unknown = Content::of("raw").with("type", "hologram").with("content", json!({ "odd": 1 }));
        let link = Content::of("link").with("url", "https://acme.test/sofa").with("text", "Такой?");
        vec![
            sends(self, Content::text("<b> & \"цитата\""), &[("text", "<b> & \"цитата\"")]),
            sends(self, Content::of("image"), &[("picture", "")]),
            sends(self, Content::of("voice"), &[("voice", "")]),
            sends(self, place, &[("location", "Лесная 5")]),
            sends(self, link, &[("text", "~https://acme.test/sofa")]),
            sends(self, Content::of("item").with("item", self.item), &[("text", "~https://")]),
            sends(self, Content::of("call"), &[("text", "[Пропущенный звонок]")]),
            sends(self, Content::of("app_call"), &[("text", "[Звонок]")]),
            sends(self, Content::of("file"), &[("text", "~[Файл. Авито его не отдаёт: откройте в чате на Авито")]),
            sends(self, Content::of("video"), &[("text", "~[Видео. Авито его не отдаёт: откройте в чате на Авито")]),
            sends(self, unknown, &[("text", "~[Сообщение не поддерживается.")]),
        ]
    }

    fn owner_writes(&self, text: &str) -> Option<Act> {
        Some(Act::own("send_as_seller").with("chat", self.chat.as_str()).content(Content::text(text)))
    }

    fn leaves(&self, step: usize) -> Option<Reach> {
        let gone = Fault::refuse(404, 404, "chat not found");
        (step == 0).then(|| {
            self.avito.faults().next(self.sending(), 1, gone);
            Reach::Fails(904, "Такого чата на Авито нет")
        })
    }

    fn call(&self, hook: &str, body: Value, is_genuine: bool) -> HookCall {
        let known = self.hooks().pop().unwrap_or_default();
        let secret = known.rsplit('/').next().filter(|_| is_genuine).unwrap_or("wrong");
        HookCall::plain(&format!("{hook}/{secret}"), &body)
    }

    fn text_body(&self, number: i64, at: i64) -> Value {
        let value = json!({ "id": format!("message-{number}"), "chat_id": self.chat, "user_id": self.seller,
            "author_id": self.buyer, "created": at, "type": "text", "chat_type": "u2i",
            "content": { "text": format!("number {number}") }, "item_id": self.item });
        json!({ "id": format!("post-{number}"), "version": "v3.0.0", "timestamp": at,
            "payload": { "type": "message", "value": value } })
    }

    fn samples(&self) -> usize {
        26
    }

    fn echoes(&self) -> Vec<Value> {
        let own = |body: &Value| body["payload"]["value"]["author_id"] == self.seller;
        self.avito.hooks(self.seller).into_iter().map(|hook| hook.body).filter(own).collect()
    }

    fn hooks(&self) -> Vec<String> {
        self.avito.subscriptions(self.seller).into_iter().map(|one| one.url).collect()
    }

    fn loses_hook(&self) -> Option<RequestBuilder> {
        self.avito.drop_hooks(self.seller);
        None
    }
}
