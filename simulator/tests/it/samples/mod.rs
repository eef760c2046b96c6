//! The documented bodies: what the double makes for each act has every field of its sample, of the same type.

mod kinds;

use serde_json::{Map, Value, json};
use simulator::telegram::{Act, Chat, Content, Dressing, GroupKind, NewGroup, NewPerson};

use crate::receiver::Receiver;
use crate::world::World;

fn bodies() -> Map<String, Value> {
    let lines = include_str!("../../fixtures/bodies.ndjson").lines();
    lines
        .map(|line| {
            let mut one: Value = serde_json::from_str(line).unwrap();
            (one["name"].as_str().unwrap().to_owned(), one["body"].take())
        })
        .collect()
}

/// Fields of the sample that are missing or of another type.
pub fn unlike(path: &str, sample: &Value, made: &Value, found: &mut Vec<String>) {
    match (sample, made) {
        (Value::Object(fields), Value::Object(made)) => {
            for (key, value) in fields {
                match made.get(key) {
                    Some(one) => unlike(&format!("{path}.{key}"), value, one, found),
                    None => found.push(format!("{path}.{key} is missing")),
                }
            }
        }
        (Value::Array(sample), Value::Array(made)) => {
            if let Some(first) = sample.first() {
                match made.first() {
                    Some(one) => unlike(&format!("{path}[0]"), first, one, found),
                    None => found.push(format!("{path} is empty")),
                }
            }
        }
        (sample, made) => {
            let same = std::mem::discriminant(sample) == std::mem::discriminant(made);
            if !same {
                found.push(format!("{path}: {made} instead of {sample}"));
            }
        }
    }
}

struct Check {
    world: World,
    samples: Map<String, Value>,
    done: Vec<String>,
    wrong: Vec<String>,
}

impl Check {
    fn holds(&mut self, name: &str, made: &Value) {
        let mut found = Vec::new();
        unlike(name, &self.samples[name], made, &mut found);
        self.done.push(name.to_owned());
        self.wrong.extend(found);
    }

    async fn latest(&mut self, name: &str) {
        let made = self.world.latest().await;
        self.holds(name, &made);
    }

    async fn sends(&mut self, name: &str, content: Content) {
        self.world.maria().sends(content).unwrap();
        self.latest(name).await;
    }

    async fn dressed(&mut self, name: &str, text: &str, with: Dressing) {
        self.world.maria().sends_with(Content::text(text), with).unwrap();
        self.latest(name).await;
    }
}

#[tokio::test]
async fn every_documented_body_can_be_made() {
    let world = World::start().await;
    let kinds = json!([
        "message",
        "edited_message",
        "callback_query",
        "message_reaction",
        "my_chat_member",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages"
    ]);
    world.ok("getUpdates", json!({"allowed_updates": kinds})).await;
    let mut check = Check { world, samples: bodies(), done: Vec::new(), wrong: Vec::new() };
    kinds::content(&mut check).await;
    kinds::plain(&mut check).await;
    kinds::dressed(&mut check).await;
    acts(&mut check).await;
    groups(&mut check).await;
    business(&mut check).await;
    answers(&mut check).await;
    assert!(check.wrong.is_empty(), "{:#?}", check.wrong);
    let left: Vec<&String> = check.samples.keys().filter(|name| !check.done.contains(name)).collect();
    assert!(left.is_empty(), "{left:?}");
}

async fn acts(check: &mut Check) {
    let text = check.world.maria().writes("Hi").unwrap();
    check.world.maria().edits(text, Content::text("Hi! See our NEW offer")).unwrap();
    check.latest("edited_text").await;
    let photo = check.world.maria().sends(Content::photo("Чек")).unwrap();
    check.world.maria().edits(photo, Content::photo("Чек (исправлен)")).unwrap();
    check.latest("edited_media").await;
    let chat = check.world.maria;
    let ask = json!({"chat_id": chat, "text": "Deliver today?", "reply_markup": {"inline_keyboard":
        [[{"text": "Yes", "callback_data": "b:7Qp2Zx1:0:0"}, {"text": "No", "callback_data": "b:7Qp2Zx1:0:1"}]]}});
    let asked = check.world.ok("sendMessage", ask).await["message_id"].as_i64().unwrap();
    check.world.maria().presses(asked, 0, 0).unwrap();
    check.latest("callback_query").await;
    let to = Chat::Bot(check.world.bot.id);
    check.world.telegram.act(Act::PressOld { who: chat, to, message: 12, data: "b:0Aa1Bb2:1:0".to_owned() }).unwrap();
    check.latest("callback_inaccessible").await;
    for (name, set) in [
        ("reaction_add", vec!["👍"]),
        ("reaction_change", vec!["custom:5368324170671202286"]),
        ("reaction_remove", vec![]),
    ] {
        if name == "reaction_remove" {
            check.world.maria().reacts(asked, &["❤"]).unwrap();
        }
        check.world.maria().reacts(asked, &set).unwrap();
        check.latest(name).await;
    }
    check.world.maria().blocks().unwrap();
    check.latest("my_chat_member_blocked").await;
    check.world.maria().unblocks().unwrap();
    check.latest("my_chat_member_unblocked").await;
    let unknown = json!({"subscription": {"user": {"id": chat, "is_bot": false, "first_name": "Maria",
        "last_name": "Kovaleva", "username": "maria_kov", "language_code": "ru"}, "state": "active"}});
    check.world.telegram.inject(check.world.bot.id, unknown).unwrap();
    check.latest("unknown_update").await;
}

async fn groups(check: &mut Check) {
    let (maria, bot) = (check.world.maria, check.world.bot.id);
    let group = |kind| NewGroup { id: None, title: "Delivery 77".to_owned(), kind, members: vec![maria] };
    let basic = check.world.telegram.add_group(group(GroupKind::Basic));
    check.world.telegram.act(Act::AddBot { group: basic, bot, by: maria }).unwrap();
    check.latest("group_added").await;
    let upgraded = check.world.telegram.act(Act::UpgradeGroup { group: basic, by: maria }).unwrap();
    let updates = check.world.updates().await;
    check.holds("migrate_to", &updates[updates.len() - 2]);
    check.latest("migrate_from").await;
    let at = |check: &Check, text: &str, with| {
        check.world.telegram.member(maria, upgraded.chat).sends_with(Content::text(text), with)
    };
    at(check, "@acme_support_bot где курьер?", Dressing::default()).unwrap();
    check.latest("group_text").await;
    let signed = Dressing { anonymous: true, signature: Some("логист".to_owned()), ..Dressing::default() };
    at(check, "@acme_support_bot едет", signed).unwrap();
    check.latest("group_anonymous_admin").await;
    let forum = check.world.telegram.add_group(group(GroupKind::Forum));
    check.world.telegram.act(Act::AddBot { group: forum, bot, by: maria }).unwrap();
    check.world.telegram.member(maria, forum).in_topic(14).writes("/stock").unwrap();
    check.latest("forum_topic").await;
    let gone = check.world.telegram.add_person(NewPerson { id: 5_599_887_766, ..NewPerson::default() });
    let other = NewGroup { members: vec![gone, bot], ..group(GroupKind::Super) };
    let other = check.world.telegram.add_group(other);
    check.world.telegram.act(Act::DeleteAccount { who: gone }).unwrap();
    check.world.telegram.member(gone, other).writes("/thanks").unwrap();
    check.latest("deleted_account").await;
    assert_eq!(check.world.latest().await["message"]["from"]["first_name"], "");
}

async fn business(check: &mut Check) {
    let owner = NewPerson {
        id: 6_098_765_432,
        first_name: "Oleg".to_owned(),
        last_name: Some("Petrov".to_owned()),
        username: Some("oleg_acme".to_owned()),
        is_premium: true,
        ..NewPerson::default()
    };
    let owner = check.world.telegram.add_person(owner);
    let (maria, bot) = (check.world.maria, check.world.bot.id);
    let connection = check.world.telegram.act(Act::Connect { owner, bot, can_reply: true }).unwrap().id;
    check.latest("business_connection").await;
    let first = check.world.telegram.correspondent(maria, owner).writes("Олег, добрый день").unwrap();
    check.latest("business_message_in").await;
    check.world.telegram.correspondent(owner, maria).writes("Да, сейчас").unwrap();
    check.latest("business_message_out").await;
    let answer = json!({"business_connection_id": connection, "chat_id": maria, "text": "Счёт отправлен"});
    check.world.ok("sendMessage", answer).await;
    check.latest("business_message_echo").await;
    check.world.telegram.correspondent(maria, owner).edits(first, Content::text("Олег, добрый вечер")).unwrap();
    check.latest("business_message_edited").await;
    check.world.telegram.correspondent(maria, owner).deletes(&[first]).unwrap();
    check.latest("business_messages_deleted").await;
    check.world.telegram.act(Act::Disconnect { owner, bot }).unwrap();
    check.latest("business_disconnected").await;
}

async fn answers(check: &mut Check) {
    let chat = check.world.maria;
    let me = check.world.call("getMe", json!({})).await.1;
    check.holds("api_get_me", &me);
    let sent = check.world.call("sendMessage", json!({"chat_id": chat, "text": "Good day, Maria!"})).await.1;
    check.holds("api_send_ok", &sent);
    check.world.maria().sends(Content::photo("")).unwrap();
    let file_id = check.world.latest().await["message"]["photo"][2]["file_id"].clone();
    let file = check.world.call("getFile", json!({"file_id": file_id})).await.1;
    check.holds("api_get_file", &file);
    check.world.telegram.faults().next("sendMessage", 1, simulator::telegram::Fault::TooMany { retry_after: 34 });
    let text = json!({"chat_id": chat, "text": "Hi"});
    let too_many = check.world.call("sendMessage", text.clone()).await.1;
    check.holds("api_error_429", &too_many);
    let groups =
        check.world.telegram.add_group(NewGroup { members: vec![chat, check.world.bot.id], ..NewGroup::default() });
    check.world.telegram.act(Act::UpgradeGroup { group: groups, by: chat }).unwrap();
    let migrated = check.world.call("sendMessage", json!({"chat_id": groups, "text": "Hi"})).await.1;
    check.holds("api_error_migrate", &migrated);
    check.world.maria().blocks().unwrap();
    let blocked = check.world.call("sendMessage", text.clone()).await.1;
    check.holds("api_error_blocked", &blocked);
    webhook_info(check).await;
    check.world.telegram.revoke_token(check.world.bot.id);
    let revoked = check.world.call("sendMessage", text).await.1;
    check.holds("api_error_401", &revoked);
}

async fn webhook_info(check: &mut Check) {
    let receiver = Receiver::start();
    receiver.always(Some(502));
    check.world.ok("setWebhook", json!({"url": receiver.url, "allowed_updates": ["message"]})).await;
    check.world.telegram.deliver_all().await;
    let info = check.world.call("getWebhookInfo", json!({})).await.1;
    check.holds("api_webhook_info", &info);
}
