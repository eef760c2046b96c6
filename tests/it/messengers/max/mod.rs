//! MAX.

mod bare;
mod common;
mod inwards;
mod particular;

use parom_tests::{Beside, Simulated};
use serde_json::{Value, json};
use simulator::max::{BotView, Fault, Max, MessageView, NewBot, NewPerson};

use super::played::{HookCall, Played, Sent};

pub type MaxWorld = Beside<Max>;

/// How MAX is played.
pub struct Bot;

/// A bot, and Maria, who has started it.
#[derive(Clone)]
pub struct Ids {
    pub bot: BotView,
    pub maria: i64,
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

impl Played for Bot {
    type Double = Max;
    type Ids = Ids;
    const KIND: &'static str = "max";

    fn sets_up(max: &Max) -> Ids {
        let bot = max.add_bot(NewBot::default());
        Ids { bot, maria: max.add_person(NewPerson::default()) }
    }

    fn settings(max: &Max, ids: &Ids) -> Value {
        max.faults().clear();
        json!({ "bot_token": ids.bot.token })
    }

    fn credential() -> (&'static str, &'static str) {
        ("bot_token", "f9LHodD0cO-somebody-elses-token")
    }

    fn is_connected(max: &Max, ids: &Ids, _hook: &str) {
        max.customer(ids.maria, ids.bot.id).starts("").unwrap();
    }

    fn writes(max: &Max, ids: &Ids, text: &str) -> String {
        max.customer(ids.maria, ids.bot.id).writes(text).unwrap()
    }

    fn conversation(max: &Max, ids: &Ids) -> String {
        max.dialog(ids.bot.id, ids.maria).to_string()
    }

    async fn settles(max: &Max) {
        max.deliver_all().await;
    }

    fn sent(max: &Max, ids: &Ids) -> Vec<Sent> {
        max.sent(ids.bot.id).into_iter().map(seen).collect()
    }

    fn call(max: &Max, ids: &Ids, hook: &str, body: Value, is_genuine: bool) -> HookCall {
        let secret = max.subscriptions(ids.bot.id).pop().and_then(|one| one.secret).unwrap_or_default();
        let secret = if is_genuine { secret } else { "wrong".to_owned() };
        let headers = vec![("x-max-bot-api-secret", secret)];
        HookCall { path: hook.to_owned(), headers, body: body.to_string() }
    }

    fn text_body(ids: &Ids, number: i64, at: i64) -> Value {
        json!({ "update_type": "message_created", "timestamp": at * 1000, "message": {
            "recipient": { "chat_id": 880_011, "chat_type": "dialog", "user_id": ids.bot.id },
            "timestamp": at * 1000,
            "body": { "mid": format!("mid.{number:032}"), "seq": number, "text": format!("number {number}") },
            "sender": { "user_id": ids.maria, "name": "Maria Kovaleva", "is_bot": false } } })
    }

    fn hooks(max: &Max, ids: &Ids) -> Vec<String> {
        max.subscriptions(ids.bot.id).into_iter().map(|one| one.url).collect()
    }

    /// MAX gives up an address that failed for hours; here a person removes it.
    fn loses_hook(max: &Max, ids: &Ids) {
        let url = max.subscriptions(ids.bot.id).remove(0).url;
        let url: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        let address = format!("{}/subscriptions?url={url}", max.address());
        let token = ids.bot.token.clone();
        let calling = async move {
            let request = parom_tests::client().delete(address).header("authorization", token);
            assert!(request.send().await.unwrap().status().is_success());
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(calling));
    }

    fn is_away(max: &Max, away: bool) {
        if away {
            max.faults().until_cleared("*", Fault::HtmlPage { status: 502 });
        } else {
            max.faults().clear();
        }
    }

    fn loses_an_answer(max: &Max) {
        max.faults().next("POST /messages", 1, Fault::ResetAfter);
    }

    fn storms(max: &Max, times: usize) {
        max.faults().next("POST /messages", times, Fault::TooMany { retry_after: Some(2) });
    }

    fn ends_access(max: &Max, _ids: &Ids) {
        max.faults().until_cleared("*", Fault::refuse(401, "verify.token", "Invalid access_token"));
    }
}
