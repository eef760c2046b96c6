//! MAX: a bot, and Maria, who has started it.

use std::sync::{Arc, Mutex};

use base::clock::Clock;
use parom_tests::Simulated;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use simulator::kit::{Id, Verb};
use simulator::max::{Act, BotView, Content, Fault, MessageView, NewBot, NewPerson};

use super::stage::{Brings, HookCall, Messenger, Reach, Simulation, brings, customer, sends};

pub struct Max {
    pub max: simulator::max::Max,
    pub bot: BotView,
    pub maria: i64,
    /// A post of a channel with the bot, once it is needed.
    post: Mutex<Option<Id>>,
}

pub async fn start(clock: Clock) -> Arc<dyn Messenger> {
    let max = <simulator::max::Max as Simulated>::start(clock).await;
    let (bot, maria) = (max.add_bot(NewBot::default()), max.add_person(NewPerson::default()));
    Arc::new(Max { max, bot, maria, post: Mutex::default() })
}

impl Messenger for Max {
    fn kind(&self) -> &'static str {
        "max"
    }

    fn simulation(&self) -> &dyn Simulation {
        &self.max
    }

    fn line(&self) -> Id {
        self.bot.id.into()
    }

    fn who(&self) -> i64 {
        self.maria
    }

    fn conversation(&self) -> String {
        self.max.dialog(self.bot.id, self.maria).to_string()
    }

    fn settings(&self) -> Value {
        self.max.faults().clear();
        json!({ "bot_token": self.bot.token })
    }

    fn wrong_credential(&self) -> (&'static str, &'static str) {
        ("bot_token", "f9LHodD0cO-somebody-elses-token")
    }

    fn ends_access(&self) {
        self.max.faults().until_cleared("*", Fault::refuse(401, "verify.token", "Invalid access_token"));
    }

    fn is_connected(&self, _hook: &str) {
        Simulation::act(&self.max, customer(self, Verb::Start));
    }

    fn sending(&self) -> &'static str {
        "POST /messages"
    }

    fn brings(&self) -> Vec<Brings> {
        let card = Content::of("contact").with("name", "Pavel").with("phone", "79991112233");
        let place = Content::of("location").with("latitude", 55.75).with("longitude", 37.61);
        let odd = Content::of("raw").with("attachment", json!({ "type": "hologram", "payload": {} }));
        let two = customer(self, Verb::Send).text("Две").content(Content::of("image")).content(Content::of("image"));
        vec![
            sends(self, Content::text("<b> & \"цитата\""), &[("text", "<b> & \"цитата\"")]),
            sends(self, Content::of("image").saying("Вот"), &[("picture", "Вот")]),
            brings(two, &[("picture", "Две"), ("picture", "")]),
            sends(self, Content::of("video"), &[("video", "")]),
            sends(self, Content::of("audio"), &[("audio", "")]),
            sends(self, Content::of("file").saying("Смета"), &[("file", "Смета")]),
            sends(self, Content::of("sticker"), &[("sticker", "")]),
            sends(self, place, &[("location", "")]),
            sends(self, card, &[("contact", "")]),
            sends(self, odd, &[("text", "[Сообщение не поддерживается. Попросите прислать текстом или файлом]")]),
        ]
    }

    fn forwards(&self, message: &Id) -> Option<Act> {
        Some(customer(self, Verb::Send).forward(message.clone()))
    }

    fn comes_from(&self, mark: &str) -> Option<Act> {
        Some(customer(self, Verb::Start).with("payload", mark))
    }

    fn leaves(&self, step: usize) -> Option<Reach> {
        let act = |act: Act| drop(Simulation::act(&self.max, act.who(self.maria).line(self.bot.id)));
        Some(match step {
            0 => {
                act(Act::of(Verb::Stop));
                Reach::Fails(901, "остановил бота")
            }
            1 => {
                act(Act::of(Verb::Start));
                Reach::Arrives
            }
            2 => {
                act(Act::own("remove_dialog"));
                Reach::Fails(901, "остановил бота")
            }
            3 => {
                self.max.faults().next(self.sending(), 1, Fault::refuse(404, "chat.not.found", "Chat not found"));
                Reach::Fails(904, "Чат не найден")
            }
            _ => return None,
        })
    }

    fn comments(&self, text: &str) -> Option<Id> {
        let post = self
            .post
            .lock()
            .unwrap()
            .get_or_insert_with(|| {
                let channel = self.max.add_channel(self.bot.id, "Acme news");
                Simulation::act(&self.max, Act::own("post").with("channel", channel).text("Новинки"))
            })
            .clone();
        let act = Act::of(Verb::Send).who(self.maria).to("post", post.as_str());
        Some(Simulation::act(&self.max, act.content(Content::text(text))))
    }

    fn changes_comment(&self, comment: &Id, text: Option<&str>) {
        let post = self.post.lock().unwrap().clone().unwrap();
        let act = Act::of(if text.is_some() { Verb::Edit } else { Verb::Remove }).who(self.maria);
        let act = act.to("post", post.as_str()).message(comment.clone());
        Simulation::act(&self.max, text.into_iter().fold(act, Act::text));
    }

    fn commented(&self) -> Vec<MessageView> {
        self.max.sent(self.bot.id).into_iter().filter(|one| one.post.is_some()).collect()
    }

    fn call(&self, hook: &str, body: Value, is_genuine: bool) -> HookCall {
        let secret = self.max.subscriptions(self.bot.id).pop().and_then(|one| one.secret).unwrap_or_default();
        let secret = if is_genuine { secret } else { "wrong".to_owned() };
        HookCall { headers: vec![("x-max-bot-api-secret", secret)], ..HookCall::plain(hook, &body) }
    }

    fn text_body(&self, number: i64, at: i64) -> Value {
        json!({ "update_type": "message_created", "timestamp": at * 1000, "message": {
            "recipient": { "chat_id": 880_011, "chat_type": "dialog", "user_id": self.bot.id },
            "timestamp": at * 1000,
            "body": { "mid": format!("mid.{number:032}"), "seq": number, "text": format!("number {number}") },
            "sender": { "user_id": self.maria, "name": "Maria Kovaleva", "is_bot": false } } })
    }

    fn samples(&self) -> usize {
        30
    }

    fn hooks(&self) -> Vec<String> {
        self.max.subscriptions(self.bot.id).into_iter().map(|one| one.url).collect()
    }

    /// MAX gives up an address that failed for hours; here a person removes it.
    fn loses_hook(&self) -> Option<RequestBuilder> {
        let url: String = url::form_urlencoded::byte_serialize(self.hooks()[0].as_bytes()).collect();
        let address = format!("{}/subscriptions?url={url}", self.max.base_url());
        Some(parom_tests::client().delete(address).header("authorization", &self.bot.token))
    }

    fn hijacks(&self, url: &str) {
        self.max.hijack_webhook(self.bot.id, url);
    }
}
