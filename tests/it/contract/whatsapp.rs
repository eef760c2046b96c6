//! WhatsApp: a number of an account's own app, and Maria.

use std::sync::{Arc, Mutex};

use base::clock::Clock;
use parom_tests::Simulated;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use simulator::kit::{Id, Verb};
use simulator::whatsapp::{Act, AppView, Content, NewApp, NewPerson, NewPhone, refusal};

use super::meta::signed;
use super::stage::{Brings, HookCall, Messenger, Reach, Simulation, brings, customer, sends};

pub struct WhatsApp {
    pub whatsapp: simulator::whatsapp::WhatsApp,
    pub app: AppView,
    pub waba: String,
    pub phone: String,
    pub maria: i64,
    tokens: Mutex<Vec<String>>,
}

pub async fn start(clock: Clock) -> Arc<dyn Messenger> {
    let whatsapp = <simulator::whatsapp::WhatsApp as Simulated>::start(clock).await;
    let app = whatsapp.add_app(NewApp::default());
    // The ids of the samples.
    let waba = whatsapp.add_waba("220011223344556", "Acme");
    let phone = whatsapp.add_phone(NewPhone::of(&waba));
    let maria = whatsapp.add_person(NewPerson::default());
    Arc::new(WhatsApp { whatsapp, app, waba, phone, maria, tokens: Mutex::default() })
}

impl WhatsApp {
    fn add_token(&self) -> String {
        let token = self.whatsapp.add_token(&self.app.id, &[&self.waba]);
        self.tokens.lock().unwrap().push(token.clone());
        token
    }
}

impl Messenger for WhatsApp {
    fn kind(&self) -> &'static str {
        "whatsapp"
    }

    fn simulation(&self) -> &dyn Simulation {
        &self.whatsapp
    }

    fn line(&self) -> Id {
        Id::from(&self.phone)
    }

    fn who(&self) -> i64 {
        self.maria
    }

    fn name(&self) -> &'static str {
        "Maria K."
    }

    fn conversation(&self) -> String {
        NewPerson::default().user_id.unwrap()
    }

    fn settings(&self) -> Value {
        json!({ "phone_number_id": self.phone, "waba_id": self.waba, "access_token": self.add_token(),
            "app_secret": self.app.secret })
    }

    fn wrong_credential(&self) -> (&'static str, &'static str) {
        ("access_token", "EAAB-somebody-elses-token")
    }

    fn ends_access(&self) {
        self.tokens.lock().unwrap().iter().for_each(|token| self.whatsapp.revoke_token(token));
    }

    fn sending(&self) -> &'static str {
        "messages"
    }

    fn takes_no_caption_with(&self) -> &'static [&'static str] {
        &["voice", "audio"]
    }

    fn brings(&self) -> Vec<Brings> {
        let said = |kind: &str| Content::of(kind).saying("Вот");
        let place = Content::of("location").with("latitude", 55.75).with("longitude", 37.61);
        let venue = place.clone().with("name", "Acme").with("address", "Abai 10");
        let card = json!({ "name": { "formatted_name": "Pavel" }, "phones": [{ "phone": "+79991112233" }] });
        let cards = Content::of("contacts").with("contacts", json!([card, card]));
        let item = json!({ "product_retailer_id": "SKU-77", "quantity": 2, "item_price": 30, "currency": "USD" });
        let order = Content::of("order").saying("к пятнице").with("catalog_id", "1").with("items", json!([item]));
        let ad =
            json!({ "source_url": "https://fb.me/1", "source_type": "ad", "source_id": "12", "headline": "Bikes" });
        let says = |text: &str| customer(self, Verb::Send).content(Content::text(text));
        let poll = Content::of("unsupported").with("what", "poll_creation");
        vec![
            sends(self, Content::text("<b> & \"цитата\""), &[("text", "<b> & \"цитата\"")]),
            sends(self, said("image"), &[("picture", "Вот")]),
            sends(self, said("video"), &[("video", "Вот")]),
            sends(self, said("document"), &[("file", "Вот")]),
            sends(self, Content::of("voice"), &[("voice", "")]),
            sends(self, Content::of("audio"), &[("audio", "")]),
            sends(self, Content::of("sticker"), &[("sticker", "")]),
            sends(self, Content::of("sticker").with("animated", true), &[("sticker", "")]),
            sends(self, place, &[("location", "")]),
            sends(self, venue, &[("location", "Acme, Abai 10")]),
            sends(self, cards, &[("contact", ""), ("contact", "")]),
            sends(self, order, &[("text", "[Заказ] SKU-77 × 2 = 60 USD; итого 60 USD\nк пятнице")]),
            sends(self, poll, &[("text", "~[Сообщение не поддерживается: poll_creation.")]),
            brings(says("Ten").with("forwarded_often", true), &[("text", "Переслано много раз\nTen")]),
            brings(says("Price?").with("referral", ad), &[("text", "[Из рекламы: Bikes] https://fb.me/1\nPrice?")]),
            // A chat that was only opened says nothing.
            brings(Act::own("open").who(self.maria).line(&self.phone), &[]),
        ]
    }

    fn forwards(&self, _message: &Id) -> Option<Act> {
        Some(customer(self, Verb::Send).content(Content::text("Hello")).with("forwarded", true))
    }

    /// WhatsApp does not say who wrote it.
    fn forwarded(&self) -> &'static str {
        "Переслано\n"
    }

    fn owner_writes(&self, text: &str) -> Option<Act> {
        Some(Act::own("owner_sends").who(self.maria).line(&self.phone).content(Content::text(text)))
    }

    fn leaves(&self, step: usize) -> Option<Reach> {
        let act = |verb: Verb| drop(Simulation::act(&self.whatsapp, customer(self, verb)));
        Some(match step {
            0 => {
                self.whatsapp.set_refuses_at_once(true);
                act(Verb::Block);
                Reach::Fails(904, "Номера нет в WhatsApp")
            }
            1 => {
                act(Verb::Unblock);
                Reach::Arrives
            }
            2 => {
                self.whatsapp.faults().next(self.sending(), 1, refusal(131_049));
                Reach::Fails(905, "Клиент получил много рекламы")
            }
            _ => return None,
        })
    }

    fn call(&self, hook: &str, body: Value, is_genuine: bool) -> HookCall {
        let body = body.to_string();
        let signature = signed(if is_genuine { &self.app.secret } else { "wrong" }, &body);
        HookCall { path: hook.to_owned(), headers: vec![("x-hub-signature-256", signature)], body }
    }

    fn text_body(&self, number: i64, at: i64) -> Value {
        let NewPerson { wa_id, user_id, name, .. } = NewPerson::default();
        let contact = json!({ "profile": { "name": name }, "wa_id": wa_id, "user_id": user_id });
        let message = json!({ "from": wa_id, "from_user_id": user_id, "id": format!("wamid.{number}"),
            "timestamp": at.to_string(), "type": "text", "text": { "body": format!("number {number}") } });
        let metadata = json!({ "display_phone_number": "77010009900", "phone_number_id": self.phone });
        let value = json!({ "messaging_product": "whatsapp", "metadata": metadata, "contacts": [contact],
            "messages": [message] });
        json!({ "object": "whatsapp_business_account",
            "entry": [{ "id": self.waba, "changes": [{ "field": "messages", "value": value }] }] })
    }

    fn samples(&self) -> usize {
        59
    }

    fn hooks(&self) -> Vec<String> {
        self.whatsapp.addresses(&self.waba)
    }

    fn loses_hook(&self) -> Option<RequestBuilder> {
        let url = format!("{}/v26.0/{}/subscribed_apps", self.whatsapp.base_url(), self.waba);
        Some(parom_tests::client().delete(url).bearer_auth(self.add_token()))
    }
}
