//! Telegram: a bot, and Maria, who has started it.

use std::sync::Arc;

use base::clock::Clock;
use parom_tests::Simulated;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use simulator::kit::{Id, Verb};
use simulator::telegram::{Act, BotView, Content, NewBot, NewPerson};

use super::stage::{Brings, HookCall, Messenger, Reach, Simulation, brings, customer, sends};

pub struct Telegram {
    pub telegram: simulator::telegram::Telegram,
    pub bot: BotView,
    pub maria: i64,
}

pub async fn start(clock: Clock) -> Arc<dyn Messenger> {
    let telegram = <simulator::telegram::Telegram as Simulated>::start(clock).await;
    let (bot, maria) = (telegram.add_bot(NewBot::default()), telegram.add_person(NewPerson::default()));
    Arc::new(Telegram { telegram, bot, maria })
}

impl Messenger for Telegram {
    fn kind(&self) -> &'static str {
        "telegram"
    }

    fn simulation(&self) -> &dyn Simulation {
        &self.telegram
    }

    fn line(&self) -> Id {
        self.bot.id.into()
    }

    fn who(&self) -> i64 {
        self.maria
    }

    fn conversation(&self) -> String {
        self.maria.to_string()
    }

    fn settings(&self) -> Value {
        json!({ "bot_token": self.telegram.renew_token(self.bot.id) })
    }

    fn wrong_credential(&self) -> (&'static str, &'static str) {
        ("bot_token", "7999999999:AAE_abcdefghijklmnopqrstuvwxyz-1234")
    }

    fn ends_access(&self) {
        self.telegram.revoke_token(self.bot.id);
    }

    fn is_connected(&self, _hook: &str) {
        Simulation::act(&self.telegram, customer(self, Verb::Start));
    }

    fn sending(&self) -> &'static str {
        "sendMessage"
    }

    fn brings(&self) -> Vec<Brings> {
        let said = |kind: &str| Content::of(kind).saying("Вот");
        let song = said("audio").with("performer", "Band").with("title", "Song");
        let place = Content::of("location").with("latitude", 55.75).with("longitude", 37.61);
        let venue = Content::of("venue").with("latitude", 55.75).with("longitude", 37.61);
        let venue = venue.with("title", "Acme").with("address", "Lenina 1");
        let card = Content::of("contact").with("phone_number", "+79991112233").with("first_name", "Pavel");
        let album = Act { name: "album".to_owned(), ..customer(self, Verb::Own) };
        let album = album.content(said("photo")).content(Content::of("video")).content(Content::of("photo"));
        let news = json!({ "id": -1_001_122_334_455_i64, "title": "Acme news", "username": "acme_news" });
        let options = json!(["Утром", "Вечером"]);
        let poll = Content::of("poll").with("question", "Когда удобно?").with("options", options.clone());
        let checklist = Content::of("checklist").with("title", "Взять").with("tasks", options);
        let bold = json!([{ "type": "paragraph", "text": ["Нужны ", { "type": "bold", "text": "3 шт." }] }]);
        let sticker = |form: &str| Content::of("sticker").with("emoji", "🔥").with("form", form);
        let story = Content::of("story").with("chat", news).with("id", 15);
        vec![
            sends(self, Content::text("<b> & \"цитата\""), &[("text", "<b> & \"цитата\"")]),
            sends(self, said("photo"), &[("picture", "Вот")]),
            sends(self, said("live_photo"), &[("picture", "Вот")]),
            sends(self, said("video"), &[("video", "Вот")]),
            sends(self, said("animation"), &[("video", "Вот")]),
            sends(self, Content::of("video_note"), &[("video", "")]),
            sends(self, said("document"), &[("file", "Вот")]),
            sends(self, said("voice"), &[("voice", "Вот")]),
            sends(self, song, &[("audio", "Вот")]),
            sends(self, sticker("static"), &[("sticker", "")]),
            sends(self, sticker("animated"), &[("sticker", "")]),
            sends(self, place, &[("location", "")]),
            sends(self, venue, &[("location", "Acme, Lenina 1")]),
            sends(self, card, &[("contact", "")]),
            brings(album, &[("picture", "Вот"), ("video", ""), ("picture", "")]),
            sends(self, poll, &[("text", "[Опрос] Когда удобно? 1) Утром 2) Вечером")]),
            sends(self, Content::of("dice").with("emoji", "🎲").with("value", 4), &[("text", "🎲 4")]),
            sends(self, story, &[("text", "[История] https://t.me/acme_news/s/15")]),
            sends(self, Content::of("paid_media").with("stars", 25), &[("text", "[Платное медиа, 25 ⭐]")]),
            sends(self, checklist, &[("text", "[Список дел] Взять\n– Утром\n– Вечером")]),
            sends(self, Content::of("rich_message").with("blocks", bold), &[("text", "Нужны 3 шт.")]),
        ]
    }

    fn forwards(&self, _message: &Id) -> Option<Act> {
        let forward = json!({ "user": { "id": 777, "first_name": "Ivan" } });
        Some(customer(self, Verb::Send).content(Content::text("Hello")).with("forward", forward))
    }

    fn comes_from(&self, mark: &str) -> Option<Act> {
        Some(customer(self, Verb::Start).with("payload", mark))
    }

    fn leaves(&self, step: usize) -> Option<Reach> {
        let act = |act: Act| drop(Simulation::act(&self.telegram, act));
        Some(match step {
            0 => {
                act(customer(self, Verb::Block));
                Reach::Fails(901, "Клиент заблокировал бота. Свяжитесь с ним другим способом.")
            }
            1 => {
                act(customer(self, Verb::Unblock));
                Reach::Arrives
            }
            2 => {
                act(Act::own("delete_account").who(self.maria));
                Reach::Fails(901, "")
            }
            _ => return None,
        })
    }

    fn call(&self, hook: &str, body: Value, is_genuine: bool) -> HookCall {
        let secret = self.telegram.webhook(self.bot.id).and_then(|hook| hook.secret).unwrap_or_default();
        let secret = if is_genuine { secret } else { "wrong".to_owned() };
        HookCall { headers: vec![("x-telegram-bot-api-secret-token", secret)], ..HookCall::plain(hook, &body) }
    }

    fn text_body(&self, number: i64, at: i64) -> Value {
        let who = json!({ "id": self.maria, "is_bot": false, "first_name": "Maria" });
        let chat = json!({ "id": self.maria, "first_name": "Maria", "type": "private" });
        json!({ "update_id": number, "message": { "message_id": number, "from": who, "chat": chat, "date": at,
            "text": format!("number {number}") } })
    }

    fn samples(&self) -> usize {
        50
    }

    fn hooks(&self) -> Vec<String> {
        let hook = self.telegram.webhook(self.bot.id);
        hook.into_iter().map(|hook| hook.url).filter(|url| !url.is_empty()).collect()
    }

    fn loses_hook(&self) -> Option<RequestBuilder> {
        let bots = self.telegram.bots();
        let token = &bots.iter().find(|bot| bot.id == self.bot.id).unwrap().token;
        let url = format!("{}/bot{token}/deleteWebhook", self.telegram.base_url());
        Some(parom_tests::client().post(url))
    }

    fn hijacks(&self, url: &str) {
        self.telegram.hijack_webhook(self.bot.id, url);
    }
}
